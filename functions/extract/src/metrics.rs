//! Figures of an extraction, in the lines of [`platform::metrics`]: counts, durations and stable words only.
use crate::report::Report;
use extraction::ladder::Reason;
pub use platform::metrics::{Metrics, Sink};
use serde_json::json;
use sheet::{TimestampMs, model::Origin};

/// Where nobody looks.
pub fn nowhere() -> Metrics {
    Metrics::default()
}

/// What a generation took and came to. `questions` were asked by this run.
pub(crate) fn extraction(to: &Metrics, report: &Report, questions: u64) {
    let of = |which: &[Reason]| report.reasons.iter().filter(|reason| which.contains(reason)).count() as u64;
    let is_fallback = report.origin == Origin::Fallback;
    let took = report.finished_at.since(report.started_at).max(0) as u64;
    let metrics = [
        ("Extractions", "Count", 1),
        ("ExtractionDuration", "Milliseconds", took),
        ("Messages", "Count", report.messages as u64),
        ("Rows", "Count", report.rows as u64),
        ("InputTokens", "Count", report.usage.input_tokens),
        ("OutputTokens", "Count", report.usage.output_tokens),
        ("CostMicrodollars", "None", report.cost_microdollars),
        ("ParseFailures", "Count", of(&[Reason::Unusable, Reason::Truncated])),
        ("Refusals", "Count", of(&[Reason::Refused])),
        ("Retries", "Count", u64::from(report.calls).saturating_sub(questions)),
        ("DroppedRows", "Count", report.dropped.len() as u64),
        ("MissingCitations", "Count", report.missing_citations.len() as u64),
        ("Fallbacks", "Count", u64::from(is_fallback)),
    ];
    let properties = json!({"origin": report.origin, "reasons": report.reasons});
    to.line(report.finished_at, properties, &metrics);
}

/// That no source could be read.
pub(crate) fn failed(to: &Metrics, at: TimestampMs) {
    to.line(at, json!({}), &[("Extractions", "Count", 1), ("FailedExtractions", "Count", 1)]);
}

/// That a sweep found an extraction that was due and had not begun, or had died.
pub(crate) fn late(to: &Metrics, at: TimestampMs) {
    to.line(at, json!({}), &[("LateSheets", "Count", 1)]);
}

/// That a week has ended and was never filled in.
pub(crate) fn missed(to: &Metrics, at: TimestampMs) {
    to.line(at, json!({}), &[("MissedSheets", "Count", 1)]);
}

/// That a sheet is stale, and by how many messages.
pub(crate) fn stale(to: &Metrics, at: TimestampMs, messages: u32) {
    to.line(at, json!({}), &[("StaleSheets", "Count", 1), ("StaleMessages", "Count", u64::from(messages))]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::sync::Arc;

    #[test]
    fn every_metric_that_is_declared_has_a_value_and_the_other_way_round() {
        let report =
            Report { reasons: vec![Reason::Refused, Reason::Outage], ..Report::new(1, TimestampMs(5)) };
        let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = lines.clone();
        let sink: Sink = Arc::new(move |line| kept.lock().unwrap().push(line.to_owned()));
        let plain = Metrics::from(sink.clone());
        extraction(&plain, &report, 2);
        stale(&plain, TimestampMs(7), 4);
        late(&plain, TimestampMs(8));
        missed(&plain, TimestampMs(9));
        for line in lines.lock().unwrap().iter() {
            let line: Value = serde_json::from_str(line).unwrap();
            let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
            assert!(declared.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_u64()));
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
            assert!(line["_aws"]["Timestamp"].is_i64());
        }
        let first: Value = serde_json::from_str(&lines.lock().unwrap()[0]).unwrap();
        assert_eq!((&first["Refusals"], &first["ParseFailures"]), (&json!(1), &json!(0)));
    }
}
