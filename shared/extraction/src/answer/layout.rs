//! Layouts of other programs, put into the lines that the readers know: wiki and AsciiDoc tables, grids whose cells have
//! several lines, tables that are parted by blanks alone, and a table of one task with its fields below each other.
//!
//! Lines keep their numbers. What is not one of these layouts as a whole stays as it is.
use super::{cell, header, split};
use regex::Regex;
use sheet::Column;
use std::{borrow::Cow, collections::BTreeSet, sync::LazyLock};

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// Comments of HTML: nobody sees them.
static COMMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)<!--.*?(?:-->|\z)"));
/// `{status:colour=Green|title=Done}`, `{color:green}Done{color}` of a Jira text.
static STATUS_MACRO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\{status:[^}\n]*?title=([^|}\n]+)[^}\n]*\}"));
static COLOR_MACRO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{colou?r(?::[^}\n]{1,40})?\}"));
/// `+----+====+`: the frame of a grid.
static FRAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\+(?:[-=]{2,}\+){2,}\s*$"));
/// `=====  =====  =====`: the columns of a table that blanks part.
static COLUMNS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*[-=]{2,}(?: +[-=]{2,}){2,}\s*$"));
static COLUMN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[-=]+"));
/// `| <l> | <c> | <r10> |`: how Org aligns its columns.
static COOKIES: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\|(?:\s*(?:<[lrc]?\d{0,3}>)?\s*\|)+\s*$"));
/// An escaped table: `&lt;tr&gt;`.
static ESCAPED_ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)&lt;tr\b"));
static ROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)<tr\b"));

/// The text with all these layouts as lines of cells.
pub(super) fn as_lines(text: Cow<'_, str>) -> Cow<'_, str> {
    let text = replaced(text, "<!--", |t| {
        COMMENT.replace_all(t, |found: &regex::Captures<'_>| {
            "\n".repeat(found.get(0).map_or(0, |m| m.as_str().matches('\n').count()))
        })
    });
    let text = replaced(text, "{status:", |t| STATUS_MACRO.replace_all(t, "$1"));
    let text = replaced(text, "{colo", |t| COLOR_MACRO.replace_all(t, ""));
    let text = if ESCAPED_ROW.is_match(&text) && !ROW.is_match(&text) {
        Cow::Owned(html_escape::decode_html_entities(&*text).into_owned())
    } else {
        text
    };
    let text = replaced(text, "```diff", after_changes);
    if !text.contains("--") && !text.contains("==") && !text.contains('|') {
        return text;
    }
    let mut lines: Vec<Cow<'_, str>> = text.lines().map(Cow::Borrowed).collect();
    let changed =
        [wiki, asciidoc, grid, blanks, cookies, upright].iter().fold(false, |c, f| f(&mut lines) | c);
    if changed { Cow::Owned(lines.join("\n") + "\n") } else { text }
}

fn replaced<'a>(text: Cow<'a, str>, sign: &str, with: impl Fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    if text.contains(sign) { Cow::Owned(with(&text).into_owned()) } else { text }
}

/// A difference as it is once it has been applied: without the lines that it takes out, and without the signs of its own.
fn after_changes(text: &str) -> Cow<'_, str> {
    let mut inside = false;
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("```") {
                inside = line.trim() == "```diff";
                return line;
            }
            match line.as_bytes() {
                [b'-', ..] if inside && split::has_pipe(line) => "",
                [b'+', ..] if inside && split::has_pipe(line) => line.get(1..).unwrap_or_default(),
                _ => line,
            }
        })
        .collect();
    Cow::Owned(lines.join("\n") + "\n")
}

type Lines<'a> = Vec<Cow<'a, str>>;

/// A row of cells as a line with pipes.
fn line_of<S: AsRef<str>>(cells: &[S]) -> String {
    let cells: Vec<String> = cells.iter().map(|c| c.as_ref().trim().replace('|', "\\|")).collect();
    format!("| {} |", cells.join(" | "))
}

fn set(lines: &mut Lines<'_>, at: usize, text: String) {
    if let Some(line) = lines.get_mut(at) {
        *line = Cow::Owned(text);
    }
}

fn trimmed<'a>(lines: &'a Lines<'_>, at: usize) -> &'a str {
    lines.get(at).map_or("", |line| line.trim())
}

/// A table between `{|` and `|}`, with a row between every `|-`.
fn wiki(lines: &mut Lines<'_>) -> bool {
    let Some(begin) = lines.iter().position(|l| l.trim_start().starts_with("{|")) else { return false };
    let Some(end) = (begin..lines.len()).find(|at| trimmed(lines, *at).starts_with("|}")) else {
        return false;
    };
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    let mut row: Vec<String> = Vec::new();
    for at in begin + 1..=end {
        let line = trimmed(lines, at).to_owned();
        if line.starts_with("|-") || line.starts_with("|}") {
            if !row.is_empty() {
                rows.push((at - 1, std::mem::take(&mut row)));
            }
        } else if line.starts_with("|+") {
        } else if let Some(cells) = line.strip_prefix(['|', '!']) {
            // `style="…" | text`: what is before the pipe shapes the cell.
            let content = |c: &str| match c.split_once('|') {
                Some((shape, text)) if shape.contains('=') => text.trim().to_owned(),
                _ => c.trim().to_owned(),
            };
            let by = if line.starts_with('!') { "!!" } else { "||" };
            row.extend(cells.replace("!!", by).split(by).map(content));
        } else if let Some(last) = row.last_mut().filter(|_| !line.is_empty()) {
            last.push('\n');
            last.push_str(&line);
        }
    }
    for at in begin..=end {
        set(lines, at, String::new());
    }
    for (at, cells) in rows {
        let cells: Vec<String> = cells.iter().map(|c| c.replace('\n', "<br>")).collect();
        set(lines, at, line_of(&cells));
    }
    true
}

/// A table between two `|===`, whose cells may stand on lines of their own: the first line says how many make a row.
fn asciidoc(lines: &mut Lines<'_>) -> bool {
    let fence = |l: &Cow<'_, str>| l.trim() == "|===";
    let Some(begin) = lines.iter().position(fence) else { return false };
    let Some(length) = lines.iter().skip(begin + 1).position(fence) else { return false };
    let end = begin + 1 + length;
    let mut cells: Vec<(usize, String)> = Vec::new();
    let mut want = 0;
    for at in begin + 1..end {
        let line = trimmed(lines, at);
        if line.is_empty() {
            continue;
        }
        let Some(rest) = line.strip_prefix('|') else { return false };
        let before = cells.len();
        cells.extend(rest.split('|').map(|c| (at, c.trim().to_owned())));
        want = if before == 0 { cells.len() } else { want };
    }
    if want < 2 || !cells.len().is_multiple_of(want) {
        return false;
    }
    for at in begin..=end {
        set(lines, at, String::new());
    }
    for row in cells.chunks(want) {
        let at = row.last().map_or(begin, |(at, _)| *at);
        let texts: Vec<&str> = row.iter().map(|(_, text)| text.as_str()).collect();
        set(lines, at, line_of(&texts));
    }
    true
}

/// A grid in which every row has a frame of its own: the lines between two frames are one row.
fn grid(lines: &mut Lines<'_>) -> bool {
    let frames: Vec<usize> =
        lines.iter().enumerate().filter(|(_, l)| FRAME.is_match(l)).map(|(at, _)| at).collect();
    // `====` below the header, or a frame around each row. With three frames the rows have none.
    let is_grid = frames.iter().any(|at| trimmed(lines, *at).contains('=')) || frames.len() >= 4;
    let mut changed = false;
    for pair in frames.windows(2).filter(|_| is_grid) {
        let [from, to] = *pair else { continue };
        let inner = from + 1..to;
        let rows: Option<Vec<Vec<String>>> = inner
            .clone()
            .map(|at| {
                let line = split::pipes(trimmed(lines, at), false)?;
                (line.opened && line.closed).then_some(line.cells)
            })
            .collect();
        let Some(rows) = rows.filter(|r| r.len() > 1) else { continue };
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|r| r.len() != width) {
            continue;
        }
        let joined: Vec<String> = (0..width)
            .map(|column| {
                let parts = rows.iter().filter_map(|r| r.get(column)).filter(|c| !c.is_empty());
                parts.map(String::as_str).collect::<Vec<_>>().join(" ")
            })
            .collect();
        for at in inner {
            set(lines, at, String::new());
        }
        set(lines, from + 1, format!("| {} |", joined.join(" | ")));
        changed = true;
    }
    changed
}

/// Columns that only blanks part, below or between rules of dashes: what reStructuredText and Pandoc call a simple table.
fn blanks(lines: &mut Lines<'_>) -> bool {
    let is_rule = |l: &Cow<'_, str>| COLUMNS.is_match(l);
    let rules: Vec<usize> = lines.iter().enumerate().filter(|(_, l)| is_rule(l)).map(|(at, _)| at).collect();
    // The rule below the header: of two or three the one that has a line of text above it.
    let Some(rule) = rules
        .iter()
        .copied()
        .find(|at| *at > 0 && !trimmed(lines, at - 1).is_empty() && !rules.contains(&(at - 1)))
    else {
        return false;
    };
    let spans: Vec<(usize, usize)> = match lines.get(rule) {
        Some(line) => COLUMN.find_iter(line).map(|m| (m.start(), m.end())).collect(),
        None => return false,
    };
    // A cell begins where its column does, and nothing stands between two columns.
    let cut = |line: &str| -> Option<Vec<String>> {
        let chars: Vec<char> = line.trim_end().chars().collect();
        let mut cells = Vec::new();
        for (n, (from, _)) in spans.iter().enumerate() {
            let until = spans.get(n + 1).map_or(chars.len(), |(next, _)| *next).min(chars.len());
            let part: String = chars.get(*from..until).unwrap_or_default().iter().collect();
            if n > 0 && chars.get(from - 1).is_some_and(|c| !c.is_whitespace()) {
                return None;
            }
            cells.push(part.trim().to_owned());
        }
        Some(cells)
    };
    let Some(names) = cut(&lines.get(rule - 1).cloned().unwrap_or_default()) else { return false };
    if header::read(&names).is_none() {
        return false;
    }
    let body: Vec<usize> = (rule + 1..lines.len())
        .take_while(|at| !trimmed(lines, *at).is_empty() && !rules.contains(at))
        .collect();
    let Some(rows) = body.iter().map(|at| cut(lines.get(*at)?)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    set(lines, rule - 1, line_of(&names));
    for (at, cells) in body.into_iter().zip(rows) {
        set(lines, at, line_of(&cells));
    }
    for at in rules {
        set(lines, at, String::new());
    }
    true
}

/// Takes out how Org aligns its columns.
fn cookies(lines: &mut Lines<'_>) -> bool {
    let mut changed = false;
    for at in 0..lines.len() {
        if trimmed(lines, at).contains('<') && lines.get(at).is_some_and(|l| COOKIES.is_match(l)) {
            set(lines, at, String::new());
            changed = true;
        }
    }
    changed
}

/// A table of one task, with a field in each line: `| Title | Fix login |`, `| Status | Done |`. It becomes a list of fields.
fn upright(lines: &mut Lines<'_>) -> bool {
    let pair = |line: &str| -> Option<(Column, String, String)> {
        let line = line.trim().trim_start_matches("||").trim_start_matches('|');
        let cells = split::pipes(line, false)?.cells;
        let [label, value] = cells.as_slice() else { return None };
        let label = cell::clean(label);
        Some((header::column_named(&label)?, label, value.clone()))
    };
    let mut changed = false;
    let mut at = 0;
    while at < lines.len() {
        let run: Vec<(Column, String, String)> =
            lines.iter().skip(at).map_while(|l| pair(l)).take(Column::ALL.len() + 1).collect();
        let columns: BTreeSet<Column> = run.iter().map(|(column, ..)| *column).collect();
        if run.len() >= 3 && columns.len() == run.len() && columns.contains(&Column::Title) {
            // The line above names the two columns: `| Field | Value |`.
            for before in (at.saturating_sub(2)..at).rev() {
                if split::has_pipe(trimmed(lines, before)) {
                    set(lines, before, String::new());
                }
            }
            for (n, (_, label, value)) in run.iter().enumerate() {
                set(lines, at + n, format!("{label}: {value}"));
            }
            changed = true;
        }
        at += run.len().max(1);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> String {
        let out = as_lines(Cow::Borrowed(text)).into_owned();
        assert!(out.lines().count() <= text.lines().count(), "lines keep their numbers:\n{out}");
        out.lines().filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn tables_of_other_programs_become_lines_of_cells() {
        for (text, want) in [
            ("{|\n! Title !! Status\n|-\n| A || Done\n|}", "| Title | Status |\n| A | Done |"),
            ("{|\n! Title\n! Status\n|-\n| x=\"y\" | A\n| Done\n|}", "| Title | Status |\n| A | Done |"),
            ("|===\n|Title |Status\n\n|A\n|Done\n|===", "| Title | Status |\n| A | Done |"),
            ("| <l> | <c5> |\n| A | B |", "| A | B |"),
            (
                "Title  Status  Source\n-----  ------  ------\nA b    Done    m3",
                "| Title | Status | Source |\n| A b | Done | m3 |",
            ),
            (
                "| Field | Value |\n|---|---|\n| Title | A |\n| Status | Done |\n| Source | m3 |",
                "Title: A\nStatus: Done\nSource: m3",
            ),
            ("```diff\n- | a | b |\n+ | a | c |\n```\n- x | y", "```diff\n | a | c |\n```\n- x | y"),
            ("a <!-- | x |\n| y | --> b", "a \n b"),
            ("{color:red}{status:colour=Red|title=Blocked}{color}", "Blocked"),
        ] {
            assert_eq!(lines(text), want, "{text}");
        }
    }

    #[test]
    fn a_cell_of_several_lines_is_one_cell_in_a_grid_and_several_rows_in_a_frame() {
        let grid = "+---+---+\n| a | b |\n+===+===+\n| c | d |\n| e |   |\n+---+---+";
        assert!(lines(grid).contains("| c e | d |"), "{}", lines(grid));
        let frame = "+---+---+\n| a | b |\n+---+---+\n| c | d |\n| e | f |\n+---+---+";
        assert_eq!(lines(frame), frame);
    }

    #[test]
    fn what_is_not_such_a_table_as_a_whole_stays() {
        for text in [
            "{| no end\n| a || b",
            "|===\n|a |b\n|c\n|===",
            "Title  Status  Source\n-----  ------  ------\nA long title here  Done  m3",
            "| Title | A |\n| Status | Done |",
            "| Title | A |\n| Title | B |\n| Status | C |",
        ] {
            assert_eq!(lines(text), text.lines().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n"));
        }
    }
}
