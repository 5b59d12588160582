//! Tables written as HTML.
use super::{
    Notes,
    split::{Line, Separator},
    table,
};
use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<tr\b[^>]*>"));
static CELL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<t[dh]\b[^>]*>"));
static TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?is)</?(?:t[dhr]|table|thead|tbody|tfoot|caption|colgroup|col)\b[^>]*>"));
/// A cell that goes over several columns.
static WIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?is)\bcolspan\s*=\s*["']?(\d{1,2})"#));
/// Where a row ends whose own end is not written.
static END: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)</(?:tr|table|tbody|thead|tfoot)\b"));

pub(crate) fn has_table(text: &str) -> bool {
    ROW.is_match(text)
}

/// The text with the tables that stand in cells as plain words: their rows are no rows.
fn flat(text: &str) -> Cow<'_, str> {
    let mut depth = 0usize;
    let mut inner: Vec<(usize, usize)> = Vec::new();
    for tag in TAG.find_iter(text) {
        let lower = tag.as_str().to_ascii_lowercase();
        let (opens, closes) = (lower.starts_with("<table"), lower.starts_with("</table"));
        depth += usize::from(opens);
        if depth > 1 {
            inner.push((tag.start(), tag.end()));
        }
        depth = depth.saturating_sub(usize::from(closes));
    }
    if inner.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in inner {
        out.push_str(text.get(from..start).unwrap_or_default());
        out.push(' ');
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// Hands each `<tr>` to the table reader. A row whose `</tr>` is missing at the end was cut off.
pub(crate) fn read(text: &str, reader: &mut table::Reader<'_>, notes: &mut Notes) {
    let text = &*flat(text);
    let starts: Vec<(usize, usize)> = ROW.find_iter(text).map(|m| (m.start(), m.end())).collect();
    let (mut line, mut counted) = (1, 0);
    for (n, (start, end)) in starts.iter().enumerate() {
        line += text.get(counted..*start).map_or(0, |t| t.matches('\n').count());
        counted = *start;
        let until = starts.get(n + 1).map_or(text.len(), |(next, _)| *next);
        let row = text.get(*end..until).unwrap_or_default();
        let ended = END.find(row);
        let whole = n + 1 < starts.len() || ended.is_some();
        if !whole {
            notes.drop(line, "the answer was cut off in this row");
            continue;
        }
        let row = ended.and_then(|end| row.get(..end.start())).unwrap_or(row);
        let mut cells: Vec<String> = CELL
            .split(row)
            .skip(1)
            .take(super::split::MAX_CELLS)
            .map(|c| TAG.replace_all(c, "").trim().to_owned())
            .collect();
        // One cell over all columns is a heading within the table and no task.
        if let ([_], Some(wide)) = (cells.as_slice(), WIDE.captures(row)) {
            let columns: usize = wide.get(1).and_then(|m| m.as_str().parse().ok()).unwrap_or(1);
            cells.resize(columns.clamp(1, super::split::MAX_CELLS), String::new());
            if columns > 1 && !reader.is_section(&cells) {
                notes.drop(line, "a heading over all columns");
                continue;
            }
        }
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
