//! AWS clients. Every call has an attempt timeout and a short backoff: the SDK's defaults are none and a second.
//!
//! Clients trust the roots that AWS's endpoints are signed by (Amazon Trust Services) and no others: reading the system's
//! store would be most of a function's start, and no other authority may vouch for an endpoint of AWS. Where the
//! environment names another endpoint (`AWS_ENDPOINT_URL`), that is somebody's emulator, and is usually plain HTTP.
use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::{rt::sleep::TokioSleep, time::SystemTimeSource};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use std::{error::Error, time::Duration};

/// Amazon Root CA 1 to 4 and the Starfield root they are cross-signed by, as Amazon Trust Services publishes them.
const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");
/// One attempt of a call. DynamoDB answers in milliseconds; what takes a second is lost.
const ATTEMPT: Duration = Duration::from_millis(1_000);
/// A call with all its attempts: well inside the 29 s that the gateway waits.
const OPERATION: Duration = Duration::from_millis(4_000);
/// A new connection within the region.
const CONNECT: Duration = Duration::from_millis(800);
/// Before the second attempt; doubled before the third.
const BACKOFF: Duration = Duration::from_millis(30);
/// Attempts of a call.
const ATTEMPTS: u32 = 3;

/// Returns the timeouts of every client.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// Returns the retries of every client.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(BACKOFF)
        .with_max_backoff(BACKOFF * 8)
}

/// The way out of every client.
fn https() -> Result<SharedHttpClient, Box<dyn Error + Send + Sync>> {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls).build_https())
}

/// Returns the configuration of the process: region and credentials from where Lambda puts them, which is the
/// environment. The SDK's own search for them (profiles, metadata services, roles) is neither run nor linked.
///
/// # Errors
/// If no region is configured.
pub fn load() -> Result<SdkConfig, Box<dyn Error + Send + Sync>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .http_client(https()?)
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .retry_config(retries())
        .timeout_config(timeouts());
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    Ok(config.build())
}
