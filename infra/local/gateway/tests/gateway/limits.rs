//! G8 to G12: how long, and of what kind, frames and messages may be.

use futures_util::StreamExt;
use gateway::{MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, PostError, ProxyResponse};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{Client, Setup, patiently};

/// Sends a text in frames of `frame_bytes`.
async fn send_in_frames(client: &mut Client, text: &str, frame_bytes: usize) {
    let count = text.len().div_ceil(frame_bytes);
    for (index, part) in text.as_bytes().chunks(frame_bytes).enumerate() {
        let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
        let frame = Frame::message(Bytes::copy_from_slice(part), opcode, index + 1 == count);
        client.send(Message::Frame(frame)).await;
    }
}

// rule: F2
#[tokio::test]
async fn g8_a_frame_of_32_kb_is_taken_and_one_over_it_closes_with_1009() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    client.send("x".repeat(MAX_FRAME_BYTES)).await;
    let event = running.script.event("MESSAGE", 0).await;
    assert_eq!(event["body"].as_str().unwrap().len(), MAX_FRAME_BYTES);
    client.send("x".repeat(MAX_FRAME_BYTES + 1)).await;
    assert_eq!(client.close().await.0, 1009);
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1009);
    assert_eq!(running.script.count("MESSAGE"), 1);
}

#[tokio::test]
async fn g8_the_close_code_arrives_even_while_a_client_sends_a_megabyte() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    client.send("x".repeat(1024 * 1024)).await;
    assert_eq!(client.close().await.0, 1009);
}

// rule: F2
#[tokio::test]
async fn g9_a_message_of_128_kb_in_frames_is_taken_and_one_over_it_closes_with_1009() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    send_in_frames(&mut client, &"x".repeat(MAX_MESSAGE_BYTES), MAX_FRAME_BYTES).await;
    let event = running.script.event("MESSAGE", 0).await;
    assert_eq!(event["body"].as_str().unwrap().len(), MAX_MESSAGE_BYTES);
    send_in_frames(&mut client, &"x".repeat(MAX_MESSAGE_BYTES + 1), MAX_FRAME_BYTES).await;
    assert_eq!(client.close().await.0, 1009);
    assert_eq!(running.script.count("MESSAGE"), 1);
}

#[tokio::test]
async fn g10_a_binary_frame_closes_with_1003_and_invokes_nothing() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    client.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(client.close().await.0, 1003);
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1003);
    assert_eq!(running.script.count("MESSAGE"), 0);
}

#[tokio::test]
async fn g11_a_broken_frame_closes_with_1002_and_text_that_is_not_utf8_with_1007() {
    let running = Setup::default().start().await;
    for (bytes, code) in [
        ([0x81, 0x01, b'a'].as_slice(), 1002),
        (&[0xf1, 0x81, 0, 0, 0, 0, b'a'], 1002),
        (&[0x80, 0x81, 0, 0, 0, 0, b'a'], 1002),
        (&[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007),
    ] {
        let mut client = running.client().await;
        client.stream.get_mut().write_all(bytes).await.unwrap();
        assert_eq!(client.close().await.0, code, "{bytes:x?}");
    }
    assert_eq!(running.script.count("MESSAGE"), 0);
}

#[tokio::test]
async fn g12_a_post_of_128_kb_arrives_in_frames_of_32_kb_and_one_over_it_is_413() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    let longest: String = ('a'..='z').cycle().take(MAX_MESSAGE_BYTES).collect();
    assert_eq!(running.http("POST", &id, format!("{longest}x")).await.0, 413);
    assert_eq!(running.http("POST", &id, format!("{longest}x")).await.1, "PayloadTooLargeException");
    assert_eq!(running.gateway.post(&id, format!("{longest}x")), Err(PostError::PayloadTooLarge));
    assert_eq!(running.http("POST", &id, longest.clone()).await.0, 200);
    assert_eq!(client.text().await, longest);
}

#[tokio::test]
async fn g12_frames_of_a_long_post_are_32_kb_each() {
    use tokio::io::AsyncReadExt;
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    running.gateway.post(&running.id(0).await, "x".repeat(MAX_FRAME_BYTES + 1)).unwrap();
    let mut raw = vec![0; 4 + MAX_FRAME_BYTES + 3];
    patiently(client.stream.get_mut().read_exact(&mut raw)).await.unwrap();
    assert_eq!(raw[..4], [0x01, 126, 0x80, 0x00], "text, more to come, 32,768 bytes");
    assert_eq!(raw[4 + MAX_FRAME_BYTES..], [0x80, 1, b'x'], "the last of it");
}

#[tokio::test]
async fn g23_a_slow_socket_is_refused_with_429_and_delays_no_other() {
    let running = Setup::default().start().await;
    let mut slow = running.client().await;
    let mut quick = running.client().await;
    let (slow_id, quick_id) = (running.id(0).await, running.id(1).await);
    // Fill what the kernel buffers too: until the queue has stayed full while the socket's task had its turns.
    let text = "x".repeat(64 * 1024);
    let (mut taken, mut refused) = (0, 0);
    while refused < 1_000 {
        match running.gateway.post(&slow_id, text.as_str()) {
            Ok(()) => (taken, refused) = (taken + 1, 0),
            Err(error) => {
                assert_eq!(error, PostError::LimitExceeded);
                refused += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert!(taken >= 7, "512 KB hold at least seven posts of 64 KB, {taken} were taken");
    let (status, name, _) = running.http("POST", &slow_id, text.clone()).await;
    assert_eq!((status, name.as_str()), (429, "LimitExceededException"));
    for index in 0..100 {
        running.gateway.post(&quick_id, index.to_string()).unwrap();
        assert_eq!(quick.text().await, index.to_string());
    }
    // Every post that was taken arrives, and then there is room again.
    for _ in 0..taken {
        assert_eq!(slow.text().await.len(), text.len());
    }
    running.gateway.post(&slow_id, "again").unwrap();
    assert_eq!(slow.text().await, "again");
}

#[tokio::test]
async fn g23_a_client_that_takes_nothing_is_let_go_after_the_linger() {
    let running = Setup::default().start().await;
    let _slow = running.client().await;
    let id = running.id(0).await;
    let mut refused = 0;
    while refused < 1_000 {
        if running.gateway.post(&id, "x".repeat(64 * 1024)).is_ok() {
            refused = 0;
        } else {
            refused += 1;
            tokio::task::yield_now().await;
        }
    }
    running.gateway.disconnect(&id).unwrap();
    assert_eq!(running.gateway.post(&id, "x"), Err(PostError::Gone));
    // `$disconnect` does not wait for the client, and the socket's task is gone in the end.
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1000);
    assert_eq!(running.gateway.shutdown(crate::support::PATIENCE).await, 0);
}

#[tokio::test]
async fn g24_a_ping_is_answered_with_its_payload_between_messages() {
    let running = Setup::default()
        .config(|config| config.route_response = true)
        .handler(|_, event| async move {
            Ok(ProxyResponse::status(200)
                .with_body(event.body.map(|text| text.to_string()).unwrap_or_default()))
        })
        .start()
        .await;
    let mut client = running.client().await;
    client.send(Message::Ping(Bytes::from_static(b"are you there"))).await;
    match patiently(client.stream.next()).await {
        Some(Ok(Message::Pong(payload))) => assert_eq!(payload, "are you there"),
        other => panic!("not a pong: {other:?}"),
    }
    client.send("hello").await;
    assert_eq!(client.text().await, "hello");
}
