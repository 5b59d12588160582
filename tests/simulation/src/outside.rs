//! What production code sees of the outside: every wait of a handler is a [`Call`], put here and answered by the world.
//!
//! Handlers are `Send`, so this is behind a mutex; one thread holds it, and never across a poll.
use crate::random::Random;
use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep},
    time::TimeSource,
};
use extraction::cohere::{Failure, Response};
use platform::{broadcast::Posted, invoke::ExtractRequest};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Which task asks.
pub type TaskId = usize;

/// What is asked of the world.
#[derive(Clone, Debug)]
pub enum Ask {
    /// One attempt of one call of DynamoDB.
    Database { operation: String, body: String },
    /// A frame to a socket.
    Post { connection_id: String, frame: String },
    /// The end of a socket.
    Close { connection_id: String },
    /// An extraction.
    Extract(ExtractRequest),
    /// An answer of the model.
    Model,
    /// Time.
    Sleep(Duration),
}

/// What the world answers.
#[derive(Debug)]
pub enum Answer {
    /// A response of DynamoDB.
    Http(u16, String),
    /// The connection broke.
    Broken,
    /// What became of a post or a close.
    Posted(Posted),
    /// Whether the extraction was asked for.
    Asked(bool),
    /// The model's.
    Model(Result<Response, Failure>),
    /// The time is over.
    Slept,
}

/// Where the answer goes. Dropped by its caller, it is wanted no more.
#[derive(Debug, Default)]
pub struct Slot {
    answer: Option<Answer>,
    waker: Option<Waker>,
    /// Returns whether nobody is waiting any more.
    pub is_dropped: bool,
}

/// A call that was made.
#[derive(Debug)]
pub struct Request {
    /// The request.
    pub ask: Ask,
    /// By whom.
    pub task: TaskId,
    /// Where its answer goes.
    pub slot: Arc<Mutex<Slot>>,
}

/// The mailbox between handlers and world.
#[derive(Debug)]
pub struct Outside {
    /// The world's time, microseconds since 1970.
    pub now_us: u64,
    /// What handlers take for randomness.
    pub random: Random,
    /// The task that is being polled.
    pub current: TaskId,
    /// Calls made since the world last looked.
    pub requests: Vec<Request>,
    /// Tasks woken since the world last looked.
    pub woken: Vec<TaskId>,
}

/// The mailbox. Clones are the same one.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Outside>>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    /// An empty one at `now_us`.
    pub fn new(now_us: u64, random: Random) -> Self {
        let (requests, woken) = (Vec::new(), Vec::new());
        Self(Arc::new(Mutex::new(Outside { now_us, random, current: 0, requests, woken })))
    }

    /// Opens it.
    pub fn open(&self) -> MutexGuard<'_, Outside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call.
    pub fn call(&self, ask: Ask) -> Call {
        Call { shared: self.clone(), ask: Some(ask), slot: Arc::default() }
    }
}

impl Slot {
    /// Hands the answer over and wakes who waits for it.
    pub fn fill(slot: &Mutex<Self>, answer: Answer) {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.answer = Some(answer);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }

    /// Returns whether nobody is waiting any more.
    pub fn dropped(slot: &Mutex<Self>) -> bool {
        slot.lock().unwrap_or_else(PoisonError::into_inner).is_dropped
    }
}

/// A call under way. It leaves when it is first polled.
pub struct Call {
    shared: Shared,
    ask: Option<Ask>,
    slot: Arc<Mutex<Slot>>,
}

impl Future for Call {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        if let Some(ask) = self.ask.take() {
            let mut outside = self.shared.open();
            let task = outside.current;
            outside.requests.push(Request { ask, task, slot: self.slot.clone() });
        }
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                slot.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner).is_dropped = true;
    }
}

impl AsyncSleep for Shared {
    fn sleep(&self, duration: Duration) -> Sleep {
        let call = self.call(Ask::Sleep(duration));
        Sleep::new(async move { drop(call.await) })
    }
}

impl TimeSource for Shared {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.open().now_us)
    }
}
