//! Puts any Lambda bootstraps behind the gateway, in whatever language: `cargo lambda watch` for WebSocket APIs.
//!
//! ```sh
//! cargo run -p cyclesheet-gateway --example bootstraps -- default=./bootstrap connect=./connect/bootstrap authorize=./auth/bootstrap
//! ```
//! Each program gets the environment of this one and `AWS_LAMBDA_RUNTIME_API`, and asks there for its events, as on Lambda: one at
//! a time. A route that is not named answers 200. Posts go to `http://127.0.0.1:4600/dev/@connections`.
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use gateway::{
    AuthorizerError, AuthorizerEvent, AuthorizerResponse, BoxFuture, Config, Event, Gateway, Integration,
    IntegrationError, ProxyResponse, Route, RouteSelection, SystemClock,
};
use serde::Serialize;
use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex as Turns, mpsc, oneshot},
};

/// Events that wait for a bootstrap; the gateway itself stops taking messages at a thousand.
const WAITING: usize = 1_000;
/// Where the gateway listens.
const ADDRESS: &str = "127.0.0.1:4600";

/// What a function answered: its JSON, or the error that it reported.
type Answer = Result<Bytes, String>;
type Open = Arc<Mutex<HashMap<String, oneshot::Sender<Answer>>>>;

/// One function: the Runtime API that its bootstrap asks, and the bootstrap itself.
struct Function {
    events: mpsc::Sender<(Vec<u8>, oneshot::Sender<Answer>)>,
    /// Killed when the function is dropped.
    _bootstrap: Child,
}

/// What the Runtime API of one function knows.
struct Runtime {
    name: String,
    events: Turns<mpsc::Receiver<(Vec<u8>, oneshot::Sender<Answer>)>>,
    open: Open,
}

fn open(runtime: &Runtime) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
    runtime.open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `GET /runtime/invocation/next`: waits for an event.
async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    let Some((event, answer)) = runtime.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = format!("{:032x}", rand::random::<u128>());
    open(&runtime).insert(id.clone(), answer);
    let arn = format!("arn:aws:lambda:local:000000000000:function:{}", runtime.name);
    // A deadline beyond any: the gateway gives up by itself after 29 s.
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-invoked-function-arn", arn),
        ("lambda-runtime-deadline-ms", "9999999999999".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

/// `POST /runtime/invocation/{id}/response` or `error`.
async fn answered(
    State(runtime): State<Arc<Runtime>>,
    Path((id, what)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let answer = open(&runtime).remove(&id);
    let said = match what.as_str() {
        "response" => Ok(body),
        _ => Err(String::from_utf8_lossy(&body).into_owned()),
    };
    match answer.map(|answer| answer.send(said)) {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::NOT_FOUND,
    }
}

impl Function {
    async fn start(name: &str, program: &str) -> Result<Self, Box<dyn Error>> {
        let (events, waiting) = mpsc::channel(WAITING);
        let runtime =
            Arc::new(Runtime { name: name.to_owned(), events: Turns::new(waiting), open: Open::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{what}", post(answered))
            .with_state(runtime);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api = listener.local_addr()?;
        tokio::spawn(async move { gateway::serve(listener, router, std::future::pending()).await });
        let bootstrap = Command::new(program)
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        Ok(Self { events, _bootstrap: bootstrap })
    }

    async fn call(&self, event: &impl Serialize) -> Answer {
        let event = serde_json::to_vec(event).map_err(|error| error.to_string())?;
        let (answer, answered) = oneshot::channel();
        self.events.send((event, answer)).await.map_err(|_| "the function has stopped".to_owned())?;
        answered.await.map_err(|_| "the function did not answer".to_owned())?
    }
}

struct Bootstraps(HashMap<String, Function>);

impl Integration for Bootstraps {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        Box::pin(async move {
            let Some(function) = self.0.get(route.as_str().trim_start_matches('$')) else {
                return Ok(ProxyResponse::status(200));
            };
            let answer = function.call(&event).await.map_err(IntegrationError)?;
            serde_json::from_slice(&answer).map_err(|error| IntegrationError(error.to_string()))
        })
    }

    fn authorize(
        &self,
        event: AuthorizerEvent,
    ) -> BoxFuture<'_, Result<Option<AuthorizerResponse>, AuthorizerError>> {
        Box::pin(async move {
            let Some(function) = self.0.get("authorize") else { return Ok(None) };
            let answer = function.call(&event).await.map_err(|error| {
                if error.contains("Unauthorized") {
                    AuthorizerError::Unauthorized
                } else {
                    AuthorizerError::Failed(error)
                }
            })?;
            serde_json::from_slice(&answer)
                .map(Some)
                .map_err(|error| AuthorizerError::Failed(error.to_string()))
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut functions = HashMap::new();
    for argument in std::env::args().skip(1) {
        let (name, program) = argument.split_once('=').ok_or("an argument is ROUTE=PROGRAM")?;
        functions.insert(name.to_owned(), Function::start(name, program).await?);
    }
    if functions.is_empty() {
        return Err("name at least one: default=./bootstrap".into());
    }
    // Messages are routed by their field `action`, as most WebSocket APIs on Lambda are; what has no route of its own is $default.
    let known = ["connect", "disconnect", "default", "authorize"];
    let routes = functions.keys().filter(|name| !known.contains(&name.as_str())).cloned();
    println!("functions: {}", functions.keys().cloned().collect::<Vec<_>>().join(", "));
    let routes = Some(RouteSelection::new("$request.body.action", routes)?);
    let config = Config { route_response: true, routes, ..Config::default() };
    let gateway = Gateway::new(config, SystemClock, Bootstraps(functions))?;
    let listener = TcpListener::bind(ADDRESS).await?;
    println!("ws://{ADDRESS}/dev");
    gateway::serve(listener, gateway.router(), async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    gateway.shutdown(std::time::Duration::from_secs(5)).await;
    Ok(())
}
