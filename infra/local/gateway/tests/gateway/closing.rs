//! G15, G16 and G22: how long a socket lives, and how its end is reported.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use gateway::{EventType, IntegrationError, ProxyResponse, Route};
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::support::{Client, Running, Setup, patiently};

const MINUTE: Duration = Duration::from_secs(60);
const MS: Duration = Duration::from_millis(1);

/// A ping and its pong: the socket is open, and everything before has been dealt with.
async fn assert_open(client: &mut Client, running: &Running) {
    client.send(Message::Ping(Bytes::from_static(b"open?"))).await;
    match patiently(client.stream.next()).await {
        Some(Ok(Message::Pong(_))) => assert_eq!(running.gateway.connections(), 1),
        other => panic!("not open: {other:?}"),
    }
}

#[tokio::test]
async fn g15_ten_minutes_without_a_message_close_the_socket_with_1001_and_pings_do_not_count() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    for _ in 0..9 {
        running.clock.advance(MINUTE);
        assert_open(&mut client, &running).await;
    }
    running.clock.advance(MINUTE - MS);
    assert_open(&mut client, &running).await;
    running.clock.advance(MS);
    assert_eq!(client.close().await, (1001, "Going away".into()));
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1001);
    assert_eq!(event["requestContext"]["disconnectReason"], "Going away");
    assert_eq!(running.gateway.connections(), 0);
}

#[tokio::test]
async fn g15_a_message_in_either_direction_starts_the_ten_minutes_anew() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    running.clock.advance(9 * MINUTE);
    client.send("from the client").await;
    running.script.event("MESSAGE", 0).await;
    running.clock.advance(9 * MINUTE);
    assert_open(&mut client, &running).await;
    running.gateway.post(&id, "to the client").unwrap();
    assert_eq!(client.text().await, "to the client");
    running.clock.advance(9 * MINUTE);
    assert_open(&mut client, &running).await;
    running.clock.advance(MINUTE);
    assert_eq!(client.close().await.0, 1001);
}

#[tokio::test]
async fn g15_each_of_many_sockets_has_its_own_ten_minutes() {
    let running = Setup::default().start().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(running.client().await);
        running.clock.advance(10 * MS);
    }
    running.clock.advance(10 * MINUTE - 200 * MS);
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.close().await.0, 1001);
        let event = running.script.event("DISCONNECT", index).await;
        assert_eq!(event["requestContext"]["connectionId"].as_str(), Some(running.id(index).await.as_str()));
        assert_eq!(running.gateway.connections(), 19 - index);
        running.clock.advance(10 * MS);
    }
}

#[tokio::test]
async fn g16_two_hours_after_its_connect_a_busy_socket_closes_with_1001() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    for minutes in 0..119 {
        running.clock.advance(MINUTE);
        client.send("still here").await;
        running.script.event("MESSAGE", minutes).await;
    }
    running.clock.advance(MINUTE - MS);
    assert_open(&mut client, &running).await;
    running.clock.advance(MS);
    assert_eq!(client.close().await.0, 1001);
    running.script.event("DISCONNECT", 0).await;
}

#[tokio::test]
async fn g22_disconnect_tells_the_code_and_reason_of_the_client() {
    let running = Setup::default().start().await;
    let frame = |code, reason: &'static str| Some(CloseFrame { code, reason: reason.into() });
    for (index, (sent, status, reason)) in [
        (frame(CloseCode::Normal, "bye"), 1000, "bye"),
        (frame(CloseCode::Library(4001), ""), 4001, "Client-side close"),
        (None, 1005, "Client-side close frame status not set"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = running.client().await;
        client.stream.close(sent.clone()).await.unwrap();
        match patiently(client.stream.next()).await {
            Some(Ok(Message::Close(echoed))) => {
                assert_eq!(echoed.map(|frame| frame.code), sent.map(|frame| frame.code));
            }
            other => panic!("no close in answer: {other:?}"),
        }
        let event = running.script.event("DISCONNECT", index).await;
        assert_eq!(event["requestContext"]["disconnectStatusCode"], status);
        assert_eq!(event["requestContext"]["disconnectReason"], reason);
    }
    drop(running.client().await);
    assert_eq!(running.script.event("DISCONNECT", 3).await["requestContext"]["disconnectStatusCode"], 1006);
}

#[tokio::test]
async fn g22_a_disconnect_that_fails_is_not_retried() {
    let running = Setup::default()
        .handler(|route, _| async move {
            if route == Route::Disconnect {
                Err(IntegrationError("no".into()))
            } else {
                Ok(ProxyResponse::status(200))
            }
        })
        .start()
        .await;
    drop(running.client().await);
    running.script.event("DISCONNECT", 0).await;
    // Everything that runs has ended, and it was tried once.
    assert_eq!(running.gateway.shutdown(crate::support::PATIENCE).await, 0);
    assert_eq!(running.script.count("DISCONNECT"), 1);
}

#[tokio::test]
async fn g22_a_hook_can_lose_a_disconnect() {
    let lost = Arc::new(AtomicUsize::new(0));
    let counter = lost.clone();
    let running = Setup::default()
        .config(|config| {
            config.disconnect_hook = Some(Arc::new(move |event| {
                assert_eq!(event.request_context.event_type, EventType::Disconnect);
                counter.fetch_add(1, Ordering::SeqCst);
                false
            }));
        })
        .start()
        .await;
    drop(running.client().await);
    running.script.event("CONNECT", 0).await;
    assert_eq!(running.gateway.shutdown(crate::support::PATIENCE).await, 0);
    assert_eq!((lost.load(Ordering::SeqCst), running.script.count("DISCONNECT")), (1, 0));
}
