//! `cyclesheet evaluate`: recorded weeks, replayed.
//!
//! A week is a folder: `messages.jsonl`, `expected.json` as a person wrote it down, and `answer.txt` as a model answered.
//! With a key the model is asked again; without one the recorded answer is read. Rows are the same when they share a
//! source and no other row fits better, or when their titles are the same.
use super::{Done, print};
use extraction::{
    answer::{self, Row, parse},
    cohere::{CALL_TIMEOUT, Client, DEFAULT_BASE_URL, DEFAULT_MODEL, HttpTransport},
    outside::{SecretString, TokioPause},
    prompt::{self, MAX_INPUT_TOKENS, Request},
    source::{Loaded, Options, load},
};
use platform::context::system_random;
use serde::Deserialize;
use sheet::{Column, Week, normalised_title, week::time_zone};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(crate) struct Evaluate {
    /// The folder of recorded weeks
    #[arg(default_value = "tests/evaluation")]
    folder: PathBuf,
    /// Fail if precision or recall over all weeks is below this, in percent
    #[arg(long, value_name = "PERCENT")]
    at_least: Option<u32>,
    /// Cohere's key; without it the recorded answers are read
    #[arg(long, env = "COHERE_API_KEY", hide_env_values = true, value_name = "KEY")]
    cohere_api_key: Option<String>,
    /// Where Cohere answers
    #[arg(long, env = "COHERE_BASE_URL", value_name = "URL", default_value = DEFAULT_BASE_URL)]
    cohere_base_url: String,
    /// The model that is asked
    #[arg(long, env = "COHERE_MODEL", value_name = "NAME", default_value = DEFAULT_MODEL)]
    cohere_model: String,
}

/// How this command was built: an unoptimised parser takes twenty times as long.
const BUILD: &str = if cfg!(debug_assertions) { "debug build" } else { "release build" };

/// The rows that a person recorded of a week.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expected {
    cycle: Week,
    time_zone: String,
    team: String,
    rows: Vec<BTreeMap<Column, String>>,
}

/// Counts over one week or all.
#[derive(Default)]
struct Score {
    expected: usize,
    found: usize,
    same: usize,
    /// By column: cells compared, and cells that a person would correct.
    cells: BTreeMap<Column, (usize, usize)>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.same += other.same;
        for (column, (compared, corrected)) in &other.cells {
            let all = self.cells.entry(*column).or_default();
            (all.0, all.1) = (all.0 + compared, all.1 + corrected);
        }
    }

    fn line(&self, name: &str) -> String {
        let (precision, recall) = (percent(self.same, self.found), percent(self.same, self.expected));
        format!("{name:<24} {:>5} {:>6} {precision:>9} {recall:>7}\n", self.expected, self.found)
    }
}

fn percent(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.0} %", 100.0 * part as f64 / whole as f64) }
}

impl Evaluate {
    pub(crate) async fn run(self) -> Done {
        let listed = std::fs::read_dir(&self.folder)
            .map_err(|error| format!("cannot read {}: {error}", self.folder.display()))?;
        let mut weeks: Vec<PathBuf> = listed.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
        weeks.sort();
        if weeks.is_empty() {
            return Err(format!("{} holds no recorded weeks", self.folder.display()).into());
        }
        let key = self.cohere_api_key.clone().filter(|key| !key.trim().is_empty());
        let source = match &key {
            Some(_) => format!("answers by {}", self.cohere_model),
            None => "recorded answers".to_owned(),
        };
        let mut text = format!("{} weeks, {source}\n\n", weeks.len());
        text.push_str(&format!(
            "{:<24} {:>5} {:>6} {:>9} {:>7}\n",
            "week", "rows", "found", "precision", "recall"
        ));
        let mut all = Score::default();
        for week in &weeks {
            let score = self.week(week, key.as_deref()).await?;
            text.push_str(&score.line(&week.file_name().unwrap_or_default().to_string_lossy()));
            all.add(&score);
        }
        text.push_str(&all.line("all"));
        text.push_str("\ncells that a person would correct, of the rows found\n");
        for (column, (compared, corrected)) in &all.cells {
            let share = percent(*corrected, *compared);
            text.push_str(&format!("{:<12} {corrected:>4} of {compared:<4} {share:>6}\n", column.as_str()));
        }
        text.push_str(&format!("\nan answer of 200 rows is read in {:.1} ms ({})\n", parse_ms(), BUILD));
        print(&text)?;
        let below = |part: usize, whole: usize, least: u32| 100 * part < least as usize * whole;
        match self.at_least {
            Some(least) if below(all.same, all.found, least) || below(all.same, all.expected, least) => {
                Err(format!("precision or recall is below {least} %").into())
            }
            _ => Ok(()),
        }
    }

    async fn week(
        &self,
        folder: &Path,
        key: Option<&str>,
    ) -> Result<Score, Box<dyn std::error::Error + Send + Sync>> {
        let read = |file: &str| {
            std::fs::read_to_string(folder.join(file))
                .map_err(|error| format!("cannot read {}: {error}", folder.join(file).display()))
        };
        let expected: Expected = serde_json::from_str(&read("expected.json")?)
            .map_err(|error| format!("{}: expected.json: {error}", folder.display()))?;
        let zone = time_zone(&expected.time_zone)?;
        let span = Some(expected.cycle.span(&zone)?);
        let options = Options { span, zone: Some(zone.clone()), ..Options::default() };
        let loaded = load(&folder.join("messages.jsonl"), &options)?;
        if let Some(problem) = loaded.problems.first() {
            return Err(format!("{}: {problem}", folder.display()).into());
        }
        let answer = match key {
            None => read("answer.txt")?,
            Some(key) => self.ask(key, &expected, &zone, &loaded).await?,
        };
        let against = answer::Context::new(expected.cycle)
            .with_messages(&loaded.messages, &zone)
            .with_people(loaded.people.clone());
        Ok(score(&expected.rows, &parse(&answer, &against).rows))
    }

    async fn ask(
        &self,
        key: &str,
        expected: &Expected,
        zone: &jiff::tz::TimeZone,
        loaded: &Loaded,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let transport =
            HttpTransport::new(&self.cohere_base_url, SecretString::from(key.to_owned()), CALL_TIMEOUT)?;
        let random = system_random();
        let client = Client::new(
            transport,
            TokioPause(move || random() as f64 / u64::MAX as f64),
            self.cohere_model.as_str(),
        );
        let request = Request {
            week: expected.cycle,
            zone: zone.clone(),
            team: &expected.team,
            messages: &loaded.messages,
            people: &loaded.people,
            open_rows: &[],
            corrections: &[],
            max_tokens: MAX_INPUT_TOKENS,
        };
        Ok(client.ask(&prompt::build(&request), 3).await?.text)
    }
}

/// Pairs rows one to one: by the most shared sources, then by the title; and compares their cells.
fn score(expected: &[BTreeMap<Column, String>], found: &[Row]) -> Score {
    let cell = |row: &BTreeMap<Column, String>, column| row.get(&column).cloned().unwrap_or_default();
    let ids = |cell: &str| -> Vec<String> {
        cell.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
    };
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (e, row) in expected.iter().enumerate() {
        let sources = ids(&cell(row, Column::Source));
        for (f, candidate) in found.iter().enumerate() {
            let shared = ids(candidate.get(Column::Source)).iter().filter(|id| sources.contains(id)).count();
            let title = normalised_title(&cell(row, Column::Title));
            let same_title = title == normalised_title(candidate.get(Column::Title));
            let weight = 2 * shared + usize::from(same_title);
            if weight > 0 {
                pairs.push((weight, e, f));
            }
        }
    }
    pairs.sort_by_key(|(weight, e, f)| (std::cmp::Reverse(*weight), *e, *f));
    let (mut used_e, mut used_f) = (vec![false; expected.len()], vec![false; found.len()]);
    let mut score = Score { expected: expected.len(), found: found.len(), ..Score::default() };
    for (_, e, f) in pairs {
        let (Some(e_used), Some(f_used)) = (used_e.get_mut(e), used_f.get_mut(f)) else { continue };
        if *e_used || *f_used {
            continue;
        }
        (*e_used, *f_used) = (true, true);
        score.same += 1;
        if let (Some(expected), Some(found)) = (expected.get(e), found.get(f)) {
            compare(expected, found, &mut score.cells);
        }
    }
    score
}

/// Only columns that the person recorded are compared; titles by their words, sources as sets.
fn compare(expected: &BTreeMap<Column, String>, found: &Row, cells: &mut BTreeMap<Column, (usize, usize)>) {
    for (column, value) in expected {
        let sorted = |cell: &str| {
            let mut ids: Vec<&str> = cell.split(',').map(str::trim).collect();
            ids.sort_unstable();
            ids.join(",")
        };
        let is_same = match column {
            Column::Title => normalised_title(value) == normalised_title(found.get(*column)),
            Column::Source => sorted(value) == sorted(found.get(*column)),
            _ => value == found.get(*column),
        };
        let counted = cells.entry(*column).or_default();
        counted.0 += 1;
        counted.1 += usize::from(!is_same);
    }
}

/// Milliseconds to read an answer of 200 rows: the median of eleven.
fn parse_ms() -> f64 {
    let mut text = "SUMMARY: Much was done.\n\n| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n".to_owned();
    for n in 1..=200 {
        text.push_str(&format!(
            "| Work {n} | What was said about it, with a \\| in it | In progress | High | Ana Ruiz | 2026-11-{:02} | {} | waiting for legal | m{n}, m{} |\n",
            n % 28 + 1,
            n % 101,
            n + 1
        ));
    }
    let Ok(week) = Week::new(2026, 47) else { return 0.0 };
    let against = answer::Context::new(week);
    let mut times: Vec<f64> = (0..11)
        .map(|_| {
            let began = Instant::now();
            let parsed = parse(&text, &against);
            let took = began.elapsed().as_secs_f64() * 1000.0;
            if parsed.rows.len() == 200 { took } else { f64::NAN }
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(5).copied().unwrap_or(f64::NAN)
}
