//! Time: one trait, the system's clock, and a clock that moves only when told to.
//!
//! Everything the service defines in minutes or seconds (idle time, lifetime, the integration timeout, every time in an
//! event) is read from here. Two waits are not, and say so where they stand: how long a closing socket may linger, and
//! the grace of a shutdown. Both are about a real peer, and a manual clock that nobody moves must not keep a socket or
//! a process forever.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

/// A source of time. All times are milliseconds since the Unix epoch.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now_ms(&self) -> u64;
    /// Completes once [`now_ms`](Self::now_ms) is at least `at_ms`; at once if it already is.
    fn sleep_until(&self, at_ms: u64) -> BoxFuture<'static, ()>;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now_ms(&self) -> u64 {
        (**self).now_ms()
    }

    fn sleep_until(&self, at_ms: u64) -> BoxFuture<'static, ()> {
        (**self).sleep_until(at_ms)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

fn system_now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        system_now_ms()
    }

    fn sleep_until(&self, at_ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // A timer may fire a little early, and the wall clock may be set back meanwhile: ask again.
            loop {
                let left = at_ms.saturating_sub(system_now_ms());
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
        })
    }
}

/// A clock that stands still until it is advanced. Clones share one time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<watch::Sender<u64>>,
}

impl ManualClock {
    /// A clock that is at `now_ms`.
    pub fn new(now_ms: u64) -> Self {
        Self { now: Arc::new(watch::Sender::new(now_ms)) }
    }

    /// Moves the clock forward and wakes every sleeper whose time has come.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        *self.now.borrow()
    }

    fn sleep_until(&self, at_ms: u64) -> BoxFuture<'static, ()> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            if now.wait_for(|now| *now >= at_ms).await.is_err() {
                // The clock is gone, so its time never comes.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_only_when_told_and_wakes_exactly_those_whose_time_has_come() {
        let clock = ManualClock::new(1_000);
        let mut early = clock.sleep_until(1_500);
        let mut late = clock.sleep_until(1_501);
        assert!((&mut early).now_or_never().is_none());
        clock.advance(Duration::from_millis(500));
        assert_eq!(clock.now_ms(), 1_500);
        assert!((&mut early).now_or_never().is_some());
        assert!((&mut late).now_or_never().is_none());
        assert!(clock.sleep_until(1_500).now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_system_clock_never_wakes_a_sleeper_early() {
        let at = SystemClock.now_ms() + 20;
        SystemClock.sleep_until(at).await;
        assert!(SystemClock.now_ms() >= at);
    }
}
