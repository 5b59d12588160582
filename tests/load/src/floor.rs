//! The floor: what the sockets alone cost.
//!
//! The same gateway in front, and behind it nothing but a list of sockets per room: every message goes out to its room
//! as it came in. No token is looked at, nothing is read, checked, ordered or stored; an answer proves nothing.
use crate::Outcome;
use gateway::{
    BoxFuture, Config, Event, Gateway, Id, Integration, IntegrationError, ProxyResponse, Route, SystemClock,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tokio::net::TcpListener;

#[derive(Default)]
struct Rooms {
    members: HashMap<String, Vec<Id>>,
    room_of: HashMap<Id, String>,
}

#[derive(Clone, Default)]
struct Relay {
    gateway: Arc<OnceLock<Gateway>>,
    rooms: Arc<Mutex<Rooms>>,
}

impl Relay {
    fn handle(&self, route: &Route, event: &Event) {
        let id = event.request_context.connection_id;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        match (route, &event.body, self.gateway.get()) {
            (Route::Connect, ..) => {
                let room =
                    event.query_string_parameters.as_ref().and_then(|query| query.get("team")).cloned();
                let room = room.unwrap_or_default();
                rooms.members.entry(room.clone()).or_default().push(id);
                rooms.room_of.insert(id, room);
            }
            (Route::Disconnect, ..) => {
                if let Some(members) = rooms.room_of.remove(&id).and_then(|room| rooms.members.get_mut(&room))
                {
                    members.retain(|member| *member != id);
                }
            }
            (_, Some(text), Some(gateway)) => {
                let members = rooms.room_of.get(&id).and_then(|room| rooms.members.get(room));
                for member in members.into_iter().flatten() {
                    // A socket that is gone or behind misses it: the floor has no other memory.
                    let _ = gateway.post(member, text.clone());
                }
            }
            _ => {}
        }
    }
}

impl Integration for Relay {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        self.handle(&route, &event);
        let response = ProxyResponse::status(200).with_header("Sec-WebSocket-Protocol", protocol_name());
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn protocol_name() -> &'static str {
    crate::client::SUBPROTOCOL
}

/// Serves on a free port until it is ended, and says where.
pub(crate) async fn run() -> Outcome {
    let relay = Relay::default();
    let gateway = Gateway::new(Config::default(), SystemClock, relay.clone())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    let router = gateway.router();
    let _ = relay.gateway.set(gateway);
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(gateway::serve(listener, router, async move { terminated.recv().await.unwrap_or_default() }).await?)
}
