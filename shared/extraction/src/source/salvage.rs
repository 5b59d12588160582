//! The whole messages of a JSON array that does not parse.
use serde_json::value::RawValue;

/// A whole object and the line, from 1, it begins on.
pub(crate) type Element<'a> = (usize, &'a str);
/// A line, from 1, and what is wrong there.
pub(crate) type Broken = (usize, String);

/// Restarts in one file: each may scan to its end, so this keeps a hostile file linear.
const MAX_RESTARTS: usize = 20;

/// The objects of the array in `json`, each with the line (from 1) it begins on, and what was broken.
///
/// A file that parses costs one pass. One that does not is split by brackets; where an element is broken,
/// reading goes on at the next line that begins with `{`.
pub(crate) fn elements(json: &str) -> (Vec<Element<'_>>, Vec<Broken>) {
    let error = match serde_json::from_str::<Vec<&RawValue>>(json) {
        Ok(whole) => {
            let mut lines = LineCounter::new(json);
            return (
                whole.iter().map(|raw| (lines.line_of(offset_in(json, raw.get())), raw.get())).collect(),
                Vec::new(),
            );
        }
        Err(error) => error,
    };
    let mut found = Vec::new();
    let mut broken =
        vec![(error.line(), format!("{}; the whole messages around it were used", reason(&error)))];
    let (mut at, mut restarts) = (0, 0);
    let mut lines = LineCounter::new(json);
    while let Some(open) = json.get(at..).and_then(|rest| rest.find('{')).map(|i| at + i) {
        let end = object_end(json, open);
        let candidate = json.get(open..end.unwrap_or(json.len())).unwrap_or_default();
        if end.is_some() && serde_json::from_str::<&RawValue>(candidate).is_ok() {
            found.push((lines.line_of(open), candidate));
            at = open + candidate.len();
            continue;
        }
        restarts += 1;
        if restarts > MAX_RESTARTS {
            broken.push((lines.line_of(open), "too much of it is broken; the rest was left out".into()));
            break;
        }
        match next_line_with_object(json, open) {
            Some(next) => at = next,
            None => break,
        }
    }
    (found, broken)
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

/// The end of the object that opens at `open`.
fn object_end(json: &str, open: usize) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (i, b) in json.bytes().enumerate().skip(open) {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The next line after `from` whose first character is `{`. Slack's exports are indented, and a message of a
/// nested block is no message (it has no `ts`), so a wrong guess costs a line in the problems at most.
fn next_line_with_object(json: &str, from: usize) -> Option<usize> {
    let mut at = from + json.get(from..)?.find('\n')? + 1;
    for line in json.get(at..)?.split_inclusive('\n') {
        if line.trim_start().starts_with('{') {
            return Some(at + line.len() - line.trim_start().len());
        }
        at += line.len();
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

    #[test]
    fn the_messages_around_a_broken_one_are_used_and_its_line_is_named() {
        let json = "[\n {\"ts\":\"1\"},\n {\"ts\":\"2\", oops},\n {\"ts\":\"3\"}\n]";
        let (found, broken) = elements(json);
        assert_eq!(found, [(2, "{\"ts\":\"1\"}"), (4, "{\"ts\":\"3\"}")]);
        assert_eq!(broken[0].0, 3);
    }

    #[test]
    fn a_file_cut_in_the_middle_keeps_what_came_before() {
        let (found, broken) = elements("[\n {\"ts\":\"1\"},\n {\"ts\":\"2\",\"te");
        assert_eq!(found.len(), 1);
        assert_eq!(broken[0].0, 3);
    }

    #[test]
    fn a_megabyte_of_open_brackets_ends() {
        assert!(elements(&"{\n".repeat(1 << 19)).0.is_empty());
        assert!(elements(&"[".repeat(1 << 20)).0.is_empty());
    }
}
