//! `bench`: what a change costs, beside a server that stores nothing.
//!
//! It starts servers as processes of their own, drives them over loopback with WebSocket clients, and prints tables.
//! Every load is open-loop and by the clock, but for W3, which is closed by definition: an edit is due at a time that
//! was fixed before the run, and its delay counts from then, so that a server that stalls cannot make the load wait for
//! it. The pattern is the same in every run: no randomness.
//!
//! # Layout
//! - [`servers`]: the processes, their processor time and memory. [`floor`]: the server that stores nothing.
//! - [`client`]: one WebSocket client. [`open`]: W1 and W2. [`closed`]: W3. [`idle`]: sockets that do nothing.
//!   [`storm`]: everybody at once. [`flood`]: a few who never stop. [`week`]: a week of messages becomes a sheet.
//! - [`counts`]: calls to the table per change, in this process. [`report`]: medians and tables.
#![recursion_limit = "256"]
mod client;
mod closed;
mod counts;
mod flood;
mod floor;
mod idle;
mod open;
mod plan;
mod report;
mod servers;
mod storm;
mod week;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// What may go wrong here: anything, with a sentence.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Loads over loopback, and what they cost.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Command {
    /// The floor: relays every message to its room and stores nothing
    Floor,
}

/// What to measure, and how long.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// The `cyclesheet` to measure; the one beside this program unless given
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// Everything once and briefly: a look whether it runs, not a measurement
    #[arg(long)]
    quick: bool,
    /// Times each load runs; the median is printed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    runs: u32,
    /// Idle sockets to open
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    sockets: u32,
    /// People in a room that returns after the server was killed
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    storm_room: u32,
    /// Only these: w1, w2, w3, counts, idle, crowd, storm, flood, week
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<plan::Part>,
    /// The processor that servers run on; the clients run on the others
    #[arg(long, value_name = "CPU", default_value_t = 0)]
    server_cpu: usize,
}

fn run(cli: Cli) -> Outcome {
    if let Some(Command::Floor) = cli.command {
        return tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(floor::run());
    }
    servers::raise_file_limit();
    let machine = servers::Machine::claim(cli.bench.server_cpu)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(plan::run(&cli.bench, machine))
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
