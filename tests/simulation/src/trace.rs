//! What happened, as a number that two runs of one seed have alike, and, if asked for, as lines to read.

/// Lines kept at most: the last ones of a run told as a whole.
const MAX_LINES: usize = 200_000;

/// A trace.
pub struct Trace {
    hash: u64,
    lines: Option<std::collections::VecDeque<String>>,
}

impl Trace {
    /// One that keeps lines, or only the number.
    pub fn new(is_told: bool) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: is_told.then(Default::default) }
    }

    /// Counts a step.
    pub fn count(&mut self, now: u64, what: u64) {
        for word in [now, what] {
            self.hash = (self.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17);
        }
    }

    /// Counts some bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Keeps a line, if lines are kept.
    pub fn tell(&mut self, step: u64, now: u64, told: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            if lines.len() >= MAX_LINES {
                lines.pop_front();
            }
            let at = now - crate::clock::START_US;
            lines.push_back(format!("{step:>7} {:>9}.{:03} ms  {}", at / 1_000, at % 1_000, told()));
        }
    }

    /// The number of everything so far.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().flatten().map(String::as_str)
    }
}
