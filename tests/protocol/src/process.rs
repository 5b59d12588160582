//! The real command as a process.
use crate::{client::Door, patiently};
use rustix::process::{Pid, Signal, kill_process};
use std::{net::SocketAddr, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running `cyclesheet dev`; killed when dropped.
pub struct Dev {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// The sign-in links that it printed: user's line and the link's address.
    pub links: Vec<Link>,
}

/// A sign-in link.
#[derive(Clone, Debug)]
pub struct Link {
    /// `Jana Hoffmann (admin)`
    pub who: String,
    /// `/?team=…&cycle=…`
    pub query: String,
    /// The token.
    pub token: String,
}

impl Dev {
    /// Starts `program dev` on a free port with these arguments, and waits until it says that it is ready.
    pub async fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            // The sample is then of the week that it was written for, 2026-W47.
            .args(["dev", "--port", "0", "--today", "2026-11-23"])
            .args(arguments)
            .env_remove("COHERE_API_KEY")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the command starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (address, links) = patiently("the command to be ready", async {
            let (mut address, mut links) = (None, Vec::new());
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(ready) = line.strip_prefix("ready http://") {
                    address = Some(ready.parse().unwrap());
                } else if let Some((who, link)) = line.split_once("http://") {
                    let (before, token) =
                        link.split_once("#token=").expect("a link carries its token in the fragment");
                    let query = before[before.find("/?").expect("a link has a query")..].to_owned();
                    links.push(Link { who: who.trim().to_owned(), query, token: token.to_owned() });
                } else if line.contains("Ctrl-C") {
                    break;
                }
            }
            (address.expect("it says where it listens"), links)
        })
        .await;
        Self { child, address, links }
    }

    /// The door behind a sign-in link.
    pub fn door(&self, who: &str) -> Door {
        let link = self.links.iter().find(|link| link.who.contains(who)).expect("there is such a link");
        Door {
            server: format!("ws://{}", self.address),
            path: format!("/dev{}", &link.query[1..]),
            token: Some(link.token.clone()),
            origin: Some(format!("http://{}", self.address)),
        }
    }

    /// SIGKILL: nothing is said and nothing is flushed.
    pub async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// Ctrl-C; its exit code.
    pub async fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().expect("it runs");
        let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
        kill_process(id, Signal::INT).unwrap();
        patiently("the command to end", self.child.wait()).await.unwrap().code()
    }
}

/// Runs the command to its end: code, standard output, standard error.
pub async fn run(program: &str, arguments: &[&str], directory: &Path) -> (Option<i32>, String, String) {
    run_in(program, arguments, directory, &[]).await
}

/// The same with this in its environment, and nothing of AWS but that.
pub async fn run_in(
    program: &str,
    arguments: &[&str],
    directory: &Path,
    environment: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output();
    let output = patiently("the command to end", output).await.expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("its words are UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}
