//! The ids of messages that a source cell cites.
use regex::Regex;
use std::sync::LazyLock;

/// Ids that one range may stand for: `m1-m300` is a guess, not a citation.
const MAX_RANGE: u32 = 50;
/// Ids of one cell; with commas they stay far below a cell's 2,000 characters.
const MAX_IDS: usize = 200;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bm(?:sgs?|essages?)?[\s#_:-]{0,2}0*(\d{1,9})(?:\s*(?:-|–|—|to|through|thru|bis|\.\.|…)\s*m?0*(\d{1,9}))?\b",
    )
    .unwrap()
});
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\[(#\s]*\d{1,9}[\])]?(?:[\s,;&]+[\[(#]*\d{1,9}[\])]?)*[\])\s.]*$").unwrap()
});

/// What a source cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Citations {
    /// `m3`, `m7`, in the order cited, each once.
    pub(crate) ids: Vec<String>,
    /// It holds words beside them.
    pub(crate) other_text: bool,
    /// A range too long to be meant.
    pub(crate) long_range: bool,
}

/// Reads `m3, m7`, `[m3][m7]`, `m3–m5`, `messages 3 and 7`, `#3, #7`.
pub(crate) fn read(cell: &str) -> Citations {
    let mut found = Citations::default();
    let mut add = |n: u32| {
        let id = format!("m{n}");
        if n > 0 && found.ids.len() < MAX_IDS && !found.ids.contains(&id) {
            found.ids.push(id);
        }
    };
    if NUMBERS.is_match(cell) {
        cell.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).for_each(add);
        return found;
    }
    let mut long_range = false;
    for captures in ID.captures_iter(cell) {
        let number = |i| captures.get(i).and_then(|m| m.as_str().parse::<u32>().ok());
        match (number(1), number(2)) {
            (Some(from), Some(to)) if from < to && to - from <= MAX_RANGE => (from..=to).for_each(&mut add),
            (Some(from), Some(to)) => {
                long_range |= from < to;
                add(from);
                add(to);
            }
            (Some(one), None) => add(one),
            _ => {}
        }
    }
    // `messages 3 and 7`: numbers after the first id.
    let rest = ID.replace_all(cell, " ");
    let mut other = false;
    for word in
        rest.split(|c: char| c.is_whitespace() || ",;&[]()<>#.|/`*+".contains(c)).filter(|w| !w.is_empty())
    {
        match word.parse::<u32>() {
            Ok(n) if !found_none(&rest, cell) => add(n),
            _ => {
                other |= !matches!(
                    word.to_lowercase().as_str(),
                    "and"
                        | "und"
                        | "y"
                        | "et"
                        | "messages"
                        | "message"
                        | "msgs"
                        | "msg"
                        | "ids"
                        | "id"
                        | "see"
                        | ":"
                        | "-"
                        | "–"
                        | "m"
                )
            }
        }
    }
    found.other_text = other;
    found.long_range = long_range;
    found
}

/// Whether no id was cut out of `cell`: then a bare number is no citation.
fn found_none(rest: &str, cell: &str) -> bool {
    rest == cell
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
    }
}
