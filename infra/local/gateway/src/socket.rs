//! One task per open socket: reads frames into invocations, writes what is queued, ends with `$disconnect`.
//!
//! The loop is written over raw frames rather than over a WebSocket stream type for the sake of an idle socket: such a
//! type keeps a read buffer forever, and a write buffer as large as the largest message it ever sent. Here input is
//! read into one buffer per thread, and output is written from the shared bytes of the posts themselves, many frames to
//! a system call.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    config::{CLOSE_LINGER, MAX_BACKLOG, MESSAGE_TIMEOUT},
    frames::{Decoder, Incoming, Violation},
    inner::{Connection, Inner},
    invoke::ms,
    outbound::{Close, OutFrame},
};

/// What one read may take: a frame of the longest kind, or many short ones. One buffer per thread.
const READ_BYTES: usize = 32 * 1024;
/// Frames written with one system call. Two slices each stay far below the 1,024 that Linux takes at once.
const FRAMES_PER_WRITE: usize = 32;

/// Frames taken before others have their turn: a read holds thousands of short ones.
const FRAMES_PER_TURN: usize = 64;

/// Bytes of a closed socket's input that are discarded before others have their turn: four full reads.
const DISCARDED_PER_TURN: usize = 4 * READ_BYTES;
/// Bytes of a closed socket's input in which its close frame is looked for. A client that goes on beyond them floods; what it
/// sends is then discarded without telling frames apart.
const TOLD_APART: usize = 2 * READ_BYTES;
/// Bytes of a closed socket's input that are discarded at most: what the kernel's buffers of both sides hold. Beyond them the
/// connection is reset, because its client does not listen.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;

/// How far the input was taken in.
#[derive(Clone, Copy)]
enum Input {
    /// As far as it has come.
    Waits,
    /// There is more than one turn takes.
    More,
    /// There is more, and as many messages as may be are being answered.
    Full,
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

pub(crate) struct Socket {
    io: TokioIo<Upgraded>,
    inner: Arc<Inner>,
    connection: Arc<Connection>,
    decoder: Decoder,
    batch: VecDeque<OutFrame>,
    /// Cost of frames written since the queue was last told.
    sent: usize,
    /// The peer has closed its side, or broke: nothing more will be read.
    peer_done: bool,
    /// Input that was read and waits for one of the socket's messages to be answered.
    unread: Bytes,
    /// When the message that has begun must have ended.
    unfinished: Option<BoxFuture<'static, ()>>,
    /// When the client must have paused.
    backlog: Option<BoxFuture<'static, ()>>,
    /// Frames are still told apart: no rule was broken so far.
    in_step: bool,
    discarded: Discarded,
}

/// What was read of a closed socket's input. Without these bounds a flooding client would hold its thread after its end: its
/// input never ends, and each read of it is ready.
#[derive(Default)]
struct Discarded {
    /// In this turn.
    turn: usize,
    /// Altogether.
    total: usize,
}

impl Discarded {
    fn add(&mut self, bytes: usize) {
        self.turn += bytes;
        self.total += bytes;
    }

    /// Whether others come first; the next turn begins then.
    fn ends_turn(&mut self) -> bool {
        let ends = self.turn >= DISCARDED_PER_TURN;
        if ends {
            self.turn = 0;
        }
        ends
    }

    fn is_told_apart(&self) -> bool {
        self.total <= TOLD_APART
    }

    fn is_too_much(&self) -> bool {
        self.total > MAX_DISCARDED
    }
}

impl Socket {
    pub fn new(io: Upgraded, inner: Arc<Inner>, connection: Arc<Connection>) -> Self {
        Self {
            io: TokioIo::new(io),
            inner,
            connection,
            decoder: Decoder::default(),
            batch: VecDeque::new(),
            sent: 0,
            peer_done: false,
            unread: Bytes::new(),
            unfinished: None,
            backlog: None,
            in_step: true,
            discarded: Discarded::default(),
        }
    }

    /// Runs the socket until somebody ends it; the connection is off the register when this returns.
    pub async fn run(&mut self) -> Close {
        poll_fn(|cx| self.poll_open(cx)).await;
        self.connection.outbound.closing().unwrap_or(Close::BROKEN)
    }

    /// Sends what is queued and the close frame, if there is somebody to read it, and drops the connection.
    pub async fn farewell(mut self, close: &Close) {
        if close.frame.is_some()
            && tokio::time::timeout(CLOSE_LINGER, poll_fn(|cx| self.poll_farewell(cx))).await.is_err()
        {
            tracing::debug!(connection = %self.connection.id, "the peer did not close in time");
        }
    }

    /// Reads and writes until somebody ends the socket.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // First, so that a post, a close or an answered message that comes from here on is not missed, even while the
        // peer takes nothing.
        self.connection.outbound.listen(cx.waker());
        let input = if self.peer_done { Input::Waits } else { self.poll_input(cx) };
        self.poll_patience(cx, input);
        if let Poll::Ready(Err(error)) = self.poll_write(cx) {
            tracing::debug!(connection = %self.connection.id, %error, "write failed");
            let is_stalled = error.kind() == io::ErrorKind::TimedOut;
            self.end(if is_stalled { Close::NOT_READING } else { Close::BROKEN }, true);
        }
        if self.connection.outbound.is_closing() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes in what has come: all of it, or as much as one turn and the messages under way allow.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Input {
        let mut frames = FRAMES_PER_TURN;
        while !self.peer_done && !self.connection.outbound.is_closing() {
            if self.connection.is_full() && !self.unread.is_empty() {
                return Input::Full;
            }
            if frames == 0 {
                // Others come first, then this goes on.
                cx.waker().wake_by_ref();
                return Input::More;
            }
            if !self.unread.is_empty() {
                let unread = std::mem::take(&mut self.unread);
                let left = self.decode(&unread, &mut frames);
                self.unread = unread.slice(unread.len() - left..);
                continue;
            }
            match self.poll_read(cx, &mut frames) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(())) => {
                    self.peer_done = true;
                    self.end(Close::BROKEN, true);
                }
                Poll::Pending => return Input::Waits,
            }
        }
        Input::Waits
    }

    /// Closes a socket that does not end its message, or that never lets up.
    fn poll_patience(&mut self, cx: &mut Context<'_>, input: Input) {
        let clock = &self.inner.clock;
        let after = |wait| clock.sleep_until(clock.now_ms().saturating_add(ms(wait)));
        match input {
            Input::Waits => self.backlog = None,
            Input::Full | Input::More => {
                self.backlog.get_or_insert_with(|| after(MAX_BACKLOG));
            }
        }
        // What is not read because of the messages before it is not late.
        if self.decoder.is_midway() && matches!(input, Input::Waits) {
            self.unfinished.get_or_insert_with(|| after(MESSAGE_TIMEOUT));
        } else {
            self.unfinished = None;
        }
        let mut is_over = |wait: &mut Option<BoxFuture<'static, ()>>| {
            wait.as_mut().is_some_and(|wait| wait.as_mut().poll(cx).is_ready())
        };
        if is_over(&mut self.backlog) {
            self.end(Close::TOO_MUCH, true);
        } else if is_over(&mut self.unfinished) {
            self.end(Close::UNFINISHED, false);
        }
    }

    /// One read, and the frames in it that may be taken; `Err` at the end of input.
    fn poll_read(&mut self, cx: &mut Context<'_>, frames: &mut usize) -> Poll<Result<(), ()>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            let read = ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer));
            let input = buffer.filled();
            if read.is_err() || input.is_empty() {
                return Poll::Ready(Err(()));
            }
            let left = self.decode(input, frames);
            self.unread = Bytes::copy_from_slice(&input[input.len() - left..]);
            Poll::Ready(Ok(()))
        })
    }

    /// Takes the frames in `input`, at most `frames`, and returns how many of its bytes are left.
    fn decode(&mut self, mut input: &[u8], frames: &mut usize) -> usize {
        while *frames > 0 && !self.connection.outbound.is_closing() && !self.connection.is_full() {
            match self.decoder.next(&mut input) {
                Ok(None) => return 0,
                Ok(Some(incoming)) => {
                    *frames -= 1;
                    self.take(incoming);
                }
                Err(Violation { code, reason }) => {
                    self.in_step = false;
                    self.end(Close { status: code, reason: reason.into(), frame: Some(Some(code)) }, false);
                    return 0;
                }
            }
        }
        input.len()
    }

    fn take(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Text(text) => {
                self.unfinished = None;
                self.inner.message(&self.connection, text);
            }
            Incoming::Ping(payload) => self.connection.outbound.pong(payload),
            Incoming::Pong => {}
            Incoming::Close(frame) => {
                self.peer_done = true;
                let (status, reason) = match &frame {
                    Some((code, reason)) if reason.is_empty() => (*code, "Client-side close".into()),
                    Some((code, reason)) => (*code, reason.clone().into()),
                    None => (1005, "Client-side close frame status not set".into()),
                };
                self.end(Close { status, reason, frame: Some(frame.map(|(code, _)| code)) }, true);
            }
        }
    }

    fn end(&self, close: Close, discard: bool) {
        self.inner.close(&self.connection, close, discard);
    }

    /// Writes until the queue is empty (`Ready(Ok)`) or the peer takes no more (`Pending`).
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.batch.is_empty() {
                let sent = std::mem::take(&mut self.sent);
                if !self.connection.outbound.drain(&mut self.batch, FRAMES_PER_WRITE, sent) {
                    self.batch = VecDeque::new();
                    return Pin::new(&mut self.io).poll_flush(cx);
                }
            }
            let mut slices = [IoSlice::new(&[]); 2 * (FRAMES_PER_WRITE + 1)];
            let mut used = 0;
            for part in self.batch.iter().flat_map(|frame| [frame.header(), frame.payload()]) {
                if !part.is_empty() {
                    slices[used] = IoSlice::new(part);
                    used += 1;
                }
            }
            let mut written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, &slices[..used]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            while let Some(frame) = self.batch.front_mut() {
                written = frame.advance(written);
                if !frame.is_sent() {
                    break;
                }
                self.sent += frame.cost;
                self.batch.pop_front();
            }
        }
    }

    /// Sends what is queued and the close frame, ends our side, and hears the peer out until it closes too: closing
    /// with unread input would reset the connection, and the peer might never see why it was closed.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.peer_done {
            match self.poll_discard(cx) {
                Poll::Ready(done) => self.peer_done = done || self.discarded.is_too_much(),
                Poll::Pending => break,
            }
            if self.discarded.ends_turn() {
                cx.waker().wake_by_ref();
                break;
            }
        }
        if ready!(self.poll_write(cx)).is_err() {
            return Poll::Ready(());
        }
        let _ = ready!(Pin::new(&mut self.io).poll_shutdown(cx));
        if self.peer_done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// One read, of which only the peer's close frame or its end matters: true.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            let read = ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer));
            let mut input = buffer.filled();
            if read.is_err() || input.is_empty() {
                return Poll::Ready(true);
            }
            self.discarded.add(input.len());
            while self.in_step && self.discarded.is_told_apart() {
                match self.decoder.next(&mut input) {
                    Ok(Some(Incoming::Close(_))) => return Poll::Ready(true),
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => self.in_step = false,
                }
            }
            Poll::Ready(false)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_closed_socket_goes_on_to_send_is_discarded_by_turns_and_within_bounds() {
        let mut discarded = Discarded::default();
        let (mut reads, mut turns) = (0, 0);
        while !discarded.is_too_much() {
            assert_eq!(discarded.is_told_apart(), reads <= 2, "after {reads} reads");
            discarded.add(READ_BYTES);
            reads += 1;
            turns += usize::from(discarded.ends_turn());
        }
        assert_eq!(reads, MAX_DISCARDED / READ_BYTES + 1);
        assert_eq!(turns, reads / 4, "others have their turn after four reads");
    }
}
