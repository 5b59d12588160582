//! Tables written as HTML.
use super::{
    Notes,
    split::{Line, Separator},
    table,
};
use regex::Regex;
use std::sync::LazyLock;

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<tr\b[^>]*>"));
static CELL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<t[dh]\b[^>]*>"));
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?is)</?(?:t[dhr]|table|thead|tbody|tfoot|b|strong|i|em|p|code|span|div|u|a|ul|li)\b[^>]*>")
});

pub(crate) fn has_table(text: &str) -> bool {
    ROW.is_match(text)
}

/// Hands each `<tr>` to the table reader. A row whose `</tr>` is missing at the end was cut off.
pub(crate) fn read(text: &str, reader: &mut table::Reader<'_>, notes: &mut Notes) {
    let starts: Vec<(usize, usize)> = ROW.find_iter(text).map(|m| (m.start(), m.end())).collect();
    let (mut line, mut counted) = (1, 0);
    for (n, (start, end)) in starts.iter().enumerate() {
        line += text.get(counted..*start).map_or(0, |t| t.matches('\n').count());
        counted = *start;
        let until = starts.get(n + 1).map_or(text.len(), |(next, _)| *next);
        let row = text.get(*end..until).unwrap_or_default();
        let whole = n + 1 < starts.len() || row.to_ascii_lowercase().contains("</tr");
        if !whole {
            notes.drop(line, "the answer was cut off in this row");
            continue;
        }
        let row = row.split("</tr").next().unwrap_or(row);
        let cells: Vec<String> = CELL
            .split(row)
            .skip(1)
            .take(super::split::MAX_CELLS)
            .map(|c| TAG.replace_all(c, "").trim().to_owned())
            .collect();
        if !cells.is_empty() {
            reader.row(
                Line { cells, opened: true, closed: true },
                line,
                false,
                false,
                Separator::Pipe,
                notes,
            );
        }
    }
}
