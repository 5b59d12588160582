//! What becomes of posts is counted: a socket that is gone is no failure, and everything else says why.
#![allow(clippy::unwrap_used)]
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::{rt::sleep::TokioSleep, time::SystemTimeSource};
use bytes::Bytes;
use platform::{
    broadcast::{Callback, Endpoint, Posted, SdkCallback},
    metrics::{Metrics, Sink},
};
use serde_json::Value;
use sheet::TimestampMs;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn config() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "key",
            "secret",
            None,
            None,
            "these tests",
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .timeout_config(platform::clients::timeouts())
        .build()
}

/// A callback endpoint that answers every request with `status` and the error `code`.
async fn endpoint(status: u16, code: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/dev", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await;
            let answer = format!(
                "HTTP/1.1 {status} X\r\nx-amzn-errortype: {code}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
            );
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    url
}

/// Posts one frame, closes one socket, and returns what became of them and the line that the metrics wrote.
async fn posted(url: String) -> (Posted, Posted, Option<Value>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let sink: Sink = Arc::new(move |line| kept.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    let metrics = Metrics::from(sink);
    let callback = SdkCallback::new(config(), Some(url)).counting(metrics.clone());
    let of = Endpoint::default();
    let post = callback.post(&of, "abc", Bytes::from_static(b"{}")).await;
    let close = callback.close(&of, "abc").await;
    metrics.flush(TimestampMs(0));
    metrics.flush(TimestampMs(60_000));
    let line = lines.lock().unwrap().pop();
    (post, close, line)
}

#[tokio::test]
async fn a_post_that_is_delivered_is_counted_and_nothing_is_wrong() {
    let (post, close, line) = posted(endpoint(200, "").await).await;
    let line = line.unwrap();
    assert_eq!((post, close, &line["PostsDelivered"]), (Posted::Delivered, Posted::Delivered, &2.into()));
    assert!(line["PostsFailed"].is_null() && line["PostsGone"].is_null());
}

#[tokio::test]
async fn a_socket_that_is_gone_is_counted_and_is_no_failure() {
    let (post, close, line) = posted(endpoint(410, "GoneException").await).await;
    let line = line.unwrap();
    assert_eq!((post, close, &line["PostsGone"]), (Posted::Gone, Posted::Gone, &2.into()));
    assert!(line["PostsFailed"].is_null());
}

#[tokio::test]
async fn every_other_failure_is_counted_and_says_why() {
    for (status, code, why) in [
        (429, "LimitExceededException", "429 LimitExceededException"),
        (403, "ForbiddenException", "403 ForbiddenException"),
        (413, "PayloadTooLargeException", "413 PayloadTooLargeException"),
        (500, "", "500 an answer that does not read"),
    ] {
        let (post, close, line) = posted(endpoint(status, code).await).await;
        let line = line.unwrap();
        assert_eq!((post, close), (Posted::Failed, Posted::Failed), "{status}");
        assert_eq!((&line["PostsFailed"], &line["postFailure"]), (&2.into(), &why.into()), "{status}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (post, _, line) = posted(format!("http://{closed}/dev")).await;
    assert_eq!(
        (post, &line.unwrap()["postFailure"]),
        (Posted::Failed, &"the endpoint cannot be reached".into())
    );
}
