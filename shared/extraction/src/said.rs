//! What the author of a message says: its text without links, code and quotations, emoji aliases as signs, by sentences.
//!
//! Values are read out of this and never out of the message itself: a `p1` in a link, a `done` in code and a "done" that
//! is quoted are not said by the author. Titles and quotations keep the message's own text.
use regex::Regex;
use std::sync::LazyLock;

/// Stands where a link, code or a quotation stood, so that the words around it do not close ranks.
pub(crate) const GAP: char = '\u{fffc}';
/// Characters of an alias between its colons; Slack's longest own one has 50.
const MAX_ALIAS: usize = 60;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static UNSAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?s)```.*?(?:```|$)|`[^`\n]*`|(?m:^\s*(?:>|&gt;)[^\n]*$)",
        r"|(?i:\b(?:https?|ftp|slack)://[^\s>)\]]+|\bwww\.[^\s>)\]]+|mailto:\S+|[\w.+-]+@[\w-]+\.[\w.-]+)",
        r#"|"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|»[^«\n]*«|「[^」\n]*」|『[^』\n]*』|‘[^’\n]*’"#,
    ))
});

/// The signs that a rule knows, by the names that Slack, Mattermost, Zulip and GitHub write in their place. Every other
/// alias is an emoji that says nothing, so a table of all emoji would add bytes to the function and no meaning.
const ALIASES: [(&str, char); 24] = [
    ("rotating_light", '🚨'),
    ("police_car_light", '🚨'),
    ("rotating-light", '🚨'),
    ("sos", '🆘'),
    ("white_check_mark", '✅'),
    ("heavy_check_mark", '✅'),
    ("ballot_box_with_check", '✅'),
    ("check_mark_button", '✅'),
    ("check", '✅'),
    ("x", '❌'),
    ("negative_squared_cross_mark", '❌'),
    ("no_entry", '⛔'),
    ("no_entry_sign", '⛔'),
    ("construction", '🚧'),
    ("hourglass", '⏳'),
    ("hourglass_flowing_sand", '⏳'),
    ("white_large_square", '⬜'),
    ("white_medium_square", '⬜'),
    ("black_square_button", '⬜'),
    ("joy", '😂'),
    ("rolling_on_the_floor_laughing", '😂'),
    ("rofl", '😂'),
    ("laughing", '😂'),
    ("fire", '🔥'),
];

/// The name of the alias that begins at this text's first colon.
fn alias(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(':')?;
    let end = inner.char_indices().take(MAX_ALIAS).find(|(_, c)| *c == ':').map(|(i, _)| i)?;
    let name = inner.get(..end)?;
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '\'');
    let has_name = name.chars().any(char::is_alphabetic) || matches!(name, "+1" | "-1" | "100" | "1234");
    (has_name && name.chars().all(is_letter)).then_some(name)
}

/// The text with every emoji alias as its sign; an alias whose sign no rule knows becomes a blank.
pub(crate) fn with_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        // `10:30:x` and `std::io::y` hold no alias: a word or a digit is right before its colon.
        let is_free = out.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != ':');
        match alias(from).filter(|_| is_free) {
            Some(name) => {
                let lower = name.to_lowercase();
                let sign = ALIASES.iter().find(|(known, _)| *known == lower).map_or(' ', |(_, sign)| *sign);
                out.push(sign);
                rest = from.get(name.len() + 2..).unwrap_or_default();
                // `:wave::skin-tone-3:` is one sign.
                if let Some(tone) = alias(rest).filter(|tone| tone.starts_with("skin-tone")) {
                    rest = rest.get(tone.len() + 2..).unwrap_or_default();
                }
            }
            None => {
                out.push(':');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether a character is an emoji or a part of one: it says nothing that a rule reads, unless the rule names it.
pub(crate) fn is_sign(c: char) -> bool {
    matches!(c,
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
        | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}'
        | '\u{e0020}'..='\u{e007f}')
}

/// What the author says: links, code and quotations are gaps, aliases are signs, marks of other scripts are plain.
pub(crate) fn said(text: &str) -> String {
    let kept = UNSAID.replace_all(text, "\u{fffc}");
    with_signs(&kept)
        .chars()
        .map(|c| match c {
            '’' | 'ʼ' | '`' | '´' | '＇' => '\'',
            '？' => '?',
            '！' => '!',
            '：' => ':',
            '，' => ',',
            '；' => ';',
            '（' => '(',
            '）' => ')',
            '\u{a0}' | '\u{202f}' | '\u{3000}' => ' ',
            '０'..='９' => char::from_u32(c as u32 - 0xff10 + 0x30).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// The sentences and lines of what is said, each with the mark that ends it.
pub(crate) fn sentences(said: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in said.lines() {
        let mut begin = 0;
        let mut marks = line.char_indices().peekable();
        let mut before = ' ';
        while let Some((i, c)) = marks.next() {
            let end = i + c.len_utf8();
            let next = marks.peek().map(|(_, next)| *next);
            let is_end = match c {
                '。' => true,
                '!' | '?' => next.is_none_or(|n| n != '!' && n != '?' && n != ')'),
                // `24. November` and `by 5 p.m.` end no sentence.
                '.' => next.is_none_or(char::is_whitespace) && !before.is_ascii_digit(),
                ';' => next.is_none_or(char::is_whitespace),
                _ => false,
            };
            before = c;
            if is_end {
                found.extend(line.get(begin..end).map(str::trim).filter(|s| !s.is_empty()));
                begin = end;
            }
        }
        found.extend(line.get(begin..).map(str::trim).filter(|s| !s.is_empty()));
    }
    found
}

/// The sentence without signs, list marks and punctuation around it.
pub(crate) fn core(sentence: &str) -> &str {
    sentence.trim_matches(|c: char| is_sign(c) || c.is_whitespace() || "*_~-–—•·.,:;!?…。、".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_quoted_or_code_is_not_said() {
        for (text, expected) in [
            ("see https://x.io/?p1=5 now", "see \u{fffc} now"),
            ("run `p0 done` and ```all\nof it```", "run \u{fffc} and \u{fffc}"),
            ("> done\nreally?", "\u{fffc}\nreally?"),
            ("he said “done” and \"fixed\"", "he said \u{fffc} and \u{fffc}"),
            (":rotating_light::fire: a:b:c 10:30:15 :+1:", "🚨🔥 a:b:c 10:30:15  "),
            (":wave::skin-tone-3: hi", "  hi"),
            ("I’m on it！", "I'm on it!"),
            ("Foo::bar::baz", "Foo::bar::baz"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn sentences_end_at_their_marks_and_numbers_do_not_end_them() {
        assert_eq!(
            sentences("Done. By 24. November! ok?\nv1.2 is out"),
            ["Done.", "By 24. November!", "ok?", "v1.2 is out"]
        );
        assert_eq!(sentences("完了しました。次です"), ["完了しました。", "次です"]);
    }
}
