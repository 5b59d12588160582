//! What the function is invoked with.
use platform::invoke::ExtractRequest;
use serde::Deserialize;
use serde_json::Value;

/// Characters of an unknown event's kind or source that are named.
const MAX_NAMED: usize = 80;

/// What this function is invoked with: its own request, or EventBridge's scheduled event, which means the weekly run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub enum Event {
    /// A request that names its `kind`: from the schedule, another function or an operator.
    Request(ExtractRequest),
    /// A rule's scheduled event, which has no `kind`.
    Scheduled,
    /// Anything else, and what it calls itself. It is refused.
    Unknown(String),
}

impl From<Value> for Event {
    fn from(event: Value) -> Self {
        let word = |field: &str| event.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (source, detail) = (word("source"), word("detail-type"));
        if event.get("kind").is_some() {
            let kind = word("kind");
            return match serde_json::from_value(event) {
                Ok(request) => Self::Request(request),
                Err(error) => Self::Unknown(named(&format!("kind \"{kind}\": {error}"))),
            };
        }
        if source == "aws.events" && detail == "Scheduled Event" {
            return Self::Scheduled;
        }
        Self::Unknown(named(&format!("source \"{source}\", detail-type \"{detail}\", no kind")))
    }
}

fn named(text: &str) -> String {
    text.chars().take(MAX_NAMED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_known_means_a_run() {
        let read = |event: Value| serde_json::from_value::<Event>(event).unwrap();
        let weekly = Event::Request(ExtractRequest::Weekly);
        assert_eq!(read(json!({"source": "aws.scheduler", "kind": "weekly", "time": "x"})), weekly);
        assert_eq!(read(json!({"source": "aws.events", "detail-type": "Scheduled Event"})), Event::Scheduled);
        for event in [
            json!({"source": "aws.scheduler", "kind": "weakly"}),
            json!({"source": "aws.scheduler", "kind": 7}),
            json!({"source": "aws.scheduler"}),
            json!({"source": "aws.events", "detail-type": "EC2 Instance State-change Notification"}),
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "kind": "sweeep"}),
            json!({"kind": "cycle", "tenant": "acme"}),
            json!({"kind": "team", "tenant": "acme", "team": "../x", "cycle": "2026-W47"}),
            json!({"source": "somebody"}),
            json!({"kind": "x".repeat(10_000)}),
            json!({}),
            json!([]),
            json!("weekly"),
            Value::Null,
        ] {
            let Event::Unknown(what) = read(event.clone()) else { panic!("{event}") };
            assert!(what.len() <= 4 * MAX_NAMED, "{what}");
        }
    }
}
