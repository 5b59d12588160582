//! Which loads run, against which servers, in which order, and how long.
//!
//! Servers take turns within a round, so that what else the machine does falls on all of them.
use crate::{
    Bench, Outcome, closed, counts,
    flood::{self, Flood},
    idle,
    open::{self, Load},
    report,
    servers::{Kind, Machine, Server},
    storm, week,
};
use protocol::limits::DEFAULT_EXPECTED_CONNECTIONS;
use std::{path::PathBuf, time::Duration};

/// Rooms of W2, and of the idle sockets.
const ROOMS: usize = 100;

/// One part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// One room, 50 clients, 250 edits a second.
    W1,
    /// 100 rooms of 10 clients, 1,000 edits a second.
    W2,
    /// 50 clients in one room, each sends again when it hears itself.
    W3,
    /// Calls to the table and posts per change.
    Counts,
    /// Memory of idle sockets, and W2 while they are open.
    Idle,
    /// 400 authors in one room.
    Crowd,
    /// 10,000 connections that are refused, and 1,000 clients that return after the server was killed: once with a
    /// server that expects as many as it does unless told, and once with one that expects them all.
    Storm,
    /// Somebody's pings while 24 sockets flood the room.
    Flood,
    /// From `cyclesheet dev` with a week of 5,000 messages to its sheet.
    Week,
}

struct Plan {
    binary: PathBuf,
    machine: Machine,
    rounds: u32,
    warm_up: Duration,
    measured: Duration,
}

/// Runs what was asked for and prints it.
pub(crate) async fn run(bench: &Bench, machine: Machine) -> Outcome {
    let binary = match &bench.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("cyclesheet"),
    };
    if !binary.is_file() {
        return Err(format!("there is no {}: build it, or name one with --server", binary.display()).into());
    }
    let seconds = |full: u64, quick: u64| Duration::from_millis(if bench.quick { quick } else { full });
    let plan = Plan {
        binary,
        machine,
        rounds: if bench.quick { 1 } else { bench.runs },
        warm_up: seconds(2_000, 300),
        measured: seconds(10_000, 1_000),
    };
    let wants = |part| bench.only.is_empty() || bench.only.contains(&part);
    head(&plan, bench.quick);
    let room = [Kind::Floor, Kind::Disk, Kind::Memory];
    if wants(Part::W1) {
        let load = Load { rooms: 1, clients: 50, rate: 250, warm_up: plan.warm_up, measured: plan.measured };
        plan.open("W1: one room, 50 clients, 250 edits/s", load, &room).await?;
    }
    if wants(Part::W2) {
        let load =
            Load { rooms: ROOMS, clients: 10, rate: 1_000, warm_up: plan.warm_up, measured: plan.measured };
        plan.open("W2: 100 rooms of 10 clients, 1,000 edits/s", load, &room).await?;
    }
    if wants(Part::W3) {
        plan.closed().await?;
    }
    if wants(Part::Crowd) {
        let load = Load { rooms: 1, clients: 400, rate: 100, warm_up: plan.warm_up, measured: plan.measured };
        plan.open("Crowd: one room, 400 authors, 100 edits/s", load, &[Kind::Floor, Kind::Disk]).await?;
    }
    if wants(Part::Counts) {
        let counted = counts::run().await?;
        println!(
            "\nPer change in a room of {}, over {} changes\n\n| what | each change |\n|---|---|",
            counts::CLIENTS,
            counts::CHANGES
        );
        for (operation, each) in &counted.calls {
            println!("| {operation} | {each:.2} |");
        }
        println!("| posts | {:.2} |", counted.posts);
    }
    if wants(Part::Idle) {
        plan.idle(if bench.quick { bench.sockets.min(500) } else { bench.sockets } as usize).await?;
    }
    if wants(Part::Storm) {
        plan.storm(if bench.quick { 10 } else { 1 }, bench.storm_room as usize).await?;
    }
    if wants(Part::Flood) {
        plan.flood().await?;
    }
    if wants(Part::Week) {
        println!("\n`cyclesheet dev --week` with an export of 5,000 messages, no model\n");
        println!("| rows | from the start to the whole sheet, s |\n|---|---|");
        for _ in 0..plan.rounds {
            let made = week::run(&plan.binary, 5_000, plan.machine).await?;
            println!("| {} | {:.2} |", made.rows, made.seconds);
        }
    }
    Ok(())
}

fn head(plan: &Plan, quick: bool) {
    let pinned = match plan.machine.server_cpu {
        Some(cpu) => format!("server on processor {cpu}, clients on the others"),
        None => "server and clients share the one processor: ratios only".to_owned(),
    };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    println!("{} processors; {pinned}. Load average at the start: {load}.", plan.machine.cpus);
    println!(
        "{} round(s) of {:.1} s after {:.1} s; medians; a ratio is to the floor of the same round.{}",
        plan.rounds,
        plan.measured.as_secs_f64(),
        plan.warm_up.as_secs_f64(),
        if quick { " Quick: these are no measurements." } else { "" }
    );
    println!(
        "A delay is from the time at which an edit was due to its arrival at each other client of its room."
    );
}

impl Plan {
    fn teams(what: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{what}-{number:03}")).collect()
    }

    fn start(&self, kind: Kind, teams: &[String]) -> Outcome<Server> {
        Server::start(kind, &self.binary, teams, self.machine)
    }

    async fn open(&self, title: &str, load: Load, kinds: &[Kind]) -> Outcome {
        let teams = Self::teams("load", load.rooms);
        let mut rounds: Vec<(Kind, Vec<open::Run>)> = kinds.iter().map(|kind| (*kind, Vec::new())).collect();
        for _ in 0..self.rounds {
            for (kind, runs) in &mut rounds {
                let server = self.start(*kind, &teams)?;
                runs.push(open::run(&server, load, &teams).await?);
            }
        }
        report::open_load(title, &rounds);
        Ok(())
    }

    async fn closed(&self) -> Outcome {
        let teams = Self::teams("load", 1);
        let kinds = [Kind::Floor, Kind::Disk, Kind::DiskOneByOne, Kind::Memory];
        let mut rounds: Vec<(Kind, Vec<closed::Run>)> =
            kinds.iter().map(|kind| (*kind, Vec::new())).collect();
        for _ in 0..self.rounds {
            for (kind, runs) in &mut rounds {
                let server = self.start(*kind, &teams)?;
                runs.push(closed::run(&server, &teams[0], self.warm_up, self.measured / 2).await?);
            }
        }
        report::closed_load("W3: 50 clients in one room, each sends again when it hears itself", &rounds);
        Ok(())
    }

    async fn storm(&self, less: usize, people: usize) -> Outcome {
        let (refusals, clients) = (10_000 / less, 1_000 / less);
        let teams = Self::teams("load", clients.div_ceil(people).max(1));
        let mut server = self.start(Kind::Disk, &teams)?;
        let refused = storm::refused(&server, refusals).await?;
        let (before, after) = refused.resident;
        println!("\nRefused connections, {}\n", server.kind.name());
        println!("| refused | a second | resident after 1,000, KB | after all, KB |\n|---|---|---|---|");
        println!("| {} | {:.0} | {} | {} |", refused.count, refused.per_second, before / 1024, after / 1024);
        println!("\nEverybody returns after the server was killed\n");
        println!(
            "| told to expect | clients | rooms | jitter sent, ms | connections in the worst second (the gateway lets in 500) | ready after, s | all at the tip after, s | behind |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        for expected in [DEFAULT_EXPECTED_CONNECTIONS, clients] {
            server.expect(expected)?;
            let back = storm::comes_back(&mut server, &teams, people).await?;
            println!(
                "| {expected} | {} | {} | {} | {} | {:.1} | {:.1} | {} |",
                back.clients,
                back.rooms,
                back.jitter_ms,
                back.worst_second,
                back.ready_s,
                back.whole_s,
                back.behind
            );
        }
        Ok(())
    }

    async fn flood(&self) -> Outcome {
        println!("\nPings of ten people while {} sockets of their room flood it\n", flood::SOCKETS);
        println!(
            "| what floods | rates | quiet p95, ms | flooded p95, ms | ratio | longest, ms | frames a second | sockets closed |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let teams = Self::teams("load", 1);
        let floods = Flood::ALL.into_iter().flat_map(|flood| [(flood, Kind::Limited), (flood, Kind::Disk)]);
        for (kind, of) in floods {
            let server = self.start(of, &teams)?;
            let run = flood::run(&server, &teams[0], kind, self.measured).await?;
            println!(
                "| {} | {} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | {} |",
                kind.name(),
                if of == Kind::Limited { "as shipped" } else { "off" },
                run.quiet,
                run.flooded,
                run.flooded / run.quiet,
                run.longest,
                run.frames,
                run.closed
            );
        }
        Ok(())
    }

    async fn idle(&self, sockets: usize) -> Outcome {
        let (idle_teams, busy_teams) = (Self::teams("idle", ROOMS), Self::teams("load", ROOMS));
        let teams: Vec<String> = idle_teams.iter().chain(&busy_teams).cloned().collect();
        let server = self.start(Kind::Disk, &teams)?;
        let idle = idle::open(&server, &idle_teams, sockets).await?;
        println!("\nIdle sockets, {}\n\n| joined sockets | bytes each |\n|---|---|", server.kind.name());
        println!("| {} | {:.0} |", idle.open, idle.bytes_each);
        let load =
            Load { rooms: ROOMS, clients: 10, rate: 1_000, warm_up: self.warm_up, measured: self.measured };
        let run = open::run(&server, load, &busy_teams).await?;
        println!(
            "\nW2 while they are open: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, server CPU {:.0} %, lost {}, refused {}",
            run.p50, run.p95, run.p99, run.cpu, run.lost, run.refused
        );
        Ok(())
    }
}
