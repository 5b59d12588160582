//! A week of messages becomes a sheet without a model: from the start of the command to the sheet.
use crate::{
    Outcome,
    servers::{self, Machine},
};
use extraction::fake_export;
use local::{
    sample::{TEAM, TENANT},
    tokens::{self, Person, SECRET},
};
use sheet::{Name, Role};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How long a token is good for, milliseconds.
const TOKEN_MS: i64 = 3600 * 1000;
/// How long a sheet may take before it is given up.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// What a week came to.
pub(crate) struct Made {
    /// Rows of the sheet.
    pub rows: usize,
    /// From the start of the command to the whole sheet, seconds.
    pub seconds: f64,
}

/// Starts `cyclesheet dev --week` on an export of `messages` and waits for the sheet.
pub(crate) async fn run(binary: &Path, messages: usize, machine: Machine) -> Outcome<Made> {
    let folder = tempfile::tempdir()?;
    fake_export::write(folder.path(), messages)?;
    let mut command = Command::new(binary);
    command.args(["dev", "--port", "0", "--memory", "--no-model", "--week"]).arg(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let began = Instant::now();
    let mut child = servers::spawn(command, machine)?;
    let made = servers::ready(&mut child).and_then(|address| whole(&address, began));
    child.kill()?;
    child.wait()?;
    made
}

/// Asks for the sheet until it says that it is whole.
fn whole(address: &str, began: Instant) -> Outcome<Made> {
    let person = Person {
        tenant: Name::new(TENANT)?,
        teams: vec![Name::new(TEAM)?],
        user: Name::new("watcher")?,
        name: "Watcher".to_owned(),
        role: Role::Viewer,
    };
    let expires_at = platform::context::system_clock()().plus_ms(TOKEN_MS);
    let token = tokens::issue(SECRET, &person, expires_at)?;
    while began.elapsed() < GIVEN_UP {
        let sheet = get(address, &format!("/api/cycles/{TEAM}/2026-W47"), &token)?;
        let seconds = began.elapsed().as_secs_f64();
        if sheet["snapshot"]["generation"]["state"] == "generated" {
            return Ok(Made { rows: sheet["snapshot"]["tasks"].as_array().map_or(0, Vec::len), seconds });
        }
    }
    Err("the sheet was not made".into())
}

/// One request of HTTP/1.0, whose answer ends with the connection.
fn get(address: &str, path: &str, token: &str) -> Outcome<serde_json::Value> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").ok_or("an answer without a body")?.1;
    Ok(serde_json::from_str(body)?)
}
