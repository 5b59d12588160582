//! Many writes, one sync.
//!
//! SQLite by itself syncs its write-ahead log once for every commit and holds the whole database meanwhile. Here it is
//! configured not to, and a thread of this module syncs the log's file instead: once for all writes that ended before
//! it began. What is written while a sync is under way goes with the next one.
//!
//! No answer leaves before the sync that covers it: not a write's, and not that of a read that may have seen a write
//! which is not on the disk yet. So every answer survives the machine's death as well as the process's.
use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io,
    ops::Bound,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};
use tokio::sync::oneshot;

/// Writes between two moves of the log into the file: a write is three or four pages, and 1,000 pages are too many.
const WRITES_PER_CHECKPOINT: usize = 150;

/// A partition key and a sort key.
pub(crate) type Key = (String, String);

/// Items that are written and not synced, with how many writes of each.
type Unsynced = Arc<Mutex<BTreeMap<Key, usize>>>;

/// Somebody who waits for a sync; what they have written, if they have.
struct Ask {
    written: Option<Key>,
    synced: oneshot::Sender<()>,
}

/// The syncs of one file. The thread ends with the last handle.
#[derive(Clone)]
pub(crate) struct Durable {
    unsynced: Unsynced,
    asks: Sender<Ask>,
}

/// The disk did not take what was written. What it holds from then on is not known, so nothing is answered any more.
#[derive(Debug, thiserror::Error)]
#[error("the disk has failed; see the log, then start again")]
pub(crate) struct DiskFailed;

impl Durable {
    /// The syncs of SQLite's write-ahead log of `database`, which is open and told not to sync it.
    ///
    /// SQLite would also move a log of 1,000 pages into the file while the writer of the last of them waits. Here a
    /// second connection does it beside the writers, before it comes to that.
    pub(crate) fn of(database: &Path) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let log = File::open(log)?;
        // What was written until here, and the names of the files.
        log.sync_all()?;
        if let Some(folder) = database.parent() {
            File::open(folder)?.sync_all()?;
        }
        let mover = rusqlite::Connection::open(database)?;
        let (moves, due) = mpsc::channel();
        thread::Builder::new().name("checkpoint".into()).spawn(move || {
            while due.recv().is_ok() {
                // Whatever is in its way, a reader or a writer, it leaves for the next time.
                let moved = mover.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                if let Err(error) = moved {
                    tracing::warn!(%error, "the write-ahead log stays as it is until the next time");
                }
            }
        })?;
        let mut since = 0;
        let sync = move |writes: usize| {
            log.sync_data()?;
            since += writes;
            if since >= WRITES_PER_CHECKPOINT {
                since = 0;
                let _ = moves.send(());
            }
            Ok(())
        };
        Ok(Self::start(sync)?)
    }

    /// Syncs by calling `sync` with the number of writes to be covered, one call at a time, on a thread of its own.
    fn start(sync: impl FnMut(usize) -> io::Result<()> + Send + 'static) -> io::Result<Self> {
        let unsynced = Unsynced::default();
        let (asks, asked) = mpsc::channel();
        let written = unsynced.clone();
        thread::Builder::new().name("sync".into()).spawn(move || serve(&asked, &written, sync))?;
        Ok(Self { unsynced, asks })
    }

    /// Says that `key` is about to be written. To be called before the write can be seen, and followed by [`Self::written`]
    /// without an await between them, so that nobody's death leaves the mark behind.
    pub(crate) fn begin(&self, key: &Key) {
        *lock(&self.unsynced).entry(key.clone()).or_default() += 1;
    }

    /// What waits for the sync of a write that [`Self::begin`] announced and that has ended.
    pub(crate) fn written(&self, key: Key) -> impl Future<Output = Result<(), DiskFailed>> + use<> {
        self.ask(Some(key))
    }

    /// Waits until nothing that a read of these sort keys, both included, may have seen can be lost.
    pub(crate) async fn seen(&self, pk: &str, from: &str, to: &str) -> Result<(), DiskFailed> {
        let bound = |sk: &str| Bound::Included((pk.to_owned(), sk.to_owned()));
        let waits = from <= to && lock(&self.unsynced).range((bound(from), bound(to))).next().is_some();
        if waits { self.ask(None).await } else { Ok(()) }
    }

    fn ask(&self, written: Option<Key>) -> impl Future<Output = Result<(), DiskFailed>> + use<> {
        let (synced, answer) = oneshot::channel();
        let asked = self.asks.send(Ask { written, synced });
        async move {
            asked.map_err(|_| DiskFailed)?;
            answer.await.map_err(|_| DiskFailed)
        }
    }
}

fn lock(unsynced: &Unsynced) -> std::sync::MutexGuard<'_, BTreeMap<Key, usize>> {
    unsynced.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Syncs on request, until no caller is left or a sync fails.
fn serve(asked: &Receiver<Ask>, unsynced: &Unsynced, mut sync: impl FnMut(usize) -> io::Result<()>) {
    while let Ok(first) = asked.recv() {
        let group: Vec<Ask> = std::iter::once(first).chain(asked.try_iter()).collect();
        let writes = group.iter().filter(|ask| ask.written.is_some()).count();
        if let Err(error) = sync(writes) {
            // After a failed sync the kernel may have dropped the pages: a later one that succeeds proves nothing.
            tracing::error!(%error, "the disk failed to write: no request is answered any more");
            return;
        }
        {
            let mut unsynced = lock(unsynced);
            for key in group.iter().filter_map(|ask| ask.written.as_ref()) {
                if let Some(writes) = unsynced.get_mut(key) {
                    *writes -= 1;
                    if *writes == 0 {
                        unsynced.remove(key);
                    }
                }
            }
        }
        for ask in group {
            let _ = ask.synced.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    /// A disk that syncs when the test says so, and says when it has begun.
    fn disk() -> (Durable, Receiver<()>, Sender<io::Result<()>>) {
        let (begins, begun) = mpsc::channel();
        let (end, ends) = mpsc::channel();
        let durable = Durable::start(move |_| {
            let _ = begins.send(());
            ends.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
        });
        (durable.unwrap(), begun, end)
    }

    fn key(sk: &str) -> Key {
        ("C#acme#platform#2026-W47".into(), sk.into())
    }

    fn write(durable: &Durable, sk: &str) -> impl Future<Output = Result<(), DiskFailed>> + use<> {
        durable.begin(&key(sk));
        durable.written(key(sk))
    }

    #[tokio::test]
    async fn writes_that_come_during_a_sync_wait_for_the_next_one_and_share_it() {
        let (durable, begun, end) = disk();
        let first = write(&durable, "LOG#1");
        begun.recv().unwrap();
        let mut later: Vec<_> = (2..9).map(|n| Box::pin(write(&durable, &format!("LOG#{n}")))).collect();
        end.send(Ok(())).unwrap();
        first.await.unwrap();
        begun.recv().unwrap();
        assert!(later.iter_mut().all(|write| write.now_or_never().is_none()), "their sync is under way");
        end.send(Ok(())).unwrap();
        for write in later {
            write.await.unwrap();
        }
        assert!(begun.try_recv().is_err(), "two syncs for eight writes");
    }

    #[tokio::test]
    async fn a_read_waits_for_what_it_may_have_seen_and_for_nothing_else() {
        let (durable, begun, end) = disk();
        let put = write(&durable, "LOG#1");
        begun.recv().unwrap();
        let room = &key("").0;
        durable.seen(room, "CONN#", "CONN#~").await.unwrap();
        durable.seen("C#acme#platform#2026-W48", "LOG#0", "LOG#9").await.unwrap();
        durable.seen(room, "LOG#9", "LOG#0").await.unwrap();
        let mut read = Box::pin(durable.seen(room, "LOG#0", "LOG#9"));
        assert!((&mut read).now_or_never().is_none());
        end.send(Ok(())).unwrap();
        put.await.unwrap();
        end.send(Ok(())).unwrap();
        read.await.unwrap();
        durable.seen(room, "LOG#0", "LOG#9").await.unwrap();
    }

    #[tokio::test]
    async fn a_writer_that_nobody_waits_for_any_more_is_synced_all_the_same() {
        let (durable, begun, end) = disk();
        drop(write(&durable, "LOG#1"));
        begun.recv().unwrap();
        let room = key("").0;
        let mut read = Box::pin(durable.seen(&room, "LOG#1", "LOG#1"));
        assert!((&mut read).now_or_never().is_none(), "it is written and may be lost");
        end.send(Ok(())).unwrap();
        end.send(Ok(())).unwrap();
        read.await.unwrap();
    }

    #[tokio::test]
    async fn after_a_sync_that_failed_nothing_is_answered_any_more() {
        let (durable, begun, end) = disk();
        let put = write(&durable, "LOG#1");
        begun.recv().unwrap();
        end.send(Err(io::ErrorKind::Other.into())).unwrap();
        assert!(put.await.is_err());
        assert!(write(&durable, "LOG#2").await.is_err());
        assert!(
            durable.seen(&key("").0, "LOG#1", "LOG#2").await.is_err(),
            "what it may have seen is lost for all we know"
        );
    }
}
