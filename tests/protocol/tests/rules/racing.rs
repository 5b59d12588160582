//! Somebody connects at the moment they are removed.
use super::support::{event, name};
use bytes::Bytes;
use futures::future::BoxFuture;
use harness::{NEXT_WEEK, World, who};
use platform::{
    Context,
    broadcast::{Callback, Endpoint, Posted},
    members::{self, Standing},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context as Task, Poll, Waker},
};

/// A gateway of which only the rule that matters is left: before `$connect` has answered there is no socket.
#[derive(Default)]
struct Doors {
    open: Mutex<BTreeMap<String, bool>>,
    frames: Mutex<Vec<(String, Value)>>,
}

impl Doors {
    fn opens(&self, id: &str) {
        self.open.lock().unwrap().insert(id.to_owned(), true);
    }

    fn is_open(&self, id: &str) -> bool {
        self.open.lock().unwrap().get(id).copied().unwrap_or_default()
    }

    fn told(&self, id: &str) -> Vec<Value> {
        let frames = self.frames.lock().unwrap();
        frames.iter().filter(|(to, _)| to == id).map(|(_, frame)| frame.clone()).collect()
    }
}

impl Callback for Doors {
    fn post<'a>(&'a self, _: &'a Endpoint, id: &'a str, frame: Bytes) -> BoxFuture<'a, Posted> {
        let posted = if self.is_open(id) {
            self.frames.lock().unwrap().push((id.to_owned(), serde_json::from_slice(&frame).unwrap()));
            Posted::Delivered
        } else {
            Posted::Gone
        };
        Box::pin(std::future::ready(posted))
    }

    fn close<'a>(&'a self, _: &'a Endpoint, id: &'a str) -> BoxFuture<'a, Posted> {
        let was_open = self.open.lock().unwrap().insert(id.to_owned(), false).unwrap_or_default();
        Box::pin(std::future::ready(if was_open { Posted::Delivered } else { Posted::Gone }))
    }
}

/// Polls once; true when done.
async fn step(work: &mut Pin<Box<dyn Future<Output = ()> + '_>>) -> bool {
    std::future::poll_fn(|_| Poll::Ready(work.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready()))
        .await
}

/// Runs two futures: the first for `a` polls, the second for `b`, the first to its end, the second to its end.
async fn interleaved<'a>(
    mut first: Pin<Box<dyn Future<Output = ()> + 'a>>,
    mut second: Pin<Box<dyn Future<Output = ()> + 'a>>,
    (a, b): (usize, usize),
) -> (bool, bool) {
    let (mut first_done, mut second_done) = (false, false);
    for _ in 0..a {
        first_done = first_done || step(&mut first).await;
    }
    for _ in 0..b {
        second_done = second_done || step(&mut second).await;
    }
    let ended_early = (first_done, second_done);
    while !first_done {
        first_done = step(&mut first).await;
        tokio::task::yield_now().await;
    }
    while !second_done {
        second_done = step(&mut second).await;
        tokio::task::yield_now().await;
    }
    ended_early
}

#[tokio::test]
async fn m1_whoever_connects_while_they_are_removed_is_refused_or_closed_or_turned_away_by_their_first_frame()
{
    let world = World::new().await;
    let room = world.key(NEXT_WEEK);
    world.stack.context.store.create(&room, world.stack.context.now()).await.unwrap();
    let doors = Arc::new(Doors::default());
    let context = Context { callback: doors.clone(), ..world.stack.context.clone() };
    let (context, endpoint, acme) = (&context, Endpoint::default(), name("acme"));
    world.faults.give_way();
    let (mut refused, mut closed, mut turned_away) = (0, 0, 0);
    for connects_first in [true, false] {
        let mut last = (0, 0);
        for a in 0.. {
            // A call is two polls: every other one of the second is enough.
            for b in (0..).step_by(2) {
                let user = format!("u{}-{a}-{b}", usize::from(connects_first));
                let (person, id) = (who(&user), format!("{user}="));
                let (status, opening) = (Mutex::new(0), event(&person, &room, &id, ""));
                let connect = Box::pin(async {
                    let answer = cyclesheet_connect::handle(context, &opening).await.status_code;
                    if answer == 200 {
                        doors.opens(&id);
                    }
                    *status.lock().unwrap() = answer;
                });
                let removal = Box::pin(async {
                    let begun =
                        members::begin(context, &acme, &name(&user), Standing::Removed).await.unwrap();
                    members::finish(context, &endpoint, &acme, &begun.unwrap()).await.unwrap();
                });
                let ended: (bool, bool) = match connects_first {
                    true => interleaved(connect, removal, (a, b)).await,
                    false => interleaved(removal, connect, (a, b)).await,
                };
                let answered = *status.lock().unwrap();
                match answered {
                    403 => refused += 1,
                    200 if !doors.is_open(&id) => closed += 1,
                    200 => {
                        let frames = [
                            json!({"type": "hello"}),
                            json!({"type": "ping"}),
                            json!({"type": "replay", "since": 0}),
                            json!({"type": "refresh"}),
                        ];
                        let frame = &frames[turned_away % frames.len()];
                        cyclesheet_default::handle(context, &event(&person, &room, &id, &frame.to_string()))
                            .await;
                        let told = doors.told(&id);
                        assert_eq!(told.len(), 1, "{a} {b}: {told:?}");
                        assert_eq!(told[0]["code"], "REVOKED", "{a} {b}: {told:?}");
                        assert!(!doors.is_open(&id));
                        turned_away += 1;
                    }
                    other => panic!("{other} after {a} and {b} polls"),
                }
                let now = context.now();
                let rows =
                    store::connections::of_user(&world.table(), &acme, &name(&user), now).await.unwrap();
                assert!(rows.is_empty(), "{a} {b}: {rows:?}");
                let rows = store::connections::room(&world.table(), &room, now).await.unwrap();
                assert!(rows.iter().all(|row| row.user != name(&user)), "{a} {b}");
                last = (a, b);
                if ended.1 || ended.0 {
                    break;
                }
            }
            if last == (a, 0) {
                break;
            }
        }
    }
    assert!(refused > 0 && closed > 0 && turned_away > 0, "{refused} {closed} {turned_away}");
}
