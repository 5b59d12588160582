//! Answers requests for this server's own host names only.
//!
//! A page anywhere can have its own name resolve to 127.0.0.1 (DNS rebinding): its requests then arrive here, and its
//! browser lets it read the answers, because for the browser they come from the page's own origin. What gives such a
//! request away is its `Host`, so everything is refused that is for a name which is not ours: the page, `/api`, sockets
//! and `@connections` alike. `Origin` is checked besides, when a socket opens (`authorize`).
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The names of this machine for itself.
const OWN: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
/// Digits of the highest port.
const MAX_PORT_DIGITS: usize = 5;

/// The host names that are answered, at any port: a forwarded port has another number outside.
#[derive(Debug, Clone)]
pub struct Hosts(Arc<[String]>);

/// A configured name that no `Host` can be.
#[derive(Debug, thiserror::Error)]
#[error(
    "host {0:?}: a name without scheme, port or path would be right, such as `sheet.example.com` or `[fd00::1]`"
)]
pub struct InvalidHost(String);

impl Hosts {
    /// This machine's own names and `more`.
    pub fn new(more: &[String]) -> Result<Self, InvalidHost> {
        let own = OWN.iter().map(|name| (*name).to_owned());
        let more = more.iter().map(|name| match split(name) {
            Some((host, None)) if !host.is_empty() => Ok(host.to_owned()),
            _ => Err(InvalidHost(name.clone())),
        });
        Ok(Self(own.map(Ok).chain(more).collect::<Result<_, _>>()?))
    }

    /// Returns whether `host`, with or without a port, is one of ours.
    fn has(&self, host: &str) -> bool {
        split(host).is_some_and(|(name, _)| self.0.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// Returns whether a request is for one of our names, wherever it states the name.
    fn allow(&self, request: &Request) -> bool {
        // A target with a host (`GET http://host/ HTTP/1.1`) is there for proxies, and outranks the header.
        let in_target = request.uri().authority().is_none_or(|authority| self.has(authority.as_str()));
        let mut named = request.headers().get_all(header::HOST).iter();
        let in_header = match (named.next(), named.next()) {
            (Some(host), None) => host.to_str().is_ok_and(|host| self.has(host)),
            _ => false,
        };
        in_target && in_header
    }

    fn refusal(&self) -> String {
        let names = self.0.join(", ");
        format!(
            "This server answers requests for {names}, and this one names another host, or none. \
             If the other name is meant to lead here, start the server with --allow-host NAME.\n"
        )
    }
}

/// Splits a host from its port; `None` for what is neither a name nor an address.
fn split(host: &str) -> Option<(&str, Option<&str>)> {
    let end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(end);
    // `localhost.` is `localhost`, spelt out.
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    let port = match port {
        "" => None,
        port => Some(port.strip_prefix(':')?),
    };
    let is_port = |port: &str| {
        !port.is_empty() && port.len() <= MAX_PORT_DIGITS && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    (is_plain && port.is_none_or(is_port)).then_some((name, port))
}

/// Refuses a request for another host with 421.
pub async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.allow(&request) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, hosts.refusal()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(target: &str, hosts: &[&str]) -> Request {
        let mut request = Request::builder().uri(target).body(Body::empty()).unwrap();
        for host in hosts {
            request.headers_mut().append(header::HOST, host.parse().unwrap());
        }
        request
    }

    #[test]
    fn own_and_configured_names_are_answered_at_any_port_and_in_any_case() {
        let hosts = Hosts::new(&["sheet.example.com".to_owned(), "[fd00::1]".to_owned()]).unwrap();
        for host in [
            "127.0.0.1",
            "127.0.0.1:4510",
            "localhost",
            "LOCALHOST:80",
            "localhost.:4510",
            "[::1]",
            "[::1]:4510",
            "Sheet.Example.com",
            "sheet.example.com:443",
            "[FD00::1]:1",
        ] {
            assert!(hosts.allow(&request("/", &[host])), "{host}");
            assert!(hosts.allow(&request(&format!("http://{host}/"), &[host])), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_refused_and_so_are_names_that_only_look_like_ours() {
        let hosts = Hosts::new(&[]).unwrap();
        for host in [
            "evil.example",
            "evil.example:4510",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.2",
            "0.0.0.0",
            "[::]",
            "[::1",
            "[::1]x",
            "::1",
            "",
            ":4510",
            "localhost:",
            "localhost:x",
            "localhost:123456",
            "localhost:80:80",
            "localhost@evil.example",
            "evil.example@localhost",
            "localhost/",
            "localhost, evil.example",
            "local host",
            "127.1",
            "2130706433",
            "xlocalhost",
        ] {
            assert!(!hosts.allow(&request("/", &[host])), "{host:?}");
        }
        assert!(!hosts.allow(&request("/", &[])), "no host");
        assert!(!hosts.allow(&request("/", &["localhost", "evil.example"])), "two hosts");
        assert!(!hosts.allow(&request("/", &["localhost", "localhost"])), "one host twice");
        assert!(!hosts.allow(&request("http://evil.example/", &["localhost"])), "another host in the target");
        assert!(!hosts.allow(&request("http://localhost/", &["evil.example"])), "another host in the header");
        assert!(hosts.refusal().contains("127.0.0.1, localhost, [::1]"));
    }

    #[test]
    fn a_configured_name_is_a_name() {
        for bad in ["", "http://sheet.example.com", "sheet.example.com:443", "sheet.example.com/", "a b"] {
            assert!(Hosts::new(&[bad.to_owned()]).is_err(), "{bad:?}");
        }
    }
}
