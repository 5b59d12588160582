//! The command as a process, and its own tools on the folder it leaves behind.
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Command as Tool, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// Where the command and its data are.
pub struct Program {
    path: PathBuf,
    folder: PathBuf,
}

/// A sign-in link that the command printed.
#[derive(Clone, Debug)]
pub struct Link {
    /// `Jana Hoffmann (admin)`
    pub who: String,
    /// The token; good for a week, over every restart.
    pub token: String,
}

/// A running `cyclesheet dev`; killed when dropped.
pub struct Dev {
    child: Child,
    lines: Option<Lines<BufReader<ChildStdout>>>,
    /// Where it listens, once it is ready.
    pub address: SocketAddr,
    /// The people who may sign in.
    pub links: Vec<Link>,
}

impl Program {
    /// The command at `path`, or the one beside this program.
    pub fn new(path: Option<PathBuf>, folder: PathBuf) -> Result<Self, String> {
        let beside = || Some(std::env::current_exe().ok()?.with_file_name("cyclesheet"));
        let path = path.or_else(beside).filter(|path| path.is_file());
        let path =
            path.ok_or("there is no cyclesheet beside this program: cargo build --package cyclesheet")?;
        Ok(Self { path, folder })
    }

    fn tool(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Tool::new(&self.path)
            .args(arguments)
            .args(["--cycle", CYCLE, "--data"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", self.path.display()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cyclesheet {}: {}", arguments.join(" "), said.trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Returns the cycle's log, as the command prints it.
    pub fn log(&self) -> Result<String, String> {
        self.tool(&["log", "--json"])
    }

    /// Lets the command audit the log, which must reach `head`; the new head.
    pub fn verify(&self, head: Option<&str>) -> Result<String, String> {
        let text = match head {
            None => self.tool(&["audit", "verify"])?,
            Some(head) => self.tool(&["audit", "verify", "--head", head])?,
        };
        let head = text.lines().find_map(|line| line.strip_prefix("head "));
        head.map(str::to_owned).ok_or_else(|| format!("audit verify names no head: {text}"))
    }
}

/// The sample week.
pub const CYCLE: &str = "platform/2026-W47";

impl Dev {
    /// Starts it.
    pub fn spawn(program: &Program) -> Result<Self, String> {
        let mut child = Command::new(&program.path)
            .args(["dev", "--port", "0", "--today", "2026-11-23", "--rate-per-10s", "1000000", "--data"])
            .arg(&program.folder)
            .env_remove("COHERE_API_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.path.display()))?;
        let lines = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        Ok(Self { child, lines, address: SocketAddr::from(([127, 0, 0, 1], 0)), links: Vec::new() })
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&mut self, patience: Duration) -> Result<(), String> {
        let Some(mut lines) = self.lines.take() else { return Ok(()) };
        let read = async {
            while let Some(line) = lines.next_line().await.map_err(|error| error.to_string())? {
                if let Some(address) = line.strip_prefix("ready http://") {
                    self.address = address.parse().map_err(|_| format!("where is {address}?"))?;
                } else if let Some((who, link)) = line.split_once("http://") {
                    let (_, token) = link.split_once("#token=").ok_or_else(|| format!("no link: {line}"))?;
                    self.links.push(Link { who: who.trim().to_owned(), token: token.to_owned() });
                } else if line.contains("Ctrl-C") {
                    return Ok(());
                }
            }
            Err("it ended before it was ready".to_owned())
        };
        let done = tokio::time::timeout(patience, read).await;
        done.map_err(|_| format!("it was not ready after {} s", patience.as_secs()))??;
        // Whatever it still says must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(())
    }

    /// SIGKILL: nothing is said and nothing is flushed.
    pub async fn kill(&mut self) -> Result<(), String> {
        if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
            return Err(format!("it had ended by itself: {status}"));
        }
        self.child.kill().await.map_err(|error| error.to_string())
    }
}
