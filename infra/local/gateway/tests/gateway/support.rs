//! A gateway on a real socket with a scripted integration behind it, and clients of it.

use std::{
    collections::VecDeque,
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use gateway::{
    AuthorizerError, AuthorizerEvent, AuthorizerResponse, BoxFuture, Clock, Config, Event, Gateway,
    Integration, IntegrationError, ManualClock, ProxyResponse, Route,
};
use serde_json::Value;
use tokio::{net::TcpStream, sync::Notify};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Response, protocol::WebSocketConfig},
};

/// A test that waits longer than this has hung; nothing is timed by it.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// 20 November 2026, 14:58:47.123 UTC.
pub const START_MS: u64 = 1_795_186_727_123;

type Answer = BoxFuture<'static, Result<ProxyResponse, IntegrationError>>;
type Handler = Box<dyn Fn(Route, Event) -> Answer + Send + Sync>;
type Authorized = Result<Option<AuthorizerResponse>, AuthorizerError>;

/// Remembers every event as the JSON it would be, and answers as configured.
pub struct Script {
    pub events: Mutex<Vec<Value>>,
    pub asked: Mutex<VecDeque<Value>>,
    seen: Notify,
    handler: Handler,
    authorizer: Box<dyn Fn() -> Authorized + Send + Sync>,
}

impl Script {
    /// The event of a type, once it has come; the `nth` of it, from 0.
    pub async fn event(&self, event_type: &str, nth: usize) -> Value {
        self.until(|| {
            let events = self.events.lock().unwrap();
            events.iter().filter(|event| event["requestContext"]["eventType"] == event_type).nth(nth).cloned()
        })
        .await
    }

    pub fn count(&self, event_type: &str) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| event["requestContext"]["eventType"] == event_type).count()
    }

    async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        patiently(async {
            loop {
                let seen = self.seen.notified();
                if let Some(found) = look() {
                    return found;
                }
                seen.await;
            }
        })
        .await
    }
}

struct Scripted(Arc<Script>);

impl Integration for Scripted {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        self.0.events.lock().unwrap().push(serde_json::to_value(&event).unwrap());
        self.0.seen.notify_waiters();
        (self.0.handler)(route, event)
    }

    fn authorize(&self, event: AuthorizerEvent) -> BoxFuture<'_, Authorized> {
        self.0.asked.lock().unwrap().push_back(serde_json::to_value(&event).unwrap());
        Box::pin(std::future::ready((self.0.authorizer)()))
    }
}

/// What a test is about, before it runs.
pub struct Setup {
    pub config: Config,
    handler: Handler,
    authorizer: Box<dyn Fn() -> Authorized + Send + Sync>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            config: Config {
                domain_name: "api.example.com".into(),
                api_id: "abcdef1234".into(),
                ..Config::default()
            },
            handler: Box::new(|_, _| Box::pin(async { Ok(ProxyResponse::status(200)) })),
            authorizer: Box::new(|| Ok(None)),
        }
    }
}

impl Setup {
    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    pub fn handler<F>(mut self, handler: impl Fn(Route, Event) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<ProxyResponse, IntegrationError>> + Send + 'static,
    {
        self.handler = Box::new(move |route, event| Box::pin(handler(route, event)));
        self
    }

    pub fn authorizer(mut self, authorizer: impl Fn() -> Authorized + Send + Sync + 'static) -> Self {
        self.authorizer = Box::new(authorizer);
        self
    }

    pub async fn start(self) -> Running {
        let clock = ManualClock::new(START_MS);
        self.start_with(clock.clone(), clock).await
    }

    /// On another clock; [`Running::clock`] then moves nothing.
    pub async fn start_on(self, clock: impl Clock) -> Running {
        self.start_with(clock, ManualClock::new(START_MS)).await
    }

    async fn start_with(self, clock: impl Clock, manual: ManualClock) -> Running {
        let script = Arc::new(Script {
            events: Mutex::default(),
            asked: Mutex::default(),
            seen: Notify::new(),
            handler: self.handler,
            authorizer: self.authorizer,
        });
        let gateway = Gateway::new(self.config, clock, Scripted(script.clone())).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(gateway::serve(listener, gateway.router(), std::future::pending()));
        Running { gateway, script, clock: manual, address, server }
    }
}

/// A running gateway.
pub struct Running {
    pub gateway: Gateway,
    pub script: Arc<Script>,
    pub clock: ManualClock,
    pub address: SocketAddr,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Running {
    pub async fn client(&self) -> Client {
        self.try_client("/dev", &[]).await.unwrap()
    }

    pub async fn try_client(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let tcp = TcpStream::connect(self.address).await?;
        // Otherwise the second small write waits until the peer's delayed acknowledgement of the first.
        tcp.set_nodelay(true)?;
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let opened = tokio_tungstenite::client_async_with_config(request, tcp, Some(config)).await?;
        Ok(Client { stream: opened.0, response: opened.1 })
    }

    /// The status with which an upgrade is refused, and the body.
    pub async fn refusal(&self, path: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
        match patiently(self.try_client(path, headers)).await {
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                (response.status().as_u16(), String::from_utf8_lossy(body).into_owned())
            }
            other => panic!("not refused: {:?}", other.map(|client| client.response)),
        }
    }

    /// The id of the `nth` socket that was asked for.
    pub async fn id(&self, nth: usize) -> String {
        let event = self.script.event("CONNECT", nth).await;
        event["requestContext"]["connectionId"].as_str().unwrap().to_owned()
    }

    /// `@connections` by HTTP: status, error name, body.
    pub async fn http(
        &self,
        method: &str,
        id: &str,
        body: impl Into<reqwest::Body>,
    ) -> (u16, String, String) {
        let url = format!("http://{}/dev/@connections/{}", self.address, id.replace('=', "%3D"));
        let request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body);
        let response = patiently(request.send()).await.unwrap();
        let name = response.headers().get("x-amzn-errortype").map(|name| name.to_str().unwrap().to_owned());
        (response.status().as_u16(), name.unwrap_or_default(), response.text().await.unwrap())
    }
}

pub struct Client {
    pub stream: WebSocketStream<TcpStream>,
    pub response: Response<Option<Vec<u8>>>,
}

impl Client {
    pub async fn send(&mut self, message: impl Into<Message>) {
        patiently(self.stream.send(message.into())).await.unwrap();
    }

    /// The next text message.
    pub async fn text(&mut self) -> String {
        match patiently(self.stream.next()).await {
            Some(Ok(Message::Text(text))) => text.to_string(),
            other => panic!("not a text: {other:?}"),
        }
    }

    /// The close code and reason; texts before it are passed over. Then the closing handshake is seen through.
    pub async fn close(&mut self) -> (u16, String) {
        loop {
            match patiently(self.stream.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    let after = patiently(self.stream.next()).await;
                    assert!(!matches!(after, Some(Ok(_))), "after the close: {after:?}");
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Text(_) | Message::Pong(_))) => {}
                other => panic!("not a close: {other:?}"),
            }
        }
    }
}

pub async fn patiently<F: Future>(wait: F) -> F::Output {
    tokio::time::timeout(PATIENCE, wait).await.expect("waited in vain")
}
