//! A short run, and that a seed decides everything. `make simulate` runs as long as it is asked to.
#![allow(clippy::panic)]
#![recursion_limit = "256"]
use simulation::{Plan, Run, run};

fn plan(seed: u64, steps: u64) -> Plan {
    Plan { seed, steps, has_weather: true, is_told: false, fault: None }
}

/// Runs a plan in which nothing may be violated; if something is, the end of its trace says how it came to it.
fn holds(plan: Plan) -> Run {
    let ran = run(plan.clone());
    if ran.found.is_some() {
        let told = run(Plan { is_told: true, ..plan.clone() });
        panic!("{}", told.story(&plan, 120));
    }
    ran
}

#[test]
fn a_seed_run_twice_takes_the_same_steps_to_the_same_random_word() {
    for seed in [3, 17, 4_711] {
        let runs = [run(plan(seed, 1_200)), run(plan(seed, 1_200))];
        let [first, second] = runs.map(|ran| (ran.steps, ran.hash, ran.word, ran.found));
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn the_order_of_another_test_does_not_matter_to_a_seed() {
    let alone = run(plan(5, 800));
    run(plan(6, 800));
    let after = run(plan(5, 800));
    assert_eq!((alone.hash, alone.word), (after.hash, after.word));
}

#[test]
fn without_faults_nothing_is_violated() {
    for seed in 1..=4 {
        let ran = holds(Plan { has_weather: false, ..plan(seed, 1_500) });
        assert!(ran.changes > 20, "seed {seed}: people wrote {} changes", ran.changes);
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_violated() {
    let mut steps = 0;
    for seed in 1..=20 {
        steps += holds(plan(seed, 2_000)).steps;
    }
    println!("{steps} steps");
}

/// The faults that few seeds find; `make simulate-faults` plants them all.
#[cfg(feature = "planted-faults")]
#[test]
fn a_planted_fault_is_found_and_the_same_seed_finds_it_again() {
    use sheet::planted::Fault;
    for fault in
        [Fault::SkipCondition, Fault::AcknowledgeBeforePut, Fault::BroadcastBeforeCommit, Fault::ForgetRetry]
    {
        let planted = |seed| Plan { fault: Some(fault), ..plan(seed, 3_000) };
        let seed = (1..=20).find(|seed| run(planted(*seed)).found.is_some());
        let seed = seed.unwrap_or_else(|| panic!("{fault:?} is not found in 20 seeds"));
        let again = [run(planted(seed)), run(planted(seed))].map(|ran| (ran.found, ran.hash));
        assert_eq!(again[0], again[1], "{fault:?}, seed {seed}");
    }
    assert_eq!(run(plan(1, 1_000)).found, None, "nothing stays planted");
}
