//! What waits to be sent on one socket: bounded by bytes, shared without copying, drained many frames at a time.
//!
//! Anyone may queue; only the socket's own task drains. Nobody who queues ever waits for the network.

use std::{borrow::Cow, collections::VecDeque, task::Waker};

use bytes::{Buf, Bytes};
use parking_lot::Mutex;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use crate::{
    Utf8Bytes,
    config::{FRAME_OVERHEAD_BYTES, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES},
};

/// The longest header of a frame that is not masked: 2 bytes and 8 of length.
const MAX_HEADER_BYTES: usize = 10;
/// Pings that are answered one by one. RFC 6455, 5.5.3, asks for the last alone, so a flood of pings at a client that
/// reads nothing costs 16 times 125 bytes.
pub(crate) const MAX_PONGS: usize = 16;
/// RFC 6455, 5.5: a control frame carries 125 bytes, of which a close code takes 2.
const MAX_REASON_BYTES: usize = 123;

/// Why a post did not reach the queue of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// No such socket is open: never was, not yet (`$connect` has not answered), or no longer. HTTP 410.
    #[error("no such connection is open")]
    Gone,
    /// The message is longer than 128 KB. HTTP 413.
    #[error("the message is longer than 128 KB")]
    PayloadTooLarge,
    /// The client is too far behind; a later post may be taken. HTTP 429.
    #[error("too much is queued for this connection")]
    LimitExceeded,
}

/// How a socket ends, as the peer and `$disconnect` receive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    /// The code in `$disconnect`.
    pub status: u16,
    /// The reason in `$disconnect`.
    pub reason: Cow<'static, str>,
    /// The close frame to send; `None` when nobody is left to read it.
    pub frame: Option<Option<u16>>,
}

impl Close {
    /// The gateway closes: idle, too old, or shut down.
    pub const GOING_AWAY: Self =
        Self { status: 1001, reason: Cow::Borrowed("Going away"), frame: Some(Some(1001)) };
    /// The client asks more than it may.
    pub const TOO_MUCH: Self = Self::policy("Too many messages at once");
    /// The client began a message and does not end it.
    pub const UNFINISHED: Self = Self::policy("The message did not end in time");
    /// The client takes nothing of what is sent to it, so no close frame reaches it either.
    pub const NOT_READING: Self =
        Self { status: 1008, reason: Cow::Borrowed("The client does not read"), frame: None };
    /// `DELETE @connections`.
    pub const DELETED: Self =
        Self { status: 1000, reason: Cow::Borrowed("Connection Closed Normally"), frame: Some(Some(1000)) };
    /// The connection broke.
    pub const BROKEN: Self =
        Self { status: 1006, reason: Cow::Borrowed("Connection closed abnormally"), frame: None };

    /// RFC 6455, 7.4.1: 1008 for a message that violates the policy of its receiver.
    const fn policy(reason: &'static str) -> Self {
        Self { status: 1008, reason: Cow::Borrowed(reason), frame: Some(Some(1008)) }
    }
}

/// A frame on its way: header and payload, either of which may be sent in part.
pub(crate) struct OutFrame {
    header: [u8; MAX_HEADER_BYTES],
    header_at: u8,
    header_len: u8,
    payload: Bytes,
    /// What it gives back to the queue's bound when it is sent.
    pub cost: usize,
}

impl OutFrame {
    fn new(opcode: OpCode, is_final: bool, payload: Bytes, cost: usize) -> Self {
        let mut header = [0; MAX_HEADER_BYTES];
        let format = FrameHeader { is_final, opcode, ..FrameHeader::default() };
        // The array holds the longest header there is, so this cannot fail.
        let _ = format.format(payload.len() as u64, &mut header.as_mut_slice());
        let header_len = format.len(payload.len() as u64).min(MAX_HEADER_BYTES) as u8;
        Self { header, header_at: 0, header_len, payload, cost }
    }

    pub fn header(&self) -> &[u8] {
        &self.header[usize::from(self.header_at)..usize::from(self.header_len)]
    }

    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Marks up to `sent` bytes as sent; what is left of `sent` belongs to the next frame.
    pub fn advance(&mut self, sent: usize) -> usize {
        let of_header = sent.min(self.header().len());
        self.header_at += of_header as u8;
        let of_payload = (sent - of_header).min(self.payload.len());
        self.payload.advance(of_payload);
        sent - of_header - of_payload
    }

    pub fn is_sent(&self) -> bool {
        self.header().is_empty() && self.payload.is_empty()
    }
}

#[derive(Default)]
struct State {
    frames: VecDeque<OutFrame>,
    bytes: usize,
    /// Answers to pings, at most [`MAX_PONGS`].
    pongs: VecDeque<Bytes>,
    close: Option<Close>,
    /// The close frame was handed out: nothing may follow it.
    finished: bool,
    waker: Option<Waker>,
}

/// The queue of one socket.
#[derive(Default)]
pub(crate) struct Outbound(Mutex<State>);

impl Outbound {
    /// Queues a text message, in frames of at most 32 KB.
    pub fn text(&self, text: Utf8Bytes, max_bytes: usize) -> Result<(), PostError> {
        let payload = Bytes::from(text);
        if payload.len() > MAX_MESSAGE_BYTES {
            return Err(PostError::PayloadTooLarge);
        }
        let frames = payload.len().div_ceil(MAX_FRAME_BYTES).max(1);
        let waker = {
            let mut state = self.0.lock();
            if state.close.is_some() {
                return Err(PostError::Gone);
            }
            let cost = payload.len() + frames * FRAME_OVERHEAD_BYTES;
            // An empty queue takes any legal message, whatever the bound.
            if state.bytes > 0 && state.bytes + cost > max_bytes {
                return Err(PostError::LimitExceeded);
            }
            state.bytes += cost;
            for index in 0..frames {
                let start = index * MAX_FRAME_BYTES;
                let part = payload.slice(start..payload.len().min(start + MAX_FRAME_BYTES));
                let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
                let cost = part.len() + FRAME_OVERHEAD_BYTES;
                state.frames.push_back(OutFrame::new(opcode, index + 1 == frames, part, cost));
            }
            state.waker.take()
        };
        wake(waker);
        Ok(())
    }

    /// Answers a ping. Of more than [`MAX_PONGS`] that wait, the oldest goes unanswered.
    pub fn pong(&self, payload: Bytes) {
        let mut state = self.0.lock();
        if state.pongs.len() == MAX_PONGS {
            state.pongs.pop_front();
        }
        state.pongs.push_back(payload);
    }

    /// Ends the socket; the first to say so decides how. What is queued is still sent, unless nobody is left to
    /// read it.
    pub fn close(&self, close: Close, discard: bool) {
        let waker = {
            let mut state = self.0.lock();
            if state.close.is_none() {
                state.close = Some(close);
            }
            if discard {
                state.frames = VecDeque::new();
            }
            state.waker.take()
        };
        wake(waker);
    }

    /// Has `waker` woken by the next post or close, once.
    pub fn listen(&self, waker: &Waker) {
        let mut state = self.0.lock();
        if !state.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            state.waker = Some(waker.clone());
        }
    }

    /// Wakes the socket's task.
    pub fn wake(&self) {
        let waker = self.0.lock().waker.take();
        wake(waker);
    }

    /// Whether the end of the socket is decided.
    pub fn is_closing(&self) -> bool {
        self.0.lock().close.is_some()
    }

    /// How the socket ends, once that is decided.
    pub fn closing(&self) -> Option<Close> {
        self.0.lock().close.clone()
    }

    /// Moves up to `max` frames into `batch` and gives `sent` bytes back to the bound. False when there is nothing
    /// to send.
    pub fn drain(&self, batch: &mut VecDeque<OutFrame>, max: usize, sent: usize) -> bool {
        let mut state = self.0.lock();
        state.bytes = state.bytes.saturating_sub(sent);
        // Taken whole, so that an idle socket keeps no room for them.
        let pongs = std::mem::take(&mut state.pongs);
        if !state.finished {
            batch.extend(
                pongs.into_iter().map(|pong| OutFrame::new(OpCode::Control(Control::Pong), true, pong, 0)),
            );
        }
        let take = max.saturating_sub(batch.len()).min(state.frames.len());
        batch.extend(state.frames.drain(..take));
        if batch.is_empty() {
            // An idle socket keeps no queue.
            state.frames = VecDeque::new();
            if !state.finished
                && let Some(Close { frame: Some(code), reason, .. }) = &state.close
            {
                batch.push_back(close_frame(*code, reason));
                state.finished = true;
            }
        }
        !batch.is_empty()
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn close_frame(code: Option<u16>, reason: &str) -> OutFrame {
    let payload = code.map_or_else(Bytes::new, |code| {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(MAX_REASON_BYTES)]);
        payload.into()
    });
    OutFrame::new(OpCode::Control(Control::Close), true, payload, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(outbound: &Outbound) -> Vec<u8> {
        let (mut batch, mut bytes, mut give_back) = (VecDeque::new(), Vec::new(), 0);
        while outbound.drain(&mut batch, 3, std::mem::take(&mut give_back)) {
            for frame in batch.drain(..) {
                bytes.extend_from_slice(frame.header());
                bytes.extend_from_slice(frame.payload());
                give_back += frame.cost;
            }
        }
        bytes
    }

    #[test]
    fn a_queue_takes_what_fits_refuses_the_rest_and_takes_again_once_drained() {
        let outbound = Outbound::default();
        let text = Utf8Bytes::from("x".repeat(100));
        let fits = 1_000 / (100 + FRAME_OVERHEAD_BYTES);
        for _ in 0..fits {
            outbound.text(text.clone(), 1_000).unwrap();
        }
        assert_eq!(outbound.text(text.clone(), 1_000), Err(PostError::LimitExceeded));
        assert_eq!(sent(&outbound).len(), fits * 102);
        for _ in 0..fits {
            outbound.text(text.clone(), 1_000).unwrap();
        }
        assert_eq!(outbound.text(text, 1_000), Err(PostError::LimitExceeded));
    }

    #[test]
    fn empty_posts_fill_a_queue_too() {
        let outbound = Outbound::default();
        let taken = (0..1_000).take_while(|_| outbound.text(Utf8Bytes::default(), 1_000).is_ok()).count();
        assert_eq!(taken, 1_000 / FRAME_OVERHEAD_BYTES);
    }

    #[test]
    fn nothing_follows_the_close_frame_and_the_first_close_decides() {
        let outbound = Outbound::default();
        outbound.text("a".into(), 1_000).unwrap();
        outbound.close(Close::DELETED, false);
        outbound.close(Close::GOING_AWAY, false);
        assert_eq!(outbound.text("b".into(), 1_000), Err(PostError::Gone));
        let bytes = sent(&outbound);
        assert!(bytes.starts_with(&[0x81, 1, b'a', 0x88, 28, 3, 232]), "{bytes:?}");
        outbound.pong(Bytes::from_static(b"late"));
        assert!(sent(&outbound).is_empty());
    }

    #[test]
    fn pings_are_answered_each_and_of_very_many_the_last_ones() {
        let outbound = Outbound::default();
        for name in ["1", "2"] {
            outbound.pong(Bytes::from_static(name.as_bytes()));
        }
        assert_eq!(sent(&outbound), [0x8a, 1, b'1', 0x8a, 1, b'2']);
        for n in 0..10_000_u32 {
            outbound.pong(Bytes::copy_from_slice(&n.to_be_bytes()));
        }
        let bytes = sent(&outbound);
        assert_eq!(bytes.len(), MAX_PONGS * 6);
        assert_eq!(bytes[bytes.len() - 4..], 9_999_u32.to_be_bytes());
    }
}
