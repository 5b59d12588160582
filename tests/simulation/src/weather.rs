//! What goes wrong, and how often. Every seed has its own: a family of faults is off, rare or common, so that no fault
//! hides behind another (swarm testing).
use crate::random::Random;

/// Rates in ten thousand, unless a unit is named.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// A call of DynamoDB never arrives and is answered by a broken connection.
    pub request_lost: u32,
    /// It is carried out; the connection breaks before the answer.
    pub answer_lost: u32,
    /// It is carried out, long after its caller has given up.
    pub request_late: u32,
    /// Nothing ever comes back.
    pub hung: u32,
    /// DynamoDB refuses it for now.
    pub throttled: u32,
    /// It takes DynamoDB hundreds of milliseconds, and its caller waits.
    pub slow: u32,
    /// A post never arrives, and is said to have.
    pub post_lost: u32,
    /// Nobody knows what became of a post.
    pub post_failed: u32,
    /// A post arrives twice.
    pub post_twice: u32,
    /// A post arrives seconds late.
    pub post_late: u32,
    /// A socket that lives answers 410.
    pub false_gone: u32,
    /// A frame is handled twice.
    pub frame_twice: u32,
    /// A frame is handled seconds late.
    pub frame_late: u32,
    /// A frame never arrives.
    pub frame_lost: u32,
    /// A function dies at one of its awaits, its environment with it.
    pub killed: u32,
    /// A handler's future is dropped and its environment lives on.
    pub dropped: u32,
    /// A function starts cold although a warm one is idle.
    pub cold: u32,
    /// A socket breaks.
    pub cut: u32,
    /// `$disconnect` never comes.
    pub disconnect_lost: u32,
    /// HTTPS breaks.
    pub https_lost: u32,
    /// The model fails in one of its ways.
    pub model: u32,
    /// Clocks of functions are off by up to so many milliseconds.
    pub skew_ms: u64,
    /// Things that happen to the system as a whole, each once in so many occasions: schedules, sweeps, storms, ...
    pub happenings: u32,
    /// Somebody is removed while their socket opens.
    pub removed_opening: u32,
}

impl Weather {
    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self::default()
    }

    /// The weather of a seed.
    pub fn of(random: &mut Random) -> Self {
        fn rate(random: &mut Random, rare: u32, common: u32) -> u32 {
            match random.below(4) {
                0 | 1 => 0,
                2 => rare,
                _ => common,
            }
        }
        let r = random;
        Self {
            request_lost: rate(r, 20, 400),
            answer_lost: rate(r, 20, 400),
            request_late: rate(r, 20, 300),
            hung: rate(r, 10, 200),
            throttled: rate(r, 20, 400),
            post_lost: rate(r, 50, 1_500),
            post_failed: rate(r, 50, 800),
            post_twice: rate(r, 50, 1_000),
            post_late: rate(r, 50, 1_500),
            false_gone: rate(r, 30, 400),
            frame_twice: rate(r, 50, 2_000),
            frame_late: rate(r, 50, 1_500),
            frame_lost: rate(r, 50, 500),
            killed: rate(r, 50, 800),
            dropped: rate(r, 50, 500),
            cold: rate(r, 500, 4_000),
            cut: rate(r, 5, 60),
            disconnect_lost: rate(r, 500, 5_000),
            https_lost: rate(r, 100, 1_500),
            model: rate(r, 2_000, 7_000),
            skew_ms: rate(r, 200, 2_000).into(),
            happenings: rate(r, 2_000, 7_000),
            slow: rate(r, 100, 2_000),
            removed_opening: rate(r, 500, 4_000),
        }
    }
}
