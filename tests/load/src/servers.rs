//! Servers as processes of their own: started, watched from outside, and ended by their id.
use crate::Outcome;
use protocol::limits::DEFAULT_EXPECTED_CONNECTIONS;
use rustix::{
    process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// How long a server may take to say that it is ready: it reads a week of messages first.
const START: Duration = Duration::from_secs(30);
/// How long a server may take to end before it is killed.
const END: Duration = Duration::from_secs(12);
/// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Which processors are whose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// The servers' processor; none on a machine that has only one.
    pub server_cpu: Option<usize>,
    /// How many there are.
    pub cpus: usize,
}

impl Machine {
    /// Leaves `server_cpu` to the servers and moves this process to the others.
    pub(crate) fn claim(server_cpu: usize) -> Outcome<Self> {
        let all = sched_getaffinity(None)?;
        let cpus: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|cpu| all.is_set(*cpu)).collect();
        if cpus.len() < 2 || !cpus.contains(&server_cpu) {
            return Ok(Self { server_cpu: None, cpus: cpus.len() });
        }
        let mut others = all;
        others.unset(server_cpu);
        sched_setaffinity(None, &others)?;
        Ok(Self { server_cpu: Some(server_cpu), cpus: cpus.len() })
    }
}

/// As many open files as the system lets this process, and its children, have: a socket is one.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Relays, stores nothing.
    Floor,
    /// Ours, on disk.
    Disk,
    /// Ours, in memory.
    Memory,
    /// Ours, on disk, one change an entry.
    DiskOneByOne,
    /// Ours, on disk, with the rates of a deployment. The others have none, so that a load is what was asked for.
    Limited,
}

impl Kind {
    /// Its name in a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Disk => "ours, on disk",
            Self::Memory => "ours, in memory",
            Self::DiskOneByOne => "ours, on disk, one change a put",
            Self::Limited => "ours, on disk, with its rates",
        }
    }

    /// What its answer proves.
    pub(crate) fn proves(self) -> &'static str {
        match self {
            Self::Floor => "nothing: relayed, not stored, not ordered",
            Self::Disk | Self::DiskOneByOne | Self::Limited => {
                "checked, in the log's total order, synced to disk"
            }
            Self::Memory => "checked, in the log's total order, in memory",
        }
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:4510`.
    pub address: String,
    /// Which one it is.
    pub kind: Kind,
    /// What it keeps; gone with it.
    data: Option<tempfile::TempDir>,
    /// What it was started with.
    binary: PathBuf,
    teams: Vec<String>,
    machine: Machine,
    /// The number of sockets that it is configured to expect.
    expected: usize,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) fn start(kind: Kind, binary: &Path, teams: &[String], machine: Machine) -> Outcome<Self> {
        let data = match kind {
            Kind::Disk | Kind::DiskOneByOne | Kind::Limited => Some(tempfile::tempdir()?),
            Kind::Floor | Kind::Memory => None,
        };
        let expected = DEFAULT_EXPECTED_CONNECTIONS;
        let (child, address) = Self::begin(kind, binary, teams, machine, data.as_ref(), "0", expected)?;
        let (binary, teams) = (binary.to_owned(), teams.to_vec());
        Ok(Self { child, address, kind, data, binary, teams, machine, expected })
    }

    /// Starts it again, told to expect this many sockets.
    pub(crate) fn expect(&mut self, connections: usize) -> Outcome {
        self.expected = connections;
        self.kill_and_restart()
    }

    /// Kills it without a word and starts it again on the same data and port.
    pub(crate) fn kill_and_restart(&mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        let port = self.address.rsplit(':').next().unwrap_or("0").to_owned();
        let Self { kind, binary, teams, machine, data, expected, .. } = self;
        let (child, address) = Self::begin(*kind, binary, teams, *machine, data.as_ref(), &port, *expected)?;
        (self.child, self.address) = (child, address);
        Ok(())
    }

    fn begin(
        kind: Kind,
        binary: &Path,
        teams: &[String],
        machine: Machine,
        data: Option<&tempfile::TempDir>,
        port: &str,
        expected: usize,
    ) -> Outcome<(Child, String)> {
        let mut command = match kind {
            Kind::Floor => {
                let mut floor = Command::new(std::env::current_exe()?);
                floor.arg("floor");
                floor
            }
            _ => {
                let mut ours = Command::new(binary);
                ours.args(["dev", "--port", port, "--no-model"]);
                if kind != Kind::Limited {
                    ours.args(["--rate-per-10s", "1000000"]);
                }
                ours.args(["--today", "2026-11-23"]);
                ours.arg("--expected-connections").arg(expected.to_string());
                ours
            }
        };
        if let Some(data) = data {
            command.arg("--data").arg(data.path());
        }
        if kind == Kind::DiskOneByOne {
            command.args(["--max-group", "1"]);
        }
        if kind != Kind::Floor {
            command.args(teams.iter().flat_map(|team| ["--team", team]));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = spawn(command, machine)?;
        let address = match ready(&mut child) {
            Ok(address) => address,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error);
            }
        };
        Ok((child, address))
    }

    /// Processor time so far, seconds: user and system.
    pub(crate) fn cpu_seconds(&self) -> Outcome<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold spaces; user and system time are fields 14 and 15 of the line.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).ok_or("a short stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
    }

    /// Resident memory, bytes.
    pub(crate) fn resident_bytes(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

/// Spawned from a thread that is on the servers' processor: a child inherits it, and no thread of it ever runs
/// elsewhere.
pub(crate) fn spawn(mut command: Command, machine: Machine) -> Outcome<Child> {
    let started = std::thread::spawn(move || -> Outcome<Child> {
        if let Some(cpu) = machine.server_cpu {
            let mut set = CpuSet::new();
            set.set(cpu);
            sched_setaffinity(None, &set)?;
        }
        let program = PathBuf::from(command.get_program());
        Ok(command.spawn().map_err(|error| format!("cannot start {}: {error}", program.display()))?)
    });
    started.join().map_err(|_| "the thread that starts servers panicked")?
}

/// Reads standard output until it says `ready http://…`, and the rest of it into nothing.
pub(crate) fn ready(child: &mut Child) -> Outcome<String> {
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(address) = line.strip_prefix("ready http://") {
                let _ = say.send(address.to_owned());
            }
        }
    });
    Ok(said.recv_timeout(START).map_err(|_| "the server did not say that it is ready")?)
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = Instant::now();
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, Signal::TERM);
        }
        while asked.elapsed() < END {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
