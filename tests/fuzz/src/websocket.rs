//! What a socket sends before anybody reads it as a frame of the protocol: RFC 6455's frames.
use gateway::{
    MAX_MESSAGE_BYTES,
    frames::{Decoder, Incoming, Violation},
};

/// Codes that a broken rule may close with.
const CODES: [u16; 4] = [1002, 1003, 1007, 1009];

/// Decodes `bytes` in pieces of `step`, up to the first rule that is broken.
fn all(bytes: &[u8], step: usize) -> (Vec<Incoming>, Option<Violation>) {
    let (mut decoder, mut found) = (Decoder::default(), Vec::new());
    for mut piece in bytes.chunks(step) {
        loop {
            match decoder.next(&mut piece) {
                Ok(None) => break,
                Ok(Some(incoming)) => found.push(incoming),
                Err(violation) => return (found, Some(violation)),
            }
        }
        assert!(piece.is_empty(), "input is used up before more is asked for");
        assert!(
            decoder.held_bytes() <= 2 * (bytes.len() + 16).next_power_of_two(),
            "it keeps no more than came"
        );
    }
    (found, None)
}

/// Input decodes alike however it is cut, and what comes of it is within the limits.
pub(crate) fn decode(bytes: &[u8]) {
    let whole = all(bytes, bytes.len().max(1));
    for step in [1, 2, 7, 100] {
        assert_eq!(all(bytes, step), whole, "cut every {step} bytes");
    }
    for incoming in &whole.0 {
        match incoming {
            Incoming::Text(text) => assert!(text.len() <= MAX_MESSAGE_BYTES),
            Incoming::Ping(payload) => assert!(payload.len() <= 125),
            Incoming::Pong => {}
            Incoming::Close(frame) => {
                let code = frame.as_ref().map_or(1000, |(code, _)| *code);
                assert!((1000..5000).contains(&code), "{code}");
            }
        }
    }
    assert!(whole.1.is_none_or(|violation| CODES.contains(&violation.code)));
}

/// A frame with a mask of zeros, so that payloads can be read in the seeds.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ ..126 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// Messages whole and in parts, with control frames between, and a close.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let text = "Grüße 😀".as_bytes();
    vec![
        frame(0x81, br#"{"type":"ping"}"#),
        [frame(0x01, &text[..3]), frame(0x89, b"ping"), frame(0x00, &text[3..9]), frame(0x80, &text[9..])]
            .concat(),
        [frame(0x81, &[b'x'; 300]), frame(0x8a, b""), frame(0x88, &[3, 232, b'b', b'y', b'e'])].concat(),
        frame(0x88, b""),
        frame(0x82, b"binary"),
    ]
}
