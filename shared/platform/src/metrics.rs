//! Figures of a function, as CloudWatch's embedded metric format: one JSON line on standard output, from which CloudWatch
//! makes the metrics. Counts, durations and stable words only: no name, no content, no id.
//!
//! What is wrong is written with the invocation in which it happened. What is well is added up and written once a minute,
//! because a line costs a fifth of the message that it would tell of; an environment that ends before takes up to a minute
//! of those figures with it. Counting is one atomic addition.
//!
//! The crates for the format (`metrique`, `metrics_cloudwatch_embedded`) bring a recorder for the process and its flushing;
//! the line itself is the whole of what is needed here.
use serde_json::{Map, Value, json};
use sheet::{Code, TimestampMs};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// The namespace of every metric.
pub const NAMESPACE: &str = "Cyclesheet";
/// Milliseconds between two lines in which nothing is wrong.
const EVERY_MS: i64 = 60_000;
/// Durations of one line: CloudWatch takes 100 values of a metric in a line. Further ones are counted and not timed.
const MAX_DURATIONS: usize = 100;
/// Characters of a failure's reason.
const MAX_REASON: usize = 120;

/// Takes one line.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Changes that were committed.
    Commits,
    /// Log entries that they were committed in: `Commits` by `Entries` is the changes of one entry.
    Entries,
    /// Slots that commits lost to other writers of the same log before they found a free one.
    LostSlots,
    /// Changes, frames and requests that were refused, for any reason but `BUSY`. The line has them by code.
    Refused,
    /// Posts that the gateway took.
    PostsDelivered,
    /// Posts to sockets that turned out to be gone (410).
    PostsGone,
    /// Sockets that were let in.
    Connections,
    /// Frames of presence that were relayed.
    PresenceFrames,
    /// Requests for the changes after a version that were answered with changes.
    Replays,
    /// Sheets that were sent or handed out whole.
    Snapshots,
    /// Records that were written again.
    Compactions,
    /// Environments that began.
    ColdStarts,
    /// Frames and requests answered `BUSY`, and sockets refused because the table could not say. Something is wrong.
    Busy,
    /// Posts that failed for any reason but 410. Something is wrong.
    PostsFailed,
}

/// Every count with its metric's name, in the order of [`Count`].
const COUNTS: [(Count, &str); 14] = [
    (Count::Commits, "Commits"),
    (Count::Entries, "Entries"),
    (Count::LostSlots, "LostSlots"),
    (Count::Refused, "Refused"),
    (Count::PostsDelivered, "PostsDelivered"),
    (Count::PostsGone, "PostsGone"),
    (Count::Connections, "Connections"),
    (Count::PresenceFrames, "PresenceFrames"),
    (Count::Replays, "Replays"),
    (Count::Snapshots, "Snapshots"),
    (Count::Compactions, "Compactions"),
    (Count::ColdStarts, "ColdStarts"),
    (Count::Busy, "Busy"),
    (Count::PostsFailed, "PostsFailed"),
];

/// What is timed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timed {
    /// From a change's arrival in the function to its place in the log.
    Commit,
    /// From there to the last post to its room.
    Broadcast,
    /// From an environment's start to its first event.
    ColdStart,
    /// From there to its first answer.
    FirstAnswer,
}

/// Every duration with its metric's name, in the order of [`Timed`].
const DURATIONS: [&str; 4] = ["CommitMs", "BroadcastMs", "ColdStartMs", "FirstAnswerMs"];

impl Count {
    fn is_wrong(self) -> bool {
        matches!(self, Self::Busy | Self::PostsFailed)
    }
}

/// Whose figures they are: the dimensions.
#[derive(Clone, Debug, Default)]
struct Labels {
    stage: Option<String>,
    function: Option<String>,
    version: Option<String>,
}

#[derive(Default)]
struct Counted {
    counts: [AtomicU64; COUNTS.len()],
    details: Mutex<Details>,
}

#[derive(Default)]
struct Details {
    durations: [Vec<u64>; DURATIONS.len()],
    refusals: BTreeMap<&'static str, u64>,
    post_failure: Option<String>,
    flushed_at: Option<TimestampMs>,
    /// When an environment that has not answered yet was ready.
    ready_at: Option<TimestampMs>,
}

/// Counts, and writes lines. Clones share what is counted. The default writes nowhere.
#[derive(Clone, Default)]
pub struct Metrics {
    sink: Option<Sink>,
    labels: Labels,
    counted: Arc<Counted>,
}

impl From<Sink> for Metrics {
    fn from(sink: Sink) -> Self {
        Self { sink: Some(sink), ..Self::default() }
    }
}

impl Metrics {
    /// Writes to standard output, where Lambda collects lines. `stage` tells the stages of one account apart; `function` and
    /// `version` are what Lambda calls this function, and the version of it that runs.
    pub fn stdout(stage: Option<String>, function: Option<String>, version: Option<String>) -> Self {
        let sink: Sink = Arc::new(|line| {
            use std::io::Write;
            // A closed standard output costs the line and nothing else.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        });
        Self { sink: Some(sink), labels: Labels { stage, function, version }, ..Self::default() }
    }

    /// Returns the same with other dimensions.
    pub fn labelled(mut self, stage: &str, function: &str, version: &str) -> Self {
        self.labels = Labels {
            stage: Some(stage.into()),
            function: Some(function.into()),
            version: Some(version.into()),
        };
        self
    }

    /// Counts one.
    pub fn count(&self, what: Count) {
        self.add(what, 1);
    }

    /// Counts so many.
    pub fn add(&self, what: Count, many: u64) {
        self.counted.counts[what as usize].fetch_add(many, Relaxed);
    }

    /// Notes how long something took.
    pub fn timed(&self, what: Timed, took_ms: i64) {
        let durations = &mut self.details().durations[what as usize];
        if durations.len() < MAX_DURATIONS {
            durations.push(u64::try_from(took_ms).unwrap_or(0));
        }
    }

    /// Counts an answer that refuses. `BUSY` is the one that says that something is wrong here.
    pub fn refused(&self, code: Code) {
        if code == Code::Busy {
            return self.count(Count::Busy);
        }
        self.count(Count::Refused);
        *self.details().refusals.entry(code.as_str()).or_default() += 1;
    }

    /// Counts an environment that was ready at `ready`, having begun at `began`. The first flush tells when it answered.
    pub fn started(&self, began: TimestampMs, ready: TimestampMs) {
        self.count(Count::ColdStarts);
        self.timed(Timed::ColdStart, ready.since(began));
        self.details().ready_at = Some(ready);
    }

    /// Counts a post that failed. The line says one reason of those that there were.
    pub fn post_failed(&self, reason: &str) {
        self.count(Count::PostsFailed);
        self.details().post_failure.get_or_insert_with(|| reason.chars().take(MAX_REASON).collect());
    }

    /// Forgets what was counted: the post by which a function warms its connection is to a socket that nobody has.
    pub fn forget(&self) {
        for count in &self.counted.counts {
            count.store(0, Relaxed);
        }
        *self.details() = Details::default();
    }

    fn details(&self) -> std::sync::MutexGuard<'_, Details> {
        self.counted.details.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was counted, if something is wrong or a minute has passed. Called after every invocation.
    pub fn flush(&self, now: TimestampMs) {
        let Some(sink) = &self.sink else { return };
        let is_any = |wrong: bool| {
            COUNTS.iter().any(|(what, _)| {
                (*what).is_wrong() >= wrong && self.counted.counts[*what as usize].load(Relaxed) > 0
            })
        };
        if !is_any(false) {
            return;
        }
        // An environment may get no second event, so its first line does not wait.
        let ready = self.details().ready_at.take();
        if let Some(ready) = ready {
            self.timed(Timed::FirstAnswer, now.since(ready));
        }
        let mut details = self.details();
        let since = *details.flushed_at.get_or_insert(now);
        if !is_any(true) && ready.is_none() && now.since(since) < EVERY_MS {
            return;
        }
        details.flushed_at = Some(now);
        let (durations, reason) = (std::mem::take(&mut details.durations), details.post_failure.take());
        let refusals = std::mem::take(&mut details.refusals);
        drop(details);
        let taken =
            COUNTS.map(|(what, name)| (what, name, self.counted.counts[what as usize].swap(0, Relaxed)));
        let mut values = Map::new();
        values.extend(reason.map(|reason| ("postFailure".to_owned(), json!(reason))));
        if !refusals.is_empty() {
            let codes: Map<String, Value> =
                refusals.into_iter().map(|(code, count)| (code.to_owned(), json!(count))).collect();
            values.insert("refusals".into(), Value::Object(codes));
        }
        let (mut well, mut wrong) = (Vec::new(), Vec::new());
        for (what, name, count) in taken.into_iter().filter(|(.., count)| *count > 0) {
            let named = json!({"Name": name, "Unit": "Count"});
            if what.is_wrong() {
                wrong.push(named)
            } else {
                well.push(named)
            }
            values.insert(name.into(), json!(count));
        }
        for (name, durations) in DURATIONS.iter().zip(durations).filter(|(_, some)| !some.is_empty()) {
            well.push(json!({"Name": name, "Unit": "Milliseconds"}));
            values.insert((*name).into(), json!(durations));
        }
        // What is well is a figure of the stage; the line has the function, for queries. What is wrong is alarmed by the
        // stage, found by the function, and counted by version as well, so that a broken release is seen while it takes
        // a tenth of the calls.
        let directives = [
            (self.labels.dimensions(&[&["stage"]]), well),
            (
                self.labels.dimensions(&[
                    &["stage"],
                    &["stage", "function"],
                    &["stage", "function", "version"],
                ]),
                wrong,
            ),
        ];
        let directives = directives.into_iter().filter(|(_, metrics)| !metrics.is_empty()).map(
            |(dimensions, metrics)| json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics}),
        );
        sink(&self.labels.line(now, directives.collect(), values));
    }

    /// Writes one line of figures of the stage: `(name, unit, value)`, and properties that are no metrics.
    pub fn line(&self, at: TimestampMs, properties: Value, metrics: &[(&str, &str, u64)]) {
        let Some(sink) = &self.sink else { return };
        let named: Vec<Value> =
            metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
        let dimensions = self.labels.dimensions(&[&["stage"]]);
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": named});
        let mut values = match properties {
            Value::Object(properties) => properties,
            _ => Map::new(),
        };
        values.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), json!(value))));
        sink(&self.labels.line(at, vec![directive], values));
    }
}

impl Labels {
    fn pairs(&self) -> [(&'static str, &Option<String>); 3] {
        [("stage", &self.stage), ("function", &self.function), ("version", &self.version)]
    }

    /// Those of `sets` without what has no value, each once.
    fn dimensions(&self, sets: &[&[&str]]) -> Vec<Vec<&'static str>> {
        let mut known: Vec<Vec<&'static str>> = Vec::new();
        for set in sets {
            let labels =
                self.pairs().into_iter().filter(|(name, value)| set.contains(name) && value.is_some());
            let labels: Vec<&str> = labels.map(|(name, _)| name).collect();
            if !known.contains(&labels) {
                known.push(labels);
            }
        }
        known
    }

    fn line(&self, at: TimestampMs, directives: Vec<Value>, values: Map<String, Value>) -> String {
        let mut line = Map::new();
        line.insert("_aws".into(), json!({"Timestamp": at.0, "CloudWatchMetrics": directives}));
        let labels = self.pairs().into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        line.extend(labels.map(|(name, value)| (name.to_owned(), json!(value))));
        line.extend(values);
        Value::Object(line).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Lines = Arc<Mutex<Vec<Value>>>;

    fn kept() -> (Metrics, Lines) {
        let lines = Lines::default();
        let to = lines.clone();
        let sink: Sink = Arc::new(move |line| to.lock().unwrap().push(serde_json::from_str(line).unwrap()));
        (Metrics::from(sink), lines)
    }

    /// Every metric that a line declares has a value in it, and every dimension too.
    fn is_whole(line: &Value) -> bool {
        line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter().all(|directive| {
            let metrics = directive["Metrics"].as_array().unwrap();
            let dimensions = directive["Dimensions"].as_array().unwrap();
            !metrics.is_empty()
                && metrics.iter().all(|m| !line[m["Name"].as_str().unwrap()].is_null())
                && dimensions
                    .iter()
                    .flat_map(|set| set.as_array().unwrap())
                    .all(|d| line[d.as_str().unwrap()].is_string())
        })
    }

    #[test]
    fn what_is_well_is_added_up_and_written_once_a_minute() {
        let (metrics, lines) = kept();
        for at in 0..150 {
            metrics.count(Count::Commits);
            metrics.timed(Timed::Commit, at);
            metrics.flush(TimestampMs(at * 100));
        }
        assert!(lines.lock().unwrap().is_empty());
        metrics.flush(TimestampMs(EVERY_MS));
        metrics.flush(TimestampMs(EVERY_MS + 1));
        let lines = lines.lock().unwrap();
        assert_eq!((lines.len(), &lines[0]["Commits"]), (1, &json!(150)));
        assert_eq!(lines[0]["CommitMs"].as_array().unwrap().len(), MAX_DURATIONS);
        assert!(is_whole(&lines[0]), "{}", lines[0]);
    }

    #[test]
    fn what_is_wrong_is_written_at_once_and_by_version() {
        let (metrics, lines) = kept();
        let metrics = metrics.labelled("prod", "cyclesheet-prod-default", "7");
        metrics.count(Count::Commits);
        metrics.flush(TimestampMs(0));
        metrics.count(Count::Busy);
        metrics.post_failed("429 LimitExceededException");
        metrics.post_failed("another");
        metrics.flush(TimestampMs(1));
        metrics.flush(TimestampMs(2));
        let lines = lines.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(is_whole(line), "{line}");
        assert_eq!(
            (&line["Busy"], &line["PostsFailed"], &line["Commits"]),
            (&json!(1), &json!(2), &json!(1))
        );
        assert_eq!(line["postFailure"], "429 LimitExceededException");
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!(directives[0]["Dimensions"], json!([["stage"]]));
        assert_eq!(
            directives[1]["Dimensions"],
            json!([["stage"], ["stage", "function"], ["stage", "function", "version"]])
        );
        assert_eq!((&line["function"], &line["version"]), (&json!("cyclesheet-prod-default"), &json!("7")));
    }

    #[test]
    fn refusals_are_one_metric_and_told_apart_by_code_in_the_line() {
        let (metrics, lines) = kept();
        for code in [Code::Conflict, Code::Conflict, Code::Forbidden, Code::Busy] {
            metrics.refused(code);
        }
        metrics.flush(TimestampMs(0));
        let lines = lines.lock().unwrap();
        assert_eq!((&lines[0]["Refused"], &lines[0]["Busy"]), (&json!(3), &json!(1)));
        assert_eq!(lines[0]["refusals"], json!({"CONFLICT": 2, "FORBIDDEN": 1}));
        assert!(is_whole(&lines[0]), "{}", lines[0]);
    }

    #[test]
    fn an_environment_tells_of_its_start_with_its_first_answer() {
        let (metrics, lines) = kept();
        metrics.started(TimestampMs(100), TimestampMs(130));
        metrics.flush(TimestampMs(137));
        metrics.count(Count::Commits);
        metrics.flush(TimestampMs(200));
        let lines = lines.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["ColdStartMs"], &line["FirstAnswerMs"]), (&json!([30]), &json!([7])));
        assert_eq!(line["ColdStarts"], 1);
        assert!(is_whole(line), "{line}");
    }

    #[test]
    fn every_count_and_every_duration_stands_at_its_own_place() {
        for (place, (count, _)) in COUNTS.iter().enumerate() {
            assert_eq!(*count as usize, place);
        }
        let last = [Timed::Commit, Timed::Broadcast, Timed::ColdStart, Timed::FirstAnswer];
        assert_eq!(last.map(|timed| timed as usize), [0, 1, 2, 3]);
    }

    #[test]
    fn dimensions_without_a_value_are_left_out() {
        let (metrics, lines) = kept();
        metrics.count(Count::Busy);
        metrics.flush(TimestampMs(0));
        metrics.line(TimestampMs(1), json!({"origin": "model"}), &[("Rows", "Count", 3)]);
        let lines = lines.lock().unwrap();
        assert_eq!(lines[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
        assert_eq!((&lines[1]["Rows"], &lines[1]["origin"]), (&json!(3), &json!("model")));
        assert!(lines.iter().all(is_whole));
    }
}
