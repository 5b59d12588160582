//! G1 to G7: what happens before a socket is open.

use std::sync::{Arc, OnceLock};

use gateway::{
    AuthorizerError, AuthorizerResponse, Gateway, IdentitySource, IntegrationError, PostError, ProxyResponse,
    Route,
};
use tokio::sync::Semaphore;

use crate::support::{Setup, patiently};

#[tokio::test]
async fn g1_the_upgrade_is_pending_until_connect_has_answered() {
    let gate = Arc::new(Semaphore::new(0));
    let held = gate.clone();
    let running = Setup::default()
        .handler(move |route, _| {
            let held = held.clone();
            async move {
                if route == Route::Connect {
                    held.acquire().await.unwrap().forget();
                }
                Ok(ProxyResponse::status(200))
            }
        })
        .start()
        .await;
    let opening = running.try_client("/dev", &[]);
    tokio::pin!(opening);
    tokio::select! {
        _ = &mut opening => panic!("opened before $connect answered"),
        _ = running.script.event("CONNECT", 0) => {}
    }
    assert_eq!(running.gateway.connections(), 0);
    gate.add_permits(1);
    patiently(opening).await.unwrap();
    assert_eq!(running.gateway.connections(), 1);
}

#[tokio::test]
async fn g2_a_status_of_connect_other_than_2xx_reaches_the_client_and_no_socket_opens() {
    let running = Setup::default()
        .handler(|_, event| async move {
            let query = event.query_string_parameters.unwrap();
            Ok(ProxyResponse::status(query["status"].parse().unwrap()).with_body("because"))
        })
        .start()
        .await;
    for status in [400, 401, 403, 418, 429, 500, 503] {
        assert_eq!(running.refusal(&format!("/dev?status={status}"), &[]).await, (status, "because".into()));
    }
    assert_eq!(running.gateway.connections(), 0);
    assert_eq!(running.script.count("DISCONNECT"), 0);
}

#[tokio::test]
async fn g2_a_connect_that_fails_or_panics_is_502_and_one_that_takes_too_long_is_504() {
    let running = Setup::default()
        .handler(|_, event| async move {
            match event.query_string_parameters.unwrap()["how"].as_str() {
                "fail" => Err(IntegrationError("secret".into())),
                "panic" => panic!("secret"),
                _ => std::future::pending().await,
            }
        })
        .start()
        .await;
    for how in ["fail", "panic"] {
        let (status, body) = running.refusal(&format!("/dev?how={how}"), &[]).await;
        assert_eq!(status, 502);
        assert!(body.contains("Internal server error") && !body.contains("secret"), "{body}");
    }
    let refusal = running.refusal("/dev?how=hang", &[]);
    let moved = async {
        running.script.event("CONNECT", 2).await;
        running.clock.advance(gateway::MAX_INTEGRATION_TIMEOUT);
    };
    let ((status, _), ()) = tokio::join!(refusal, moved);
    assert_eq!(status, 504);
}

#[tokio::test]
async fn g3_deny_is_403_unauthorized_is_401_and_connect_is_not_invoked() {
    for (answer, status) in [
        (Ok(Some(AuthorizerResponse::deny("u"))), 403),
        (Err(AuthorizerError::Unauthorized), 401),
        (Err(AuthorizerError::Failed("secret".into())), 500),
        (Ok(Some(AuthorizerResponse::allow("u").with_context("big", "x".repeat(8 * 1024)))), 500),
    ] {
        let running = Setup::default().authorizer(move || answer.clone()).start().await;
        let (got, body) = running.refusal("/dev", &[]).await;
        assert_eq!(got, status);
        assert!(!body.contains("secret"));
        assert_eq!(running.script.count("CONNECT"), 0);
    }
}

#[tokio::test]
async fn g3_a_missing_identity_is_401_and_the_authorizer_is_not_asked() {
    let sources =
        vec![IdentitySource::Header("Authorization".into()), IdentitySource::QueryString("token".into())];
    let running = Setup::default().config(|config| config.identity_sources = sources).start().await;
    assert_eq!(running.refusal("/dev", &[]).await.0, 401);
    assert_eq!(running.refusal("/dev?token=t", &[]).await.0, 401);
    assert_eq!(running.refusal("/dev?token=", &[("authorization", "a")]).await.0, 401);
    assert_eq!(running.script.asked.lock().unwrap().len(), 0);
    running.try_client("/dev?token=t", &[("authorization", "a")]).await.unwrap();
    assert_eq!(running.script.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn g4_what_the_authorizer_says_is_in_every_later_event() {
    let answer = || Ok(Some(AuthorizerResponse::allow("user-1").with_context("role", "editor")));
    let running = Setup::default().authorizer(answer).start().await;
    let mut client = running.client().await;
    client.send("hello").await;
    running.script.event("MESSAGE", 0).await;
    client.stream.close(None).await.unwrap();
    let expected = serde_json::json!({"principalId": "user-1", "role": "editor"});
    for event_type in ["CONNECT", "MESSAGE", "DISCONNECT"] {
        assert_eq!(running.script.event(event_type, 0).await["requestContext"]["authorizer"], expected);
    }
}

#[tokio::test]
async fn g5_the_subprotocol_of_connect_reaches_the_client_only_if_it_was_offered() {
    let running = Setup::default()
        .handler(|_, _| async {
            Ok(ProxyResponse::status(200).with_header("sec-websocket-protocol", "app.v1"))
        })
        .start()
        .await;
    let offer = [("sec-websocket-protocol", "app.v1, bearer.x")];
    let client = running.try_client("/dev", &offer).await.unwrap();
    assert_eq!(client.response.headers()["sec-websocket-protocol"], "app.v1");
    let client = running.client().await;
    assert!(!client.response.headers().contains_key("sec-websocket-protocol"));
}

#[tokio::test]
async fn g6_a_post_inside_connect_is_gone_and_one_after_it_is_taken() {
    let gateway: Arc<OnceLock<Gateway>> = Arc::default();
    let inside: Arc<OnceLock<Result<(), PostError>>> = Arc::default();
    let (handle, result) = (gateway.clone(), inside.clone());
    let running = Setup::default()
        .handler(move |route, event| {
            if route == Route::Connect {
                let id = event.request_context.connection_id;
                result.set(handle.get().unwrap().post(&id, "too early")).unwrap();
            }
            async { Ok(ProxyResponse::status(200)) }
        })
        .start()
        .await;
    assert!(gateway.set(running.gateway.clone()).is_ok());
    let mut client = running.client().await;
    assert_eq!(inside.get(), Some(&Err(PostError::Gone)));
    running.gateway.post(&running.id(0).await, "now").unwrap();
    assert_eq!(client.text().await, "now");
}

#[tokio::test]
async fn g7_a_client_that_leaves_during_connect_is_told_to_disconnect() {
    let gate = Arc::new(Semaphore::new(0));
    let held = gate.clone();
    let running = Setup::default()
        .handler(move |route, _| {
            let held = held.clone();
            async move {
                if route == Route::Connect {
                    held.acquire().await.unwrap().forget();
                }
                Ok(ProxyResponse::status(200))
            }
        })
        .start()
        .await;
    {
        let opening = running.try_client("/dev", &[]);
        tokio::pin!(opening);
        tokio::select! {
            _ = &mut opening => panic!("opened before $connect answered"),
            _ = running.script.event("CONNECT", 0) => {}
        }
    }
    gate.add_permits(1);
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1006);
    assert_eq!(running.gateway.connections(), 0);
}
