//! `make simulate`: seeds, steps, and what was measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![recursion_limit = "256"]
use clap::Parser;
use simulation::{Plan, run};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the whole system from seeds.
#[derive(Parser)]
struct Options {
    /// One seed, told step by step.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Steps of a seed under weather.
    #[arg(long, default_value_t = 5_000)]
    steps: u64,
    /// Nothing goes wrong.
    #[arg(long)]
    calm: bool,
    /// Plant every fault in turn and count the seeds until it is found.
    #[cfg(feature = "planted-faults")]
    #[arg(long)]
    faults: bool,
    /// Plant this one: alone with `--faults`, or under the seed of `--seed`.
    #[cfg(feature = "planted-faults")]
    #[arg(long)]
    fault: Option<String>,
}

#[cfg(feature = "planted-faults")]
mod faults {
    use super::{Options, Plan, run};
    use sheet::planted::Fault;
    use std::{panic, process::ExitCode};

    /// A fault that is not found within so many seeds is a defect of the simulation.
    const MAX_SEEDS: u64 = 2_000;

    /// The fault of that name.
    pub fn named(name: &str) -> Option<Fault> {
        Fault::ALL.iter().copied().find(|fault| format!("{fault:?}") == name)
    }

    /// Plants each fault in turn. A run that panics has found it as well.
    pub fn find(options: &Options, plan: impl Fn(u64) -> Plan) -> ExitCode {
        panic::set_hook(Box::new(|_| ()));
        let mut missed = 0;
        println!("{:<24} {:>6} {:>8}  found as", "fault", "seeds", "step");
        for fault in Fault::ALL.iter().copied() {
            let name = format!("{fault:?}");
            if options.fault.as_ref().is_some_and(|only| *only != name) {
                continue;
            }
            let found = (options.from..options.from + MAX_SEEDS).find_map(|seed| {
                let plan = Plan { fault: Some(fault), ..plan(seed) };
                match panic::catch_unwind(|| run(plan)) {
                    Ok(ran) => ran.found.map(|found| (seed, found.step, found.what)),
                    Err(_) => Some((seed, 0, "a panic".to_owned())),
                }
            });
            match found {
                Some((seed, step, what)) => {
                    let line = what.lines().next().unwrap_or_default();
                    let line: String = line.chars().take(110).collect();
                    println!("{name:<24} {:>6} {step:>8}  {line}", seed - options.from + 1);
                }
                None => {
                    missed += 1;
                    println!("{name:<24} not found in {MAX_SEEDS} seeds");
                }
            }
        }
        if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    #[cfg(feature = "planted-faults")]
    let fault = options.fault.as_ref().and_then(|name| faults::named(name));
    #[cfg(not(feature = "planted-faults"))]
    let fault = None;
    let plan = |seed| Plan { seed, steps: options.steps, has_weather: !options.calm, is_told: false, fault };
    #[cfg(feature = "planted-faults")]
    if options.faults {
        return faults::find(&options, plan);
    }
    if let Some(seed) = options.seed {
        return told(Plan { is_told: true, ..plan(seed) }, true);
    }
    // How long it took is for people; nothing that runs ever sees it.
    #[allow(clippy::disallowed_methods)]
    let seconds = {
        let began = std::time::Instant::now();
        move || began.elapsed().as_secs_f64()
    };
    let (mut steps, mut changes) = (0, 0);
    for (done, seed) in (options.from..options.from + options.seeds).enumerate() {
        let ran = run(plan(seed));
        steps += ran.steps;
        changes += ran.changes;
        if ran.found.is_some() {
            return told(Plan { is_told: true, ..plan(seed) }, false);
        }
        if (done + 1) % 20 == 0 || done as u64 + 1 == options.seeds {
            println!(
                "{:>6} seeds {steps:>10} steps {changes:>8} changes {:>8.0} steps/s",
                done + 1,
                steps as f64 / seconds()
            );
        }
    }
    println!("no violation in {steps} steps");
    ExitCode::SUCCESS
}

/// Runs a seed again, with every step told.
fn told(plan: Plan, whole: bool) -> ExitCode {
    let ran = run(plan.clone());
    println!("{}", ran.story(&plan, if whole { usize::MAX } else { 120 }));
    if ran.found.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
