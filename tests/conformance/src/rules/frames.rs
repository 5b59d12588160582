use super::Shown;
use crate::Endpoint;
use serde_json::{Value, json};
use wire::{
    Client,
    client::{Heard, insert, modify},
};

/// The most bytes that a server frame may have.
const MAX_SERVER_FRAME_BYTES: usize = 100 * 1024;

/// The next `error` or `rejected`.
async fn refusal(client: &mut Client) -> Value {
    client.frame("a refusal", |frame| frame["type"] == "error" || frame["type"] == "rejected").await
}

pub(super) async fn f1(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    client.send_binary(br#"{"type":"ping"}"#.to_vec()).await;
    assert_eq!(client.end().await, Some(1003), "the close code of a binary frame");
    Shown::Yes
}

pub(super) async fn f2(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let (id, row, base) = (format!("{}.1", client.name), endpoint.fresh("t"), client.replica.version());
    let of_size = |bytes: usize| {
        let frame = |filling: usize| {
            json!({"type": "change", "id": id, "base": base, "ops": [insert(&row, "x")], "later": "x".repeat(filling)}).to_string()
        };
        frame(bytes - frame(0).len())
    };
    client.send_text(&of_size(28 * 1024 + 1)).await;
    let rejected = refusal(&mut client).await;
    assert_eq!((&rejected["id"], &rejected["code"]), (&json!(id), &json!("PAYLOAD_TOO_LARGE")));
    client.send_text(&of_size(28 * 1024)).await;
    client.settled(&id).await.version();
    client.send_text(&of_size(32 * 1024 + 1)).await;
    assert_eq!(client.end().await, Some(1009), "the close code of a frame over 32 KB");
    Shown::Yes
}

pub(super) async fn f3(endpoint: &Endpoint) -> Shown {
    let (editor, filling) = (endpoint.editor(), "y".repeat(2_000));
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for _ in 0..60 {
        let row = endpoint.fresh("t");
        all.push(json!({"op": "ROW_INSERT", "taskId": row, "after": null, "cells": {"title": "x", "description": filling}}));
        rows.push(json!({"op": "ROW_REMOVE", "taskId": row}));
    }
    let mut listening = endpoint.join(&endpoint.editor()).await;
    let answer = endpoint.post(&editor, json!(all)).await;
    assert_eq!(answer.status, 200, "a change of 120 KB over HTTPS: {}", answer.json());
    listening.ping().await;
    let newcomer = endpoint.join(&endpoint.editor()).await;
    for frame in listening.heard.iter().chain(&newcomer.heard) {
        assert!(
            frame.to_string().len() <= MAX_SERVER_FRAME_BYTES,
            "a frame of {} bytes",
            frame.to_string().len()
        );
    }
    assert_eq!(endpoint.post(&editor, json!(rows)).await.status, 200);
    Shown::Yes
}

pub(super) async fn f4(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    client.send(json!({"type": "ping", "version": 0, "later": {"a": [1]}})).await;
    client.frame_of("pong").await;
    client.send(json!({"type": "dance"})).await;
    assert_eq!(refusal(&mut client).await["code"], "UNSUPPORTED");
    Shown::Yes
}

pub(super) async fn f5(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    for text in
        ["{", "{}", r#"{"type":7}"#, r#"{"type":"replay","since":-1}"#, r#"{"type":"hello","since":"1"}"#]
    {
        client.send_text(text).await;
        let error = refusal(&mut client).await;
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("MALFORMED")), "{text}");
        assert!(
            error["message"].as_str().is_some_and(|words| !words.is_empty()) && error["retryable"] == false,
            "{error}"
        );
    }
    for bad in [
        json!({"type": "change", "id": "x.1", "base": 0}),
        json!({"type": "change", "id": "x.1", "base": 0, "ops": [{"noop": 1}]}),
    ] {
        client.send(bad).await;
        let rejected = refusal(&mut client).await;
        assert_eq!((&rejected["type"], &rejected["id"]), (&json!("rejected"), &json!("x.1")));
    }
    client.ping().await;
    Shown::Yes
}

pub(super) async fn f7(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let door = endpoint.door_with(Some(endpoint.token_for(&person, 3).await));
    let mut client = endpoint.join_at(&door, &person).await;
    let row = endpoint.fresh("t");
    client.commit(json!([insert(&row, "in time")])).await.version();
    for n in 0.. {
        // Every kind of frame, and never so many that their rate is what answers.
        match n % 3 {
            0 => client.send(json!({"type": "presence", "state": {"status": "active"}})).await,
            1 => client.send(json!({"type": "ping", "version": 0})).await,
            _ => drop(client.change(json!([modify(&row, "status", "x", "Done")])).await),
        }
        match tokio::time::timeout(
            std::time::Duration::from_millis(400),
            client.frame("the end of the token", |frame| frame["code"] == "TOKEN_EXPIRED"),
        )
        .await
        {
            Ok(_) => break,
            Err(_) if n < 40 => {}
            Err(_) => panic!("frames are taken long after the token has ended"),
        }
    }
    client.end().await;
    Shown::Yes
}

pub(super) async fn f8(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let base = client.replica.version();
    for n in 0..20 {
        let change = json!({"type": "change", "id": format!("burst{n}.1"), "base": base, "ops": [insert(&endpoint.fresh("t"), "x")]});
        client.send(change).await;
    }
    for n in 0..20 {
        let id = format!("burst{n}.1");
        let known = client.replica.told.values().any(|change| change["id"] == id.as_str());
        if !known {
            client.settled(&id).await.version();
        }
    }
    Shown::Yes
}

pub(super) async fn f9(endpoint: &Endpoint) -> Shown {
    for (frame, limit) in [
        (json!({"type": "ping"}), 30),
        (json!({"type": "presence", "state": {}}), 80),
        (json!({"type": "dance"}), 30),
    ] {
        let mut flood = endpoint.join(&endpoint.editor()).await;
        for _ in 0..=3 * limit {
            flood.send(frame.clone()).await;
        }
        let mut limited = 0;
        while let Heard::Frame(heard) = flood.next().await {
            limited += usize::from(heard["code"] == "RATE_LIMITED");
        }
        assert!(limited >= limit, "{limited} of {frame} were refused before the socket closed");
    }
    Shown::Yes
}
