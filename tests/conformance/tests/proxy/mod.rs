//! A proxy before an endpoint that breaks one thing: every frame from the server passes through a function.
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::net::SocketAddr;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    accept_hdr_async, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        handshake::server::{Request, Response},
    },
};

/// A running proxy; it ends when dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Proxy {
    /// A proxy before `server` that lets `breaks` change every frame from there.
    pub async fn before(server: SocketAddr, breaks: fn(&mut Value)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(pass(socket, server, breaks));
            }
        });
        Self { address, server: task }
    }
}

// The library names the type of what a callback may refuse with.
#[allow(clippy::result_large_err)]
async fn pass(socket: TcpStream, server: SocketAddr, breaks: fn(&mut Value)) -> Option<()> {
    let mut asked = None;
    let accept = |request: &Request, mut response: Response| {
        asked = Some((request.uri().clone(), request.headers().clone()));
        response.headers_mut().insert("sec-websocket-protocol", "cyclesheet.v1".parse().unwrap());
        Ok(response)
    };
    let mut client = accept_hdr_async(socket, accept).await.ok()?;
    let (uri, headers) = asked?;
    let mut request = format!("ws://{server}{uri}").into_client_request().ok()?;
    for name in ["sec-websocket-protocol", "origin"] {
        if let Some(value) = headers.get(name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let (mut upstream, _) = client_async(request, TcpStream::connect(server).await.ok()?).await.ok()?;
    loop {
        tokio::select! {
            said = client.next() => upstream.send(said?.ok()?).await.ok()?,
            said = upstream.next() => match said?.ok()? {
                Message::Text(text) => {
                    let mut frame: Value = serde_json::from_str(&text).ok()?;
                    breaks(&mut frame);
                    client.send(Message::text(frame.to_string())).await.ok()?;
                }
                other => client.send(other).await.ok()?,
            },
        }
    }
}
