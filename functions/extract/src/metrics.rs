//! Figures of an extraction, as CloudWatch's embedded metric format: one JSON line on standard output, from which
//! CloudWatch makes the metrics. Counts, durations and stable words only: no name, no content, no id.
//!
//! Forty lines of our own, because the line is the whole of it: the crates for it (`metrique`,
//! `metrics_cloudwatch_embedded`) bring a recorder for the process and its flushing, where there is one line a run.
use crate::report::Report;
use extraction::ladder::Reason;
use serde_json::{Map, Value, json};
use sheet::{TimestampMs, model::Origin};
use std::sync::Arc;

/// Takes one line.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// Where figures go, and the dimension that they carry.
#[derive(Clone)]
pub struct Metrics {
    sink: Sink,
    stage: Option<String>,
}

/// Where a Lambda's lines go. Stages of one account are told apart by the dimension `stage`.
pub fn stdout(stage: Option<String>) -> Metrics {
    let sink: Sink = Arc::new(|line| {
        use std::io::Write;
        // A closed standard output costs the line and nothing else.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    });
    Metrics { sink, stage }
}

/// Where nobody looks.
pub fn nowhere() -> Metrics {
    Metrics { sink: Arc::new(|_| {}), stage: None }
}

impl From<Sink> for Metrics {
    fn from(sink: Sink) -> Self {
        Self { sink, stage: None }
    }
}

const NAMESPACE: &str = "Cyclesheet";

impl Metrics {
    fn line(&self, at: TimestampMs, properties: Value, metrics: &[(&str, &str, u64)]) {
        let named: Vec<Value> =
            metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
        let dimensions: &[&str] = if self.stage.is_some() { &["stage"] } else { &[] };
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": named});
        let mut line = Map::new();
        line.insert("_aws".into(), json!({"Timestamp": at.0, "CloudWatchMetrics": [directive]}));
        line.extend(self.stage.iter().map(|stage| ("stage".to_owned(), json!(stage))));
        if let Value::Object(properties) = properties {
            line.extend(properties);
        }
        line.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), json!(value))));
        (self.sink)(&Value::Object(line).to_string());
    }
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

/// That a sheet is stale, and by how many messages.
pub(crate) fn stale(to: &Metrics, at: TimestampMs, messages: u32) {
    to.line(at, json!({}), &[("StaleSheets", "Count", 1), ("StaleMessages", "Count", u64::from(messages))]);
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_stage_is_a_dimension_with_a_value() {
        let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = lines.clone();
        let sink: Sink = Arc::new(move |line| kept.lock().unwrap().push(line.to_owned()));
        failed(&Metrics { sink, stage: Some("prod".into()) }, TimestampMs(7));
        let line: Value = serde_json::from_str(&lines.lock().unwrap()[0]).unwrap();
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["stage"]]));
        assert_eq!(line["stage"], "prod");
    }
}
