//! `chaos`: the real command, `cyclesheet dev --data DIR`, under load from real sockets, killed with SIGKILL at random
//! moments and started again on the same folder. Each time, and at the end, it looks for what was acknowledged:
//!
//! - every change that a client received as committed is in the log, at the version that it received;
//! - nothing is there twice, and nothing that was refused is there at all;
//! - `cyclesheet audit verify` finds the chain whole, and reaching on from where it stood at the kill before;
//! - in the end everybody is at rest and has the log's sheet, byte for byte.
//!
//! # Layout
//! `server` the process, `client` a reference client on real sockets and timers, `person` who edits through it,
//! `evidence` what must be found in the log.
mod client;
mod evidence;
mod person;
mod server;

use clap::Parser;
use client::Command;
use evidence::{Evidence, Log};
use fastrand::Rng;
use server::{Dev, Program};
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// A start takes less, or something is wrong.
const START: Duration = Duration::from_secs(30);
/// In the end everybody arrives within this, or never.
const ARRIVAL: Duration = Duration::from_secs(90);

/// Kill the command under load, again and again, and look for what was acknowledged.
#[derive(Parser)]
struct Arguments {
    /// How often it is killed
    #[arg(long, default_value_t = 50)]
    kills: u32,
    /// What decides when, and who does what; random unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Tabs that edit at a time
    #[arg(long, default_value_t = 6)]
    clients: u32,
    /// Longest time under load before a kill, milliseconds
    #[arg(long, default_value_t = 1500)]
    load_ms: u64,
    /// No new kill after this many seconds
    #[arg(long, default_value_t = 600)]
    limit_s: u64,
    /// The command; the one beside this unless given
    #[arg(long)]
    program: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(0..1_000_000));
    match run(&arguments, seed).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos: {error}\nchaos: the seed was {seed}; times depend on the machine too");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, seed: u64) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = Program::new(arguments.program.clone(), folder.path().to_owned())?;
    println!("seed {seed}: {} kills, {} tabs, data on disk", arguments.kills, arguments.clients);
    let mut server = Dev::spawn(&program)?;
    server.ready(START).await?;
    let (address, addresses) = watch::channel(Some(server.address));
    let tabs = client::open_tabs(arguments.clients, &server.links, &addresses, folder.path(), rng.fork())?;
    let mut evidence = Evidence::default();
    let began = Instant::now();
    for kill in 1..=arguments.kills {
        if began.elapsed() > Duration::from_secs(arguments.limit_s) {
            return Err(format!("only {} kills in {} s", kill - 1, arguments.limit_s));
        }
        // Mostly under load; sometimes while it starts.
        let early = kill > 1 && rng.u32(0..5) == 0;
        if !early {
            server.ready(START).await?;
            address.send_replace(Some(server.address));
            tabs.wait("be in the room", START, |report| report.live).await?;
        }
        let moment = Duration::from_millis(rng.u64(0..if early { 300 } else { arguments.load_ms.max(1) }));
        tokio::time::sleep(moment).await;
        address.send_replace(None);
        server.kill().await?;
        if rng.u32(0..4) == 0 {
            tabs.tell(rng.usize(0..tabs.count()), Command::Reload).await;
        }
        evidence.gather(&tabs).await?;
        let found = evidence.check(&Log::read(&program.log()?)?)?;
        evidence.head = Some(program.verify(evidence.head.as_deref())?);
        let when = if early { "starting" } else { "under load" };
        println!("kill {kill:>3} {when:<10} after {:>5} ms: {found}", moment.as_millis());
        server = Dev::spawn(&program)?;
    }
    server.ready(START).await?;
    address.send_replace(Some(server.address));
    let sheets = tabs.at_rest(ARRIVAL).await?;
    evidence.gather(&tabs).await?;
    server.kill().await?;
    let log = Log::read(&program.log()?)?;
    evidence.check(&log)?;
    let head = program.verify(evidence.head.as_deref())?;
    let sheet = log.sheet()?;
    if let Some((tab, _)) = sheets.iter().find(|(_, theirs)| *theirs != sheet) {
        return Err(format!("{tab} does not have the log's sheet in the end"));
    }
    println!(
        "{} kills in {:.0} s: {}; nothing acknowledged is missing, nothing is twice, the chain holds (head {head}), \
         {} tabs have the log's sheet",
        arguments.kills,
        began.elapsed().as_secs_f64(),
        evidence.summary(&log),
        sheets.len()
    );
    Ok(())
}
