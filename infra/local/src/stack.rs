//! Everything wired together.
use crate::{
    database::{Embedded, TABLE},
    hosts::{self, Hosts},
    signin::SignIn,
    sockets::{Functions, LocalCallback},
    tokens,
    web::{self, Web},
};
use cyclesheet_authorize::Authorizer;
use cyclesheet_extract::{Event, Extractor, ask::Ask, metrics};
use cyclesheet_http::Api;
use extraction::source::slack_api::DEFAULT_BASE_URL;
use futures::future::BoxFuture;
use gateway::{Config, Gateway};
use platform::{
    Context,
    admission::Membership,
    broadcast::{Callback, Endpoint},
    context::{Clock, system_clock, system_random},
    identity::Verifier,
    invoke::{ExtractRequest, Invoke},
    secrets::Secrets,
};
use protocol::limits::{DEFAULT_EXPECTED_CONNECTIONS, PresencePace};
use sheet::model::Origin;
use std::{
    collections::BTreeMap,
    error::Error,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use store::{Store, StoreConfig, Table};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
};

/// The stage of the local gateway.
pub const STAGE: &str = "dev";
/// How long a shutdown waits for messages that are being handled.
const DRAIN: Duration = Duration::from_secs(5);

/// The settings of a stack.
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database.
    pub database: Embedded,
    /// A client for it, if not the plain one: where a test injects faults.
    pub client: Option<aws_sdk_dynamodb::Client>,
    /// Put between the handlers and the sockets, if anything: where a test loses posts, or counts them.
    pub callback: Option<WrapCallback>,
    /// The store's settings.
    pub store: StoreConfig,
    /// The gateway's settings; its stage and domain are set by the stack.
    pub gateway: Config,
    /// The gateway's clock and the handlers'.
    pub clock: StackClock,
    /// Whose tokens are taken, and how the world reaches this server.
    pub access: Access,
    /// Where people's teams and roles come from.
    pub membership: Membership,
    /// Origins that may open sockets beside the stack's own.
    pub origins: Vec<String>,
    /// Host names that lead here beside this machine's own.
    pub hosts: Vec<String>,
    /// Whom the extraction asks.
    pub model: Option<Arc<dyn Ask>>,
    /// What its answers are called in the sheet.
    pub origin: Origin,
    /// What teams share with Slack and with their scripts, by the names of the secrets.
    pub secrets: BTreeMap<String, String>,
    /// Sockets expected at once, in all rooms.
    pub expected_connections: usize,
    /// How often clients tell where they are.
    pub presence_pace: PresencePace,
    /// Where Slack's Web API is.
    pub slack_base_url: String,
    /// Where figures of extractions go.
    pub metrics: metrics::Metrics,
    /// A folder with another page than the one in this program.
    pub page: Option<PathBuf>,
}

/// Whose tokens a stack takes, and what the world calls it.
#[derive(Clone)]
pub enum Access {
    /// People at this machine, with tokens that its own key signs.
    Local {
        /// The key of the local issuer.
        secret: String,
    },
    /// People anywhere, who sign in at an issuer and come through a proxy that ends TLS.
    Public(Public),
}

/// A stack that strangers can reach.
#[derive(Clone)]
pub struct Public {
    /// What its people type, without a slash at its end: `https://sheet.example.com`.
    pub url: String,
    /// Takes their tokens.
    pub verifier: Verifier,
    /// Where the page signs them in.
    pub sign_in: SignIn,
}

/// Makes another way to the sockets of the plain one.
pub type WrapCallback = Box<dyn FnOnce(Arc<dyn Callback>) -> Arc<dyn Callback> + Send>;

/// The time: the system's, or one that a test moves.
#[derive(Clone)]
pub enum StackClock {
    /// The system's.
    System,
    /// A test's.
    Manual(gateway::ManualClock),
}

impl Options {
    /// A stack on `database`, on a free port, with no model.
    pub fn new(database: Embedded) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database,
            client: None,
            callback: None,
            store: StoreConfig::default(),
            gateway: Config::default(),
            clock: StackClock::System,
            access: Access::Local { secret: tokens::SECRET.to_owned() },
            membership: Membership::Token,
            origins: Vec::new(),
            hosts: Vec::new(),
            model: None,
            origin: Origin::Model,
            secrets: BTreeMap::new(),
            expected_connections: DEFAULT_EXPECTED_CONNECTIONS,
            presence_pace: PresencePace::default(),
            slack_base_url: DEFAULT_BASE_URL.to_owned(),
            metrics: metrics::nowhere(),
            page: None,
        }
    }
}

/// A running stack. Cheap to clone; it runs until [`Stack::shutdown`].
#[derive(Clone)]
pub struct Stack {
    /// What the handlers get.
    pub context: Context,
    /// The gateway.
    pub gateway: Gateway,
    /// The database.
    pub database: Embedded,
    /// The extraction.
    pub extractor: Extractor,
    /// Where it listens.
    pub address: SocketAddr,
    stop: Arc<watch::Sender<bool>>,
    extractions: watch::Sender<usize>,
    server: Arc<std::sync::Mutex<Option<JoinHandle<std::io::Result<()>>>>>,
}

/// How a stack is reached, worked out from its access.
struct Place {
    page_url: String,
    socket_url: String,
    origins: Vec<String>,
    hosts: Vec<String>,
    verifier: Verifier,
    sign_in: Option<SignIn>,
    is_public: bool,
}

impl Place {
    fn of(access: &Access, address: SocketAddr) -> Result<Self, jsonwebtoken::errors::Error> {
        Ok(match access {
            Access::Local { secret } => Self {
                page_url: format!("http://{address}"),
                socket_url: format!("ws://{address}/{STAGE}"),
                origins: vec![format!("http://{address}"), format!("http://localhost:{}", address.port())],
                hosts: Vec::new(),
                verifier: tokens::verifier(secret)?,
                sign_in: None,
                is_public: false,
            },
            Access::Public(Public { url, verifier, sign_in }) => {
                let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
                let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
                let name = match host.rsplit_once(':') {
                    Some((name, port)) if is_port(port) => name,
                    _ => host,
                };
                Self {
                    page_url: url.clone(),
                    // `https` becomes `wss`, `http` becomes `ws`.
                    socket_url: format!("{}/{STAGE}", url.replacen("http", "ws", 1)),
                    origins: vec![url.clone()],
                    hosts: vec![name.to_owned()],
                    verifier: verifier.clone(),
                    sign_in: Some(sign_in.clone()),
                    is_public: true,
                }
            }
        })
    }
}

/// Extractions at once in this process: a weekly run asks for one a team, and each may ask a model.
const EXTRACTIONS_AT_ONCE: usize = 8;

/// Asks the extraction in this process, without waiting for it.
struct LocalInvoke {
    to: OnceLock<(Extractor, Context)>,
    turns: Arc<Semaphore>,
    /// Extractions that were asked for and have not ended.
    open: watch::Sender<usize>,
}

impl Default for LocalInvoke {
    fn default() -> Self {
        Self {
            to: OnceLock::new(),
            turns: Arc::new(Semaphore::new(EXTRACTIONS_AT_ONCE)),
            open: watch::Sender::new(0),
        }
    }
}

impl Invoke for LocalInvoke {
    fn extract<'a>(&'a self, request: &'a ExtractRequest) -> BoxFuture<'a, bool> {
        let Some((extractor, context)) = self.to.get().cloned() else {
            return Box::pin(std::future::ready(false));
        };
        let event = Event::Request(request.clone());
        let (turns, open) = (self.turns.clone(), self.open.clone());
        open.send_modify(|open| *open += 1);
        tokio::spawn(async move {
            // The semaphore is never closed; without a turn it would only be one too many.
            let _turn = turns.acquire().await;
            if let Err(error) = extractor.handle(&context, event).await {
                tracing::error!(%error, code = error.code(), "the extraction failed");
            }
            open.send_modify(|open| *open -= 1);
        });
        Box::pin(std::future::ready(true))
    }
}

impl Stack {
    /// Starts everything and listens.
    pub async fn start(options: Options) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}; choose another port", options.listen))?;
        let address = listener.local_addr()?;
        let place = Place::of(&options.access, address)?;
        let hosts = Hosts::new(&[options.hosts, place.hosts].concat())?;
        let clock: Clock = match &options.clock {
            StackClock::System => system_clock(),
            StackClock::Manual(clock) => {
                let clock = clock.clone();
                Arc::new(move || sheet::TimestampMs(gateway::Clock::now_ms(&clock) as i64))
            }
        };
        let (random, callback, invoke) =
            (system_random(), LocalCallback::default(), Arc::new(LocalInvoke::default()));
        let client = options.client.unwrap_or_else(|| options.database.client());
        let context = Context {
            store: Store::new(Table::new(client, TABLE), options.store, random.clone()),
            callback: match options.callback {
                Some(wrap) => wrap(Arc::new(callback.clone())),
                None => Arc::new(callback.clone()),
            },
            invoke: invoke.clone(),
            clock,
            random,
            rates: Arc::default(),
            secrets: Secrets::new(options.secrets),
            expected_connections: options.expected_connections,
            presence_pace: options.presence_pace,
            metrics: options.metrics.clone(),
        };
        let extractor = Extractor {
            model: options.model,
            origin: options.origin,
            endpoint: Endpoint::default(),
            slack_base_url: options.slack_base_url,
            page_url: Some(place.page_url.clone()),
            metrics: options.metrics,
        };
        let _ = invoke.to.set((extractor.clone(), context.clone()));
        let extractions = invoke.open.clone();
        let verifier = place.verifier.with(options.membership);
        let authorizer =
            Authorizer { verifier: verifier.clone(), origins: [place.origins, options.origins].concat() };
        let config = Config { stage: STAGE.into(), domain_name: address.to_string(), ..options.gateway };
        let functions = Functions { context: context.clone(), authorizer };
        let gateway = match options.clock {
            StackClock::System => Gateway::new(config, gateway::SystemClock, functions)?,
            StackClock::Manual(clock) => Gateway::new(config, clock, functions)?,
        };
        callback.connect(gateway.clone());
        let router = web::router(Web {
            context: context.clone(),
            api: Api { verifier, endpoint: Endpoint::default() },
            page: options.page,
            socket_url: place.socket_url,
            sign_in: place.sign_in,
        })
        // `@connections` is for tools at this machine, and nothing signs a request to it.
        .merge(if place.is_public { gateway.sockets() } else { gateway.router() })
        .layer(axum::middleware::from_fn_with_state(hosts, hosts::check));
        let (stop, mut stopped) = watch::channel(false);
        let ended = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let server = tokio::spawn(async move { gateway::serve(listener, router, ended).await });
        Ok(Self {
            context,
            gateway,
            database: options.database,
            extractor,
            address,
            stop: Arc::new(stop),
            server: Arc::new(std::sync::Mutex::new(Some(server))),
            extractions,
        })
    }

    /// Waits until every extraction that was asked for in this process has ended.
    pub async fn extracted(&self) {
        let _ = self.extractions.subscribe().wait_for(|open| *open == 0).await;
    }

    /// Deletes expired items and completes interrupted work from time to time; does not return.
    pub async fn sweep(self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            if let Err(error) = self.database.sweep() {
                tracing::warn!(%error, "expired items could not be deleted");
            }
            let sweep = Event::Request(ExtractRequest::Sweep);
            if let Err(error) = self.extractor.handle(&self.context, sweep).await {
                tracing::warn!(%error, "interrupted work could not be completed");
            }
        }
    }

    /// Closes every socket, lets messages that are being handled end, and stops listening. What still ran after that.
    pub async fn shutdown(&self) -> usize {
        let left = self.gateway.shutdown(DRAIN).await;
        let _ = self.stop.send(true);
        let server = self.server.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(server) = server {
            let _ = tokio::time::timeout(DRAIN, server).await;
        }
        left
    }
}
