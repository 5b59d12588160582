//! The whole system on a clock and a chance of its own.
//!
//! The production handlers run here as they are: `authorize`, `connect`, `default`, `disconnect`, `http`, `extract`, on
//! the AWS SDK and the embedded DynamoDB. What surrounds them is the simulation's: time, chance, the schedule of every
//! await, the gateway, the network, the model, the people. One seed decides all of it, so a run that fails fails again.
//!
//! # Layout
//! - [`world`]: the queue of events; a step takes one out. [`random`], [`trace`]: chance, and what two runs have alike.
//! - [`outside`]: how handlers wait; [`connector`]: production's edges on it. [`clock`]: its units. [`functions`]: handlers in
//!   environments, each call an [`invocation`].
//! - [`gateway`] and its [`socket`]s, [`table`], [`model`]: what they talk to. [`weather`]: what goes wrong there, by seed.
//! - [`client`]: a client by the rules; [`people`]: who they are, what they do, and what happens to everybody at once.
//! - [`checks`]: what must hold, from raw items and frames, without the code under test.
//!
//! A simulation fails by panicking or by a violation, so it may panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![recursion_limit = "256"]
pub mod checks;
pub mod client;
pub mod clock;
pub mod connector;
pub mod functions;
pub mod gateway;
pub mod invocation;
pub mod model;
pub mod outside;
pub mod people;
pub mod random;
pub mod socket;
pub mod table;
pub mod trace;
pub mod weather;
pub mod world;

pub use world::{Found, Plan, World};

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// The violation, if there was one.
    pub found: Option<Found>,
    /// Steps taken.
    pub steps: u64,
    /// The trace's number.
    pub hash: u64,
    /// The next random word: alike in two runs that did alike.
    pub word: u64,
    /// Changes in all logs.
    pub changes: u64,
    /// The trace.
    pub lines: Vec<String>,
}

impl Run {
    /// The end of the trace, at most so many lines; then the seed, the step, what was violated, and how to see it
    /// again.
    pub fn story(&self, plan: &Plan, lines: usize) -> String {
        let mut story = String::new();
        for line in &self.lines[self.lines.len().saturating_sub(lines)..] {
            story.push_str(line);
            story.push('\n');
        }
        let Plan { seed, steps, has_weather, fault, .. } = plan;
        let Some(found) = &self.found else {
            return story + &format!("seed {seed}: no violation in {} steps", self.steps);
        };
        let calm = (!has_weather).then(|| "--calm".to_owned());
        let options: Vec<String> =
            calm.into_iter().chain(fault.map(|fault| format!("--fault {fault:?}"))).collect();
        let options =
            if options.is_empty() { String::new() } else { format!(" ARGS=\"{}\"", options.join(" ")) };
        let again = format!("make simulate SEED={seed} STEPS={steps}{options}");
        story + &format!("seed {seed} step {}: {}\nagain: {again}", found.step, found.what)
    }
}

/// Runs a plan. Built with `planted-faults`, limits are low: 4,096 clients and 64 KB of log are not met in a short run.
pub fn run(plan: Plan) -> Run {
    #[cfg(feature = "planted-faults")]
    {
        sheet::planted::lower_limits(true);
        sheet::planted::plant(plan.fault);
    }
    let mut world = World::new(plan).run();
    Run {
        found: world.found.clone(),
        steps: world.step,
        hash: world.trace.hash(),
        word: world.random.word(),
        changes: world.histories.values().chain(world.past.values()).map(|history| history.tip()).sum(),
        lines: world.trace.lines().map(str::to_owned).collect(),
    }
}
