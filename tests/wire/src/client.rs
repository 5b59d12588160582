//! A reference client over a real socket. It knows the protocol and nothing of the server.
use crate::{Replica, patiently};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// Every client of a test process has a name of its own, as every tab has.
static CLIENTS: AtomicUsize = AtomicUsize::new(1);

/// Where and as whom a socket opens.
#[derive(Clone, Debug)]
pub struct Door {
    /// The server: `ws://127.0.0.1:4510`, `wss://sockets.example`.
    pub server: String,
    /// `/dev?team=…&cycle=…`, or anything else.
    pub path: String,
    /// The token, offered as a subprotocol.
    pub token: Option<String>,
    /// The page that opens it.
    pub origin: Option<String>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It is in the log at this version.
    Committed(u64),
    /// `rejected`, as it came.
    Rejected(Value),
}

impl Settled {
    /// Its version.
    pub fn version(&self) -> u64 {
        match self {
            Self::Committed(version) => *version,
            Self::Rejected(frame) => panic!("rejected: {frame}"),
        }
    }

    /// The refusal.
    pub fn rejected(&self) -> &Value {
        match self {
            Self::Rejected(frame) => frame,
            Self::Committed(version) => panic!("committed as {version}"),
        }
    }
}

/// What came over the socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A frame.
    Frame(Value),
    /// The end, with the code if the server gave one.
    End(Option<u16>),
}

/// An open socket and what its owner knows.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The subprotocol that was answered.
    pub subprotocol: Option<String>,
    /// The client part of its change ids.
    pub name: String,
    seq: u64,
    /// The fold.
    pub replica: Replica,
    /// The last `welcome`.
    pub welcome: Value,
    /// Every frame, in the order of arrival.
    pub heard: Vec<Value>,
}

impl Client {
    /// Opens a socket; the status of the refusal if it is refused.
    pub async fn open(door: &Door) -> Result<Self, u16> {
        let mut request = format!("{}{}", door.server, door.path).into_client_request().unwrap();
        if let Some(token) = &door.token {
            let offer = format!("cyclesheet.v1, bearer.{token}");
            request.headers_mut().insert("sec-websocket-protocol", offer.parse().unwrap());
        }
        if let Some(origin) = &door.origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        // Without Nagle's delay: a frame is sent when it is said.
        match patiently("the upgrade", connect_async_with_config(request, None, true)).await {
            Ok((socket, response)) => {
                let subprotocol = response.headers().get("sec-websocket-protocol");
                Ok(Self {
                    socket,
                    subprotocol: subprotocol.map(|value| value.to_str().unwrap().to_owned()),
                    name: format!("tab-{}", CLIENTS.fetch_add(1, Ordering::Relaxed)),
                    seq: 0,
                    replica: Replica::default(),
                    welcome: Value::Null,
                    heard: Vec::new(),
                })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no answer to the upgrade: {error}"),
        }
    }

    /// Opens and says hello.
    pub async fn join(door: &Door) -> Self {
        let mut client = Self::open(door).await.unwrap_or_else(|status| panic!("refused with {status}"));
        client.hello(json!({})).await;
        client
    }

    /// Takes over what another socket of the same tab knew: its name, its count and its fold.
    pub fn goes_on_from(mut self, before: Self) -> Self {
        (self.name, self.seq, self.replica, self.welcome) =
            (before.name, before.seq, before.replica, before.welcome);
        self
    }

    /// Says hello with these fields, and waits for the welcome.
    pub async fn hello(&mut self, fields: Value) -> Value {
        let mut hello = json!({"type": "hello"});
        hello.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.send(hello).await;
        self.frame("a welcome", |frame| frame["type"] == "welcome").await
    }

    /// Says hello with what it has, and waits for the welcome.
    pub async fn hello_since(&mut self) -> Value {
        let epoch = self.welcome["epoch"].clone();
        self.hello(json!({"since": self.replica.version(), "epoch": epoch})).await
    }

    /// Its connection id.
    pub fn connection_id(&self) -> &str {
        self.welcome["connectionId"].as_str().expect("a welcome has come")
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends text. That the socket is gone shows where its end is heard.
    pub async fn send_text(&mut self, text: &str) {
        let _ = patiently("a frame to be sent", self.socket.send(Message::text(text))).await;
    }

    /// Sends bytes.
    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        let _ = patiently("bytes to be sent", self.socket.send(Message::binary(bytes))).await;
    }

    /// What comes next.
    pub async fn next(&mut self) -> Heard {
        let heard = self.heard.len();
        loop {
            let message = patiently(&format!("anything after {heard} frames"), self.socket.next()).await;
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("every frame is JSON");
                    self.take(&frame);
                    return Heard::Frame(frame);
                }
                Some(Ok(Message::Close(close))) => return Heard::End(close.map(|close| close.code.into())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("neither text nor an end: {other:?}"),
                Some(Err(_)) | None => return Heard::End(None),
            }
        }
    }

    fn take(&mut self, frame: &Value) {
        self.heard.push(frame.clone());
        match frame["type"].as_str() {
            Some("welcome") => {
                self.welcome = frame.clone();
                if !frame["snapshot"].is_null() {
                    self.replica.start(&frame["snapshot"]);
                }
                self.replica.told(&frame["changes"]);
            }
            Some("committed") => self.replica.told(&frame["changes"]),
            _ => {}
        }
    }

    /// The next frame for which `wanted` holds; those before it are taken note of.
    pub async fn frame(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        patiently(what, async {
            loop {
                match self.next().await {
                    Heard::Frame(frame) if wanted(&frame) => return frame,
                    Heard::Frame(_) => {}
                    Heard::End(code) => panic!("the socket ended with {code:?} before {what}"),
                }
            }
        })
        .await
    }

    /// The next frame of a type.
    pub async fn frame_of(&mut self, frame_type: &str) -> Value {
        self.frame(frame_type, |frame| frame["type"] == frame_type).await
    }

    /// The close code, once the socket has ended; frames before it are taken note of.
    pub async fn end(&mut self) -> Option<u16> {
        loop {
            if let Heard::End(code) = self.next().await {
                return code;
            }
        }
    }

    /// Sends a change of these ops on its version; its id.
    pub async fn change(&mut self, ops: Value) -> String {
        self.seq += 1;
        let id = format!("{}.{}", self.name, self.seq);
        self.change_as(&id, ops).await;
        id
    }

    /// Sends a change under a given id.
    pub async fn change_as(&mut self, id: &str, ops: Value) {
        let base = self.replica.version();
        self.send(json!({"type": "change", "id": id, "base": base, "ops": ops})).await;
    }

    /// What becomes of a change: its echo, or its refusal.
    pub async fn settled(&mut self, id: &str) -> Settled {
        let what = format!("an answer to {id}");
        let is_this = |frame: &Value| frame["type"] == "rejected" && frame["id"] == id;
        let committed = |frame: &Value| {
            let changes = frame["changes"].as_array().filter(|_| frame["type"] == "committed");
            changes.and_then(|changes| changes.iter().find(|change| change["id"] == id)).cloned()
        };
        let frame = self.frame(&what, |frame| is_this(frame) || committed(frame).is_some()).await;
        match committed(&frame) {
            Some(change) => Settled::Committed(change["version"].as_u64().unwrap()),
            None => Settled::Rejected(frame),
        }
    }

    /// The version of this user's own change of that id: another author may have one of the same name.
    pub async fn settled_own(&mut self, id: &str) -> u64 {
        let own = self.welcome["user"]["id"].clone();
        let is_own = |change: &Value| change["id"] == id && change["author"]["id"] == own;
        loop {
            let told = self.replica.told.iter().find(|(_, change)| is_own(change));
            if let Some((version, _)) = told {
                return *version;
            }
            if let Heard::End(code) = self.next().await {
                panic!("the socket ended with {code:?} before {id} was committed");
            }
        }
    }

    /// Sends a change and waits for what becomes of it.
    pub async fn commit(&mut self, ops: Value) -> Settled {
        let id = self.change(ops).await;
        self.settled(&id).await
    }

    /// Waits until its fold is at `version` or beyond.
    pub async fn reach(&mut self, version: u64) {
        while self.replica.version() < version {
            if let Heard::End(code) = self.next().await {
                panic!("the socket ended with {code:?} at version {} of {version}", self.replica.version());
            }
        }
    }

    /// Waits until its fold is as `wanted` says.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Replica) -> bool) {
        while !wanted(&self.replica) {
            if let Heard::End(code) = self.next().await {
                panic!("the socket ended with {code:?} before {what}");
            }
        }
    }

    /// Sends a ping and waits for its pong. What was posted to this socket before is heard by then.
    pub async fn ping(&mut self) -> Value {
        let version = self.replica.version();
        self.send(json!({"type": "ping", "version": version})).await;
        self.frame_of("pong").await
    }

    /// Closes, and sees the closing handshake through.
    pub async fn close(mut self) {
        patiently("the close", async {
            let _ = self.socket.close(None).await;
            while let Some(Ok(_)) = self.socket.next().await {}
        })
        .await;
    }

    /// Breaks the connection without a word, as a lost network does.
    pub fn break_off(self) {
        drop(self);
    }
}

/// A new row.
pub fn insert(task: &str, title: &str) -> Value {
    json!({"op": "ROW_INSERT", "taskId": task, "after": null, "cells": {"title": title}})
}

/// One cell.
pub fn modify(task: &str, column: &str, old: &str, new: &str) -> Value {
    json!({"op": "CELL_MODIFY", "taskId": task, "column": column, "oldValue": old, "newValue": new})
}
