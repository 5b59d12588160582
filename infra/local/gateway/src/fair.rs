//! Shares the processor between sockets: light ones run at once, heavy ones take turns.
//!
//! On AWS every invocation has a processor of its own, so a socket that floods its function slows nobody else. In one
//! process it would: its invocations are in the same queue as everybody's. So what the invocations of each socket
//! take is measured, poll by poll. A socket that takes no more than [`LIGHT_SHARE`] of a processor is polled as it
//! comes. One that takes more is *heavy*: its invocations run on a runtime of their own (the [`Lane`]), at most half of
//! the processors are used for their polls, and of the sockets that wait, the one that has used least comes first.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// The share of one processor that a socket may use without turns, as a divisor: a fiftieth, 20 ms a second. A person's
/// changes take about 2 ms a second.
const LIGHT_SHARE: u32 = 50;
/// What a socket may use at once without turns: a large paste, or coming back with a day's edits.
const BURST: Duration = Duration::from_millis(20);
/// Beyond this, use is not remembered, so that a socket is heavy for ten seconds at most after it has fallen silent.
const MAX_REMEMBERED: Duration = Duration::from_millis(220);

/// What one socket has used of the processor, less what it is granted as time goes by.
#[derive(Debug)]
pub(crate) struct Account(Mutex<(Duration, Instant)>);

impl Account {
    pub fn new(now: Instant) -> Self {
        Self(Mutex::new((Duration::ZERO, now)))
    }

    /// Whether the socket has used more than a person's page ever does.
    pub fn is_heavy(&self, now: Instant) -> bool {
        self.used(now) > BURST
    }

    /// Returns what is used at `now`, beyond what was granted since.
    fn used(&self, now: Instant) -> Duration {
        let mut account = self.0.lock();
        let granted = now.saturating_duration_since(account.1) / LIGHT_SHARE;
        *account = (account.0.saturating_sub(granted), now);
        account.0
    }

    fn charge(&self, took: Duration) {
        let mut account = self.0.lock();
        account.0 = (account.0 + took).min(MAX_REMEMBERED);
    }
}

/// The order of those who wait: who has used least, then who came first.
type Ticket = (Duration, u64);

#[derive(Default)]
struct State {
    running: usize,
    issued: u64,
    queue: BTreeMap<Ticket, Waker>,
}

/// The turns of heavy sockets.
pub(crate) struct Turns {
    /// How many polls of heavy sockets run at once.
    limit: usize,
    state: Mutex<State>,
    /// Begun with the first heavy socket; none if the system gives no threads.
    lane: OnceLock<Option<Lane>>,
}

/// Threads of their own for heavy sockets, so that a light one never waits behind a poll of theirs. Their number is fixed:
/// handing a worker's place on for each poll (`block_in_place`) would begin a hundred threads in a flood, each with megabytes
/// of its allocator.
struct Lane(Option<Runtime>);

impl Lane {
    /// One thread more than there are turns: those who come while a turn is taken wait in the order of what they have used.
    fn new(limit: usize) -> Option<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(limit + 1).thread_name("gateway-heavy").enable_all().build();
        runtime
            .inspect_err(|error| tracing::warn!(%error, "heavy sockets share the others' threads"))
            .ok()
            .map(|r| Self(Some(r)))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // A runtime must not be waited for within another one.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Turns {
    /// Half of this machine's processors, and one at least, for those who use much.
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(processors / 2)
    }

    fn with(limit: usize) -> Self {
        Self { limit: limit.max(1), state: Mutex::default(), lane: OnceLock::new() }
    }

    /// Where the invocations of heavy sockets run. None on a runtime of one thread, as tests have it: its time may be paused.
    pub fn lane(&self) -> Option<&Handle> {
        if matches!(Handle::current().runtime_flavor(), RuntimeFlavor::CurrentThread) {
            return None;
        }
        let lane = self.lane.get_or_init(|| Lane::new(self.limit)).as_ref()?;
        lane.0.as_ref().map(Runtime::handle)
    }

    /// Begins a turn, or has `waker` woken when there may be one.
    fn begin(&self, ticket: &mut Option<Ticket>, used: Duration, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        let old = ticket.take();
        if let Some(old) = old {
            state.queue.remove(&old);
        }
        if state.running < self.limit {
            state.running += 1;
            return true;
        }
        // A place in the queue is kept when its owner is polled for another reason.
        let number = old.map_or_else(
            || {
                state.issued += 1;
                state.issued
            },
            |(_, number)| number,
        );
        let place = (used, number);
        state.queue.insert(place, waker.clone());
        *ticket = Some(place);
        false
    }

    /// Ends a turn, and wakes the next who waits.
    fn end(&self) {
        let mut state = self.state.lock();
        state.running -= 1;
        self.wake_next(state);
    }

    /// Gives up a place; a turn that was offered to it goes to the next.
    fn give_up(&self, ticket: Ticket) {
        let mut state = self.state.lock();
        if state.queue.remove(&ticket).is_none() && state.running < self.limit {
            self.wake_next(state);
        }
    }

    fn wake_next(&self, mut state: parking_lot::MutexGuard<'_, State>) {
        let next = state.queue.pop_first();
        drop(state);
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }
}

/// A future whose polls are charged to an account, and wait for turns if that is heavy.
pub(crate) struct Fair<F> {
    work: Pin<Box<F>>,
    account: Arc<Account>,
    turns: Arc<Turns>,
    ticket: Option<Ticket>,
}

impl<F: Future> Fair<F> {
    pub fn new(work: F, account: Arc<Account>, turns: Arc<Turns>) -> Self {
        Self { work: Box::pin(work), account, turns, ticket: None }
    }
}

impl<F: Future> Future for Fair<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let begun = Instant::now();
        let used = this.account.used(begun);
        if used <= BURST {
            if let Some(ticket) = this.ticket.take() {
                this.turns.give_up(ticket);
            }
            let polled = this.work.as_mut().poll(cx);
            this.account.charge(begun.elapsed());
            return polled;
        }
        if !this.turns.begin(&mut this.ticket, used, cx.waker()) {
            return Poll::Pending;
        }
        // Ended also by a panic of the work.
        let _turn = Turn(&this.turns);
        let polled = this.work.as_mut().poll(cx);
        this.account.charge(begun.elapsed());
        polled
    }
}

impl<F> Drop for Fair<F> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.turns.give_up(ticket);
        }
    }
}

struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::atomic::AtomicUsize, sync::atomic::Ordering, task::Wake};

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn waker() -> (Arc<Woken>, Waker) {
        let woken = Arc::new(Woken::default());
        (woken.clone(), woken.into())
    }

    #[test]
    fn use_is_granted_back_and_not_remembered_for_long() {
        let begun = Instant::now();
        let account = Account::new(begun);
        account.charge(Duration::from_millis(30));
        assert_eq!(account.used(begun), Duration::from_millis(30));
        assert_eq!(account.used(begun + Duration::from_secs(1)), Duration::from_millis(10));
        account.charge(Duration::from_secs(60));
        let later = begun + Duration::from_secs(11);
        assert!(account.used(later) <= BURST, "light again after ten seconds");
        assert_eq!(account.used(later + Duration::from_secs(60)), Duration::ZERO);
    }

    #[test]
    fn whoever_has_used_least_comes_next_and_a_turn_given_up_is_not_lost() {
        let turns = Turns::with(1);
        let ms = Duration::from_millis;
        let (mut first, mut second, mut third) = (None, None, None);
        let (much, much_waker) = waker();
        let (little, little_waker) = waker();
        assert!(turns.begin(&mut first, ms(50), &much_waker));
        assert!(!turns.begin(&mut second, ms(90), &much_waker));
        assert!(!turns.begin(&mut third, ms(40), &little_waker));
        turns.end();
        assert_eq!((little.0.load(Ordering::Relaxed), much.0.load(Ordering::Relaxed)), (1, 0));
        // It was offered a turn and is dropped before it takes it.
        turns.give_up(third.take().unwrap());
        assert_eq!(much.0.load(Ordering::Relaxed), 1);
        assert!(turns.begin(&mut second, ms(90), &much_waker));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_lane_has_a_fixed_number_of_threads_of_its_own() {
        let turns = Turns::with(1);
        let lane = turns.lane().unwrap();
        let mut tasks = Vec::new();
        for _ in 0..500 {
            tasks.push(lane.spawn(async {
                tokio::task::yield_now().await;
                std::thread::current().id()
            }));
        }
        let mut threads = std::collections::HashSet::new();
        for task in tasks {
            threads.insert(task.await.unwrap());
        }
        assert!(threads.len() <= 2, "{} threads", threads.len());
        assert!(!threads.contains(&std::thread::current().id()));
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_has_no_lane() {
        assert!(Turns::with(1).lane().is_none());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn heavy_work_of_many_ends_and_never_runs_on_more_than_its_share() {
        let turns = Arc::new(Turns::with(1));
        let running = Arc::new(AtomicUsize::new(0));
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let account = Arc::new(Account::new(Instant::now()));
            account.charge(Duration::from_secs(1));
            let (running, mut left) = (running.clone(), 20);
            let work = poll_fn(move |cx| {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                std::hint::black_box((0..1_000).sum::<u32>());
                running.fetch_sub(1, Ordering::SeqCst);
                left -= 1;
                cx.waker().wake_by_ref();
                if left == 0 { Poll::Ready(()) } else { Poll::Pending }
            });
            tasks.push(tokio::spawn(Fair::new(work, account, turns.clone())));
        }
        // Some are dropped while they wait.
        for task in tasks.iter().step_by(7) {
            task.abort();
        }
        for (index, task) in tasks.into_iter().enumerate() {
            let ended = task.await;
            assert!(ended.is_ok() || index % 7 == 0, "{ended:?}");
        }
        assert_eq!(turns.state.lock().running, 0);
    }
}
