//! Inputs near those that make sense: bytes flipped, cut, repeated, and put in from elsewhere.
use fastrand::Rng;

/// Longest input made; longer ones are what limits are tested for elsewhere.
const MAX_BYTES: usize = 8 * 1024;
/// What breaks readers more often than chance would find it.
const SPICES: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "|",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{10ffff}",
    "<",
    ">",
    "&lt;",
    "#1",
    "9007199254740993",
    "-1",
    "1e999",
    "null",
    "true",
    "__proto__",
    "```",
    "---",
    "=1+1",
    "\u{1f600}",
    "\\ud800",
];

/// Something near `seeds`.
pub fn mutate(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let any = |rng: &mut Rng| seeds.get(rng.usize(0..seeds.len().max(1))).cloned().unwrap_or_default();
    let mut bytes = any(rng);
    for _ in 0..1 + rng.usize(0..6) {
        let at = rng.usize(0..=bytes.len());
        let end = (at + rng.usize(0..24)).min(bytes.len());
        match rng.u8(0..7) {
            0 if at < bytes.len() => bytes[at] = rng.u8(..),
            1 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(0..8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].repeat(1 + rng.usize(0..40));
                bytes.splice(at..at, piece);
            }
            4 => {
                let other = any(rng);
                let from = rng.usize(0..=other.len());
                let to = (from + rng.usize(0..64)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            5 => {
                let spice = SPICES[rng.usize(0..SPICES.len())];
                bytes.splice(at..at, spice.bytes());
            }
            _ => bytes.truncate(at),
        }
    }
    bytes.truncate(MAX_BYTES);
    bytes
}
