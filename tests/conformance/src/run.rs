//! Plays the rules one after the other, and says what came out.
use crate::{
    Endpoint,
    rules::{Check, RULES, Shown},
};
use futures::FutureExt;
use serde_json::json;
use std::{any::Any, fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

/// The longest that one rule may take: some wait for a token to end.
const LIMIT: Duration = Duration::from_secs(60);

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint keeps it.
    Shown,
    /// It does not, and how that was seen.
    Refuted(String),
    /// This endpoint, or any, cannot show it from outside, and why.
    NotShown(String),
}

/// What became of all.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rule and outcome, in the order of the specification.
    pub outcomes: Vec<(&'static str, Outcome)>,
}

impl Report {
    /// How many were shown, refuted and not shown.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count =
            |is: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, outcome)| is(outcome)).count();
        (
            count(|outcome| matches!(outcome, Outcome::Shown)),
            count(|outcome| matches!(outcome, Outcome::Refuted(_))),
            count(|outcome| matches!(outcome, Outcome::NotShown(_))),
        )
    }

    /// What became of a rule.
    pub fn of(&self, rule: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|(name, _)| *name == rule).map(|(_, outcome)| outcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown => f.write_str("shown"),
            Self::Refuted(how) => write!(f, "REFUTED    {how}"),
            Self::NotShown(why) => write!(f, "not shown  {why}"),
        }
    }
}

/// Plays every rule, or those named; `told` is called with each as it ends.
pub async fn run(endpoint: Arc<Endpoint>, only: &[String], mut told: impl FnMut(&str, &Outcome)) -> Report {
    let mut report = Report::default();
    for (rule, check) in RULES {
        if !only.is_empty() && !only.iter().any(|name| name.eq_ignore_ascii_case(rule)) {
            continue;
        }
        let outcome = match (endpoint.setup.hidden.get(*rule), check) {
            (Some(why), _) => Outcome::NotShown(why.clone()),
            (None, Check::Elsewhere(why)) => Outcome::NotShown((*why).to_owned()),
            (None, Check::Play(play)) => played(play(endpoint.clone())).await,
        };
        told(rule, &outcome);
        report.outcomes.push((rule, outcome));
    }
    let _ = AssertUnwindSafe(take_out(&endpoint)).catch_unwind().await;
    report
}

async fn played(play: impl Future<Output = Shown>) -> Outcome {
    match tokio::time::timeout(LIMIT, AssertUnwindSafe(play).catch_unwind()).await {
        Err(_) => Outcome::Refuted(format!("no end after {} s", LIMIT.as_secs())),
        Ok(Err(panic)) => Outcome::Refuted(said(&*panic)),
        Ok(Ok(Shown::Yes)) => Outcome::Shown,
        Ok(Ok(Shown::No(why))) => Outcome::NotShown(why),
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it failed without a word");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes this run's rows out of the room.
async fn take_out(endpoint: &Endpoint) {
    let editor = endpoint.editor();
    let client = endpoint.join(&editor).await;
    let own = format!("{}-", endpoint.setup.word);
    let rows = client.replica.sheet().rows().filter(|row| row.task_id.as_str().starts_with(&own));
    let ops: Vec<_> = rows.map(|row| json!({"op": "ROW_REMOVE", "taskId": row.task_id})).collect();
    client.close().await;
    if !ops.is_empty() {
        endpoint.post(&editor, json!(ops)).await;
    }
}
