//! Requests to `/api`.
use crate::patiently;
use serde_json::Value;
use std::io::Read;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON, unpacked if it is packed; null if it is neither.
    pub fn json(&self) -> Value {
        let mut unpacked = Vec::new();
        let body = match self.header("content-encoding") {
            Some("gzip") => {
                flate2::read::GzDecoder::new(&self.body[..])
                    .read_to_end(&mut unpacked)
                    .expect("gzip unpacks");
                &unpacked
            }
            _ => &self.body,
        };
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The status and the code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// Sends a request with these headers.
pub async fn request(url: &str, method: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    patiently("an answer over HTTP", async {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.expect("the answer is whole").to_vec() }
    })
    .await
}

/// Sends a request with a bearer.
pub async fn bearing(url: &str, token: &str, method: &str, body: String) -> Answer {
    request(url, method, &[("authorization", &format!("Bearer {token}"))], body).await
}
