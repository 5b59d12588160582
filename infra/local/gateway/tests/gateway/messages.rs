//! G17 to G21: what becomes of a message.

use std::{collections::HashMap, sync::Arc};

use futures_util::StreamExt;
use gateway::{Event, IntegrationError, MAX_INTEGRATION_TIMEOUT, ProxyResponse, Route, RouteSelection};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Running, Setup};

fn body(event: &Event) -> String {
    event.body.as_ref().map(|text| text.to_string()).unwrap_or_default()
}

/// A gateway that answers a message with its own text once the gate of that text is open.
async fn gated(names: &[&str], setup: Setup) -> (Running, HashMap<String, Arc<Semaphore>>) {
    let gates: HashMap<_, _> =
        names.iter().map(|name| ((*name).to_owned(), Arc::new(Semaphore::new(0)))).collect();
    let held = gates.clone();
    let setup = setup.config(|config| config.route_response = true).handler(move |_, event| {
        let (text, gate) = (body(&event), held.get(&body(&event)).cloned());
        async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            Ok(ProxyResponse::status(200).with_body(text))
        }
    });
    (setup.start().await, gates)
}

// rule: F8
#[tokio::test]
async fn g17_messages_of_one_socket_run_at_once_and_end_in_any_order() {
    let (running, gates) = gated(&["1", "2", "3"], Setup::default()).await;
    let mut client = running.client().await;
    for text in ["1", "2", "3"] {
        client.send(text).await;
    }
    running.script.event("MESSAGE", 2).await;
    for text in ["3", "1", "2"] {
        gates[text].add_permits(1);
        assert_eq!(client.text().await, text);
    }
}

#[tokio::test]
async fn g18_a_message_takes_the_route_that_it_names_and_else_the_default() {
    let running = Setup::default()
        .config(|config| {
            config.routes = Some(RouteSelection::new("$request.body.type", ["ping"]).unwrap());
            config.route_response = true;
        })
        .handler(|route, event| async move {
            assert_eq!(route, event.request_context.route_key);
            Ok(ProxyResponse::status(200).with_body(route.as_str()))
        })
        .start()
        .await;
    let mut client = running.client().await;
    for (text, route) in [
        (r#"{"type":"ping"}"#, "ping"),
        (r#"{"type":"pong"}"#, "$default"),
        (r#"{"type":"$connect"}"#, "$default"),
        ("no JSON", "$default"),
        ("", "$default"),
    ] {
        client.send(text).await;
        assert_eq!(client.text().await, route, "{text}");
    }
}

fn assert_error(frame: &str, message: &str, event: &Value) {
    let frame: Value = serde_json::from_str(frame).unwrap();
    assert_eq!(frame["message"], message);
    assert_eq!(frame["connectionId"], event["requestContext"]["connectionId"]);
    assert_eq!(frame["requestId"], event["requestContext"]["requestId"]);
    assert_eq!(frame.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn g19_a_failure_or_a_panic_reaches_the_client_as_an_error_frame_without_its_text() {
    let running = Setup::default()
        .handler(|route, event| async move {
            match (route, body(&event).as_str()) {
                (Route::Default, "fail") => Err(IntegrationError("secret".into())),
                (Route::Default, _) => panic!("secret"),
                _ => Ok(ProxyResponse::status(200)),
            }
        })
        .start()
        .await;
    let mut client = running.client().await;
    for (index, text) in ["fail", "panic"].into_iter().enumerate() {
        client.send(text).await;
        let event = running.script.event("MESSAGE", index).await;
        assert_error(&client.text().await, "Internal server error", &event);
    }
}

#[tokio::test]
async fn g19_after_29_seconds_the_client_is_told_and_the_integration_runs_on() {
    let gate = Arc::new(Semaphore::new(0));
    let ended = Arc::new(Semaphore::new(0));
    let (held, end) = (gate.clone(), ended.clone());
    let running = Setup::default()
        .config(|config| config.route_response = true)
        .handler(move |route, _| {
            let (held, end) = (held.clone(), end.clone());
            async move {
                if route == Route::Default {
                    held.acquire().await.unwrap().forget();
                    end.add_permits(1);
                }
                Ok(ProxyResponse::status(200).with_body("too late"))
            }
        })
        .start()
        .await;
    let mut client = running.client().await;
    client.send("slow").await;
    let event = running.script.event("MESSAGE", 0).await;
    running.clock.advance(MAX_INTEGRATION_TIMEOUT);
    assert_error(&client.text().await, "Internal server error", &event);
    gate.add_permits(1);
    crate::support::patiently(ended.acquire()).await.unwrap().forget();
    // Its answer is dropped: the next text is the next message's.
    running.gateway.post(&running.id(0).await, "next").unwrap();
    assert_eq!(client.text().await, "next");
}

#[tokio::test]
async fn g20_a_message_beyond_the_concurrency_is_refused_and_one_after_it_is_not() {
    let setup = Setup::default().config(|config| config.max_concurrent_invocations = 2);
    let (running, gates) = gated(&["1", "2"], setup).await;
    let mut client = running.client().await;
    client.send("1").await;
    client.send("2").await;
    running.script.event("MESSAGE", 1).await;
    client.send("3").await;
    let refusal: Value = serde_json::from_str(&client.text().await).unwrap();
    assert_eq!(refusal["message"], "Limit Exceeded Exception");
    assert_eq!(refusal["connectionId"].as_str(), Some(running.id(0).await.as_str()));
    assert_eq!(running.script.count("MESSAGE"), 2);
    // Sockets still come and go: they do not share the messages' bound.
    drop(running.client().await);
    running.script.event("DISCONNECT", 0).await;
    for text in ["1", "2"] {
        gates[text].add_permits(1);
        assert_eq!(client.text().await, text);
    }
    client.send("4").await;
    assert_eq!(client.text().await, "4");
}

#[tokio::test]
async fn g21_a_response_goes_back_to_the_sender_only_if_the_api_says_so() {
    for route_response in [true, false] {
        let running = Setup::default()
            .config(|config| config.route_response = route_response)
            .handler(|_, _| async { Ok(ProxyResponse::status(200).with_body("answer")) })
            .start()
            .await;
        let mut client = running.client().await;
        client.send("question").await;
        running.script.event("MESSAGE", 0).await;
        if route_response {
            assert_eq!(client.text().await, "answer");
        }
        // Once everything has ended, nothing but the close is left.
        let (left, next) = tokio::join!(running.gateway.shutdown(crate::support::PATIENCE), async {
            let next = crate::support::patiently(client.stream.next()).await;
            client.stream.next().await;
            next
        });
        assert_eq!(left, 0);
        assert!(matches!(next, Some(Ok(Message::Close(_)))), "{next:?}");
    }
}
