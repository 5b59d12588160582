//! Idle times and lifetimes: one task for all sockets.
//!
//! Every open socket has one entry in an ordered set, at the earliest time it could be over. Messages do not touch
//! the set; when an entry comes up and the socket has been active since, it is put off. So a socket costs one entry
//! and at most one look per idle time, however busy it is.

use crate::inner::WeakInner;

/// Runs until the gateway is gone.
pub(crate) async fn run(gateway: WeakInner) {
    let Some((clock, resweep)) = gateway.upgrade().map(|inner| (inner.clock.clone(), inner.resweep.clone()))
    else {
        return;
    };
    loop {
        let Some(next) = gateway.upgrade().map(|inner| {
            inner.sweep();
            inner.next_deadline()
        }) else {
            return;
        };
        let due = async {
            match next {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = resweep.notified() => {}
        }
    }
}
