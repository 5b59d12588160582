//! The state of a cycle: the sheet that clients see and the ledger that only the fold sees.
use crate::{
    chain,
    ledger::Ledger,
    limits::MAX_GENERATIONS,
    model::Sheet,
    name::CycleKey,
    refusal::{Code, Refusal},
    time::TimestampMs,
};
use serde::{Deserialize, Serialize};

/// The format of a stored state. A function that reads a higher number than its own must not decide.
pub const STATE_FORMAT: u32 = 1;

/// What a log folds to. Cloning shares everything.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(from = "StateJson")]
pub struct State {
    /// What clients see.
    pub sheet: Sheet,
    /// What the fold remembers beside it.
    pub ledger: Ledger,
}

#[derive(Deserialize)]
struct StateJson {
    sheet: Sheet,
    ledger: Ledger,
}

impl From<StateJson> for State {
    fn from(StateJson { sheet, mut ledger }: StateJson) -> Self {
        ledger.index();
        Self { sheet, ledger }
    }
}

impl State {
    /// The state before a cycle's first change.
    pub fn genesis(key: &CycleKey) -> Self {
        let sheet = Sheet::new(key.cycle_id(), key.week.fiscal_period());
        let mut ledger = Ledger::default();
        ledger.hash = chain::genesis(key);
        Self { sheet, ledger }
    }

    /// The number of changes folded.
    pub fn version(&self) -> u64 {
        self.sheet.version
    }

    /// Should an extraction be asked for? There has been none, or the run that began it died.
    pub fn wants_extraction(&self, now: TimestampMs) -> bool {
        self.ledger.lease.as_ref().is_none_or(|lease| !lease.finished && lease.expires_at <= now)
    }

    /// The number of the generation that a run should begin or resume: the first, the one that a dead run left, or the
    /// next if a refresh is asked for. None: it is done. Whether the lease is free is `check`'s to say.
    pub fn due_generation(&self, refresh: bool) -> Option<u32> {
        match &self.ledger.lease {
            None => Some(1),
            Some(lease) if !lease.finished => Some(lease.generation),
            Some(lease) => refresh.then_some(lease.generation + 1),
        }
    }

    /// May a refresh be asked for? The budget and a running extraction speak against it.
    pub fn may_refresh(&self, now: TimestampMs) -> Result<(), Refusal> {
        match &self.ledger.lease {
            Some(lease) if !lease.finished && lease.expires_at > now => {
                Err(Refusal::new(Code::Locked, "an extraction is running"))
            }
            Some(lease) if lease.finished && lease.generation >= MAX_GENERATIONS => {
                let message = format!("this week's {MAX_GENERATIONS} extractions are used up");
                Err(Refusal::new(Code::RateLimited, message))
            }
            _ => Ok(()),
        }
    }

    /// Estimated bytes in memory, for a cache bounded by bytes.
    pub fn weight(&self) -> usize {
        2 * self.sheet.weight() + self.ledger.weight()
    }
}
