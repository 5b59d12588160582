//! The state of a gateway: the register of open sockets, and what can be done to them.
//!
//! Everything else of the crate works on this; it knows none of it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, Semaphore};
use tokio_util::task::TaskTracker;

use crate::{
    AuthorizerContext, Clock, Config, ConnectionId, Id, Identity, Integration, PostError, Utf8Bytes,
    config::MAX_SOCKET_INVOCATIONS,
    fair::{Account, Turns},
    outbound::{Close, Outbound},
};

/// An open socket, as others see it.
pub(crate) struct Connection {
    pub id: ConnectionId,
    pub connected_at: u64,
    /// When a message last went either way, in the clock's milliseconds.
    pub last_active: AtomicU64,
    /// When the sweeper looks at it next; written only under the lock of [`Inner::deadlines`].
    deadline: AtomicU64,
    pub identity: Arc<Identity>,
    pub authorizer: Option<Arc<AuthorizerContext>>,
    pub outbound: Outbound,
    /// Messages of this socket that are being answered, at most [`MAX_SOCKET_INVOCATIONS`].
    running: AtomicUsize,
    /// What those took of the processor.
    pub account: Arc<Account>,
}

impl Connection {
    /// Returns whether no more messages are answered before one of them is.
    pub fn is_full(&self) -> bool {
        self.running.load(Ordering::SeqCst) >= MAX_SOCKET_INVOCATIONS
    }

    /// Counts a message that is being answered until the guard is dropped.
    pub fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::SeqCst);
        Running(self.clone())
    }
}

/// A message that is being answered.
pub(crate) struct Running(Arc<Connection>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::SeqCst) == MAX_SOCKET_INVOCATIONS {
            // The socket's task waits for this before it reads on.
            self.0.outbound.wake();
        }
    }
}

/// Strings that every event carries.
pub(crate) struct Names {
    pub stage: Arc<str>,
    pub domain_name: Arc<str>,
    pub api_id: Arc<str>,
}

pub(crate) struct Inner {
    pub config: Config,
    pub names: Names,
    pub clock: Arc<dyn Clock>,
    pub integration: Arc<dyn Integration>,
    connections: RwLock<HashMap<ConnectionId, Arc<Connection>>>,
    /// When each open socket is to be looked at, earliest first.
    deadlines: Mutex<BTreeSet<(u64, ConnectionId)>>,
    /// The earliest deadline has changed, or the gateway is gone.
    pub resweep: Arc<Notify>,
    /// Messages being answered; one beyond is refused.
    pub message_permits: Arc<Semaphore>,
    /// `$connect` (with its authorizer) and `$disconnect` being answered; one beyond waits. Apart from messages, so
    /// that a thousand sockets closing at once do not get other sockets' messages refused.
    pub lifecycle_permits: Arc<Semaphore>,
    /// Turns of the sockets that use much of the processor.
    pub turns: Arc<Turns>,
    /// Every socket and every invocation.
    pub tasks: TaskTracker,
    draining: AtomicBool,
}

impl Inner {
    pub fn new(config: Config, clock: Arc<dyn Clock>, integration: Arc<dyn Integration>) -> Self {
        let names = Names {
            stage: config.stage.as_str().into(),
            domain_name: config.domain_name.as_str().into(),
            api_id: config.api_id.as_str().into(),
        };
        let permits = config.max_concurrent_invocations;
        Self {
            config,
            names,
            clock,
            integration,
            connections: RwLock::default(),
            deadlines: Mutex::default(),
            resweep: Arc::default(),
            message_permits: Arc::new(Semaphore::new(permits)),
            lifecycle_permits: Arc::new(Semaphore::new(permits)),
            turns: Arc::new(Turns::new()),
            tasks: TaskTracker::new(),
            draining: AtomicBool::new(false),
        }
    }

    /// Returns how many sockets are open.
    pub fn open_connections(&self) -> usize {
        self.connections.read().len()
    }

    /// Refuses new sockets from here on, and closes the open ones.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        let open: Vec<_> = self.connections.read().values().cloned().collect();
        for connection in open {
            self.close(&connection, Close::GOING_AWAY, false);
        }
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    pub fn find(&self, connection_id: &str) -> Option<Arc<Connection>> {
        let id: Id = connection_id.parse().ok()?;
        self.connections.read().get(&id).cloned()
    }

    pub fn post(&self, connection_id: &str, text: Utf8Bytes) -> Result<(), PostError> {
        let connection = self.find(connection_id).ok_or(PostError::Gone)?;
        self.send(&connection, text)
    }

    pub fn send(&self, connection: &Connection, text: Utf8Bytes) -> Result<(), PostError> {
        connection.outbound.text(text, self.config.max_outbound_bytes)?;
        connection.last_active.store(self.clock.now_ms(), Ordering::Relaxed);
        Ok(())
    }

    /// Opens: from here on posts are taken, and the sweeper watches.
    pub fn register(
        &self,
        id: ConnectionId,
        connected_at: u64,
        identity: Arc<Identity>,
        authorizer: Option<Arc<AuthorizerContext>>,
    ) -> Arc<Connection> {
        let connection = Arc::new(Connection {
            id,
            connected_at,
            last_active: AtomicU64::new(self.clock.now_ms()),
            deadline: AtomicU64::new(0),
            identity,
            authorizer,
            outbound: Outbound::default(),
            running: AtomicUsize::new(0),
            account: Arc::new(Account::new(Instant::now())),
        });
        self.connections.write().insert(id, connection.clone());
        self.watch(&connection, self.due(&connection));
        // A shutdown that looked at the register a moment ago has missed this one.
        if self.is_draining() {
            self.close(&connection, Close::GOING_AWAY, false);
        }
        connection
    }

    /// Ends a socket: from here on posts are refused. The first to say so decides how.
    pub fn close(&self, connection: &Connection, close: Close, discard: bool) {
        connection.outbound.close(close, discard);
        if self.connections.write().remove(&connection.id).is_some() {
            let mut deadlines = self.deadlines.lock();
            deadlines.remove(&(connection.deadline.load(Ordering::Relaxed), connection.id));
        }
    }

    /// When a socket must close if nothing more is said: the end of its idle time or of its life.
    fn due(&self, connection: &Connection) -> u64 {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let idle =
            connection.last_active.load(Ordering::Relaxed).saturating_add(ms(self.config.idle_timeout));
        idle.min(connection.connected_at.saturating_add(ms(self.config.max_lifetime)))
    }

    fn watch(&self, connection: &Connection, due: u64) {
        let entry = (due, connection.id);
        let mut deadlines = self.deadlines.lock();
        connection.deadline.store(due, Ordering::Relaxed);
        deadlines.insert(entry);
        if deadlines.first() == Some(&entry) {
            self.resweep.notify_one();
        }
    }

    /// The earliest time at which a socket may have to close.
    pub fn next_deadline(&self) -> Option<u64> {
        self.deadlines.lock().first().map(|(at, _)| *at)
    }

    /// Closes every socket whose time is over, and puts the others off to their next deadline.
    pub fn sweep(&self) {
        let now = self.clock.now_ms();
        loop {
            let id = match self.deadlines.lock() {
                mut deadlines if deadlines.first().is_some_and(|(at, _)| *at <= now) => deadlines.pop_first(),
                _ => None,
            };
            let Some((_, id)) = id else { return };
            let Some(connection) = self.connections.read().get(&id).cloned() else { continue };
            let due = self.due(&connection);
            if due <= now {
                self.close(&connection, Close::GOING_AWAY, false);
            } else {
                self.watch(&connection, due);
                // Closed between the look and the entry: its entry would stay.
                if connection.outbound.is_closing() {
                    self.deadlines.lock().remove(&(due, id));
                }
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.resweep.notify_one();
    }
}

pub(crate) type WeakInner = Weak<Inner>;
