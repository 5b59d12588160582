//! The sizes and rates of the wire, with the reason for each number.

/// Bytes of one client frame. API Gateway closes a socket that sends a frame over 32 KB, and a browser cannot
/// fragment; the rest is room for what a proxy may add.
pub const MAX_CLIENT_FRAME_BYTES: usize = 28 * 1024;
/// Bytes of one server frame. API Gateway refuses to post more than 128 KB.
pub const MAX_SERVER_FRAME_BYTES: usize = 100 * 1024;
/// Bytes of one presence state: it is posted to everybody in the room.
pub const MAX_PRESENCE_BYTES: usize = 2 * 1024;
/// Documents that a hello may name: as many as somebody has open, and the time to load each.
pub const MAX_HELLO_DOCS: usize = 8;
/// Posts of presence a second that one room may cost. Posts are the bill of a busy room.
pub const PRESENCE_POSTS_PER_SECOND: u64 = 150;
/// The shortest presence interval, milliseconds: four movements a second look alive.
pub const MIN_PRESENCE_INTERVAL_MS: u64 = 250;
/// Jitter that `welcome` asks for before a reconnect, milliseconds: a room that returns at once stays below the
/// 500 new connections a second that API Gateway allows.
pub const RECONNECT_JITTER_MS: u64 = 2_000;

/// Milliseconds between two presence frames of one client in a room of `people`, so that the room keeps
/// [`PRESENCE_POSTS_PER_SECOND`]: everybody's movement is posted to everybody else.
pub fn presence_interval_ms(people: usize) -> u64 {
    let people = people as u64;
    (people * people.saturating_sub(1) * 1_000 / PRESENCE_POSTS_PER_SECOND).max(MIN_PRESENCE_INTERVAL_MS)
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
}
