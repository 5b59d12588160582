//! A listener that a slow or silent client cannot exhaust.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, http::Request, response::Response};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use parking_lot::Mutex;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
};
use tokio_util::task::TaskTracker;

use crate::{
    config::{CLOSE_LINGER, HEAD_TIMEOUT, MAX_HEAD_BYTES, MAX_WAITING_CONNECTIONS, WRITE_STALL},
    paced::Paced,
};

/// The pause after a failed accept, which mostly means that the process has no file handle left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The answer to a client whose request did not come in time.
const REQUEST_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 40\r\n\r\nThe request did not come whole in time.\n";

/// Serves a router (the gateway's, or one it was merged into) with `TCP_NODELAY` on, so that a short frame is not
/// held back for the next one, and with the clients' addresses known. Ends when `shutdown` does and every request
/// is answered; open sockets are ended by [`Gateway::shutdown`](crate::Gateway::shutdown), before or after.
///
/// A request whose head does not come within [`HEAD_TIMEOUT`] is answered with 408; of more than
/// [`MAX_WAITING_CONNECTIONS`] that wait for one, the oldest are closed; a peer that takes nothing for [`WRITE_STALL`]
/// is dropped.
///
/// # Errors
/// None at present; what fails on accepting is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let waiting = Arc::new(Waiting::new(MAX_WAITING_CONNECTIONS));
    let connections = TaskTracker::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let seat = Seat::new(waiting.clone());
                connections.spawn(connection(stream, peer, router.clone(), seat, stopped.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                // The connection that has waited longest makes room.
                waiting.evict();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    connections.close();
    connections.wait().await;
    Ok(())
}

/// Serves the requests of one connection.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    seat: Arc<Seat>,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY not set");
    }
    let occupied = seat.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        occupied.ask();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = TowerToHyperService::new(router.clone()).call(request);
        let seat = occupied.clone();
        async move {
            let response: Result<Response, Infallible> = answer.await;
            seat.wait();
            response
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    let io = TokioIo::new(Paced::new(stream, WRITE_STALL));
    let mut serving = builder.serve_connection(io, service).with_upgrades();
    seat.wait();
    let mut is_stopping = false;
    let ended = loop {
        tokio::select! {
            ended = &mut serving => break Some(ended),
            () = seat.evicted.notified() => break None,
            _ = stopped.wait_for(|stopped| *stopped), if !is_stopping => {
                is_stopping = true;
                std::pin::Pin::new(&mut serving).graceful_shutdown();
            }
        }
    };
    seat.leave();
    let is_late = match &ended {
        None => true,
        Some(Err(error)) => error.is_timeout(),
        Some(Ok(())) => return,
    };
    let Some(parts) = serving.into_parts().filter(|_| is_late) else { return };
    // A connection that idles between two requests has asked nothing that could be answered.
    if parts.read_buf.is_empty() && seat.has_asked.load(Ordering::Relaxed) {
        return;
    }
    let mut stream = parts.io.into_inner().into_inner();
    let told = async {
        stream.write_all(REQUEST_TIMEOUT).await?;
        stream.shutdown().await
    };
    let _ = tokio::time::timeout(CLOSE_LINGER, told).await;
}

/// The connections that wait for a request, oldest first.
struct Waiting {
    max: usize,
    seats: Mutex<(u64, BTreeMap<u64, Arc<Seat>>)>,
}

impl Waiting {
    fn new(max: usize) -> Self {
        Self { max, seats: Mutex::default() }
    }

    /// Closes the connection that has waited longest.
    fn evict(&self) {
        let oldest = self.seats.lock().1.pop_first();
        if let Some((_, seat)) = oldest {
            seat.evicted.notify_one();
        }
    }
}

/// A connection's place among those that wait.
struct Seat {
    waiting: Arc<Waiting>,
    number: Mutex<Option<u64>>,
    evicted: Notify,
    /// A whole request has come.
    has_asked: AtomicBool,
}

impl Seat {
    fn new(waiting: Arc<Waiting>) -> Arc<Self> {
        Arc::new(Self {
            waiting,
            number: Mutex::default(),
            evicted: Notify::new(),
            has_asked: AtomicBool::new(false),
        })
    }

    /// Begins to wait for a request; the one that has waited longest has to go if there are too many.
    fn wait(self: &Arc<Self>) {
        let mut number = self.number.lock();
        let is_over = {
            let mut seats = self.waiting.seats.lock();
            seats.0 += 1;
            let own = seats.0;
            if let Some(old) = number.replace(own) {
                seats.1.remove(&old);
            }
            seats.1.insert(own, self.clone());
            seats.1.len() > self.waiting.max
        };
        drop(number);
        if is_over {
            self.waiting.evict();
        }
    }

    /// Waits no more, because a request has come.
    fn ask(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
        self.leave();
    }

    /// Waits no more.
    fn leave(&self) {
        if let Some(number) = self.number.lock().take() {
            self.waiting.seats.lock().1.remove(&number);
        }
    }
}
