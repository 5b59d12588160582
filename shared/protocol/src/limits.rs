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
    /// Posts of presence a second that one room may cost. Posts are the bill of a busy room.
    PRESENCE_POSTS_PER_SECOND: u64 = 150;
    /// The shortest presence interval, milliseconds: four movements a second look alive.
    MIN_PRESENCE_INTERVAL_MS: u64 = 250;
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

/// Returns milliseconds between two presence frames of one client in a room of `people`, so that the room keeps
/// [`PRESENCE_POSTS_PER_SECOND`]: everybody's movement is posted to everybody else.
pub fn presence_interval_ms(people: usize) -> u64 {
    let people = people as u64;
    (people * people.saturating_sub(1) * 1_000 / PRESENCE_POSTS_PER_SECOND).max(MIN_PRESENCE_INTERVAL_MS)
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
        assert_eq!(presence_interval_ms(2), 250);
        for people in [5u64, 10, 50, 400] {
            let posts = people * (people - 1) * 1_000 / presence_interval_ms(people as usize);
            assert!(posts <= PRESENCE_POSTS_PER_SECOND + 1, "{people}: {posts}");
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
