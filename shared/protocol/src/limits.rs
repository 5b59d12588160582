//! The sizes and rates of the wire, with the reason for each number.

sheet::constants! {
    /// Bytes of one client frame. API Gateway closes a socket that sends a frame over 32 KB, and a browser cannot
    /// fragment; the rest is room for what a proxy may add.
    MAX_CLIENT_FRAME_BYTES: usize = 28 * 1024;
    /// Bytes of one server frame. API Gateway refuses to post more than 128 KB.
    MAX_SERVER_FRAME_BYTES: usize = 100 * 1024;
    /// Bytes of one presence state: it is posted to everybody in the room.
    MAX_PRESENCE_BYTES: usize = 2 * 1024;
    /// Documents that a hello may name: as many as somebody has open, and the time to load each.
    MAX_HELLO_DOCS: usize = 8;
    /// Documents that a presence state may have a caret in: as many as a hello may name.
    MAX_PRESENCE_DOCS: usize = 8;
    /// Bytes of one end of a caret. A relative position of Yjs is an id, or a root's name, and a side: about 20.
    MAX_CARET_BYTES: usize = 64;
    /// Changes in one page of the log over HTTPS: about what a history panel shows at once.
    MAX_PAGE_CHANGES: usize = 1_000;
    /// Posts of presence a second that one room may cost, unless the stage sets it. Posts are the bill of a busy room:
    /// a room in which everyone moves all the time costs 0.27 USD an hour at this rate.
    PRESENCE_POSTS_PER_SECOND: u64 = 75;
    /// The shortest presence interval, milliseconds, unless the stage sets it: one movement a second shows where somebody
    /// works, and a cursor that crosses ten cells costs one frame and not four.
    MIN_PRESENCE_INTERVAL_MS: u64 = 1_000;
    /// The least jitter that `welcome` asks for before a reconnect, milliseconds.
    MIN_RECONNECT_JITTER_MS: u64 = 2_000;
    /// New connections a second that everybody's return at once may come to: API Gateway allows an account 500, and the
    /// worst second of a random spread has more than the mean.
    RECONNECTS_PER_SECOND: u64 = 250;
    /// Sockets that a deployment expects at once, unless it sets another number: as many as the least jitter is enough
    /// for.
    DEFAULT_EXPECTED_CONNECTIONS: usize =
        (MIN_RECONNECT_JITTER_MS * RECONNECTS_PER_SECOND / 1_000) as usize;
}

/// How often clients tell where they are, as a stage sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresencePace {
    /// The shortest interval, milliseconds.
    pub floor_ms: u64,
    /// Posts of presence a second that one room may cost, at least 1.
    pub posts_per_second: u64,
}

impl Default for PresencePace {
    fn default() -> Self {
        Self { floor_ms: MIN_PRESENCE_INTERVAL_MS, posts_per_second: PRESENCE_POSTS_PER_SECOND }
    }
}

impl PresencePace {
    /// Returns the milliseconds between two presence frames of one client in a room of `people`, so that the room keeps
    /// its budget: each movement is posted to everyone else in the room.
    pub fn interval_ms(self, people: usize) -> u64 {
        let people = people as u64;
        let posts = people * people.saturating_sub(1) * 1_000;
        (posts / self.posts_per_second.max(1)).max(self.floor_ms)
    }
}

/// Returns the jitter before a reconnect, milliseconds, of a client in a room of `people` where `expected` sockets are
/// open in all rooms of the deployment. When a gateway restarts, everybody returns: a thousand people in small rooms
/// are as many as in a large one.
pub fn reconnect_jitter_ms(people: usize, expected: usize) -> u64 {
    (people.max(expected) as u64 * 1_000 / RECONNECTS_PER_SECOND).max(MIN_RECONNECT_JITTER_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: P4
    #[test]
    fn a_room_keeps_its_post_budget_whatever_its_size() {
        let lively = PresencePace { floor_ms: 250, posts_per_second: 150 };
        assert_eq!(PresencePace::default().interval_ms(2), 1_000);
        assert_eq!(lively.interval_ms(2), 250);
        for pace in [PresencePace::default(), lively] {
            for people in [5u64, 10, 50, 400] {
                let posts = people * (people - 1) * 1_000 / pace.interval_ms(people as usize);
                assert!(posts <= pace.posts_per_second + 1, "{people}: {posts}");
            }
        }
    }

    // rule: R7
    #[test]
    fn r7_who_returns_at_once_stays_below_what_the_gateway_lets_in_in_one_room_and_in_many() {
        let unset = DEFAULT_EXPECTED_CONNECTIONS;
        assert_eq!(reconnect_jitter_ms(5, unset), MIN_RECONNECT_JITTER_MS);
        let crowds = [(500, unset), (1_000, unset), (10_000, unset), (50, 1_000), (50, 20_000), (1, 0)];
        for (people, expected) in crowds {
            let everybody = people.max(expected) as u64;
            let jitter = reconnect_jitter_ms(people, expected);
            assert!(
                everybody * 1_000 / jitter <= RECONNECTS_PER_SECOND,
                "{people} of {expected}: {jitter} ms"
            );
        }
    }
}
