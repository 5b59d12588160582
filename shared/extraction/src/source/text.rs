//! Bytes of a file as text.
use super::{MAX_FILE_BYTES, ReadError};
use std::{fs, io::Read, path::Path};

/// A file's text, and the first line, from 1, whose bytes are no text.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) bad_line: Option<usize>,
}

/// The bytes of a regular file, [`MAX_FILE_BYTES`] at most.
///
/// A pipe, a socket or a device is refused before it is opened: opening a pipe waits for somebody who writes.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    if !fs::metadata(path)?.is_file() {
        return Err(ReadError::NotRegular);
    }
    bounded(fs::File::open(path)?)
}

/// All of a reader, [`MAX_FILE_BYTES`] at most. The bound holds for what is read, not for what a directory says.
pub(crate) fn bounded(reader: impl Read) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge);
    }
    Ok(bytes)
}

/// UTF-8, with or without a byte order mark, or UTF-16 with one, as PowerShell writes it. Bytes that are neither become
/// `U+FFFD`: one bad byte must not cost a day.
pub(crate) fn decode(bytes: Vec<u8>) -> Decoded {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or_default()])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => of_utf16(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => of_utf16(wide(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => of_utf8(rest.to_vec()),
        _ => of_utf8(bytes),
    }
}

fn of_utf16(text: String) -> Decoded {
    let bad_line = text.find('\u{fffd}').map(|at| line_of(text.as_bytes(), at));
    Decoded { text, bad_line }
}

fn of_utf8(bytes: Vec<u8>) -> Decoded {
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, bad_line: None },
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bad_line = Some(line_of(error.as_bytes(), at));
            Decoded { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), bad_line }
        }
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|b| **b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text_whatever_wrote_them() {
        let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            let units = "a\nü".encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        for bytes in [
            "a\nü".as_bytes().to_vec(),
            "\u{feff}a\nü".as_bytes().to_vec(),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
        ] {
            let decoded = decode(bytes);
            assert_eq!((decoded.text.as_str(), decoded.bad_line), ("a\nü", None));
        }
        let latin = decode(b"a\nb\xfcc".to_vec());
        assert_eq!((latin.text.as_str(), latin.bad_line), ("a\nb\u{fffd}c", Some(2)));
        assert_eq!(decode(vec![0xff, 0xfe, 0x61]).text, "a");
    }
}
