//! The simulation's clock: microseconds since 1970.

/// Where the clock begins: Friday, 20 November 2026, 14:58:47.123 UTC, in the week that most rooms are of.
pub const START_US: u64 = 1_795_186_727_123_000;
/// A millisecond.
pub const MS: u64 = 1_000;
/// A second.
pub const SECOND: u64 = 1_000 * MS;
