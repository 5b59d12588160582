//! The entries of a JSON file: an array's, those of an array wrapped in an object, and the whole ones of a file that does
//! not parse.
use serde_json::{Value, value::RawValue};
use std::collections::HashMap;

/// A whole value and the line, from 1, it begins on.
pub(crate) type Element<'a> = (usize, &'a str);
/// A line, from 1, and what is wrong there.
pub(crate) type Broken = (usize, String);

/// What lists are wrapped in: `conversations.history`, `search.messages`, slackdump, `users.list`.
const LISTS: [&str; 6] = ["messages", "matches", "members", "users", "channels", "groups"];
/// How often all of a broken file may be scanned, on average: each broken entry may cost a scan to the file's end, so
/// this keeps a hostile file linear.
const MAX_SCANS: usize = 8;
/// Scanned beyond that, bytes: small files may be broken throughout.
const SCAN_BYTES: usize = 1 << 20;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    /// The entries.
    pub(crate) elements: Vec<Element<'a>>,
    /// What does not read.
    pub(crate) broken: Vec<Broken>,
    /// The fields beside the list that hold a text: a conversation's name and id.
    pub(crate) beside: HashMap<String, String>,
    /// The file is one object that wraps no known list; it is the only entry.
    pub(crate) is_object: bool,
}

/// The entries of `json`. `is_entry` tells an entry from the objects inside of one, where a file is broken.
///
/// A file that parses costs one pass. One that does not is split by brackets; where an entry is broken, reading goes on at
/// the next object that is an entry, on the same line or a later one.
pub(crate) fn elements<'a>(json: &'a str, is_entry: &dyn Fn(&Value) -> bool) -> Found<'a> {
    let mut found = Found::default();
    if json.trim().is_empty() {
        found.broken.push((1, "is empty".into()));
    } else if let Err(error) = whole(json, json, 0, &mut found) {
        found = Found::default();
        scan(json, &error, is_entry, &mut found);
    }
    found
}

/// Whether an object is a message, Slack's or of our own shape, and not a part of one.
pub(crate) fn is_message(value: &Value) -> bool {
    let has = |fields: &[&str]| fields.iter().any(|field| value.get(field).is_some());
    let slack = has(&["ts"]) && has(&["user", "bot_id", "username", "subtype", "client_msg_id"]);
    let own = has(&["at", "time", "timestamp", "date"]) && has(&["text", "message", "body"]);
    (slack || own) && !has(&["fallback"])
}

/// A file that parses. `part` is `json` or a value in it.
fn whole<'a>(json: &'a str, part: &'a str, depth: usize, found: &mut Found<'a>) -> serde_json::Result<()> {
    let mut lines = LineCounter::new(json);
    match part.trim_start().as_bytes().first() {
        // An exporter that had nothing to write wrote `null`.
        Some(b'n') => {
            serde_json::from_str::<()>(part)?;
        }
        Some(b'{') => {
            let map: HashMap<String, &RawValue> = serde_json::from_str(part)?;
            let list = LISTS.iter().find_map(|list| map.get(*list));
            let is_list = |raw: &&&RawValue| raw.get().starts_with(['[', '{', 'n']);
            match list.filter(is_list).filter(|_| depth < 2) {
                Some(list) => {
                    for (field, value) in &map {
                        if let Ok(text) = serde_json::from_str::<String>(value.get()) {
                            found.beside.entry(field.clone()).or_insert(text);
                        }
                    }
                    whole(json, list.get(), depth + 1, found)?;
                }
                None => {
                    found.is_object = true;
                    found.elements.push((lines.line_of(offset_in(json, part.trim_start())), part.trim()));
                }
            }
        }
        _ => {
            let list: Vec<&RawValue> = serde_json::from_str(part)?;
            for raw in list {
                found.elements.push((lines.line_of(offset_in(json, raw.get())), raw.get()));
            }
        }
    }
    Ok(())
}

/// A file that does not parse.
fn scan<'a>(
    json: &'a str,
    error: &serde_json::Error,
    is_entry: &dyn Fn(&Value) -> bool,
    found: &mut Found<'a>,
) {
    let mut budget = MAX_SCANS * json.len() + SCAN_BYTES;
    let mut lines = LineCounter::new(json);
    let mut is_wrapped = false;
    let mut next = first_object(json, 0);
    while let Some(open) = next {
        let line = lines.line_of(open);
        let end = object_end(json, open, &mut budget);
        let candidate = json.get(open..end.unwrap_or(json.len())).unwrap_or_default();
        let broken = match serde_json::from_str::<&RawValue>(candidate) {
            Ok(_) => {
                // Fields after the list, in an object that wraps it, are no entries.
                if !is_wrapped || serde_json::from_str(candidate).is_ok_and(|value| is_entry(&value)) {
                    found.elements.push((line, candidate));
                }
                next = first_object(json, open + candidate.len());
                continue;
            }
            Err(error) => (line + error.line() - 1, format!("{}; it was left out", reason(&error))),
        };
        next = next_entry(json, open, is_entry, &mut budget);
        // What wraps the entries is broken because one of them is, or the file's end is missing.
        let is_first = json.get(..open).is_some_and(|before| before.trim().is_empty());
        let is_all = end.is_none_or(|end| json.get(end..).is_some_and(|after| after.trim().is_empty()));
        if is_first && is_all && next.is_some() && !is_wrapped {
            is_wrapped = true;
        } else {
            found.broken.push(broken);
        }
        if budget == 0 {
            found.broken.push((line, "too much of it is broken; the rest was left out".into()));
            return;
        }
    }
    if found.broken.is_empty() {
        let used = if found.elements.is_empty() { "" } else { "; the whole entries around it were used" };
        found.broken.push((error.line().max(1), format!("{}{used}", reason(error))));
    }
}

/// Where `part`, a slice of `whole`, begins.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// serde's words without its `at line 1 column 2`.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

fn first_object(json: &str, from: usize) -> Option<usize> {
    json.get(from..)?.find('{').map(|i| from + i)
}

/// The end of the object that opens at `open`. What is scanned is taken from `budget`.
fn object_end(json: &str, open: usize, budget: &mut usize) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (scanned, b) in json.as_bytes().get(open..)?.iter().enumerate() {
        if scanned >= *budget {
            break;
        }
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    *budget -= scanned;
                    return Some(open + scanned + 1);
                }
            }
            _ => {}
        }
    }
    *budget = budget.saturating_sub(json.len() - open);
    None
}

/// The next object after `from` that is where an entry may stand (after a comma, an opening bracket or a line break),
/// reads, and is one.
fn next_entry(
    json: &str,
    from: usize,
    is_entry: &dyn Fn(&Value) -> bool,
    budget: &mut usize,
) -> Option<usize> {
    let mut at = from + 1;
    while *budget > 0 {
        let open = first_object(json, at)?;
        at = open + 1;
        let before = json.get(from..open).unwrap_or_default();
        let blank = before.len() - before.trim_end().len();
        let may_stand = before.trim_end().ends_with([',', '[', '}'])
            || before.get(before.len() - blank..).is_some_and(|blank| blank.contains('\n'));
        if !may_stand {
            continue;
        }
        let Some(end) = object_end(json, open, budget) else { continue };
        let candidate = json.get(open..end).unwrap_or_default();
        if serde_json::from_str::<Value>(candidate).is_ok_and(|value| is_entry(&value)) {
            return Some(open);
        }
    }
    None
}

/// Lines of growing offsets, in one pass.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn line_of(&mut self, offset: usize) -> usize {
        if let Some(between) = self.text.as_bytes().get(self.at..offset) {
            self.line += between.iter().filter(|b| **b == b'\n').count();
            self.at = offset;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> (Vec<Element<'_>>, Vec<usize>) {
        let found = elements(json, &is_message);
        (found.elements, found.broken.into_iter().map(|(line, _)| line).collect())
    }

    fn message(n: u32) -> String {
        format!(r#"{{"user":"U1","ts":"{n}","blocks":[{{"type":"x","text":"a, {{b"}}]}}"#)
    }

    #[test]
    fn the_messages_around_a_broken_one_are_used_and_its_line_is_named() {
        let json =
            "[\n {\"ts\":\"1\",\"user\":\"U\"},\n {\"ts\":\"2\", oops},\n {\"ts\":\"3\",\"user\":\"U\"}\n]";
        let (entries, broken) = found(json);
        assert_eq!(entries, [(2, r#"{"ts":"1","user":"U"}"#), (4, r#"{"ts":"3","user":"U"}"#)]);
        assert_eq!(broken, [3]);
    }

    #[test]
    fn in_a_file_of_one_line_only_the_broken_message_is_lost() {
        for broken in [
            "{\"user\":\"U1\",\"ts\":\"9\",\"text\":\"a\tb\"}",
            r#"{"user":"U1","ts":"9","text":"no end}"#,
            r#"{"user":"U1","ts":"9","text":"no brace","#,
            r#"{"user":"U1","ts":"9","blocks":[{"type":"y"}, oops]}"#,
            r#"{"user":"U1","ts":"9" "text":"no comma"}"#,
            r#"{"user":"U1","ts":"9","text":"a "quoted" word"}"#,
            r#"{"user":'U1'}"#,
        ] {
            for at in 0..5 {
                let mut all: Vec<String> = (0..5).map(message).collect();
                all.insert(at, broken.to_owned());
                for json in [format!("[{}]", all.join(", ")), format!("[{}]", all.join(",\n"))] {
                    let (entries, lines) = found(&json);
                    let entries: Vec<&str> = entries.into_iter().map(|(_, entry)| entry).collect();
                    assert_eq!(entries, (0..5).map(message).collect::<Vec<_>>(), "{json}");
                    assert_eq!(lines.len(), 1, "{json}");
                }
            }
        }
    }

    #[test]
    fn a_list_in_an_object_is_read_and_so_is_null() {
        let json = format!("{{\"ok\":true,\"name\":\"ops\",\"messages\":[{},\n{}]}}", message(1), message(2));
        let read = elements(&json, &is_message);
        assert_eq!(read.elements.len(), 2);
        assert_eq!((read.elements[1].0, read.beside["name"].as_str()), (2, "ops"));
        let search = format!(r#"{{"messages":{{"matches":[{}]}}}}"#, message(1));
        assert_eq!(found(&search).0.len(), 1);
        assert_eq!(found("null"), (Vec::new(), Vec::new()));
        assert_eq!(found(" \n"), (Vec::new(), vec![1]));
        assert!(elements(r#"{"a":1}"#, &is_message).is_object);
        let broken =
            format!("{{\"ok\":true,\"messages\":[{}, {{\"ts\":oops}}, {}]}}", message(1), message(2));
        let (entries, lines) = found(&broken);
        assert_eq!((entries.len(), lines.len()), (2, 1), "{broken}");
    }

    #[test]
    fn a_file_cut_in_the_middle_keeps_what_came_before() {
        let (entries, broken) = found("[\n {\"ts\":\"1\",\"user\":\"U\"},\n {\"ts\":\"2\",\"te");
        assert_eq!((entries.len(), broken), (1, vec![3]));
    }

    #[test]
    fn a_megabyte_of_open_brackets_ends() {
        for json in
            ["{\n", "[", "{\"a\":", "[{\"ts\":\"1\",\"user\":\"", "{\"ts\":\"1\",\"user\":\"U\",},", "[{\""]
        {
            assert!(found(&json.repeat((1 << 20) / json.len())).0.is_empty(), "{json}");
        }
    }
}
