//! What is not the answer is taken out of it, and layouts that no line-by-line reader can follow are put on lines.
//!
//! Lines keep their numbers: what is taken out leaves its line breaks.
use super::{header, split};
use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// Tags between which models think.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)<(?:think|thinking|thought|reasoning|reflection|scratchpad|analysis|inner_monologue)\s*>|<\|begin_of_thought\|>|\[THINK\]|◁think▷",
    )
});
static CLOSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)</(?:think|thinking|thought|reasoning|reflection|scratchpad|analysis|inner_monologue)\s*>|<\|end_of_thought\|>|\[/THINK\]|◁/think▷",
    )
});
/// `Final answer:`, `## Revised table`: the text above it was a draft.
static FINAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s>#*_]*(?:here is (?:the|my) )?(?:final|revised|corrected|updated|improved)(?: (?:answer|version|table|sheet|output|json|result|status sheet))[\s*_]*:?[\s*_]*$",
    )
});
/// `|---|---|` within a line.
static RULE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\|(?:\s*:?-{2,}:?\s*\|){2,}"));

/// The answer without thoughts and drafts, one row a line.
pub(crate) fn prepare(text: &str) -> Cow<'_, str> {
    let text = without_thoughts(text);
    let text = match without_draft(&text) {
        Some(rest) => Cow::Owned(rest),
        None => text,
    };
    let text = super::layout::as_lines(text);
    if !text.contains('|') {
        return text;
    }
    let mut changed = false;
    let lines: Vec<Cow<'_, str>> = text
        .lines()
        .map(|line| match on_one_line(line).or_else(|| wiki_header(line)) {
            Some(new) => {
                changed = true;
                Cow::Owned(new)
            }
            None => Cow::Borrowed(line),
        })
        .collect();
    if changed { Cow::Owned(lines.join("\n") + "\n") } else { text }
}

/// As many line breaks as a text has.
fn breaks(text: &str) -> String {
    "\n".repeat(text.matches('\n').count())
}

fn without_thoughts(text: &str) -> Cow<'_, str> {
    if !OPEN.is_match(text) && !CLOSE.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Some servers strip the opening tag: then all before the closing one was thought.
    if let Some(close) =
        CLOSE.find(rest).filter(|close| OPEN.find(rest).is_none_or(|open| open.start() > close.start()))
    {
        let (thought, after) = rest.split_at(close.end());
        out.push_str(&breaks(thought));
        rest = after;
    }
    while let Some(open) = OPEN.find(rest) {
        let (before, from) = rest.split_at(open.start());
        out.push_str(before);
        let end = CLOSE.find(from).map_or(from.len(), |close| close.end());
        let (thought, after) = from.split_at(end);
        out.push_str(&breaks(thought));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Without the draft above a final version, if there is something in both.
fn without_draft(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|l| l.len() < 100 && FINAL.is_match(l))?;
    let has_rows = |lines: &[&str]| lines.iter().any(|l| split::has_pipe(l) || l.contains('{'));
    let (draft, fin) = lines.split_at_checked(last)?;
    if !has_rows(draft) || !has_rows(fin) {
        return None;
    }
    // The summary may be above both.
    let kept = draft.iter().map(|l| if super::summary::labelled(l).is_some() { *l } else { "" });
    let all: Vec<&str> = kept.chain([""]).chain(fin.iter().skip(1).copied()).collect();
    Some(all.join("\n"))
}

/// A whole table whose line breaks were lost: text, header, rule and rows on one line. The rule says how many columns there
/// are; the rows follow each other with an empty part in between.
fn on_one_line(line: &str) -> Option<String> {
    let rule = RULE.find(line)?;
    let columns = rule.as_str().matches('|').count() - 1;
    let cells = |text: &str| -> Vec<String> {
        let (mut cells, mut cell, mut escaped) = (Vec::new(), String::new(), false);
        for c in text.chars() {
            if c == '|' && !escaped {
                cells.push(std::mem::take(&mut cell));
            } else {
                cell.push(c);
            }
            escaped = c == '\\' && !escaped;
        }
        cells.push(cell);
        cells
    };
    let before = line.get(..rule.start())?.trim_end().trim_end_matches('|');
    let mut head = cells(before);
    let names = head.split_off(head.len().checked_sub(columns)?);
    header::read(&names)?;
    let after = line.get(rule.end()..)?.trim();
    let after = after.strip_prefix('|').unwrap_or(after);
    let mut rows: Vec<Vec<String>> = Vec::new();
    if !after.is_empty() {
        let after = after.strip_suffix('|').unwrap_or(after);
        let parts = cells(after);
        if !(parts.len() + 1).is_multiple_of(columns + 1) {
            return None;
        }
        for chunk in parts.chunks(columns + 1) {
            let (row, gap) = chunk.split_at_checked(columns)?;
            if gap.iter().any(|g| !g.trim().is_empty()) {
                return None;
            }
            rows.push(row.to_vec());
        }
    }
    let prefix = head.join("|");
    let mut out = String::new();
    if !prefix.trim().is_empty() {
        out.push_str(prefix.trim_end());
        out.push_str("\n\n");
    }
    out.push_str(&format!("| {} |\n{}\n", names.join("|"), rule.as_str()));
    for row in rows {
        out.push_str(&format!("|{}|\n", row.join("|")));
    }
    Some(out)
}

/// `||Title||Status||`, as a wiki writes its header.
fn wiki_header(line: &str) -> Option<String> {
    let trimmed = line.trim();
    let inner = trimmed.strip_prefix("||")?;
    let inner = inner.strip_suffix("||").or_else(|| inner.strip_suffix('|')).unwrap_or(inner);
    let names: Vec<&str> = inner.split("||").collect();
    if inner.replace("||", "").contains('|') {
        return None;
    }
    header::read(&names)?;
    Some(format!("|{}|", names.join("|")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_and_drafts_are_no_answer() {
        for (text, rest) in [
            ("<think>\n| a |\n</think>\nSUMMARY: x", "\n\n\nSUMMARY: x"),
            ("| a |\n</think>\n| b |", "\n\n| b |"),
            ("<thinking>no end\n| a |", "\n"),
            ("a <think>b</think> c <THINK>d</THINK> e", "a  c  e"),
            ("SUMMARY: s\n| a |\n**Final answer:**\n| b |", "SUMMARY: s\n\n\n| b |"),
            ("Final answer:\n| b |", "Final answer:\n| b |"),
        ] {
            let got = prepare(text);
            assert_eq!(got.trim_end(), rest.trim_end(), "{text}");
        }
    }

    #[test]
    fn a_table_on_one_line_is_put_on_lines() {
        let text = prepare("SUMMARY: ok | Title | Status | |---|---| | A | Done | | B | |");
        assert_eq!(text.lines().filter(|l| l.starts_with('|')).count(), 4, "{text}");
        assert_eq!(prepare("||Title||Status||").trim(), "|Title|Status|");
        assert_eq!(prepare("|a||b|"), "|a||b|");
    }
}
