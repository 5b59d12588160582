//! One WebSocket client: signs in, joins a room, and has a row of its own there, so that no two clients ever conflict.
use crate::{
    Outcome,
    servers::{Kind, Server},
};
use futures::{SinkExt, StreamExt};
use local::{
    sample::TENANT,
    tokens::{self, Person, SECRET},
};
use memchr::memmem;
use sheet::{Name, Role, Week, week::time_zone};
use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{ClientRequestBuilder, Message, Utf8Bytes, protocol::WebSocketConfig},
};

/// The subprotocol of a client.
pub(crate) const SUBPROTOCOL: &str = "cyclesheet.v1";
/// How long an answer may take while a load is set up; later ones are a broken server.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a token is good for, milliseconds: longer than any run.
const TOKEN_MS: i64 = 3600 * 1000;
/// A read buffer that holds a frame of a busy room; the library's own default would be a gigabyte for 10,000 clients.
const READ_BYTES: usize = 4 * 1024;
/// Before the time at which an edit was due, within its text.
const MARK: &[u8] = br#""newValue":"@"#;

/// The moment that every time in an edit counts from.
pub(crate) static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A client's socket.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A client of a room.
pub(crate) struct Client {
    /// Its number, unique in its run.
    pub number: usize,
    /// Its socket.
    pub socket: Socket,
    /// What it writes.
    pub author: Author,
}

/// What a client has written.
pub(crate) struct Author {
    number: usize,
    seq: u64,
    base: u64,
    /// The value of its cell, which its next edit replaces.
    pub value: String,
}

impl Author {
    /// The frame of its next edit, due at `due_ns`.
    pub(crate) fn edit(&mut self, due_ns: u64) -> Utf8Bytes {
        self.seq += 1;
        let (number, seq, base) = (self.number, self.seq, self.base);
        let value = format!("@{due_ns:016x}.{number:04x} waits for the review of the second part");
        let frame = format!(
            r#"{{"type":"change","id":"b{number}.{seq}","base":{base},"ops":[{{"op":"CELL_MODIFY","taskId":"b{number}","column":"description","oldValue":"{}","newValue":"{value}"}}]}}"#,
            self.value
        );
        self.value = value;
        frame.into()
    }

    /// The id of its last edit, as a frame has it.
    pub(crate) fn id(&self) -> String {
        format!(r#""id":"b{}.{}""#, self.number, self.seq)
    }
}

/// Every edit in a frame: when it was due, and the number of its client.
pub(crate) fn edits(frame: &[u8]) -> impl Iterator<Item = (u64, usize)> + '_ {
    memmem::find_iter(frame, MARK).filter_map(move |at| {
        let text = std::str::from_utf8(frame.get(at + MARK.len()..at + MARK.len() + 21)?).ok()?;
        let (due, number) = text.split_once('.')?;
        Some((u64::from_str_radix(due, 16).ok()?, usize::from_str_radix(number, 16).ok()?))
    })
}

/// Nanoseconds since [`START`].
pub(crate) fn now_ns() -> u64 {
    START.elapsed().as_nanos() as u64
}

/// This week, as the server's teams count it.
fn week() -> Outcome<Week> {
    let now = platform::context::system_clock()();
    Ok(Week::containing(now, &time_zone(local::sample::TIME_ZONE)?)?)
}

/// Opens the socket of client `number` in `team`'s room of this week.
async fn connect(address: &str, team: &str, number: usize) -> Outcome<Socket> {
    let expires_at = platform::context::system_clock()().plus_ms(TOKEN_MS);
    let person = Person {
        tenant: Name::new(TENANT)?,
        teams: vec![Name::new(team)?],
        user: Name::new(&format!("u{number}"))?,
        name: format!("User {number:05}"),
        role: Role::Editor,
    };
    let token = tokens::issue(SECRET, &person, expires_at)?;
    let uri = format!("ws://{address}/dev?team={team}&cycle={}", week()?).parse()?;
    let request = ClientRequestBuilder::new(uri)
        .with_sub_protocol(SUBPROTOCOL)
        .with_sub_protocol(format!("bearer.{token}"));
    let config = WebSocketConfig::default().read_buffer_size(READ_BYTES);
    let connected = timeout(ANSWER, connect_async_with_config(request, Some(config), true)).await;
    Ok(connected.map_err(|_| format!("client {number}: no answer to its upgrade"))??.0)
}

/// The same, and says hello; what it is welcomed with.
async fn hello(socket: &mut Socket, hello: String) -> Outcome<serde_json::Value> {
    socket.send(Message::text(hello)).await?;
    Ok(serde_json::from_str(&until(socket, |text| text.starts_with(r#"{"type":"welcome""#)).await?)?)
}

/// The welcome of somebody who joins and leaves.
pub(crate) async fn welcome(address: &str, team: &str, number: usize) -> Outcome<serde_json::Value> {
    hello(&mut connect(address, team, number).await?, r#"{"type":"hello"}"#.into()).await
}

/// Client `number` after its return with `since`, and the version at which it stands.
pub(crate) async fn back(
    address: &str,
    team: &str,
    number: usize,
    epoch: &str,
    since: u64,
) -> Outcome<(Socket, u64)> {
    let mut socket = connect(address, team, number).await?;
    let frame = format!(r#"{{"type":"hello","since":{since},"epoch":"{epoch}"}}"#);
    let welcome = hello(&mut socket, frame).await?;
    let missed = welcome["changes"].as_array().map_or(0, Vec::len) as u64;
    let tip = welcome["version"].as_u64().unwrap_or_default();
    Ok((socket, if since + missed == tip { tip } else { since }))
}

/// Opens the socket of client `number` in `team`'s room of this week, and joins it.
pub(crate) async fn open(address: &str, kind: Kind, team: &str, number: usize) -> Outcome<Socket> {
    let mut socket = connect(address, team, number).await?;
    if kind != Kind::Floor {
        hello(&mut socket, r#"{"type":"hello"}"#.into()).await?;
    }
    Ok(socket)
}

/// The same, with a row to write in.
pub(crate) async fn join(server: &Server, team: &str, number: usize) -> Outcome<Client> {
    join_at(&server.address, server.kind, team, number).await
}

/// The same, at an address.
pub(crate) async fn join_at(address: &str, kind: Kind, team: &str, number: usize) -> Outcome<Client> {
    let mut socket = open(address, kind, team, number).await?;
    if kind != Kind::Floor {
        let row = format!(
            r#"{{"type":"change","id":"b{number}.1","base":0,"ops":[{{"op":"ROW_INSERT","taskId":"b{number}","after":null,"cells":{{"title":"Row of client {number}"}}}}]}}"#
        );
        socket.send(Message::text(row)).await?;
        let own = format!(r#""id":"b{number}.1""#);
        until(&mut socket, |text| text.contains(&own)).await?;
    }
    Ok(Client { number, socket, author: Author { number, seq: 1, base: 0, value: String::new() } })
}

/// Reads until a text satisfies `found`; a refusal is an error.
pub(crate) async fn until(socket: &mut Socket, found: impl Fn(&str) -> bool) -> Outcome<String> {
    let reading = async {
        while let Some(message) = socket.next().await {
            match message? {
                Message::Text(text) if found(&text) => return Ok(text.to_string()),
                Message::Text(text)
                    if text.starts_with(r#"{"type":"rejected""#)
                        || text.starts_with(r#"{"type":"error""#) =>
                {
                    return Err(format!("refused: {text}").into());
                }
                _ => {}
            }
        }
        Err("the server closed the socket".into())
    };
    timeout(ANSWER, reading).await.map_err(|_| "no answer")?
}
