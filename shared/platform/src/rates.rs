//! Frames a socket may send, by type. Counted in the process that handles them: exact in one process; on Lambda each
//! environment counts what it sees, which bounds a flood by the number of environments. What costs most, a commit, has
//! its own limit in the log.
use sheet::{Code, Refusal, TimestampMs};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The window that is counted, milliseconds.
const WINDOW_MS: i64 = 10_000;
/// Sockets that are counted at once; beyond, all counts begin again, which lets a burst through and bounds memory.
const MAX_SOCKETS: usize = 20_000;
/// How far beyond its limit a socket may go before it is closed.
const CLOSED_BEYOND: u32 = 3;

/// What a frame is, as far as rates go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `hello`: a snapshot each.
    Hello,
    /// `change`: the log has its own limit per author; this one bounds what is read and refused.
    Change,
    /// `presence`: four a second is the most that `welcome` lets a client send.
    Presence,
    /// `replay`.
    Replay,
    /// `refresh`: each may start an extraction.
    Refresh,
    /// `ping`.
    Ping,
    /// What does not read.
    Unreadable,
}

impl Kind {
    /// Frames in ten seconds.
    pub fn limit(self) -> u32 {
        match self {
            Self::Hello => 10,
            Self::Change => 400,
            Self::Presence => 80,
            Self::Replay => 60,
            Self::Refresh => 5,
            Self::Ping => 30,
            Self::Unreadable => 30,
        }
    }
}

/// What to do with a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Allowed {
    /// Handle it.
    Yes,
    /// Refuse it.
    No(Refusal),
    /// Refuse it and close the socket.
    Close(Refusal),
}

/// Counts frames.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<(String, Kind), (i64, u32)>>);

impl Rates {
    /// Counts one frame of a socket. `factor` scales the limits, for a deployment that raises the limit of changes.
    pub fn count(&self, connection_id: &str, kind: Kind, now: TimestampMs, factor: u32) -> Allowed {
        let window = now.0.div_euclid(WINDOW_MS);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_SOCKETS {
            counts.retain(|_, (counted, _)| *counted == window);
            if counts.len() >= MAX_SOCKETS {
                counts.clear();
            }
        }
        let (counted, count) = counts.entry((connection_id.to_owned(), kind)).or_insert((window, 0));
        if *counted != window {
            (*counted, *count) = (window, 0);
        }
        *count = count.saturating_add(1);
        let limit = kind.limit().saturating_mul(factor.max(1));
        if *count <= limit {
            return Allowed::Yes;
        }
        let refusal =
            Refusal::new(Code::RateLimited, format!("at most {limit} such frames in {} s", WINDOW_MS / 1000));
        if *count > limit.saturating_mul(CLOSED_BEYOND) {
            Allowed::Close(refusal)
        } else {
            Allowed::No(refusal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_refused_then_closed_and_a_new_window_begins_anew() {
        let (rates, now) = (Rates::default(), TimestampMs(1_000_000));
        let outcomes: Vec<Allowed> = (0..20).map(|_| rates.count("a", Kind::Refresh, now, 1)).collect();
        assert!(outcomes[..5].iter().all(|o| *o == Allowed::Yes));
        assert!(matches!(outcomes[5], Allowed::No(_)) && matches!(outcomes[14], Allowed::No(_)));
        assert!(matches!(outcomes[15], Allowed::Close(_)));
        assert_eq!(rates.count("b", Kind::Refresh, now, 1), Allowed::Yes, "per socket");
        assert_eq!(rates.count("a", Kind::Ping, now, 1), Allowed::Yes, "per type");
        assert_eq!(rates.count("a", Kind::Refresh, now.plus_ms(10_000), 1), Allowed::Yes);
    }
}
