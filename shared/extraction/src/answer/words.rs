//! Words as they are compared: folded, without marks around them.
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case, compatibility forms folded, accents removed, runs of blanks and dashes made one blank.
///
/// `In-Progress` → `in progress`, `Élevée` → `elevee`, `ＩＤ` → `id`.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain_letters(text).flat_map(char::to_lowercase) {
        if c.is_whitespace() || matches!(c, '-' | '_' | '‐' | '‑' | '–' | '—') {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    // What came apart in NFKD and is not Latin is compared composed.
    out.nfc().collect()
}

/// [`fold`], and only letters, digits and blanks left: `📌 **Due date:**` → `due date`.
pub(crate) fn bare(text: &str) -> String {
    let kept: String = fold(text)
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '%' || c == '#' { c } else { ' ' })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// [`fold`] with dashes and underscores left as they are, for dates.
pub(crate) fn fold_keeping_dashes(text: &str) -> String {
    plain_letters(text).flat_map(char::to_lowercase).nfc().collect()
}

/// Every sign that is written for `-` between numbers and words: U+2010 to U+2015 and the minus.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '−' | '﹣' | '－')
}

/// The digits of other scripts, by the sign of their zero: Arabic, Persian, the scripts of India, Thai, Lao, Tibetan, Khmer.
const ZEROS: [char; 17] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{17e0}', '\u{7c0}',
];

/// A digit of any script as ASCII has it, and the signs that Arabic writes beside its digits.
fn plain_digit(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '٪' => '%',
        '٫' => '.',
        '٬' => ',',
        c => ZEROS
            .iter()
            .find_map(|zero| {
                char::from_digit(u32::from(c).checked_sub(u32::from(*zero)).filter(|n| *n < 10)?, 10)
            })
            .unwrap_or(c),
    }
}

/// Compatibility forms folded, and Latin letters without their accents. In other scripts a mark makes another letter.
fn plain_letters(text: &str) -> impl Iterator<Item = char> {
    let mut latin = false;
    text.nfkd().map(plain_digit).filter(move |c| {
        let mark = is_combining_mark(*c);
        if !mark {
            latin = c.is_ascii_alphabetic();
        }
        !(mark && latin)
    })
}
