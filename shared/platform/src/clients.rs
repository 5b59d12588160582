//! AWS clients. Every call has an attempt timeout and a short backoff: the SDK's defaults are none and a second.
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use std::time::Duration;

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

/// The timeouts of every client.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// The retries of every client.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(BACKOFF)
        .with_max_backoff(BACKOFF * 8)
}

/// The configuration of the process: region and credentials from where Lambda puts them.
pub async fn load() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(retries())
        .timeout_config(timeouts())
        .load()
        .await
}
