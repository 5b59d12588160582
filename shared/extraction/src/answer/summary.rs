//! The `SUMMARY:` line: one paragraph, wherever and however it is labelled.
use super::{Notes, cell, split, table::is_fence};
use regex::Regex;
use sheet::limits::MAX_SUMMARY_CODE_POINTS;
use std::sync::LazyLock;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\s>\#*_\-•\p{Emoji_Presentation}\x{fe0f}]*
        (?:(?:the\s+|an?\s+)?(?:executive|weekly|week|team|overall|short|status)\s+)*
        (?:summary|zusammenfassung|kurzfassung|resumen(?:\s+ejecutivo)?|r[eé]sum[eé]|resumo(?:\s+executivo)?|sintesi|riepilogo|samenvatting|podsumowanie|резюме|сводка|итог|要約|概要|サマリー|摘要|总结|總結|요약)
        [^\S\n]*(?:\([^)]*\))?[\s*_]*(?:[:：][\s*_]*|[—–-]\s+|$)(.*)$",
    )
    .unwrap()
});

/// The text after a summary's label, if the line has one.
pub(crate) fn labelled(line: &str) -> Option<&str> {
    // A label is at the beginning of a line; a longer one need not be searched to its end by the pattern.
    let head = line.get(..line.floor_char_boundary(200)).unwrap_or_default();
    let found = LABEL.captures(head)?;
    let start = found.get(1)?.start();
    line.get(start..).map(|text| text.trim_start_matches(['*', '_']).trim())
}

/// The summary of an answer: what follows the label up to a blank line, a table or another heading.
pub(crate) fn find(text: &str) -> Option<String> {
    let mut lines = text.lines();
    let first = lines.by_ref().filter(|l| !split::has_pipe(l)).find_map(labelled)?;
    let mut summary = first.to_owned();
    for line in lines {
        let line = line.trim().trim_start_matches('>').trim_start();
        let ends = split::has_pipe(line)
            || is_fence(line)
            || split::is_rule(line)
            || line.starts_with(['#', '{', '['])
            || line.contains('\t');
        if ends || (line.is_empty() && !summary.is_empty()) {
            break;
        }
        // `Here is the table:` announces, and says nothing about the week.
        if line.ends_with(':') {
            break;
        }
        if !line.is_empty() {
            if !summary.is_empty() {
                summary.push('\n');
            }
            summary.push_str(line);
        }
        if summary.len() > MAX_SUMMARY_CODE_POINTS * 4 {
            break;
        }
    }
    Some(summary).filter(|s| !s.is_empty())
}

/// A summary as a sheet takes it: at most [`MAX_SUMMARY_CODE_POINTS`], without control characters.
pub(crate) fn tidy(summary: &str, notes: &mut Notes) -> String {
    let clean = cell::clean(summary);
    match clean.char_indices().nth(MAX_SUMMARY_CODE_POINTS) {
        Some(_) => {
            notes.warn(format!("the summary was cut to {MAX_SUMMARY_CODE_POINTS} characters"));
            clean.chars().take(MAX_SUMMARY_CODE_POINTS - 1).chain(['…']).collect()
        }
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_found_under_every_label() {
        for (text, summary) in [
            ("SUMMARY: All well.\n\n| a | b |", "All well."),
            ("**Summary:** All well.", "All well."),
            ("**Summary**: All well.", "All well."),
            ("## Executive Summary\n\nAll well.\nTwo blocked.\n\n| a |", "All well.\nTwo blocked."),
            ("Summary - All well.", "All well."),
            ("📋 Weekly summary: All well.\n| a | b |", "All well."),
            ("Zusammenfassung: Alles gut.", "Alles gut."),
            ("SUMMARY：すべて順調。", "すべて順調。"),
            ("SUMMARY:\nAll well.\nHere is the table:\n| a | b |", "All well."),
            ("Sure!\nSUMMARY: One.\nTwo.\n\nThree.", "One.\nTwo."),
        ] {
            assert_eq!(find(text).as_deref(), Some(summary), "{text}");
        }
        for text in ["Summary of the week follows", "summarydone", "| Summary: x | y |", "SUMMARY:", ""] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
