//! Runs of the extraction, and weeks made for them.
use crate::{THIS_WEEK, World, patiently};
use cyclesheet_extract::{
    Event, Extracted,
    metrics::{Metrics, Sink},
};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use tracing::{Dispatch, subscriber::NoSubscriber};

/// The figures that runs have written, line by line.
#[derive(Clone, Default)]
pub struct Figures(Arc<Mutex<Vec<String>>>);

impl Figures {
    /// Where they go.
    pub fn sink(&self) -> Metrics {
        let lines = self.0.clone();
        let sink: Sink =
            Arc::new(move |line| lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned()));
        sink.into()
    }

    /// As they were written.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sum of one metric over all lines.
    pub fn sum(&self, name: &str) -> u64 {
        let value = |line: &String| serde_json::from_str::<Value>(line).unwrap()[name].as_u64();
        self.lines().iter().filter_map(value).sum()
    }
}

/// As long as there is one subscriber alone, the thread that first comes to a line of the log decides for all threads
/// whether it is listened to. With two, the subscribers are asked.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// The log's lines of this thread while it lives.
#[derive(Clone, Default)]
pub struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Logged {
    /// Keeps what this thread logs, at every level, until the guard is dropped.
    pub fn keep(&self) -> tracing::subscriber::DefaultGuard {
        LazyLock::force(&ANOTHER);
        let to = self.clone();
        let all = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
        tracing::subscriber::set_default(all.with_writer(move || to.clone()).finish())
    }

    /// What was logged.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl World {
    /// One run for this week of the usual team.
    pub async fn extract(&self, refresh: bool) -> Extracted {
        let event = Event::Request(ExtractRequest::cycle(&self.key(THIS_WEEK), refresh));
        self.run(event).await.remove(0)
    }

    /// The sweep.
    pub async fn sweep(&self) -> Vec<Extracted> {
        self.run(Event::Request(ExtractRequest::Sweep)).await
    }

    /// The weekly run, with the runs of all teams that it asks for.
    pub async fn weekly(&self) -> Vec<Extracted> {
        self.run(Event::Request(ExtractRequest::Weekly)).await
    }

    async fn run(&self, event: Event) -> Vec<Extracted> {
        let stack = self.stack.clone();
        let run = async move {
            let done = stack.extractor.handle(&stack.context, event).await.unwrap();
            stack.extracted().await;
            done
        };
        patiently("a run", run).await
    }
}

/// A message of this week as JSON Lines have it: `minute` counts from Monday, 00:00 UTC.
pub fn line(minute: usize, author: &str, text: &str) -> String {
    let (day, hour) = (16 + minute / 1_440, minute / 60 % 24);
    let at = format!("2026-11-{day:02}T{hour:02}:{:02}:00Z", minute % 60);
    json!({"channel": "ops", "author": author, "at": at, "text": text}).to_string()
}

/// An answer with a row for each of these: title, status, sources.
pub fn answer(rows: &[(&str, &str, &str)]) -> String {
    let mut text = "SUMMARY: A week.\n\n| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n".to_owned();
    for (title, status, source) in rows {
        text.push_str(&format!("| {title} | About it. | {status} | | | | | | {source} |\n"));
    }
    text
}
