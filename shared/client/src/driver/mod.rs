//! The driver: carries out what the machine asks for, on tokio.
//!
//! One task owns the machine and handles one event at a time. Sockets and requests are tasks of their own that report back to it. The
//! task ends with the last [`Client`]; nothing runs on behind it.
mod http;
mod room;
mod socket;
mod store;

use crate::{Event, Outcome, Status, types::PresenceState};
use room::{Command, Room};
use sheet::{Op, Sheet};
use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};
use tokio::sync::{mpsc, oneshot, watch};

/// Commands that may wait for the task; a caller beyond waits.
const MAX_WAITING_COMMANDS: usize = 64;

/// A client that could not be opened, or that ended.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An address is not one.
    #[error("{what} `{address}` is not a URL: it looks like {example}")]
    Address {
        /// Which of the two.
        what: &'static str,
        /// As it was given.
        address: String,
        /// One that is right.
        example: &'static str,
    },
    /// The file of unsent changes could not be read.
    #[error("the file of unsent changes {path} cannot be read: {source}")]
    State {
        /// Where it is.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The session ended, the member was removed, or there is nothing to connect to.
    #[error("the client has ended ({status:?}): {reason}")]
    Ended {
        /// How it stands.
        status: Status,
        /// The server's sentence.
        reason: String,
    },
    /// The task is gone, because the client was closed.
    #[error("the client was closed")]
    Closed,
}

/// Where the server is just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The socket's URL, without the query: `wss://sockets.example/prod`.
    pub socket: String,
    /// The HTTP API's origin: `https://api.example`.
    pub http: String,
}

/// The answer of a token provider: a JWT, or none when only a person can sign in again.
pub type Token = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// What a client is opened with.
#[derive(Clone)]
pub struct Options {
    pub(crate) address: Arc<dyn Fn() -> Option<Address> + Send + Sync>,
    pub(crate) token: Arc<dyn Fn() -> Token + Send + Sync>,
    pub(crate) team: String,
    pub(crate) cycle: String,
    pub(crate) name: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) state_file: Option<PathBuf>,
}

impl Options {
    /// Options for one room. `socket` is the stage's socket without a query, `http` the origin of its HTTP API.
    pub fn new(socket: &str, http: &str, team: &str, cycle: &str) -> Self {
        let address = Address { socket: socket.to_owned(), http: http.trim_end_matches('/').to_owned() };
        Self {
            address: Arc::new(move || Some(address.clone())),
            token: Arc::new(|| Box::pin(async { None })),
            team: team.to_owned(),
            cycle: cycle.to_owned(),
            name: None,
            origin: None,
            state_file: None,
        }
    }

    /// Uses one token for as long as it is valid.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        let token = token.to_owned();
        self.tokens(move || {
            let token = token.clone();
            Box::pin(async move { Some(token) })
        })
    }

    /// Asks `provider` for a token before every socket and request.
    #[must_use]
    pub fn tokens(mut self, provider: impl Fn() -> Token + Send + Sync + 'static) -> Self {
        self.token = Arc::new(provider);
        self
    }

    /// Asks `provider` where the server is before every socket and request; none: it cannot be reached just now.
    #[must_use]
    pub fn addresses(mut self, provider: impl Fn() -> Option<Address> + Send + Sync + 'static) -> Self {
        self.address = Arc::new(provider);
        self
    }

    /// Sets the client part of change ids, `[A-Za-z0-9-]{1,36}`. Two clients that run at the same time MUST NOT share
    /// one. Without it, a random one is made.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Sets the `Origin` that the upgrade names, for servers that allow their own pages only.
    #[must_use]
    pub fn origin(mut self, origin: &str) -> Self {
        self.origin = Some(origin.to_owned());
        self
    }

    /// Keeps unsent changes in this file, so that a restart sends them. Use it together with a fixed [`Options::name`].
    #[must_use]
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }
}

/// What can be seen of a client at one moment.
#[derive(Clone, Debug)]
pub struct View {
    /// How the connection stands.
    pub status: Status,
    /// The sheet with one's own edits on it.
    pub sheet: Option<Arc<Sheet>>,
    /// The sheet as the log has it.
    pub confirmed: Option<Arc<Sheet>>,
    /// Calls whose outcome is open.
    pub unsaved: usize,
    /// Whether nothing is on its way and nothing is known to be missing.
    pub at_rest: bool,
    /// The server's sentence, where the client has ended.
    pub reason: Option<String>,
}

/// An open client. Clones share it; the last one that is dropped closes it.
#[derive(Clone)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    view: watch::Receiver<View>,
}

impl Client {
    /// Opens a client. It connects, and reconnects, by itself.
    ///
    /// # Errors
    /// [`ClientError::Address`] if an address is no URL; [`ClientError::State`] if the file of unsent changes exists and
    /// cannot be read.
    pub fn open(options: Options) -> Result<Self, ClientError> {
        if let Some(address) = (options.address)() {
            check(
                "the socket's address",
                &address.socket,
                "wss://sockets.example/prod",
                &["ws://", "wss://"],
            )?;
            check("the HTTP address", &address.http, "https://api.example", &["http://", "https://"])?;
        }
        let restored = store::load(options.state_file.as_deref())?;
        let (commands, told) = mpsc::channel(MAX_WAITING_COMMANDS);
        let (shown, view) = watch::channel(View {
            status: Status::Connecting,
            sheet: None,
            confirmed: None,
            unsaved: 0,
            at_rest: false,
            reason: None,
        });
        tokio::spawn(Room::new(options, &restored, shown).run(told));
        Ok(Self { commands, view })
    }

    /// Returns what can be seen now.
    pub fn view(&self) -> View {
        self.view.borrow().clone()
    }

    /// Returns a channel of everything that can be seen; it skips what nobody looked at.
    pub fn watch(&self) -> watch::Receiver<View> {
        self.view.clone()
    }

    /// Waits for the first sheet.
    ///
    /// # Errors
    /// [`ClientError::Ended`] if the server refuses the client for good; [`ClientError::Closed`] if it was closed.
    pub async fn ready(&self) -> Result<Arc<Sheet>, ClientError> {
        self.until(|view| view.sheet.clone()).await
    }

    /// Waits until `wanted` returns something of what can be seen.
    ///
    /// # Errors
    /// As [`Client::ready`].
    pub async fn until<T>(&self, wanted: impl Fn(&View) -> Option<T>) -> Result<T, ClientError> {
        let mut view = self.view.clone();
        loop {
            {
                let now = view.borrow_and_update();
                if let Some(found) = wanted(&now) {
                    return Ok(found);
                }
                if matches!(now.status, Status::SessionEnded | Status::Removed | Status::Failed) {
                    let reason = now.reason.clone().unwrap_or_default();
                    return Err(ClientError::Ended { status: now.status, reason });
                }
            }
            view.changed().await.map_err(|_| ClientError::Closed)?;
        }
    }

    /// Makes a change and waits for its outcome: the log has it, or never will.
    ///
    /// # Errors
    /// [`ClientError::Closed`] if the client was closed before.
    pub async fn change(&self, ops: Vec<Op>) -> Result<Outcome, ClientError> {
        self.call(|call| Event::Change { call, ops }).await
    }

    /// Takes back the last change of this client and waits for the outcome.
    ///
    /// # Errors
    /// [`ClientError::Closed`] if the client was closed before.
    pub async fn undo(&self) -> Result<Outcome, ClientError> {
        self.call(|call| Event::Undo { call }).await
    }

    /// Makes the change again that was taken back last, and waits for the outcome.
    ///
    /// # Errors
    /// [`ClientError::Closed`] if the client was closed before.
    pub async fn redo(&self) -> Result<Outcome, ClientError> {
        self.call(|call| Event::Redo { call }).await
    }

    /// Tells the room where this client is and what it does.
    pub async fn set_presence(&self, state: PresenceState) {
        self.tell(Event::Presence { state }).await;
    }

    /// Asks for a new extraction.
    pub async fn refresh(&self) {
        self.tell(Event::Refresh).await;
    }

    /// Connects now, after a sign-in or when the server is known to be back.
    pub async fn reconnect(&self) {
        self.tell(Event::Reconnect).await;
    }

    /// Closes the socket and ends the task. Calls that are open end with [`ClientError::Closed`].
    pub async fn close(self) {
        self.tell(Event::Stop).await;
        self.commands.closed().await;
    }

    async fn tell(&self, event: Event) {
        // If the task has ended, the next call reports it.
        let _ = self.commands.send(Command::Happened(event)).await;
    }

    async fn call(&self, event: impl FnOnce(i64) -> Event + Send + 'static) -> Result<Outcome, ClientError> {
        let (answer, outcome) = oneshot::channel();
        let command = Command::Call { event: Box::new(event), answer };
        self.commands.send(command).await.map_err(|_| ClientError::Closed)?;
        outcome.await.map_err(|_| ClientError::Closed)
    }
}

fn check(
    what: &'static str,
    address: &str,
    example: &'static str,
    schemes: &[&str],
) -> Result<(), ClientError> {
    if schemes.iter().any(|scheme| address.starts_with(scheme)) {
        return Ok(());
    }
    Err(ClientError::Address { what, address: address.to_owned(), example })
}
