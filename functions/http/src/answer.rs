//! Answers: JSON, compressed where the client takes it, never cached across people.
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;
use sheet::{Code, Refusal};
use std::io::Write;

/// Bytes below which compressing costs more than it saves.
const MIN_GZIP_BYTES: usize = 1_024;

/// An answer before it meets its request.
pub(crate) struct Reply {
    status: StatusCode,
    body: String,
    etag: Option<String>,
    media_type: &'static str,
    file: Option<String>,
    kept: &'static str,
}

impl Reply {
    /// 200 with a body of JSON.
    pub(crate) fn json(body: String) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            etag: None,
            media_type: "application/json",
            file: None,
            kept: "private, no-cache",
        }
    }

    /// 200 with a file to be saved.
    pub(crate) fn file(body: String, media_type: &'static str, name: String) -> Self {
        Self { media_type, file: Some(name), ..Self::json(body) }
    }

    /// The same, to be kept nowhere.
    pub(crate) fn unkept(self) -> Self {
        Self { kept: "no-store", ..self }
    }

    /// A status alone.
    pub(crate) fn status(status: StatusCode) -> Self {
        Self { status, ..Self::json(String::new()) }
    }

    /// The same with an ETag.
    pub(crate) fn tagged(mut self, etag: String) -> Self {
        self.etag = Some(etag);
        self
    }

    /// As a response to `request`.
    pub(crate) fn respond<B>(self, request: &Request<B>) -> Response<Bytes> {
        let accepts = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let gzip = accepts.is_some_and(accepts_gzip) && self.body.len() >= MIN_GZIP_BYTES;
        let body = match gzip.then(|| compress(&self.body)).transpose() {
            Ok(Some(packed)) => packed,
            _ => Bytes::from(self.body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.kept));
        headers.insert(header::VARY, HeaderValue::from_static("authorization, accept-encoding"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        // The name is made of validated words.
        let file = self.file.map(|name| HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")));
        if let Some(Ok(file)) = file {
            headers.insert(header::CONTENT_DISPOSITION, file);
        }
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// Returns whether an `Accept-Encoding` takes gzip (RFC 9110, 12.5.3): named, or by `*`, with a weight above 0.
fn accepts_gzip(accepted: &str) -> bool {
    let mut by_star = false;
    for part in accepted.to_ascii_lowercase().split(',') {
        let (coding, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        let is_taken = weight.is_some_and(|weight| weight > 0.0);
        match coding.trim() {
            "gzip" | "x-gzip" => return is_taken,
            "*" => by_star = is_taken,
            _ => {}
        }
    }
    by_star
}

fn compress(body: &str) -> std::io::Result<Bytes> {
    let mut packer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    packer.write_all(body.as_bytes())?;
    packer.finish().map(Bytes::from)
}

/// The answer to a refusal.
pub(crate) fn refused(refusal: &Refusal) -> Reply {
    let Refusal { code, message, current } = refusal;
    let body = json!({"code": code, "retryable": code.retryable(), "message": message, "current": current});
    refused_with(*code, body.to_string())
}

/// A body with the status of its code.
pub(crate) fn refused_with(code: Code, body: String) -> Reply {
    Reply { status: status(code), ..Reply::json(body) }
}

fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::InvalidValue => StatusCode::BAD_REQUEST,
        Code::TokenExpired => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::Revoked => StatusCode::FORBIDDEN,
        Code::NotFound | Code::UnknownTarget => StatusCode::NOT_FOUND,
        Code::Unsupported => StatusCode::METHOD_NOT_ALLOWED,
        Code::Conflict | Code::Superseded => StatusCode::CONFLICT,
        Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Locked => StatusCode::LOCKED,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        // A refresh is asked for on a socket; over HTTPS nobody is answered this.
        Code::Unchanged => StatusCode::CONFLICT,
        Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: W2
    #[test]
    fn gzip_is_sent_to_who_takes_it_and_to_nobody_else() {
        for taken in ["gzip", "br, GZIP", "gzip;q=0.1", "*", "deflate;q=0, *;q=0.5", "gzip; q=1.0, br"] {
            assert!(accepts_gzip(taken), "{taken}");
        }
        for not in ["", "br", "gzip;q=0", "gzip; q=0.000, br", "*;q=0", "gzipped", "gzip;q=0, *", "gzip;q=x"]
        {
            assert!(!accepts_gzip(not), "{not}");
        }
    }
}
