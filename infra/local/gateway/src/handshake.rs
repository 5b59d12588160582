//! Checks that a request opens a WebSocket by the rules of RFC 6455, 4.2.1, and derives the answer to its key.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tungstenite::handshake::derive_accept_key;

/// RFC 6455, 4.1: the key is 16 bytes, in base64.
const KEY_BYTES: usize = 16;
/// The one version of the protocol.
const VERSION: &str = "13";

/// Why a request opens no WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    reason: &'static str,
}

const NO_UPGRADE: Refusal = Refusal {
    status: StatusCode::UPGRADE_REQUIRED,
    reason: "This address takes WebSockets: send `Connection: Upgrade` and `Upgrade: websocket`.",
};
const OTHER_VERSION: Refusal = Refusal {
    status: StatusCode::UPGRADE_REQUIRED,
    reason: "Only version 13 of the WebSocket protocol is spoken here: send `Sec-WebSocket-Version: 13`, once.",
};
const BAD_KEY: Refusal = Refusal {
    status: StatusCode::BAD_REQUEST,
    reason: "`Sec-WebSocket-Key` must be there once, and hold 16 bytes in base64.",
};
const OTHER_METHOD: Refusal =
    Refusal { status: StatusCode::METHOD_NOT_ALLOWED, reason: "A WebSocket is opened by GET." };
const OLD_HTTP: Refusal =
    Refusal { status: StatusCode::BAD_REQUEST, reason: "A WebSocket is opened over HTTP/1.1." };
const HAS_BODY: Refusal =
    Refusal { status: StatusCode::BAD_REQUEST, reason: "A request that opens a WebSocket has no body." };

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION)),
        ];
        (self.status, headers, self.reason).into_response()
    }
}

/// Returns the value of `Sec-WebSocket-Accept` for a request that opens a WebSocket.
pub(crate) fn accept_key<B>(request: &Request<B>) -> Result<HeaderValue, Refusal> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(OTHER_METHOD);
    }
    if request.version() < Version::HTTP_11 {
        return Err(OLD_HTTP);
    }
    if !has_token(headers, &header::UPGRADE, "websocket")
        || !has_token(headers, &header::CONNECTION, "upgrade")
    {
        return Err(NO_UPGRADE);
    }
    let length = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    if length || headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(HAS_BODY);
    }
    let key = only(headers, &header::SEC_WEBSOCKET_KEY).ok_or(BAD_KEY)?;
    // The decoder is strict: padding must be there, and no bit may be set that stands for nothing.
    match STANDARD.decode(key.as_bytes()) {
        Ok(bytes) if bytes.len() == KEY_BYTES => {}
        _ => return Err(BAD_KEY),
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        return Err(OTHER_VERSION);
    }
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).map_err(|_| BAD_KEY)
}

/// Returns whether a header that is a list, in one line or several, has `token`, in any case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter();
    values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(token))
}

/// Returns the value of a header that is there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (first, None) = (values.next()?, values.next()) else { return None };
    first.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    /// A request with the right headers, `changes` applied: a name with `None` is left out, a second value is added.
    fn request(changes: &[(&str, Option<&str>)]) -> Request<()> {
        let right = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", KEY),
        ];
        let mut request = Request::new(());
        for (name, value) in right {
            if !changes.iter().any(|(changed, _)| *changed == name) {
                request.headers_mut().append(name, value.parse().unwrap());
            }
        }
        for (name, value) in changes {
            if let Some(value) = value {
                let name: HeaderName = name.parse().unwrap();
                request.headers_mut().append(name, value.parse().unwrap());
            }
        }
        request
    }

    #[test]
    fn the_key_of_the_rfc_has_the_answer_of_the_rfc() {
        assert_eq!(accept_key(&request(&[])).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn every_other_handshake_is_refused_with_its_reason() {
        let key = "sec-websocket-key";
        let version = "sec-websocket-version";
        for (changes, refusal) in [
            (&[(key, None)][..], BAD_KEY),
            (&[(key, Some(""))], BAD_KEY),
            (&[(key, Some("x"))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25jZQ"))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25jZR=="))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25j"))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25jZSE="))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25j-_=="))], BAD_KEY),
            (&[(key, Some(KEY)), (key, Some(KEY))], BAD_KEY),
            (&[(key, Some("dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="))], BAD_KEY),
            (&[(version, None)], OTHER_VERSION),
            (&[(version, Some("8"))], OTHER_VERSION),
            (&[(version, Some("13, 8"))], OTHER_VERSION),
            (&[(version, Some("013"))], OTHER_VERSION),
            (&[(version, Some("13")), (version, Some("13"))], OTHER_VERSION),
            (&[("connection", None)], NO_UPGRADE),
            (&[("connection", Some("keep-alive"))], NO_UPGRADE),
            (&[("connection", Some("upgraded"))], NO_UPGRADE),
            (&[("upgrade", None)], NO_UPGRADE),
            (&[("upgrade", Some("h2c"))], NO_UPGRADE),
            (&[("content-length", Some("5"))], HAS_BODY),
            (&[("transfer-encoding", Some("chunked"))], HAS_BODY),
        ] {
            assert_eq!(accept_key(&request(changes)), Err(refusal), "{changes:?}");
        }
        let mut head = request(&[]);
        *head.method_mut() = Method::HEAD;
        assert_eq!(accept_key(&head), Err(OTHER_METHOD));
        let mut old = request(&[]);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(accept_key(&old), Err(OLD_HTTP));
    }

    #[test]
    fn tokens_are_found_in_any_case_and_in_any_line() {
        let changes = [
            ("connection", Some("keep-alive")),
            ("connection", Some("foo ,UPGRADE")),
            ("upgrade", Some("h2c, websocket")),
            ("content-length", Some("0")),
        ];
        assert!(accept_key(&request(&changes)).is_ok());
    }
}
