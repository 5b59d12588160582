//! What several of these tests say: requests, handlers without a socket, futures that are killed.
use harness::{Who, World, web, web::Answer};
use platform::{
    Context, Identity,
    event::{RequestContext, SocketEvent},
};
use serde_json::{Value, json};
use sheet::{CycleKey, Name, TimestampMs};
use std::{
    future::Future,
    pin::pin,
    task::{Context as Task, Poll, Waker},
};

pub fn revoke(user: &str) -> Value {
    json!([{"op": "MEMBER_REVOKE", "userId": user}])
}

pub fn restore(user: &str) -> Value {
    json!([{"op": "MEMBER_RESTORE", "userId": user}])
}

pub fn comment(id: &str, task: &str, text: &str, mentions: &[&str]) -> Value {
    json!({"op": "COMMENT_ADD", "commentId": id, "taskId": task, "text": text, "mentions": mentions})
}

pub async fn get(world: &World, who: &Who, path: &str) -> Answer {
    web::bearing(world.stack.address, &world.token(who), "GET", path, String::new()).await
}

pub async fn post(world: &World, who: &Who, path: &str, body: &Value) -> Answer {
    web::bearing(world.stack.address, &world.token(who), "POST", path, body.to_string()).await
}

/// Somebody as a verified token shows them.
pub fn identity(who: &Who) -> Identity {
    let person = who.person();
    Identity {
        tenant: person.tenant,
        user: person.user,
        name: person.name,
        color: "#2a56c6".into(),
        role: person.role,
        teams: person.teams,
        expires_at: TimestampMs(i64::MAX / 2),
        email: None,
    }
}

/// An event of somebody's socket, as the gateway sends it.
pub fn event(who: &Who, room: &CycleKey, connection_id: &str, body: &str) -> SocketEvent {
    SocketEvent {
        request_context: RequestContext {
            connection_id: connection_id.into(),
            request_id: "r".into(),
            authorizer: Some(identity(who).to_context(room)),
            ..RequestContext::default()
        },
        body: Some(body.into()),
        ..SocketEvent::default()
    }
}

/// Hands a frame to the handler as if a socket had sent it, and returns what was posted to that socket.
pub async fn handled(
    world: &World,
    context: &Context,
    who: &Who,
    room: &CycleKey,
    frame: Value,
) -> Vec<Value> {
    let id = "late=";
    world.posts.forget();
    cyclesheet_default::handle(context, &event(who, room, id, &frame.to_string())).await;
    world.posts.made().into_iter().filter(|post| post.connection_id == id).map(|post| post.frame).collect()
}

/// What became of a change that was under way when its socket closed.
pub async fn late(world: &World, who: &Who, room: &CycleKey, ops: Value) -> Value {
    let frame = json!({"type": "change", "id": "late.1", "base": 0, "ops": ops});
    let posted = handled(world, &world.stack.context, who, room, frame).await;
    posted
        .into_iter()
        .find(|frame| frame["id"] == "late.1" || frame["type"] == "committed")
        .expect("an answer")
}

pub fn name(word: &str) -> Name {
    Name::new(word).unwrap()
}

/// Polls `work` up to `times` times, then drops it. What it came to, if it was done by then.
pub async fn polled<F: Future>(work: F, times: usize) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut left = times;
    std::future::poll_fn(|task: &mut Task<'_>| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        // Whether it is woken or not: every poll counts, and a poll too many changes nothing.
        task.waker().wake_by_ref();
        work.as_mut().poll(&mut Task::from_waker(Waker::noop())).map(Some)
    })
    .await
}
