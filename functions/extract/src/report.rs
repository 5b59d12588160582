//! What is kept of a generation for its admins: what was sent, what came back, what became of it.
//!
//! `prompt` is stored before it is sent and `answer` before it is read, so that a run that died has left both; `report`
//! is stored before the result is committed, so that every result has one. All of it lies in the cycle's own partition
//! ([`store::raw`]) and nowhere else: no log and no metric holds any of it.
use extraction::{
    answer::Dropped,
    cohere::Usage,
    ladder::{Outcome, Reason},
    prompt::{LeftOut, Prompt},
    source::Coverage,
};
use serde::{Deserialize, Serialize};
use sheet::{TimestampMs, model::Origin};

/// What came back of one prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    /// The answer as it came, or why there is none.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    /// Calls it took.
    pub(crate) calls: u32,
    /// When it had come.
    pub(crate) at: TimestampMs,
    /// Milliseconds it took.
    pub(crate) took_ms: i64,
}

/// What became of a generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Its number.
    pub generation: u32,
    /// When this run began.
    pub started_at: TimestampMs,
    /// When its result was ready.
    pub finished_at: TimestampMs,
    /// Where the rows came from.
    pub origin: Origin,
    /// The model's name, if one answered.
    pub model: Option<String>,
    /// Why the rows are a fallback, if they are; why an answer is not whole, if it is not.
    pub reason: Option<Reason>,
    /// Why each question that gave no rows gave none, in order.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// Messages read.
    pub messages: usize,
    /// Rows of the result, those carried over included.
    pub rows: usize,
    /// Rows carried over from the week before.
    pub carried: usize,
    /// Calls of the model, retries included.
    pub calls: u32,
    /// Billed tokens.
    pub usage: Usage,
    /// What they cost, in millionths of a dollar.
    pub cost_microdollars: u64,
    /// Credentials masked in the last prompt.
    pub masked: usize,
    /// Messages that the last prompt had no room for.
    pub left_out: LeftOut,
    /// Lines of the answer that gave no row, and why.
    pub dropped: Vec<Dropped>,
    /// What was changed or could not be understood in it.
    pub warnings: Vec<String>,
    /// Cited ids that no message has; they stand in no row.
    pub missing_citations: Vec<String>,
    /// What could not be read of the sources.
    pub problems: Vec<String>,
    /// What of the sources was used, and what was left out, with counts.
    #[serde(default)]
    pub coverage: Coverage,
}

impl Report {
    /// Before anything has happened.
    pub(crate) fn new(generation: u32, started_at: TimestampMs) -> Self {
        Self {
            generation,
            started_at,
            finished_at: started_at,
            origin: Origin::Empty,
            model: None,
            reason: None,
            reasons: Vec::new(),
            messages: 0,
            rows: 0,
            carried: 0,
            calls: 0,
            usage: Usage::default(),
            cost_microdollars: 0,
            masked: 0,
            left_out: LeftOut::default(),
            dropped: Vec::new(),
            warnings: Vec::new(),
            missing_citations: Vec::new(),
            problems: Vec::new(),
            coverage: Coverage::default(),
        }
    }

    /// Adds what the questions cost. Sample data answers from this process: no model was asked, and nobody is billed.
    pub(crate) fn count(&mut self, prompts: &[Prompt], asked: &[Asked], origin: Origin) {
        if origin != Origin::Sample {
            self.calls = asked.iter().map(|asked| asked.calls).sum();
            for asked in asked {
                if let Outcome::Answer(answer) = &asked.outcome {
                    self.usage = self.usage.plus(answer.usage);
                }
            }
            self.cost_microdollars = self.usage.cost_microdollars();
        }
        if let Some(last) = prompts.last() {
            (self.masked, self.left_out) = (last.masked, last.left_out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use extraction::cohere::Failure;

    #[test]
    fn sample_data_counts_no_call_and_no_cost() {
        let asked = |calls| Asked {
            outcome: Outcome::Failure(Failure::Timeout),
            calls,
            at: TimestampMs(2),
            took_ms: 1,
        };
        let counted = |origin| {
            let mut report = Report::new(1, TimestampMs(1));
            report.count(&[], &[asked(1), asked(3)], origin);
            (report.calls, report.cost_microdollars)
        };
        assert_eq!(counted(Origin::Model), (4, 0));
        assert_eq!(counted(Origin::Sample), (0, 0));
    }
}
