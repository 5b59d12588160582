//! What to do with an answer: take its rows, ask once more and simpler, or fall back to the messages.
//!
//! A pure function of what has come back so far, so that a run that died resumes from the stored outcomes: store each
//! [`Outcome`] before deciding on it, and ask [`next`] again. At most two questions are ever asked.
use crate::{
    answer::{Context, Form, Parsed, parse},
    cohere::{Answer, Failure, Finish},
};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::LazyLock};

/// Why rows are a fallback, or why a second question was asked. The words are in metrics and are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// No key is configured, or no model is wanted.
    NoKey,
    /// The key was not accepted (401, 403).
    BadKey,
    /// The model declined in words, or the service refused the text (498).
    Refused,
    /// An answer in which no row could be found.
    Unusable,
    /// The answer ended at the token limit before its first whole row.
    Truncated,
    /// The model stopped with an error of its own, or the request was not understood (400, 404, 422).
    ModelError,
    /// The account's limit is reached: billing (402) or too many calls (429).
    Quota,
    /// The service could not be reached, failed (5xx) or did not answer in time.
    Outage,
}

impl Reason {
    /// Returns the word in metrics and in the sheet's note.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "NO_KEY",
            Self::BadKey => "BAD_KEY",
            Self::Refused => "REFUSED",
            Self::Unusable => "UNUSABLE",
            Self::Truncated => "TRUNCATED",
            Self::ModelError => "MODEL_ERROR",
            Self::Quota => "QUOTA",
            Self::Outage => "OUTAGE",
        }
    }

    /// Returns what the sheet says to people.
    pub fn for_people(self) -> &'static str {
        match self {
            Self::NoKey => "no model is set up",
            Self::BadKey => "the model's service did not accept the key",
            Self::Refused => "the model declined to answer",
            Self::Unusable => "the model's answer held no rows that could be read",
            Self::Truncated => "the model's answer was cut off too early",
            Self::ModelError => "the model reported an error",
            Self::Quota => "the limit of the model's account is reached",
            Self::Outage => "the model's service could not be reached",
        }
    }

    /// Returns whether the same question may well be answered later, so that a sweep should ask again.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Outage | Self::Quota)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What came back from one question. This is what is stored before anything is decided on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// HTTP 200 in the documented shape, whatever it says.
    Answer(Answer),
    /// Anything else.
    Failure(Failure),
}

impl From<Result<Answer, Failure>> for Outcome {
    fn from(result: Result<Answer, Failure>) -> Self {
        match result {
            Ok(answer) => Self::Answer(answer),
            Err(failure) => Self::Failure(failure),
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send [`crate::prompt::build`].
    Ask,
    /// Send [`crate::prompt::build_simplified`], because of this.
    AskSimplified(Reason),
    /// Commit these rows (possibly none: a week in which nothing was done). With a reason if a part was cut off.
    Accept(Box<Parsed>, Option<Reason>),
    /// Commit [`crate::fallback::rows`], because of this.
    FallBack(Reason),
}

/// Before the first question: whether there is anybody to ask.
pub fn begin(has_key: bool) -> Step {
    if has_key { Step::Ask } else { Step::FallBack(Reason::NoKey) }
}

/// Returns the step after these outcomes, oldest first. `context` is what answers are read against.
pub fn next(outcomes: &[Outcome], context: &Context) -> Step {
    let Some(last) = outcomes.last() else { return Step::Ask };
    let first = outcomes.len() == 1;
    let (reason, again) = match judge(last, context) {
        Verdict::Rows(parsed, reason) => return Step::Accept(parsed, reason),
        Verdict::Hopeless(reason) => (reason, false),
        Verdict::PerhapsSimpler(reason) => (reason, true),
    };
    if first && again { Step::AskSimplified(reason) } else { Step::FallBack(reason) }
}

enum Verdict {
    Rows(Box<Parsed>, Option<Reason>),
    /// A simpler question may help.
    PerhapsSimpler(Reason),
    /// It will not.
    Hopeless(Reason),
}

fn judge(outcome: &Outcome, context: &Context) -> Verdict {
    let answer = match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Failure(failure) => return of_failure(failure),
    };
    if matches!(answer.finish, Finish::Error | Finish::Timeout | Finish::ToolCall) {
        return Verdict::PerhapsSimpler(Reason::ModelError);
    }
    let truncated = answer.finish == Finish::MaxTokens;
    let parsed = parse(&answer.text, &context.clone().with_truncated(truncated));
    // Rows that only say which messages could not be read are no answer.
    if parsed.rows.len() > parsed.unread {
        return Verdict::Rows(Box::new(parsed), truncated.then_some(Reason::Truncated));
    }
    if truncated {
        return Verdict::PerhapsSimpler(Reason::Truncated);
    }
    if parsed.form != Form::None && parsed.dropped.is_empty() {
        // A table with a header and no rows: nothing was worked on, and the model says so in the form it was asked for.
        return Verdict::Rows(Box::new(parsed), None);
    }
    Verdict::PerhapsSimpler(if is_refusal(&answer.text) { Reason::Refused } else { Reason::Unusable })
}

fn of_failure(failure: &Failure) -> Verdict {
    match failure {
        Failure::Status { status: 401 | 403, .. } => Verdict::Hopeless(Reason::BadKey),
        Failure::Status { status: 402 | 429, .. } => Verdict::Hopeless(Reason::Quota),
        // A deny-listed token is in the messages, which the second question repeats.
        Failure::Status { status: 498, .. } => Verdict::Hopeless(Reason::Refused),
        Failure::Status { status: 499..=599, .. } | Failure::Timeout | Failure::Network { .. } => {
            Verdict::Hopeless(Reason::Outage)
        }
        // The schema, the length or the model's name: without a schema the first may pass, so the second is asked.
        Failure::Status { .. } => Verdict::PerhapsSimpler(Reason::ModelError),
        Failure::TooLarge | Failure::Malformed { .. } => Verdict::PerhapsSimpler(Reason::Unusable),
    }
}

/// How models decline, in the languages they are asked in. Looked for in the beginning of an answer without rows.
static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
    Regex::new(
        r"(?xi)\b(?:
          i\s*(?:'|’)?\s*m\s+(?:very\s+|really\s+)?(?:sorry|afraid|unable|not\s+(?:able|allowed|comfortable)) | i\s+am\s+(?:sorry|afraid|unable|not\s+(?:able|allowed|comfortable)) | i\s+apologi[sz]e
        | (?:i|we)\s+(?:can\s*not|can(?:'|’)?t|won(?:'|’)?t|will\s+not|must\s+decline|decline|refuse) | as\s+an\s+ai\b | as\s+a\s+(?:large\s+)?language\s+model | unable\s+to\s+(?:assist|help|comply|process|provide|complete|fulfil)
        | cannot\s+(?:assist|help|comply|process|provide|complete|fulfil) | against\s+my\s+(?:guidelines|policy|programming) | violates?\s+(?:my|our|the)\s+\w*\s*(?:policy|guidelines)
        | es\s+tut\s+mir\s+leid | tut\s+mir\s+leid | ich\s+kann\s+(?:\w+\s+){0,4}nicht | lo\s+siento | no\s+puedo | (?:je\s+suis\s+)?d[ée]sol[ée]e? | je\s+ne\s+(?:peux|suis) | mi\s+dispiace | desculpe | n[ãa]o\s+posso
        )|申し訳|できません|抱歉|无法|не\s+могу|извините",
    )
    .unwrap()
});

/// Returns whether a text without rows reads like a refusal.
pub fn is_refusal(text: &str) -> bool {
    /// A refusal comes at once; further down these words are about the week.
    const WINDOW: usize = 600;
    REFUSAL.is_match(text.get(..text.floor_char_boundary(WINDOW)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohere::Usage;

    const TABLE: &str = "SUMMARY: ok\n| Title | Status |\n|---|---|\n| Fix login | Done |\n| Write docs | Bl";

    fn answer(text: &str, finish: Finish) -> Outcome {
        Outcome::Answer(Answer {
            text: text.into(),
            finish,
            usage: Usage::default(),
            model: "m".into(),
            attempts: 1,
        })
    }

    fn status(status: u16) -> Outcome {
        Outcome::Failure(Failure::Status { status, message: String::new() })
    }

    fn step(outcomes: &[Outcome]) -> Step {
        next(outcomes, &Context::new("2026-W47".parse().unwrap()))
    }

    #[test]
    fn each_first_outcome_has_its_step() {
        for (outcome, expected) in [
            (
                answer("I'm sorry, but I can't help with that.", Finish::Complete),
                Step::AskSimplified(Reason::Refused),
            ),
            (
                answer("Es tut mir leid, das kann ich nicht.", Finish::Complete),
                Step::AskSimplified(Reason::Refused),
            ),
            (answer("Sure, great week!", Finish::Complete), Step::AskSimplified(Reason::Unusable)),
            (answer("", Finish::Complete), Step::AskSimplified(Reason::Unusable)),
            (answer("SUMMARY: a long", Finish::MaxTokens), Step::AskSimplified(Reason::Truncated)),
            (answer(TABLE, Finish::Error), Step::AskSimplified(Reason::ModelError)),
            (answer("", Finish::Timeout), Step::AskSimplified(Reason::ModelError)),
            (status(400), Step::AskSimplified(Reason::ModelError)),
            (status(401), Step::FallBack(Reason::BadKey)),
            (status(402), Step::FallBack(Reason::Quota)),
            (status(429), Step::FallBack(Reason::Quota)),
            (status(498), Step::FallBack(Reason::Refused)),
            (status(503), Step::FallBack(Reason::Outage)),
            (Outcome::Failure(Failure::Timeout), Step::FallBack(Reason::Outage)),
            (
                Outcome::Failure(Failure::Malformed { reason: String::new() }),
                Step::AskSimplified(Reason::Unusable),
            ),
        ] {
            assert_eq!(step(std::slice::from_ref(&outcome)), expected, "{outcome:?}");
        }
    }

    #[test]
    fn a_second_outcome_never_asks_again() {
        let refused = answer("I cannot help with that.", Finish::Complete);
        assert_eq!(step(&[refused.clone(), refused.clone()]), Step::FallBack(Reason::Refused));
        assert_eq!(step(&[refused.clone(), status(503)]), Step::FallBack(Reason::Outage));
        let json = answer(r#"{"summary":"s","rows":[{"title":"a","status":"Done"}]}"#, Finish::Complete);
        assert!(matches!(step(&[refused, json]), Step::Accept(parsed, None) if parsed.rows.len() == 1));
        assert_eq!(begin(false), Step::FallBack(Reason::NoKey));
        assert_eq!((begin(true), step(&[])), (Step::Ask, Step::Ask));
    }

    #[test]
    fn rows_of_a_truncated_answer_are_taken_and_it_says_so() {
        let Step::Accept(parsed, reason) = step(&[answer(TABLE, Finish::MaxTokens)]) else { panic!() };
        assert_eq!((parsed.rows.len(), parsed.dropped.len(), reason), (1, 1, Some(Reason::Truncated)));
    }

    #[test]
    fn an_empty_table_is_an_answer() {
        assert!(
            matches!(step(&[answer("SUMMARY: Quiet week.\n\n| Title | Status |\n|---|---|\n", Finish::Complete)]), Step::Accept(p, None) if p.rows.is_empty() && p.summary == "Quiet week.")
        );
    }

    #[test]
    fn an_outcome_is_stored_and_read_back_whole() {
        for outcome in [answer(TABLE, Finish::MaxTokens), status(503), Outcome::Failure(Failure::Timeout)] {
            let stored = serde_json::to_string(&outcome).unwrap();
            assert_eq!(serde_json::from_str::<Outcome>(&stored).unwrap(), outcome, "{stored}");
        }
    }
}
