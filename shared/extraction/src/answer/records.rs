//! Lists of labelled fields in place of a table: `- **Status:** In progress`.
//!
//! Only labelled fields are taken: their column is not a guess. Plain bullets are no rows.
use super::{Notes, RawRow, cell, header, summary, table::is_fence};
use sheet::Column;

/// Fields, the title among them, from which a list of fields is taken as a row. Two are enough where the second is one
/// that prose has no reason to label: `Title: … Status: …`, but not `Issue: … Note: …`.
const MIN_FIELDS: usize = 3;

/// Rows from blocks of `label: value` lines. A new row begins with a title, or with a field the row already has.
pub(crate) fn read(text: &str, truncated: bool, notes: &mut Notes) -> Vec<RawRow> {
    let mut rows = Vec::new();
    let mut row: Option<RawRow> = None;
    let mut heading: Option<String> = None;
    let mut last_line = 0;
    let lines: Vec<&str> = text.lines().collect();
    let mut next = 0;
    while let Some(line) = lines.get(next).copied() {
        let i = next;
        next += 1;
        if line.trim().is_empty() || is_fence(line) || line.trim() == "---" {
            continue;
        }
        last_line = i + 1;
        let plain = line.trim().trim_start_matches(['-', '*', '•', '#', '>', '+', '–']).trim_start();
        // `:PROPERTIES:`, `:END:`: the ends of a drawer in Org.
        if plain.len() > 2 && plain.starts_with(':') && plain.ends_with(':') && !plain.contains(' ') {
            continue;
        }
        // `:Status: Done` is a field in reStructuredText and in Org.
        let plain = plain.strip_prefix(':').unwrap_or(plain);
        let Some((column, value)) = field(plain).filter(|_| summary::labelled(line).is_none()) else {
            if let Some(done) = row.take() {
                finish(done, &mut rows, notes);
            }
            heading = as_heading(plain);
            continue;
        };
        let has = |r: &RawRow| r.cells.get(column.index()).is_some_and(|c| !c.is_empty());
        if row.as_ref().is_some_and(|r| has(r) || column == Column::Title)
            && let Some(done) = row.take()
        {
            finish(done, &mut rows, notes);
        }
        let current = row.get_or_insert_with(|| RawRow { line: i + 1, ..RawRow::default() });
        if let Some(title) = heading.take()
            && let Some(slot) = current.cells.first_mut()
            && column != Column::Title
        {
            *slot = title;
        }
        let (more, used) = below(&lines, next, line, value);
        next += used;
        if let Some(slot) = current.cells.get_mut(column.index()) {
            *slot = cell::clean(more.as_deref().unwrap_or_else(|| unquoted(value)));
        }
    }
    if let Some(done) = row.take() {
        if truncated {
            notes.drop(done.line.min(last_line), "the answer was cut off in this row");
        } else {
            finish(done, &mut rows, notes);
        }
    }
    rows
}

/// Columns that a line is indented by, the dash of a list item counted as blank.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '-', '*', '•']).len()
}

/// The lines that a value runs on to: a block (`|`, `>`), a list of its own, or the lines indented below it. With the number
/// of lines that were used.
fn below(lines: &[&str], next: usize, label: &str, value: &str) -> (Option<String>, usize) {
    /// A description of one cell; what follows is another row.
    const MAX_LINES: usize = 40;
    let block = matches!(value, "|" | "|-" | "|+" | ">" | ">-" | ">+");
    let (mut parts, mut used, mut listed): (Vec<&str>, usize, bool) = (Vec::new(), 0, false);
    for (n, line) in lines.iter().skip(next).take(MAX_LINES).enumerate() {
        let blank = line.len() - line.trim_start().len();
        if line.trim().is_empty() {
            if !block {
                break;
            }
            parts.push("");
            continue;
        }
        let plain = line.trim();
        let item = plain.strip_prefix("- ").or(plain.strip_prefix("* "));
        let is_deeper =
            blank > 0 && (indent(line) > indent(label) || (item.is_some() && indent(line) >= indent(label)));
        // Within a block every line that is indented deeper is text, whatever it looks like.
        let is_field = !block && field(item.unwrap_or(plain)).is_some();
        if !is_deeper || is_fence(line) || is_field {
            break;
        }
        listed |= item.is_some();
        parts.push(if block { plain } else { unquoted(item.unwrap_or(plain)) });
        used = n + 1;
    }
    parts.truncate(used);
    if parts.is_empty() {
        return (block.then(String::new), 0);
    }
    let folded = value.starts_with('>') || (!block && !listed);
    let text = parts.join(if folded && block {
        " "
    } else if listed && !block {
        ", "
    } else {
        "\n"
    });
    let before = if block || value.is_empty() { String::new() } else { format!("{}\n", unquoted(value)) };
    (Some(before + &text), used)
}

/// Without the quotes that YAML puts around a value.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = ['"', '\'']
        .iter()
        .find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q).filter(|inner| !inner.contains(*q)));
    inner.unwrap_or(value)
}

fn finish(row: RawRow, rows: &mut Vec<RawRow>, notes: &mut Notes) {
    let has = |column: &Column| row.cells.get(column.index()).is_some_and(|c| !c.is_empty());
    let filled = Column::ALL.iter().filter(|c| has(c)).count();
    let typed = [Column::Status, Column::Priority, Column::Assignee, Column::Deadline, Column::Progress];
    if has(&Column::Title) && (filled >= MIN_FIELDS || typed.iter().any(has)) {
        rows.push(row);
    } else if filled >= MIN_FIELDS {
        notes.lose(row.line, "a list of fields without a title".into(), &row.cells);
    }
}

/// `**Status:** In progress` → status and its value. A label is short; prose with a colon is not one.
fn field(line: &str) -> Option<(Column, &str)> {
    const MAX_LABEL_BYTES: usize = 60;
    let numbered =
        line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')']).trim_start();
    let (label, value) = numbered.split_once([':', '：'])?;
    if label.len() > MAX_LABEL_BYTES {
        return None;
    }
    let column = header::column_named(label)?;
    Some((column, value.trim().trim_start_matches(['*', '_']).trim()))
}

/// `1. Fix login` above its fields is their title.
fn as_heading(line: &str) -> Option<String> {
    const MAX_HEADING_CHARS: usize = 200;
    let text = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')']).trim();
    let title = cell::clean(text.trim_end_matches(':'));
    (!title.is_empty() && title.chars().count() <= MAX_HEADING_CHARS).then_some(title)
}
