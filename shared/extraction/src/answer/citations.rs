//! The ids of messages that a source cell cites.
use regex::Regex;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Ids that one range may stand for: `m1-m300` is a guess, not a citation.
const MAX_RANGE: u32 = 50;
/// Ids of one cell; with commas they stay far below a cell's 2,000 characters.
const MAX_IDS: usize = 200;

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// `m3`, `message 3`, `Nachricht 3`, and the ranges `m3-m5`, `m3 to 5`.
static ID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:m(?:sgs?\.?|essages?|ensajes?|ensage(?:m|ns)|essaggi[o]?)?|nachricht(?:en)?|berichte?n?|wiadomo(?:ść|ści)|сообщени[еяй]|メッセージ|消息|메시지)[\s#_:-]{0,2}0*(\d{1,9})(?:(?:\s*(?:-|~|〜|\.{2,3})\s*|\s+(?:to|through|thru|until|till|bis|à|a|al|tot|do|до)\s+)m?0*(\d{1,9}))?\b",
    )
});
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\[(#\s]*\d{1,9}[\])]?(?:(?:\s+(?:and|und|y|et|e|i|и|en)\s+|[\s,;&]+)[\[(#]*\d{1,9}[\])]?)*[\])\s.]*$",
    )
});
/// What is struck out is not cited.
static STRUCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"~~[^~]*~~"));
/// A number that has a mark of its own is a footnote, a count or a ticket: `m3 [1]`, `m3 (2)`, `m3, #12`.
static MARKED: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\[(#]\s*\d{1,9}\b"));

/// What a source cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Citations {
    /// `m3`, `m7`, in the order cited, each once.
    pub(crate) ids: Vec<String>,
    /// It holds words beside them.
    pub(crate) other_text: bool,
    /// Ids that are left out: `m0`, and those beyond the bound of one cell.
    pub(crate) beyond: usize,
    /// A range too long to be meant.
    pub(crate) long_range: bool,
    /// A range whose end comes before its beginning.
    pub(crate) backwards: bool,
}

/// Stands for an id that was read, so that what touches it is seen: `m3.5` is no `m3` and `5`.
const TAKEN: &str = "\u{1}";

/// Words that may stand among ids.
const FILLER: [&str; 37] = [
    "and",
    "und",
    "y",
    "et",
    "e",
    "i",
    "и",
    "en",
    "og",
    "och",
    "ve",
    "messages",
    "message",
    "msgs",
    "msg",
    "ids",
    "id",
    "see",
    "siehe",
    "nachrichten",
    "from",
    "in",
    "source",
    "sources",
    "quelle",
    "quellen",
    "ref",
    "refs",
    "cf",
    "vgl",
    "voir",
    "ver",
    "см",
    "thread",
    ":",
    "-",
    "m",
];

/// Words after which nobody knows which of the ids are meant: `m3, not m5`.
const NEGATIONS: [&str; 33] = [
    "not",
    "no",
    "without",
    "except",
    "nicht",
    "ohne",
    "pas",
    "sin",
    "neither",
    "nor",
    "but",
    "instead",
    "sauf",
    "hormis",
    "excepté",
    "excepto",
    "salvo",
    "außer",
    "ausser",
    "statt",
    "anstatt",
    "aber",
    "kein",
    "keine",
    "не",
    "кроме",
    "без",
    "nie",
    "bez",
    "oprócz",
    "zamiast",
    "zonder",
    "behalve",
];

/// Reads `m3, m7`, `[m3][m7]`, `m3–m5`, `messages 3 and 7`, `#3, #7`. Where words stand beside them, only what is written as
/// an id is one: in `Ben 2, m3` the 2 is no message.
pub(crate) fn read(cell: &str) -> Citations {
    let mut found = Citations::default();
    let mut add = |n: u32| {
        let id = format!("m{n}");
        if n == 0 || (found.ids.len() == MAX_IDS && !found.ids.contains(&id)) {
            found.beyond += 1;
        } else if !found.ids.contains(&id) {
            found.ids.push(id);
        }
    };
    let plain = plain(cell);
    if NUMBERS.is_match(&plain) {
        plain.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).for_each(add);
        return found;
    }
    let said = STRUCK.replace_all(&plain, " ");
    let rest = ID.replace_all(&said, TAKEN);
    if rest == said {
        found.other_text = plain.chars().any(char::is_alphanumeric);
        return found;
    }
    // `messages 3 and 7`: numbers after the first id, if nothing but numbers and ids is there.
    let mut other = said != plain || MARKED.is_match(&rest);
    let (mut numbers, mut negated, mut begun) = (Vec::new(), false, false);
    for word in rest.split(|c: char| c.is_whitespace() || ",;&[](){}<>#|/`*+、，“”„«»「」".contains(c))
    {
        let word = word.trim_end_matches(['.', ':', '\'', '"', '’']).trim_start_matches(['\'', '"', '‘']);
        let word = word.to_lowercase();
        if word.chars().all(|c| c == '\u{1}') {
            begun |= !word.is_empty();
            continue;
        }
        if FILLER.contains(&word.as_str()) || word.chars().all(|c| "-–—.…".contains(c)) {
            continue;
        }
        match word.parse::<u32>() {
            Ok(n) if begun => numbers.push(n),
            _ => {
                other = true;
                negated |= NEGATIONS.contains(&word.as_str());
            }
        }
    }
    let (mut long_range, mut backwards) = (false, false);
    if !negated {
        for captures in ID.captures_iter(&said) {
            let number = |i| captures.get(i).and_then(|m| m.as_str().parse::<u32>().ok());
            match (number(1), number(2)) {
                (Some(from), Some(to)) => {
                    let (low, high) = (from.min(to), from.max(to));
                    backwards |= to < from;
                    if high - low <= MAX_RANGE {
                        (low..=high).for_each(&mut add);
                    } else {
                        long_range = true;
                        add(from);
                        add(to);
                    }
                }
                (Some(one), None) => add(one),
                _ => {}
            }
        }
        if !other {
            numbers.into_iter().for_each(&mut add);
        }
    }
    found.other_text = other;
    found.long_range = long_range;
    found.backwards = backwards;
    found
}

/// A cell with full-width letters, digits and signs, and every dash, as ASCII has them, and with blanks around the words
/// that stand between two ids without any.
fn plain(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in cell.nfkc() {
        match c {
            'と' | '和' | '与' | '及' | '및' => out.push_str(" & "),
            c if super::words::is_dash(c) => out.push('-'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_they_are_written() {
        for (cell, ids) in [
            ("m3", "m3"),
            ("m3, m7", "m3 m7"),
            ("[m3][m7]", "m3 m7"),
            ("[m3], [m7]", "m3 m7"),
            ("M3; m7", "m3 m7"),
            ("m3–m5", "m3 m4 m5"),
            ("m3-5", "m3 m4 m5"),
            ("m3 to m5", "m3 m4 m5"),
            ("messages m3 through m5", "m3 m4 m5"),
            ("messages 3 and 7", "m3 m7"),
            ("message m3", "m3"),
            ("#3, #7", "m3 m7"),
            ("3, 7", "m3 m7"),
            ("[3] [7]", "m3 m7"),
            ("m3, m3", "m3"),
            ("m03", "m3"),
            ("m 3", "m3"),
            ("(m3 & m7)", "m3 m7"),
            ("", ""),
            ("m0", ""),
            ("m1-m300", "m1 m300"),
        ] {
            assert_eq!(read(cell).ids.join(" "), ids, "{cell}");
            assert!(!read(cell).other_text, "{cell}");
        }
        assert!(read("m1-m300").long_range);
        let prose = read("#general, Monday");
        assert!(prose.ids.is_empty() && prose.other_text);
        let mixed = read("m3 (Ana)");
        assert!(mixed.ids == ["m3"] && mixed.other_text);
        assert!(read("team300 item7").ids.is_empty());
        for (cell, ids) in [
            ("Ben 2, m3", "m3"),
            ("m3 (2 replies)", "m3"),
            ("issue #12, m3", "m3"),
            ("m3.5", "m3"),
            ("m3 at 10:15", "m3"),
            ("m3, not m5", ""),
        ] {
            assert_eq!(read(cell).ids.join(" "), ids, "{cell}");
            assert!(read(cell).other_text, "{cell}");
        }
        let backwards = read("m5-m3");
        assert!(backwards.backwards && backwards.ids == ["m3", "m4", "m5"]);
    }
}
