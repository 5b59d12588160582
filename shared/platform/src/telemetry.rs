//! Logs: one JSON line an event on standard output, where Lambda collects them. No content and no secret is logged:
//! ids, codes, counts and durations only.
//!
//! Every line of an event stands in the span [`of_socket`] or [`of_request`]: the gateway's request id, the socket, the
//! tenant, the room, the change, the client. By them lines join with each other and with the gateway's access log.
use crate::event::SocketEvent;
use serde_json::Value;
use sheet::ChangeId;
use tracing::{Span, error_span, field::Empty};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Begins to log at the level that `LOG_LEVEL` names, `info` if none. A second call changes nothing.
pub fn begin(level: Option<&str>) {
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false);
    let _ = tracing_subscriber::registry().with(lines).with(targets(level)).try_init();
}

/// A level, or levels by target such as `store=debug,info`. The crate's other filter knows spans and fields as well, by
/// regular expressions, which would be a tenth of a bootstrap.
fn targets(level: Option<&str>) -> Targets {
    let named = level.and_then(|level| level.parse().ok());
    named.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// Characters of what a client calls itself.
const MAX_CLIENT: usize = 40;

/// Returns the span of one event of a socket. Its level is the highest, so that a line of any level has it.
pub fn of_socket(event: &SocketEvent) -> Span {
    let request = &event.request_context;
    let room = [known(event, "team").or(event.query("team")), known(event, "cycle").or(event.query("cycle"))]
        .map(plain);
    let span = error_span!(
        "event",
        request = request.request_id,
        connection = request.connection_id,
        tenant = plain(known(event, "tenant")),
        room = room.join("/"),
        change = Empty,
        client = Empty
    );
    if let Some(client) = known(event, "client").or(event.query("client")).and_then(client) {
        span.record("client", client);
    }
    span
}

/// What the authorizer put into an event.
fn known<'a>(event: &'a SocketEvent, key: &str) -> Option<&'a str> {
    event.request_context.authorizer.as_ref()?.get(key).and_then(Value::as_str)
}

/// Returns the span of one request over HTTPS. Tenant and room are recorded once they are known.
pub fn of_request(request: &str, client_header: Option<&str>) -> Span {
    let is_id = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'/' | b'+');
    let request = if request.len() <= MAX_CLIENT && request.bytes().all(is_id) { request } else { "" };
    let span =
        error_span!("event", request = request, tenant = Empty, room = Empty, change = Empty, client = Empty);
    if let Some(client) = client_header.and_then(client) {
        span.record("client", client);
    }
    span
}

/// Names the change that the lines from here on are about.
pub fn about(change: &ChangeId) {
    Span::current().record("change", change.to_string());
}

/// Returns what a client calls itself, such as `web/0.1.0`, if it is of the form that a log may hold.
pub fn client(word: &str) -> Option<&str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-' | b'_' | b'+');
    ((1..=MAX_CLIENT).contains(&word.len()) && word.bytes().all(is_plain)).then_some(word)
}

/// A word of a query if it is one that a room or a tenant may have: anything else stays out of logs.
fn plain(word: Option<&str>) -> &str {
    word.filter(|word| sheet::Name::new(word).is_ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn what_a_client_calls_itself_is_a_short_word_or_nothing() {
        assert_eq!(client("web/0.1.0"), Some("web/0.1.0"));
        for bad in ["", "a b", "x\ny", "secret=1", &"x".repeat(MAX_CLIENT + 1)] {
            assert_eq!(client(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_level_is_for_all_and_a_target_may_have_its_own() {
        let plain = targets(Some("warn"));
        assert!(plain.would_enable("store", &Level::WARN) && !plain.would_enable("store", &Level::INFO));
        let store = targets(Some("store=debug,error"));
        assert!(
            store.would_enable("store::log", &Level::DEBUG) && !store.would_enable("platform", &Level::WARN)
        );
        for none in [None, Some("store=loud")] {
            let usual = targets(none);
            assert!(
                usual.would_enable("any", &Level::INFO) && !usual.would_enable("any", &Level::DEBUG),
                "{none:?}"
            );
        }
    }
}
