//! One cell's text: from what a model writes in a table to what a sheet shows.
use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

/// Unwraps emphasis, decodes entities and `<br>`, removes control characters and trims.
pub(crate) fn clean(cell: &str) -> String {
    let text = breaks(cell.trim());
    let text =
        if text.contains('\u{1b}') { Cow::Owned(ANSI.replace_all(&text, "").into_owned()) } else { text };
    let text = if text.contains('&') {
        html_escape::decode_html_entities(&*text).into_owned()
    } else {
        text.into_owned()
    };
    let text: String =
        text.chars().map(|c| if is_space(c) { ' ' } else { c }).filter(|c| !is_unwanted(*c)).collect();
    let text = unescape(unwrap_emphasis(text.trim()));
    tidy_lines(&text)
}

/// Controls (tab and newline stay), byte order marks, zero-width spaces, soft hyphens, and the marks of directions.
/// The zero-width joiner stays: emoji and several scripts need it.
pub(crate) fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// `<br>`, `<br/>`, `<BR />` and a written `\n` between words → a newline.
fn breaks(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match tag(from) {
            Some((len, _)) if is_strike(from) => {
                out.push_str("~~");
                rest = from.get(len..).unwrap_or_default();
            }
            Some((len, breaks)) => {
                if breaks && !out.ends_with('\n')
                    || from.get(1..3).is_some_and(|t| t.eq_ignore_ascii_case("br"))
                {
                    out.push('\n');
                }
                rest = from.get(len..).unwrap_or_default();
            }
            None => {
                out.push('<');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Tags that only shape a text: they go, and their text stays. Those of a block leave a line break.
const INLINE: [&str; 21] = [
    "b", "strong", "i", "em", "u", "span", "a", "code", "small", "sub", "sup", "mark", "font", "kbd", "tt",
    "time", "ins", "del", "s", "strike", "label",
];
/// Tags that strike their text out, as `~~` does.
const STRIKE: [&str; 3] = ["del", "s", "strike"];

fn is_strike(text: &str) -> bool {
    let name = text.trim_start_matches('<').trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
    name.get(..end).is_some_and(|name| STRIKE.iter().any(|strike| name.eq_ignore_ascii_case(strike)))
}

const BLOCK: [&str; 7] = ["li", "ul", "ol", "p", "div", "br", "hr"];

/// The length of a tag at the beginning of `text` and whether it breaks the line. `None` if it is no tag of a text:
/// `<brand>` stays.
fn tag(text: &str) -> Option<(usize, bool)> {
    /// An address in a link is longer than any attribute beside it.
    const MAX_BYTES: usize = 300;
    let end = text.bytes().take(MAX_BYTES).position(|b| b == b'>')?;
    let inside = text.get(1..end)?.trim_start_matches('/').trim_end_matches('/').trim_end();
    let name = inside.split(char::is_whitespace).next()?.to_ascii_lowercase();
    let attributes = inside.len() > name.len();
    if BLOCK.contains(&name.as_str()) {
        return Some((end + 1, true));
    }
    (INLINE.contains(&name.as_str()) && (!attributes || inside.contains('='))).then_some((end + 1, false))
}

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static ANSI: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{1b}\\[[0-9;]*[A-Za-z]").unwrap());

/// Marks that may stand around a whole cell, longest first.
const EMPHASIS: [&str; 7] = ["***", "**", "__", "``", "`", "*", "_"];

/// Marks the cells between a `~~` that is opened in one cell and closed in a later one: what is struck out over several cells
/// is struck out in each of them.
pub(crate) fn spread_strike(cells: &mut [String]) {
    let is_half = |cell: &String| cell.matches("~~").count() % 2 == 1;
    let Some(from) = cells.iter().position(is_half) else { return };
    let Some(length) = cells.iter().skip(from + 1).position(is_half) else { return };
    let until = from + 1 + length;
    for (at, cell) in cells.iter_mut().enumerate().skip(from).take(length + 2) {
        if at > from && !cell.is_empty() {
            cell.insert_str(0, "~~");
        }
        if at < until && !cell.is_empty() {
            cell.push_str("~~");
        }
    }
}

/// Returns the text of a cell that is one link or one picture and nothing else: `[**Ana**](https://…)` is `Ana`.
pub(crate) fn unlinked(text: &str) -> &str {
    let link = text.strip_prefix('!').unwrap_or(text).strip_prefix('[').and_then(|t| t.strip_suffix(')'));
    let Some((words, target)) = link.and_then(|t| t.split_once("](")) else { return text };
    if words.trim().is_empty() || words.contains(['[', ']']) || target.contains(['(', ')']) {
        return text;
    }
    unwrap_emphasis(words.trim())
}

/// `**Fix login**` → `Fix login`; `**A** and **B**` stays.
pub(crate) fn unwrap_emphasis(text: &str) -> &str {
    let mut text = text;
    // Each turn removes at least two characters, and more than three layers nobody writes.
    for _ in 0..3 {
        let inner = EMPHASIS.iter().find_map(|mark| {
            let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
            let first = mark.chars().next()?;
            // `_` is part of names such as __init__, and a mark inside means that the outer two are not a pair.
            let is_name = first == '_' && mark.len() == 2 && !inner.contains(' ');
            let pair = !inner.is_empty() && !inner.contains(first) && !is_name;
            pair.then(|| inner.trim())
        });
        match inner {
            Some(inner) => text = inner,
            None => break,
        }
    }
    text
}

/// `\_` → `_`. Only marks that models escape in tables; `C:\temp` and `\d+` stay.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&next)) if "|*_`[]#~<>$".contains(next) => {
                out.push(next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// No blanks at the ends of lines, no empty lines at the ends.
fn tidy_lines(text: &str) -> String {
    if !text.contains('\n') {
        return text.trim().to_owned();
    }
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Words and marks by which people say that there is nothing.
const BLANK: &str = ", -, --, ---, –, —, n/a, na, n.a, none, not specified, not mentioned, not provided, \
    not stated, not given, unspecified, not applicable, none mentioned, none specified, none stated, none noted, none identified, \
    no blockers, no deadline, keine, keiner, kein, ninguno, ninguna, aucun, aucune, nenhum, nenhuma, k. a, k.a, なし, 无, 無, нет";

/// What programs write where they have nothing. A person reads it as nothing too, and gets a warning with the word.
const BLANK_OF_PROGRAMS: &str = "~, null, nil, undefined, nan, empty, ...";

/// Whether a cell says in so many words that it is empty.
pub(crate) fn is_blank(cell: &str) -> bool {
    // A box is a status, whatever is in it.
    if matches!(cell.trim(), "[ ]" | "[-]" | "[–]") {
        return false;
    }
    let bare = bare_of(cell);
    BLANK.split(", ").chain(BLANK_OF_PROGRAMS.split(", ")).any(|word| word == bare)
}

/// Whether an empty cell holds more than a person's word for nothing: `NaN`, `()`, `…`. Such a cell is named in a warning.
pub(crate) fn is_oddly_blank(cell: &str) -> bool {
    let bare = bare_of(cell);
    is_blank(cell)
        && if bare.is_empty() { !cell.trim().is_empty() } else { BLANK.split(", ").all(|word| word != bare) }
}

fn bare_of(cell: &str) -> String {
    cell.trim_matches(|c: char| c.is_whitespace() || "()[]*_`.…".contains(c)).to_lowercase()
}

/// Whether a cell only points at the one above it. What it points at is a guess, so it is as good as empty.
pub(crate) fn is_ditto(cell: &str) -> bool {
    matches!(
        cell.trim().to_lowercase().as_str(),
        "\"" | "''"
            | "〃"
            | "″"
            | "“"
            | "”"
            | "^"
            | "^^"
            | "↑"
            | "ditto"
            | "same"
            | "same as above"
            | "see above"
            | "as above"
            | "s.o."
            | "idem"
            | "同上"
    )
}

/// Whether a cell says in so many words that nobody knows.
pub(crate) fn is_unknown(cell: &str) -> bool {
    let bare = cell.trim_matches(|c: char| c.is_whitespace() || "()[]*_`.".contains(c)).to_lowercase();
    matches!(
        bare.as_str(),
        "tbd"
            | "tba"
            | "?"
            | "??"
            | "???"
            | "unknown"
            | "unclear"
            | "to be determined"
            | "to be decided"
            | "to be confirmed"
            | "tbc"
            | "unbekannt"
            | "unklar"
    )
}

/// For the error text of a note: at most 60 characters, on one line.
pub(crate) fn shown(text: &str) -> String {
    const MAX: usize = 60;
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", flat.get(..end).unwrap_or_default()),
        None => flat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_cell_is_odd_unless_a_person_would_write_it_so() {
        for plain in ["", " ", "-", "—", "n/a", "N/A", "(none)", "*none*", "n.a.", "keine", "无"] {
            assert!(is_blank(plain) && !is_oddly_blank(plain), "{plain:?}");
        }
        for odd in ["NaN", "null", "undefined", "nil", "[]", "()", "…", "...", "**", "``", ".", "(empty)"] {
            assert!(is_blank(odd) && is_oddly_blank(odd), "{odd:?}");
        }
        for text in ["[ ]", "nothing yet", "none of it", "0", "[x]"] {
            assert!(!is_blank(text) && !is_oddly_blank(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_struck_out_over_several_cells_is_struck_out_in_each() {
        for (cells, want) in [
            (vec!["~~a", "b", "", "c~~", "d"], vec!["~~a~~", "~~b~~", "", "~~c~~", "d"]),
            (vec!["~~a~~", "b"], vec!["~~a~~", "b"]),
            (vec!["~~a", "b"], vec!["~~a", "b"]),
        ] {
            let mut cells: Vec<String> = cells.into_iter().map(str::to_owned).collect();
            spread_strike(&mut cells);
            assert_eq!(cells, want);
        }
    }

    #[test]
    fn a_cell_that_is_one_link_or_picture_says_its_words() {
        for (raw, plain) in [
            ("[**Ana**](https://x.example/ana)", "Ana"),
            ("![Done](https://x.example/badge.svg)", "Done"),
            ("[a](b) and [c](d)", "[a](b) and [c](d)"),
            ("[a](b", "[a](b"),
            ("Ana", "Ana"),
        ] {
            assert_eq!(unlinked(raw), plain);
        }
    }

    #[test]
    fn a_cell_shows_what_the_model_meant() {
        for (raw, plain) in [
            ("  **Fix login** ", "Fix login"),
            ("***Fix***", "Fix"),
            ("**A** and **B**", "**A** and **B**"),
            ("`deploy.sh`", "deploy.sh"),
            ("__init__", "__init__"),
            ("_soon_", "soon"),
            ("~~old~~", "~~old~~"),
            ("<del>old</del> <time datetime=\"x\">new</time>", "~~old~~ new"),
            ("a<br>b<BR/>c<br />d", "a\nb\nc\nd"),
            ("<brand>", "<brand>"),
            ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
            ("<p>a <b>bold</b> <a href=\"x\">link</a></p>", "a bold link"),
            ("a < b > c", "a < b > c"),
            ("\u{1b}[1mm3\u{1b}[0m", "m3"),
            ("R&amp;D &lt;b&gt; &#39;x&#39; &nbsp;", "R&D <b> 'x'"),
            ("user\\_id \\| pipe \\d C:\\temp", "user_id | pipe \\d C:\\temp"),
            ("bell\u{7}\u{202e}x\u{200b}", "bellx"),
            ("**", "**"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(clean(raw), plain, "{raw:?}");
        }
    }
}
