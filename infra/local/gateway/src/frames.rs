//! Decodes what a client sends, byte by byte as it comes, into messages and control frames.
//!
//! It keeps only the header of the frame it is in and the message gathered so far, so a socket on which nothing
//! is under way holds no buffer at all. Headers are parsed by `tungstenite`; what it would buffer is not wanted here.
//! It never answers anything: it says what came, or which rule was broken.

use std::io::Cursor;

use bytes::Bytes;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{CloseCode, Control, Data, OpCode},
};

use crate::{
    Utf8Bytes,
    config::{MAX_FRAME_BYTES, MAX_MESSAGE_BYTES},
};

/// The longest header of a frame: 2 bytes, 8 of length, 4 of mask.
const MAX_HEADER_BYTES: usize = 14;
/// RFC 6455, 5.5: control frames carry at most 125 bytes.
const MAX_CONTROL_BYTES: usize = 125;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(Utf8Bytes),
    /// A ping, with its payload of at most 125 bytes.
    Ping(Bytes),
    /// A pong.
    Pong,
    /// The client closes; without a code where it gave none.
    Close(Option<(u16, String)>),
}

/// A rule was broken. Nothing that comes after it can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The code to close with: 1002, 1003, 1007 or 1009.
    pub code: u16,
    /// The reason to close with.
    pub reason: &'static str,
}

const PROTOCOL: Violation = Violation { code: 1002, reason: "Protocol error" };
const BINARY: Violation = Violation { code: 1003, reason: "Binary data is not supported" };
const NOT_UTF8: Violation = Violation { code: 1007, reason: "Text is not UTF-8" };
const FRAME_TOO_LONG: Violation = Violation { code: 1009, reason: "Frame is longer than 32 KB" };
const MESSAGE_TOO_LONG: Violation = Violation { code: 1009, reason: "Message is longer than 128 KB" };

struct Frame {
    opcode: OpCode,
    is_final: bool,
    mask: [u8; 4],
    remaining: usize,
    /// Payload bytes already taken, modulo 4: where in the mask the next byte stands.
    phase: usize,
}

/// The state of one socket's input.
#[derive(Default)]
pub struct Decoder {
    header: [u8; MAX_HEADER_BYTES],
    header_len: usize,
    frame: Option<Frame>,
    /// A text message has begun and its last frame has not come.
    in_message: bool,
    message: Vec<u8>,
    /// Bytes of `message` that are known to be UTF-8; a character that is cut by what has come so far begins here.
    checked: usize,
    control: Vec<u8>,
}

impl Decoder {
    /// Returns whether a frame or a message has begun and not ended.
    pub fn is_midway(&self) -> bool {
        self.header_len > 0 || self.frame.is_some() || self.in_message
    }

    /// Returns how many bytes are kept of what has begun.
    pub fn held_bytes(&self) -> usize {
        self.message.capacity() + self.control.capacity()
    }

    /// Takes bytes from `input` until something is complete; `None` when `input` is used up.
    ///
    /// # Errors
    /// The first rule that a byte breaks, as soon as that byte is there: text that is not UTF-8 is refused in the
    /// middle of its message.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, Violation> {
        loop {
            let Some(frame) = &mut self.frame else {
                if !self.take_header(input)? {
                    return Ok(None);
                }
                continue;
            };
            let (payload, rest) = input.split_at(frame.remaining.min(input.len()));
            *input = rest;
            let target =
                if matches!(frame.opcode, OpCode::Data(_)) { &mut self.message } else { &mut self.control };
            let start = target.len();
            target.extend_from_slice(payload);
            let mask: [u8; 4] = std::array::from_fn(|i| frame.mask[(frame.phase + i) % 4]);
            for chunk in target[start..].chunks_mut(4) {
                for (byte, key) in chunk.iter_mut().zip(mask) {
                    *byte ^= key;
                }
            }
            frame.phase = (frame.phase + payload.len()) % 4;
            frame.remaining -= payload.len();
            let (is_data, is_whole) = (matches!(frame.opcode, OpCode::Data(_)), frame.remaining == 0);
            if is_data && !(is_whole && frame.is_final) {
                self.check_text()?;
            }
            if !is_whole {
                return Ok(None);
            }
            if let Some(incoming) = self.finish_frame()? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Checks the text that has come of a message of which more is to come.
    fn check_text(&mut self) -> Result<(), Violation> {
        match std::str::from_utf8(&self.message[self.checked..]) {
            Ok(_) => self.checked = self.message.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }

    /// Gathers a header; true once it is whole and allowed.
    fn take_header(&mut self, input: &mut &[u8]) -> Result<bool, Violation> {
        loop {
            let needed = if self.header_len < 2 { 2 } else { header_len(self.header[1]) };
            if self.header_len >= 2 && self.header_len == needed {
                break;
            }
            let (bytes, rest) = input.split_at((needed - self.header_len).min(input.len()));
            if bytes.is_empty() {
                return Ok(false);
            }
            self.header[self.header_len..self.header_len + bytes.len()].copy_from_slice(bytes);
            self.header_len += bytes.len();
            *input = rest;
        }
        let parsed = FrameHeader::parse(&mut Cursor::new(&self.header[..self.header_len]));
        let is_shortest = is_shortest(&self.header[..self.header_len]);
        self.header_len = 0;
        if !is_shortest {
            return Err(PROTOCOL);
        }
        let Ok(Some((header, len))) = parsed else { return Err(PROTOCOL) };
        self.frame = Some(self.check(&header, len)?);
        Ok(true)
    }

    /// Everything that a header alone can break, so that no byte of a forbidden frame is kept.
    fn check(&self, header: &FrameHeader, len: u64) -> Result<Frame, Violation> {
        let Some(mask) = header.mask else { return Err(PROTOCOL) };
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return Err(PROTOCOL);
        }
        let remaining = usize::try_from(len).unwrap_or(usize::MAX);
        match header.opcode {
            OpCode::Data(Data::Reserved(_)) | OpCode::Control(Control::Reserved(_)) => return Err(PROTOCOL),
            OpCode::Control(_) if !header.is_final || remaining > MAX_CONTROL_BYTES => return Err(PROTOCOL),
            OpCode::Control(_) => {}
            OpCode::Data(data) => {
                if remaining > MAX_FRAME_BYTES {
                    return Err(FRAME_TOO_LONG);
                }
                if self.in_message != (data == Data::Continue) {
                    return Err(PROTOCOL);
                }
                if data == Data::Binary {
                    return Err(BINARY);
                }
                if self.message.len() + remaining > MAX_MESSAGE_BYTES {
                    return Err(MESSAGE_TOO_LONG);
                }
            }
        }
        Ok(Frame { opcode: header.opcode, is_final: header.is_final, mask, remaining, phase: 0 })
    }

    fn finish_frame(&mut self) -> Result<Option<Incoming>, Violation> {
        let Some(frame) = self.frame.take() else { return Ok(None) };
        match frame.opcode {
            OpCode::Data(_) => {
                self.in_message = !frame.is_final;
                if self.in_message {
                    return Ok(None);
                }
                self.checked = 0;
                let text = Utf8Bytes::try_from(std::mem::take(&mut self.message)).map_err(|_| NOT_UTF8)?;
                Ok(Some(Incoming::Text(text)))
            }
            OpCode::Control(control) => {
                let payload = std::mem::take(&mut self.control);
                match control {
                    Control::Ping => Ok(Some(Incoming::Ping(payload.into()))),
                    Control::Pong => Ok(Some(Incoming::Pong)),
                    Control::Close => close(&payload).map(Some),
                    Control::Reserved(_) => Err(PROTOCOL),
                }
            }
        }
    }
}

/// The length of a header from its second byte.
fn header_len(second: u8) -> usize {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + extended + if second & 0x80 != 0 { 4 } else { 0 }
}

/// Returns whether the length of a whole header is written in as few bytes as it can be (RFC 6455, 5.2).
fn is_shortest(header: &[u8]) -> bool {
    match *header {
        [_, second, high, low, ..] if second & 0x7f == 126 => u16::from_be_bytes([high, low]) > 125,
        [_, second, a, b, c, d, e, f, ..] if second & 0x7f == 127 => [a, b, c, d, e, f] != [0; 6],
        _ => true,
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Violation> {
    match payload {
        [] => Ok(Incoming::Close(None)),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !CloseCode::from(code).is_allowed() {
                return Err(PROTOCOL);
            }
            let reason = std::str::from_utf8(reason).map_err(|_| NOT_UTF8)?;
            Ok(Incoming::Close(Some((code, reason.to_owned()))))
        }
        [_] => Err(PROTOCOL),
    }
}

#[cfg(test)]
mod tests {
    use tungstenite::protocol::frame::Frame as Raw;

    use super::*;

    fn masked(opcode: OpCode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let header = FrameHeader { is_final, opcode, mask: Some([7, 99, 200, 31]), ..FrameHeader::default() };
        let mut bytes = Vec::new();
        Raw::from_payload(header, Bytes::copy_from_slice(payload)).format(&mut bytes).unwrap();
        bytes
    }

    fn all(bytes: &[u8], step: usize) -> Result<Vec<Incoming>, Violation> {
        let (mut decoder, mut found) = (Decoder::default(), Vec::new());
        for mut chunk in bytes.chunks(step) {
            while let Some(incoming) = decoder.next(&mut chunk)? {
                found.push(incoming);
            }
        }
        Ok(found)
    }

    #[test]
    fn input_decodes_alike_however_it_is_cut() {
        let text = "Grüße ".repeat(500);
        let (first, second) = text.as_bytes().split_at(1_001);
        let mut bytes = masked(OpCode::Data(Data::Text), false, first);
        bytes.extend(masked(OpCode::Control(Control::Ping), true, b"abcde"));
        bytes.extend(masked(OpCode::Data(Data::Continue), true, second));
        bytes.extend(masked(OpCode::Data(Data::Text), true, b""));
        bytes.extend(masked(OpCode::Control(Control::Close), true, &[3, 232, b'x']));
        let expected = vec![
            Incoming::Ping(Bytes::from_static(b"abcde")),
            Incoming::Text(text.into()),
            Incoming::Text(Utf8Bytes::default()),
            Incoming::Close(Some((1000, "x".into()))),
        ];
        for step in [1, 2, 3, 5, 7, 64, 1_000, bytes.len()] {
            assert_eq!(all(&bytes, step).as_ref(), Ok(&expected), "cut every {step} bytes");
        }
    }

    #[test]
    fn every_broken_frame_has_its_code() {
        let text = OpCode::Data(Data::Text);
        let more = OpCode::Data(Data::Continue);
        let close = OpCode::Control(Control::Close);
        let mut unmasked = masked(text, true, b"a");
        unmasked[1] &= 0x7f;
        let mut reserved_bit = masked(text, true, b"a");
        reserved_bit[0] |= 0x40;
        let mut reserved_opcode = masked(text, true, b"a");
        reserved_opcode[0] = 0x83;
        for (name, bytes, expected) in [
            ("unmasked", unmasked, PROTOCOL),
            ("reserved bit", reserved_bit, PROTOCOL),
            ("reserved opcode", reserved_opcode, PROTOCOL),
            ("continuation of nothing", masked(more, true, b"a"), PROTOCOL),
            ("text within text", [masked(text, false, b"a"), masked(text, true, b"a")].concat(), PROTOCOL),
            ("fragmented ping", masked(OpCode::Control(Control::Ping), false, b"a"), PROTOCOL),
            ("long ping", masked(OpCode::Control(Control::Ping), true, &[0; 126]), PROTOCOL),
            ("close of one byte", masked(close, true, &[3]), PROTOCOL),
            ("close with 1005", masked(close, true, &[3, 237]), PROTOCOL),
            ("close with bad reason", masked(close, true, &[3, 232, 0xff]), NOT_UTF8),
            ("binary", masked(OpCode::Data(Data::Binary), true, b"a"), BINARY),
            ("not UTF-8", masked(text, true, &[0xff]), NOT_UTF8),
            ("a length of 125 in two bytes", [0x81, 0xfe, 0, 125, 0, 0, 0, 0].to_vec(), PROTOCOL),
            (
                "a length of 65,535 in eight",
                [[0x81, 0xff, 0, 0, 0, 0, 0, 0, 255, 255].as_slice(), &[0; 4]].concat(),
                PROTOCOL,
            ),
            ("a character cut by the end", masked(text, true, "ä".as_bytes().split_at(1).0), NOT_UTF8),
            ("a surrogate", masked(text, true, &[0xed, 0xa0, 0x80]), NOT_UTF8),
        ] {
            assert_eq!(all(&bytes, 1), Err(expected), "{name}");
        }
        // A length that no memory holds is refused on its header.
        let endless = [[0x81, 0xff].as_slice(), &[0x7f; 8], &[0; 4]].concat();
        assert_eq!(all(&endless, 1), Err(FRAME_TOO_LONG));
    }
    #[test]
    fn text_that_is_not_utf8_is_refused_at_the_byte_that_breaks_it() {
        // F4 90 is beyond the last character: no third byte is waited for, in this frame or in the next.
        let head = [0x01, 0x86, 0, 0, 0, 0];
        let mut decoder = Decoder::default();
        for byte in head.iter().chain(&[b'a', 0xf4]) {
            assert_eq!(decoder.next(&mut [*byte].as_slice()), Ok(None));
        }
        assert_eq!(decoder.next(&mut [0x90].as_slice()), Err(NOT_UTF8));
        let mut decoder = Decoder::default();
        let first = masked(OpCode::Data(Data::Text), false, &[b'a', 0xf4]);
        let second = masked(OpCode::Data(Data::Continue), false, &[0x90]);
        assert_eq!(decoder.next(&mut first.as_slice()), Ok(None));
        assert_eq!(decoder.next(&mut second.as_slice()), Err(NOT_UTF8));
    }

    #[test]
    fn a_character_may_be_cut_by_frames_and_by_reads() {
        let text = "κόσμε 😀";
        let mut bytes = Vec::new();
        for (index, byte) in text.bytes().enumerate() {
            let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
            bytes.extend(masked(opcode, index + 1 == text.len(), &[byte]));
            bytes.extend(masked(OpCode::Control(Control::Pong), true, b""));
        }
        for step in [1, 2, bytes.len()] {
            let found = all(&bytes, step).unwrap();
            let texts: Vec<_> = found.iter().filter(|incoming| **incoming != Incoming::Pong).collect();
            assert_eq!(texts, [&Incoming::Text(text.into())]);
        }
    }
}
