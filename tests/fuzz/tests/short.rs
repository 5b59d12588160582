//! Every target, for a moment: its seeds, and some thousand inputs near them. More by `ROUNDS=100000 cargo test`.
use fastrand::Rng;
use fuzz::{TARGETS, Target, mutate::mutate};
use std::{
    panic::catch_unwind,
    time::{Duration, Instant},
};

/// No input of a few kilobytes may take longer.
const HANG: Duration = Duration::from_secs(5);

fn run(Target { name, run, .. }: &Target, input: &[u8]) {
    let began = Instant::now();
    let done = catch_unwind(|| run(input));
    let text = String::from_utf8_lossy(input);
    assert!(done.is_ok(), "{name} fails on {text:?} ({input:02x?})");
    assert!(began.elapsed() < HANG, "{name} takes {:?} for {text:?} ({input:02x?})", began.elapsed());
}

#[test]
fn nothing_that_reads_bytes_from_outside_falls_over_them() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400);
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has nothing to begin from", target.name);
        for seed in &seeds {
            run(target, seed);
        }
        let mut rng = Rng::with_seed(17);
        for _ in 0..rounds {
            run(target, &mutate(&mut rng, &seeds));
        }
    }
}
