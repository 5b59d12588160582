//! G29 to G32: clients that are slow, silent, or never stop. Waits are on paused time or on the gateway's own clock.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use gateway::{
    BODY_TIMEOUT, HEAD_TIMEOUT, MAX_BACKLOG, MAX_SOCKET_INVOCATIONS, MAX_WAITING_CONNECTIONS,
    MESSAGE_TIMEOUT, ProxyResponse, Route, WRITE_STALL,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    time::Instant,
};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Running, Setup, patiently};

/// Opens a connection and sends the beginning of a request.
async fn begin(running: &Running, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// Everything until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn g29_a_head_that_does_not_end_is_answered_with_408_after_its_time_however_it_drips() {
    let running = Setup::default().start().await;
    for begun in ["", "GET /dev HTTP/1.1\r\nhost: localhost\r\n"] {
        let from = Instant::now();
        let mut stream = begin(&running, begun).await;
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.ends_with("did not come whole in time.\n"), "{answer}");
        assert!(from.elapsed() >= HEAD_TIMEOUT && from.elapsed() < HEAD_TIMEOUT * 2, "{:?}", from.elapsed());
    }
    let from = Instant::now();
    let (mut read, mut write) = begin(&running, "GET /dev HTTP/1.1\r\n").await.into_split();
    let dripping = async {
        while write.write_all(b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = read.read_to_end(&mut answer) => {}
        () = dripping => {}
    }
    assert!(answer.starts_with(b"HTTP/1.1 408 "), "{answer:?}");
    assert!(from.elapsed() < HEAD_TIMEOUT * 2, "{:?}", from.elapsed());
    assert_eq!(running.script.count("CONNECT"), 0);
}

#[tokio::test(start_paused = true)]
async fn g29_a_connection_that_idles_after_its_request_is_closed_without_a_word() {
    let running = Setup::default().start().await;
    let mut stream = begin(&running, "GET /prod HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = rest(&mut stream).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn g29_a_body_that_stalls_is_answered_with_408() {
    let running = Setup::default().start().await;
    let from = Instant::now();
    let head = "POST /dev/@connections/Ti835f_GEowCETQ= HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";
    let mut stream = begin(&running, head).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(from.elapsed() >= BODY_TIMEOUT && from.elapsed() < BODY_TIMEOUT * 2, "{:?}", from.elapsed());
}

#[tokio::test]
async fn g30_thousands_of_half_open_requests_keep_nobody_out() {
    let running = Setup::default().start().await;
    let mut half_open = Vec::new();
    // Some of each thousand are dropped, oldest first, so the process never holds more of them than it may.
    for _ in 0..MAX_WAITING_CONNECTIONS + 20 {
        half_open.push(begin(&running, "GET /dev HTTP/1.1\r\n").await);
    }
    let mut client = running.client().await;
    client.send("hello").await;
    running.script.event("MESSAGE", 0).await;
    let answer = patiently(rest(&mut half_open[0])).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let last = half_open.last_mut().unwrap();
    last.write_all(b"host: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    patiently(last.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 426", "the youngest goes on");
}

#[tokio::test]
async fn g31_a_message_that_does_not_end_closes_with_1008_and_pings_do_not_prolong_it() {
    let running = Setup::default().start().await;
    for begun in [
        // A frame cut in its header, one cut in its payload, and a text of which more is to come.
        [0x81].as_slice(),
        &[0x81, 0x85, 0, 0, 0, 0, b'h'],
        &[0x01, 0x81, 0, 0, 0, 0, b'h'],
    ] {
        let (mut client, mut witness) = (running.client().await, running.client().await);
        // A whole message first: its time does not count for the next.
        client.send("whole").await;
        client.stream.get_mut().write_all(begun).await.unwrap();
        if begun.len() == 7 && begun[0] == 0x01 {
            client.stream.get_mut().write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
            assert!(matches!(patiently(client.stream.next()).await, Some(Ok(Message::Pong(_)))));
        }
        // What another socket is answered now, the gateway read after these bytes: it has begun to count.
        for _ in 0..2 {
            witness.stream.get_mut().write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
            assert!(matches!(patiently(witness.stream.next()).await, Some(Ok(Message::Pong(_)))));
        }
        let closed = client.close();
        tokio::pin!(closed);
        let (code, reason) = loop {
            tokio::select! {
                biased;
                closed = &mut closed => break closed,
                () = tokio::task::yield_now() => running.clock.advance(MESSAGE_TIMEOUT / 100),
            }
        };
        assert_eq!((code, reason.as_str()), (1008, "The message did not end in time"), "{begun:x?}");
    }
}

#[tokio::test(start_paused = true)]
async fn g31_a_client_that_reads_nothing_is_dropped_with_1008() {
    let running = Setup::default().start().await;
    let _slow = running.client().await;
    let id = running.id(0).await;
    let from = Instant::now();
    let mut refused = 0;
    while refused < 1_000 {
        refused = if running.gateway.post(&id, "x".repeat(64 * 1024)).is_ok() { 0 } else { refused + 1 };
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(WRITE_STALL + Duration::from_secs(1)).await;
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1008);
    assert_eq!(event["requestContext"]["disconnectReason"], "The client does not read");
    assert!(from.elapsed() < WRITE_STALL * 2, "{:?}", from.elapsed());
    assert_eq!(running.gateway.connections(), 0);
}

/// A gateway whose messages wait at a gate, and echo when they are let through.
async fn gated() -> (Running, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let held = gate.clone();
    let setup =
        Setup::default().config(|config| config.route_response = true).handler(move |route, event| {
            let held = held.clone();
            async move {
                let text = event.body.map(|text| text.to_string()).unwrap_or_default();
                if route == Route::Default && text != "free" {
                    held.acquire().await.unwrap().forget();
                }
                Ok(ProxyResponse::status(200).with_body(text))
            }
        });
    (setup.start().await, gate)
}

#[tokio::test]
async fn g32_eight_messages_of_a_socket_are_answered_at_once_the_rest_waits_and_none_is_lost() {
    let (running, gate) = gated().await;
    let mut flooder = running.client().await;
    for n in 0..1_000 {
        flooder.send(n.to_string()).await;
    }
    running.script.event("MESSAGE", MAX_SOCKET_INVOCATIONS - 1).await;
    // Somebody else is answered as if nobody flooded.
    let mut other = running.client().await;
    for _ in 0..10 {
        other.send("free").await;
        assert_eq!(other.text().await, "free");
    }
    assert_eq!(running.script.count("MESSAGE"), MAX_SOCKET_INVOCATIONS + 10);
    gate.add_permits(1_000);
    let mut heard = Vec::new();
    for _ in 0..1_000 {
        heard.push(flooder.text().await.parse::<u32>().unwrap());
    }
    heard.sort_unstable();
    assert_eq!(heard, (0..1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn g32_a_socket_that_never_lets_up_is_closed_with_1008_long_before_an_integration_times_out() {
    let (running, gate) = gated().await;
    let mut flooder = running.client().await;
    for n in 0..100 {
        flooder.send(n.to_string()).await;
    }
    running.script.event("MESSAGE", MAX_SOCKET_INVOCATIONS - 1).await;
    let mut patient = running.client().await;
    for n in 0..MAX_SOCKET_INVOCATIONS {
        patient.send(n.to_string()).await;
    }
    running.script.event("MESSAGE", 2 * MAX_SOCKET_INVOCATIONS - 1).await;
    let closed = flooder.close();
    tokio::pin!(closed);
    let from = gateway::Clock::now_ms(&running.clock);
    let (code, reason) = loop {
        tokio::select! {
            biased;
            closed = &mut closed => break closed,
            () = tokio::task::yield_now() => running.clock.advance(MAX_BACKLOG / 1_000),
        }
    };
    assert_eq!((code, reason.as_str()), (1008, "Too many messages at once"));
    let waited = gateway::Clock::now_ms(&running.clock) - from;
    assert!(waited < 29_000, "{waited} ms");
    assert_eq!(running.script.count("MESSAGE"), 2 * MAX_SOCKET_INVOCATIONS);
    // As many as may be under way, and nothing beyond: that is no flood.
    gate.add_permits(100);
    for _ in 0..MAX_SOCKET_INVOCATIONS {
        patient.text().await;
    }
}

#[tokio::test]
async fn g32_a_client_that_leaves_while_its_messages_are_answered_is_noticed() {
    let (running, _gate) = gated().await;
    let mut client = running.client().await;
    for n in 0..MAX_SOCKET_INVOCATIONS {
        client.send(n.to_string()).await;
    }
    running.script.event("MESSAGE", MAX_SOCKET_INVOCATIONS - 1).await;
    drop(client);
    running.script.event("DISCONNECT", 0).await;
}
