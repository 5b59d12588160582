//! An invocation of a function, and the process that it runs in.
use bytes::Bytes;
use platform::{Context, invoke::ExtractRequest};
use serde_json::Value;
use sheet::CycleKey;
use std::{
    collections::BTreeSet,
    future::Future,
    pin::Pin,
    task::{Context as Polling, Poll},
};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    Authorize,
    Connect,
    Default,
    Disconnect,
    Https,
    Extract,
}

/// What an invocation is for.
pub enum Work {
    /// Teams and last week, before anybody comes.
    SetUp(CycleKey),
    /// Whether this socket may open.
    Authorize(usize),
    /// It opens.
    Connect(usize),
    /// It says something.
    Default(usize, String),
    /// It is gone.
    Disconnect(usize),
    /// A request over HTTPS.
    Https { client: usize, purpose: crate::client::Purpose, method: &'static str, path: String, body: String },
    /// An extraction, the weekly run or the sweep.
    Extract(ExtractRequest),
}

/// How an invocation ended.
pub enum Done {
    SetUp,
    Policy(Option<Value>),
    Socket(u16),
    Https(u16, Bytes),
    Extract(Result<String, String>),
}

pub(crate) type Running = Pin<Box<dyn Future<Output = Done> + Send>>;

/// An invocation under way.
pub struct Task {
    pub(crate) future: Running,
    pub(crate) waker: std::task::Waker,
    pub(crate) work: Work,
    pub(crate) environment: usize,
    /// When it began.
    pub(crate) began: u64,
    /// Polls so far.
    pub(crate) polls: u32,
    /// The poll at which it is killed.
    pub(crate) dies_at: Option<u32>,
    /// Whether its environment dies with it.
    pub(crate) dies_whole: bool,
    /// Reads of a log, a record or a denial that failed last, by partition and kind.
    pub(crate) failed_reads: BTreeSet<(String, &'static str)>,
    /// The user's denial when it began: removed, and how often that had changed.
    pub(crate) denial: (bool, u64),
    /// Versions told to the socket that it is about.
    pub(crate) told: BTreeSet<u64>,
    /// Whether that socket received anything else.
    pub(crate) has_answered: bool,
    /// Versions announced to sockets, and which sockets.
    pub(crate) announced: BTreeSet<u64>,
    pub(crate) announced_to: BTreeSet<usize>,
}

impl Task {
    pub(crate) fn poll(&mut self) -> Option<Done> {
        match self.future.as_mut().poll(&mut Polling::from_waker(&self.waker)) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }
}

/// A process that runs a function.
pub struct Environment {
    pub(crate) function: Option<Function>,
    pub(crate) context: Context,
    pub(crate) busy: usize,
    pub(crate) slots: usize,
    pub(crate) is_alive: bool,
}
