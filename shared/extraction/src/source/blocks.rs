//! The text of Slack's blocks: rich text with its lists, quotes and dates, sections, headers, contexts, tables.
use super::markup::{self, Names};
use serde_json::{Map, Value};

/// Deepest indentation of a list that is shown (Slack's own limit is 8).
const MAX_INDENT: u64 = 8;

/// The plain text of `blocks`. Depth is bounded by the JSON reader (128).
pub(crate) fn text(blocks: &Value, names: &Names) -> String {
    let mut out = String::new();
    append(blocks, names, &mut out);
    out
}

fn append(block: &Value, names: &Names, out: &mut String) {
    let Value::Object(map) = block else {
        if let Value::Array(items) = block {
            items.iter().for_each(|item| append(item, names, out));
        }
        return;
    };
    let word = |field: &str| map.get(field).and_then(Value::as_str).unwrap_or_default();
    match word("type") {
        "text" => out.push_str(word("text")),
        "link" => match (word("text"), word("url")) {
            ("", url) => out.push_str(url),
            (text, url) if text == url => out.push_str(url),
            (text, url) => out.push_str(&format!("{text} ({url})")),
        },
        "user" => out.push_str(&format!("@{}", names.user(word("user_id")))),
        "channel" => out.push_str(&format!("#{}", names.channel(word("channel_id")))),
        "usergroup" => out.push_str("@group"),
        "broadcast" => out.push_str(&format!("@{}", word("range"))),
        "emoji" => out.push_str(&format!(":{}:", word("name"))),
        "color" => out.push_str(word("value")),
        "date" => out.push_str(&date(map, names)),
        "mrkdwn" | "plain_text" => {
            line_break(out);
            out.push_str(&markup::decode(word("text"), names));
        }
        "markdown" => {
            line_break(out);
            out.push_str(word("text"));
        }
        "rich_text_list" => list(map, names, out),
        "rich_text_quote" => quote(map, names, out),
        "table" => table(map, names, out),
        // Buttons and menus hold no words of the author.
        "actions" => {}
        // A section in a list item follows its sign; everywhere else it begins a line.
        kind => {
            if kind != "rich_text_section" || !out.ends_with(' ') {
                line_break(out);
            }
            for field in ["title", "text", "fields", "elements"] {
                if let Some(inner) = map.get(field).filter(|inner| !inner.is_string()) {
                    append(inner, names, out);
                }
            }
        }
    }
}

fn line_break(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// What an app wrote for readers without dates, or the moment itself.
fn date(map: &Map<String, Value>, names: &Names) -> String {
    let word = |field: &str| map.get(field).and_then(Value::as_str).unwrap_or_default();
    if !word("fallback").is_empty() {
        return word("fallback").to_owned();
    }
    let seconds = map.get("timestamp").and_then(|at| match at {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    });
    seconds.and_then(|seconds| names.date(seconds, word("format"))).unwrap_or_default()
}

/// Slack writes a nested list as one of its own, with its depth, and continues the outer one at an `offset`.
fn list(map: &Map<String, Value>, names: &Names, out: &mut String) {
    let number = |field: &str| map.get(field).and_then(Value::as_u64).unwrap_or_default();
    let indent = "  ".repeat(number("indent").min(MAX_INDENT) as usize);
    let is_ordered = map.get("style").and_then(Value::as_str) == Some("ordered");
    let mut next = number("offset").saturating_add(1);
    for item in map.get("elements").and_then(Value::as_array).into_iter().flatten() {
        // An item that is a list itself has signs of its own.
        if item.get("type").and_then(Value::as_str) == Some("rich_text_list") {
            append(item, names, out);
            continue;
        }
        line_break(out);
        let sign = if is_ordered { format!("{next}. ") } else { "- ".to_owned() };
        next = next.saturating_add(1);
        out.push_str(&format!("{indent}{sign}"));
        append(item, names, out);
    }
    line_break(out);
}

fn quote(map: &Map<String, Value>, names: &Names, out: &mut String) {
    let mut quoted = String::new();
    append(map.get("elements").unwrap_or(&Value::Null), names, &mut quoted);
    for line in quoted.lines() {
        line_break(out);
        out.push_str(&format!("> {line}"));
    }
    line_break(out);
}

fn table(map: &Map<String, Value>, names: &Names, out: &mut String) {
    for row in map.get("rows").and_then(Value::as_array).into_iter().flatten() {
        let cells = row.as_array().into_iter().flatten();
        let cells: Vec<String> = cells
            .map(|cell| match cell.get("text").and_then(Value::as_str) {
                Some(raw) => raw.to_owned(),
                None => text(cell, names),
            })
            .map(|cell| cell.trim().replace('\n', " "))
            .collect();
        line_break(out);
        out.push_str(&cells.join(" | "));
    }
    line_break(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rich(elements: Value) -> String {
        text(&json!([{"type": "rich_text", "elements": elements}]), &Names::default())
    }

    fn item(words: &str) -> Value {
        json!({"type": "rich_text_section", "elements": [{"type": "text", "text": words}]})
    }

    #[test]
    fn a_nested_list_stands_below_its_item_and_numbers_go_on() {
        let list = |style: &str, indent: u64, offset: u64, words: &str| json!({"type": "rich_text_list", "style": style, "indent": indent, "offset": offset, "elements": [item(words)]});
        let lists = json!([
            list("ordered", 0, 0, "Billing"),
            list("bullet", 1, 0, "due Friday"),
            list("bullet", 99, 0, "deep"),
            list("ordered", 0, 1, "Login"),
        ]);
        assert_eq!(rich(lists), format!("1. Billing\n  - due Friday\n{}- deep\n2. Login\n", "  ".repeat(8)));
        let inside = json!([{"type": "rich_text_list", "style": "bullet", "elements": [
            item("a"), {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [item("b")]}, item("c")]}]);
        assert_eq!(rich(inside), "- a\n  1. b\n- c\n");
    }

    #[test]
    fn quotes_tables_and_dates_are_read_and_buttons_are_not() {
        let quote = json!([{"type": "rich_text_quote", "elements": [{"type": "text", "text": "one\ntwo"}]}, item("mine")]);
        assert_eq!(rich(quote), "> one\n> two\nmine");
        let date = json!([{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "due "}, {"type": "date", "timestamp": 1795521600, "format": "{date_short}"}]}]);
        assert_eq!(rich(date), "due 2026-11-24");
        let blocks = json!([
            {"type": "header", "text": {"type": "plain_text", "text": "Status"}},
            {"type": "table", "rows": [[{"type": "raw_text", "text": "Task"}, {"type": "raw_text", "text": "Who"}],
                [{"type": "rich_text", "elements": [item("Billing")]}, {"type": "raw_text", "text": "Ana"}]]},
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Approve"}}]},
            {"type": "markdown", "text": "**done**"}]);
        assert_eq!(text(&blocks, &Names::default()), "Status\nTask | Who\nBilling | Ana\n**done**");
    }
}
