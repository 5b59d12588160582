//! One line → cells. Pipes (escaped, in code spans), tabs, CSV.
use super::cell;

/// Cells of one line beyond which it is no row: the widest table a model writes has a dozen.
pub(crate) const MAX_CELLS: usize = 64;

/// How a line's cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// `|`, also `│`, `┃` and `｜`.
    Pipe,
    /// A tab.
    Tab,
    /// `,` or `;` with quotes, CSV.
    Comma(char),
}

/// A line, split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Trimmed, not cleaned.
    pub(crate) cells: Vec<String>,
    /// It begins with a pipe.
    pub(crate) opened: bool,
    /// It ends with a pipe.
    pub(crate) closed: bool,
}

fn is_pipe(c: char) -> bool {
    matches!(c, '|' | '│' | '┃' | '｜' | '║')
}

/// Whether a line holds a pipe that is not escaped.
pub(crate) fn has_pipe(line: &str) -> bool {
    let mut escaped = false;
    line.chars().any(|c| {
        let pipe = is_pipe(c) && !escaped;
        escaped = c == '\\' && !escaped;
        pipe
    })
}

/// Splits by pipes. `in_code`: a pipe inside a code span parts cells too, as GFM has it; otherwise it is text.
///
/// `None` when there are more than [`MAX_CELLS`].
pub(crate) fn pipes(line: &str, in_code: bool) -> Option<Line> {
    let line = line.trim();
    let opened = line.starts_with(is_pipe);
    let body = if opened {
        line.get(line.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default()
    } else {
        line
    };
    let spans = if in_code { Vec::new() } else { code_spans(body) };
    let mut spans = spans.into_iter().peekable();
    let (mut cells, mut start, mut skip_until) = (Vec::new(), 0, 0);
    let mut escaped = false;
    for (i, c) in body.char_indices() {
        while spans.next_if(|(_, end)| *end <= i).is_some() {}
        if spans.peek().is_some_and(|(from, _)| *from == i) {
            skip_until = spans.peek().map_or(0, |(_, end)| *end);
        }
        if is_pipe(c) && !escaped && i >= skip_until {
            if cells.len() == MAX_CELLS {
                return None;
            }
            cells.push(body.get(start..i).unwrap_or_default().trim().to_owned());
            start = i + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    let last = body.get(start..).unwrap_or_default().trim();
    let closed = last.is_empty() && (start > 0 || opened);
    if !closed {
        cells.push(last.to_owned());
    }
    (cells.len() <= MAX_CELLS).then_some(Line { cells, opened, closed })
}

/// Byte ranges between backtick runs of one length, as CommonMark pairs them. Linear: each run length remembers
/// where its next partner is.
fn code_spans(line: &str) -> Vec<(usize, usize)> {
    if !line.contains('`') {
        return Vec::new();
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in line.match_indices('`') {
        match runs.last_mut() {
            Some((at, len)) if *at + *len == i => *len += 1,
            _ => runs.push((i, 1)),
        }
    }
    let mut partner = vec![None; runs.len()];
    let mut later = std::collections::HashMap::new();
    for (n, (_, len)) in runs.iter().enumerate().rev() {
        if let Some(slot) = partner.get_mut(n) {
            *slot = later.insert(*len, n);
        }
    }
    let (mut spans, mut n) = (Vec::new(), 0);
    while let Some((at, _)) = runs.get(n) {
        match partner.get(n).copied().flatten().and_then(|p| runs.get(p).map(|r| (p, r))) {
            Some((p, (end, len))) => {
                spans.push((*at, end + len));
                n = p + 1;
            }
            None => n += 1,
        }
    }
    spans
}

/// Splits by tabs.
pub(crate) fn tabs(line: &str) -> Option<Line> {
    let cells: Vec<String> = line
        .trim_end_matches(['\r', '\n'])
        .split('\t')
        .take(MAX_CELLS + 1)
        .map(|c| unquoted(c.trim()))
        .collect();
    (cells.len() <= MAX_CELLS).then_some(Line { cells, opened: false, closed: false })
}

/// Returns a cell without the quotes that programs put around it: `"say ""hi"""` is `say "hi"`, `"a" and "b"` stays.
fn unquoted(cell: &str) -> String {
    let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| !inner.replace("\"\"", "").contains('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => cell.to_owned(),
    }
}

/// Splits a line of CSV: `"a, b",c` has two cells, `""` in quotes is one quote.
pub(crate) fn csv(line: &str, by: char) -> Option<Line> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            c if c == by && !quoted => {
                if cells.len() == MAX_CELLS {
                    return None;
                }
                cells.push(std::mem::take(&mut cell).trim().to_owned());
            }
            c => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    Some(Line { cells, opened: false, closed: false })
}

/// Whether a quoted cell is still open at the end of a text of CSV.
pub(crate) fn is_quote_open(text: &str, by: char) -> bool {
    let (mut quoted, mut begins) = (false, true);
    for c in text.chars() {
        match c {
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            // `""` in quotes closes and opens again.
            '"' => quoted = !quoted,
            _ => {}
        }
        begins = !quoted && (c == by || (begins && c.is_whitespace()));
    }
    quoted
}

/// `|---|:--:|`, also with `=`, `_`, long dashes, `+` corners and box lines.
pub(crate) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let dash = |c: char| matches!(c, '-' | '=' | '_' | '–' | '—' | '─' | '━' | '═');
    let frame = |c: char| {
        is_pipe(c)
            || matches!(
                c,
                ':' | ' '
                    | '\t'
                    | '+'
                    | '┼'
                    | '├'
                    | '┤'
                    | '┬'
                    | '┴'
                    | '┌'
                    | '┐'
                    | '└'
                    | '┘'
                    | '╪'
                    | '╞'
                    | '╡'
                    | '╔'
                    | '╗'
                    | '╚'
                    | '╝'
                    | '╠'
                    | '╣'
                    | '╬'
                    | '╦'
                    | '╩'
                    | '╟'
                    | '╢'
            )
    };
    let is_drawn = line.chars().all(|c| dash(c) || frame(c));
    // `| : | : |`: a rule whose dashes were lost.
    is_drawn && (line.chars().any(dash) || (line.matches(':').count() >= 2 && line.contains('|')))
}

/// Splits by pipes where the pipes of a line are of two kinds: those with blanks around them part cells, and those without
/// (`a|b`), or two side by side (`a || b`), are text. `None` if the line has only one kind.
pub(crate) fn padded(line: &str) -> Option<Line> {
    /// Pipes with blanks around them from which a line is taken to be written that way.
    const MIN_PADDED: usize = 3;
    let line = line.trim();
    if !line.starts_with(is_pipe) {
        return None;
    }
    let chars: Vec<char> = line.chars().collect();
    let blank = |i: usize| chars.get(i).is_none_or(|c| c.is_whitespace());
    let (mut cells, mut cell, mut padded, mut tight) = (Vec::new(), String::new(), 0, 0);
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let escaped = at > 0 && chars.get(at - 1) == Some(&'\\');
        if !is_pipe(*c) || escaped {
            cell.push(*c);
            at += 1;
            continue;
        }
        let run = chars.iter().skip(at).take_while(|c| is_pipe(**c)).count();
        let (before, after) = (at == 0 || blank(at - 1), blank(at + run));
        if run == 1 && before && after {
            padded += 1;
            cells.push(std::mem::take(&mut cell).trim().to_owned());
            if cells.len() > MAX_CELLS {
                return None;
            }
        } else if (run == 2 && before == after) || (run == 1 && !before && !after) {
            tight += 1;
            cell.extend(chars.iter().skip(at).take(run));
        } else {
            return None;
        }
        at += run;
    }
    let closed = cell.trim().is_empty();
    if !closed {
        cells.push(cell.trim().to_owned());
    }
    // Text before the first pipe is ignored.
    cells.remove(0);
    (tight > 0 && padded >= MIN_PADDED).then_some(Line { cells, opened: true, closed })
}

/// Whether all cells are empty once cleaned.
pub(crate) fn is_empty(cells: &[String]) -> bool {
    cells.iter().all(|c| cell::clean(c).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        pipes(line, false).unwrap().cells
    }

    #[test]
    fn pipes_part_cells_unless_escaped_or_in_code() {
        assert_eq!(cells("| a | b |"), ["a", "b"]);
        assert_eq!(cells("a | b"), ["a", "b"]);
        assert_eq!(cells("| a || c |"), ["a", "", "c"]);
        assert_eq!(cells(r"| a \| b | c |"), [r"a \| b", "c"]);
        assert_eq!(cells(r"| a \\| b |"), [r"a \\", "b"]);
        assert_eq!(cells("| `a|b` | ``x`|`y`` | c |"), ["`a|b`", "``x`|`y``", "c"]);
        assert_eq!(cells("| `a | b | c |"), ["`a", "b", "c"], "one backtick alone opens nothing");
        assert_eq!(pipes("| `a|b` |", true).unwrap().cells, ["`a", "b`"]);
        assert_eq!(cells("│ a │ b │"), ["a", "b"]);
        assert_eq!(cells("|"), Vec::<String>::new());
    }

    #[test]
    fn pipes_without_blanks_are_text_in_a_line_whose_other_pipes_have_them() {
        let cells = |line: &str| padded(line).map(|l| l.cells);
        assert_eq!(cells("| a || b | c | | d |").unwrap(), ["a || b", "c", "", "d"]);
        assert_eq!(cells("| a|b | c | d |").unwrap(), ["a|b", "c", "d"]);
        assert_eq!(cells("|a|b||c|"), None);
        assert_eq!(cells("| a | b | c |"), None);
        assert_eq!(cells("| a | b || c|"), None);
    }

    #[test]
    fn what_has_no_end_is_no_row() {
        assert_eq!(pipes(&"|".repeat(1 << 20), false), None);
        assert_eq!(pipes(&"`|".repeat(1 << 19), true), None);
        assert!(pipes(&"`|``|".repeat(1 << 18), false).is_none_or(|l| l.cells.len() <= MAX_CELLS));
    }

    #[test]
    fn csv_keeps_commas_in_quotes() {
        assert_eq!(csv(r#""a, b",c,"say ""hi""","#, ',').unwrap().cells, ["a, b", "c", "say \"hi\"", ""]);
    }

    #[test]
    fn rules_are_known_in_every_dress() {
        for rule in ["|---|:--:|", "---|---", "+----+----+", "| — | — |", "├───┼───┤", "|===|===|", "---"]
        {
            assert!(is_rule(rule), "{rule}");
        }
        for no in ["| a |", "", "| |", "|:|"] {
            assert!(!is_rule(no), "{no}");
        }
    }
}
