//! Why a run did not end, one variant a cause, each with a stable code for logs and alarms.
use sheet::{Code, NameError, week::WeekError};
use store::StoreError;

/// Teams that are named one by one in a message; the rest are counted. The log has a line for each.
const MAX_NAMED: usize = 20;

/// Why a run did not end. Lambda tries it again; what is done already is not done again.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The table could not say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such team.
    #[error("there is no team {0}: add it with `cyclesheet team add`")]
    NoTeam(String),
    /// The team's zone or week cannot be read.
    #[error("the team's week cannot be found: {0}: set its time zone with `cyclesheet team add`")]
    Week(#[from] WeekError),
    /// A name that the run gave itself is none: a fault of this program.
    #[error("a name of the run is not usable: {0}")]
    Name(#[from] NameError),
    /// The ladder asked a third question: a fault of this program.
    #[error("the ladder did not end")]
    EndlessLadder,
    /// A change of the run was refused: it has lost its lease, or the sheet is full.
    #[error("the result was refused: {code}: {message}")]
    Refused {
        /// The stable code.
        code: Code,
        /// The reason, for the log.
        message: String,
    },
    /// Nothing was run, because the event is none that this function knows.
    #[error("the event is unknown and nothing was run ({0}): kind is weekly, team, sweep, mentions or cycle")]
    UnknownEvent(String),
    /// The invocation of a team's run could not be asked for.
    #[error("the run could not be asked for: Lambda did not take the invocation")]
    NotAsked,
    /// Some teams' runs could not be begun or did not end; those of the others were.
    #[error("{} of {of} teams' weekly runs could not be begun: {}", failed.len(), listed(failed))]
    Teams {
        /// Which, as `tenant/team`.
        failed: Vec<String>,
        /// Of how many.
        of: usize,
    },
}

impl ExtractError {
    /// The stable word of the cause.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "STORE",
            Self::NoTeam(_) => "NO_TEAM",
            Self::Week(_) => "BAD_WEEK",
            Self::Name(_) => "BAD_NAME",
            Self::EndlessLadder => "ENDLESS_LADDER",
            Self::Refused { code, .. } => code.as_str(),
            Self::UnknownEvent(_) => "UNKNOWN_EVENT",
            Self::NotAsked => "NOT_ASKED",
            Self::Teams { .. } => "TEAMS_NOT_BEGUN",
        }
    }
}

fn listed(names: &[String]) -> String {
    let mut shown = names.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        shown.push_str(&format!(" and {more} more"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_that_failed_are_named_up_to_a_bound() {
        let failed: Vec<String> = (0..25).map(|n| format!("acme/t{n}")).collect();
        let text = ExtractError::Teams { failed, of: 50 }.to_string();
        assert!(text.starts_with("25 of 50 teams") && text.ends_with("acme/t19 and 5 more"), "{text}");
    }
}
