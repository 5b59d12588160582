//! A JSON reader that forgives: trailing commas, single and curly quotes, bare keys, comments, raw newlines, inner
//! quotes, missing commas, and an end that never comes.
//!
//! Crates that repair JSON close what is open, and then nobody can tell a whole row from half a row. This reader
//! knows which objects were cut (`complete`) and on which line each begins.

/// Brackets inside brackets. An answer needs three.
pub(crate) const MAX_DEPTH: usize = 48;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// `null`, `None`, or nothing where a value should be.
    Null,
    /// A string, or a bare word.
    Text(String),
    /// A number as it was written, or a truth value.
    Scalar(String),
    List(Vec<Json>),
    Map(Map),
}

/// An object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Map {
    /// Line it begins on, from 1.
    pub(crate) line: usize,
    pub(crate) entries: Vec<(String, Json)>,
    /// It was closed. `false`: the text ended inside it.
    pub(crate) complete: bool,
}

/// All JSON values of a text that are objects or arrays, prose between them skipped. One pass.
pub(crate) fn values(text: &str) -> Vec<Json> {
    let mut reader = Reader { text, at: 0, line: 1, too_deep: false };
    let mut found = Vec::new();
    while reader.find_start() {
        let value = reader.value(0);
        if reader.too_deep {
            break;
        }
        found.push(value);
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    too_deep: bool,
}

fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '\'' => Some(quote),
        '“' | '„' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }

    /// Skips blanks and comments.
    fn blanks(&mut self) {
        loop {
            while self.peek().is_some_and(|c| c.is_whitespace() || c == '\u{feff}') {
                self.bump();
            }
            let rest = self.rest();
            let until = match rest {
                r if r.starts_with("//") || r.starts_with('#') => r.find('\n').unwrap_or(r.len()),
                r if r.starts_with("/*") => r.find("*/").map_or(r.len(), |i| i + 2),
                _ => return,
            };
            let end = self.at + until;
            while self.at < end && self.bump().is_some() {}
        }
    }

    /// Moves to a bracket that looks like the beginning of data and not like one in prose.
    fn find_start(&mut self) -> bool {
        while let Some(c) = self.peek() {
            if matches!(c, '{' | '[') {
                let after = self.rest().get(1..).unwrap_or_default().trim_start();
                let next = after.chars().next();
                let quoted = next.is_some_and(|n| closing(n).is_some())
                    || after.starts_with("//")
                    || after.starts_with("/*");
                let bare_key = || {
                    let word = after.trim_start_matches(|x: char| x.is_alphanumeric() || x == '_');
                    word.len() < after.len() && word.trim_start().starts_with(':')
                };
                if quoted
                    || (c == '{' && (next == Some('}') || bare_key()))
                    || (c == '[' && matches!(next, Some('{' | '[' | ']')))
                {
                    return true;
                }
            }
            self.bump();
        }
        false
    }

    fn value(&mut self, depth: usize) -> Json {
        self.blanks();
        if depth > MAX_DEPTH {
            self.too_deep = true;
            self.at = self.text.len();
            return Json::Null;
        }
        match self.peek() {
            Some('{') => self.map(depth),
            Some('[') => self.list(depth),
            Some(c) if closing(c).is_some() => Json::Text(self.string(c).0),
            Some(_) => self.word(),
            None => Json::Null,
        }
    }

    fn list(&mut self, depth: usize) -> Json {
        self.bump();
        let mut items = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.bump();
                    break;
                }
                // A `}` that closes an object around a list nobody closed.
                Some('}') => break,
                Some(',' | ';') => {
                    self.bump();
                }
                Some(':') => {
                    self.bump();
                }
                Some(_) => items.push(self.value(depth + 1)),
            }
        }
        Json::List(items)
    }

    fn map(&mut self, depth: usize) -> Json {
        let line = self.line;
        self.bump();
        let mut entries = Vec::new();
        let complete = loop {
            self.blanks();
            match self.peek() {
                None => break false,
                Some('}') => {
                    self.bump();
                    break true;
                }
                // A `]` or a new object: the brace was forgotten, the entries are whole.
                Some(']') => break true,
                Some('{' | '[') => {
                    let value = self.value(depth + 1);
                    entries.push((String::new(), value));
                }
                Some(',' | ';' | ':') => {
                    self.bump();
                }
                Some(c) => {
                    let (key, closed) = match closing(c) {
                        Some(_) => self.string(c),
                        None => (self.key(), true),
                    };
                    self.blanks();
                    if !closed || self.peek().is_none() {
                        break false;
                    }
                    if matches!(self.peek(), Some(':' | '=')) {
                        self.bump();
                        let before = self.at;
                        let value = self.value(depth + 1);
                        // The text ended inside this value or right after it.
                        if self.at >= self.text.len() || before >= self.text.len() {
                            entries.push((key, value));
                            break false;
                        }
                        entries.push((key, value));
                    }
                }
            }
        };
        Json::Map(Map { line, entries, complete })
    }

    /// A key without quotes.
    fn key(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| !matches!(c, ':' | '=' | ',' | '}' | ']' | '{' | '[' | '\n')) {
            self.bump();
        }
        if self.at == start {
            self.bump();
        }
        self.text.get(start..self.at).unwrap_or_default().trim().to_owned()
    }

    /// A number, a truth value, or a word without quotes.
    fn word(&mut self) -> Json {
        let start = self.at;
        while self.peek().is_some_and(|c| !matches!(c, ',' | '}' | ']' | '\n')) {
            self.bump();
        }
        let word = self.text.get(start..self.at).unwrap_or_default().trim();
        match word {
            "null" | "None" | "undefined" | "NaN" | "" => Json::Null,
            "true" | "True" | "false" | "False" => Json::Scalar(word.to_lowercase()),
            number if number.parse::<f64>().is_ok() => Json::Scalar(number.to_owned()),
            text => Json::Text(text.to_owned()),
        }
    }

    /// A string and whether it was closed.
    fn string(&mut self, quote: char) -> (String, bool) {
        self.bump();
        let close = closing(quote).unwrap_or(quote);
        let mut out = String::new();
        while let Some(c) = self.bump() {
            match c {
                '\\' => self.escape(&mut out),
                // Curly quotes are closed by a straight one as often as not.
                c if (c == close || (quote != '\'' && close == '”' && c == '"')) && self.ends_here() => {
                    return (out, true);
                }
                c => out.push(c),
            }
        }
        (out, false)
    }

    /// Whether a quote just read ends its string: what follows must be able to follow a string.
    fn ends_here(&self) -> bool {
        let rest = self.rest();
        let after = rest.trim_start();
        let newline = rest.get(..rest.len() - after.len()).is_some_and(|blank| blank.contains('\n'));
        match after.chars().next() {
            None | Some('}' | ']' | ':') => true,
            Some(',') => {
                let next = after.get(1..).unwrap_or_default().trim_start();
                let starts = |c: char| {
                    closing(c).is_some()
                        || c.is_ascii_digit()
                        || matches!(c, '{' | '[' | '}' | ']' | '/' | '-' | '#')
                };
                let word = next.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                let bare = word.len() < next.len()
                    && (word.trim_start().starts_with([':', ',', ']', '}'])
                        || ["null", "true", "false", "None", "True", "False"]
                            .iter()
                            .any(|w| next.starts_with(w)));
                next.chars().next().is_none_or(starts) || bare
            }
            // A comment to the end of the line.
            Some('#' | '/')
                if !after.lines().next().unwrap_or_default().contains('"') && after.contains('\n') =>
            {
                true
            }
            // A comma was forgotten at the end of a line.
            Some(c) => newline && (closing(c).is_some() || matches!(c, '{' | '[' | '/' | '`')),
        }
    }

    fn escape(&mut self, out: &mut String) {
        match self.bump() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r' | 'b' | 'f') => {}
            Some('u') => out.push(self.unicode()),
            Some(c @ ('"' | '\'' | '\\' | '/')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => {}
        }
    }

    /// `\u00e9` or a surrogate pair; anything else is U+FFFD.
    fn unicode(&mut self) -> char {
        let hex = |this: &mut Self| -> Option<u32> {
            let value = u32::from_str_radix(this.rest().get(..4)?, 16).ok()?;
            this.at += 4;
            Some(value)
        };
        let Some(first) = hex(self) else { return '\u{fffd}' };
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).unwrap_or('\u{fffd}');
        }
        let before = self.at;
        if self.rest().starts_with("\\u") {
            self.at += 2;
            if let Some(second) = hex(self).filter(|s| (0xdc00..0xe000).contains(s)) {
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
                    .unwrap_or('\u{fffd}');
            }
        }
        self.at = before;
        '\u{fffd}'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Vec<(String, Json)> {
        match values(text).into_iter().next() {
            Some(Json::Map(map)) => map.entries,
            other => panic!("{other:?}"),
        }
    }

    fn text(value: &str) -> Json {
        Json::Text(value.into())
    }

    #[test]
    fn broken_json_is_read_as_it_was_meant() {
        let entry = |k: &str, v: Json| (k.to_owned(), v);
        for (json, entries) in [
            (r#"{"a": "x", "b": 1,}"#, vec![entry("a", text("x")), entry("b", Json::Scalar("1".into()))]),
            ("{'a': 'x', b: True}", vec![entry("a", text("x")), entry("b", Json::Scalar("true".into()))]),
            (r#"{“a”: “x”}"#, vec![entry("a", text("x"))]),
            (
                r#"{"a": "say "hi" now", "b": null}"#,
                vec![entry("a", text("say \"hi\" now")), entry("b", Json::Null)],
            ),
            ("{\"a\": \"x\"\n \"b\": \"y\"}", vec![entry("a", text("x")), entry("b", text("y"))]),
            (
                "{\"a\": \"x\", # one\n\"b\": \"y\" # two\n}",
                vec![entry("a", text("x")), entry("b", text("y"))],
            ),
            ("{// note\n\"a\": /* x */ \"line\none\"}", vec![entry("a", text("line\none"))]),
            (r#"{"a": "\u00e9\ud83d\ude00\n\"q\" \|"}"#, vec![entry("a", text("é😀\n\"q\" \\|"))]),
            (
                r#"{"a": "it's", "b": ["x", 'y',]}"#,
                vec![entry("a", text("it's")), entry("b", Json::List(vec![text("x"), text("y")]))],
            ),
        ] {
            assert_eq!(one(json), entries, "{json}");
        }
    }

    #[test]
    fn an_object_that_was_cut_is_known() {
        for cut in [
            r#"[{"a":"x"},{"a":"y"#,
            r#"[{"a":"x"},{"a":"y""#,
            r#"[{"a":"x"},{"a":"#,
            r#"[{"a":"x"},{"a"#,
            r#"[{"a":"x"},{"a":"y","#,
            r#"[{"a":"x"},{"a":5"#,
        ] {
            let found = values(cut);
            let Some(Json::List(items)) = found.first() else { panic!("{found:?}") };
            let complete: Vec<bool> = items.iter().map(|i| matches!(i, Json::Map(m) if m.complete)).collect();
            assert_eq!(complete, [true, false], "{cut}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_odd_ends() {
        assert!(values(&"[".repeat(1 << 20)).is_empty());
        assert!(values(&"{\"a\":".repeat(1 << 18)).is_empty());
        for odd in [
            "{]",
            "[}",
            "{:",
            "{\"",
            "[\"\\u12",
            "{}}}",
            "[[,,]]",
            "{\"a\":{\"b\":[}]",
            "{a:b:c}",
            "{\u{e9}:1}",
        ] {
            values(odd);
        }
    }
}
