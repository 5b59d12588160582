//! From an answer's text to raw rows: which form it has, tried from the likeliest to the least.
use super::{
    Context, Form, Notes, RawRow, align::Judge, html, json_rows, people::Directory, records, summary, table,
};

/// What was found before cells are normalised.
pub(crate) struct Gathered {
    pub(crate) form: Form,
    pub(crate) summary: String,
    pub(crate) rows: Vec<RawRow>,
    /// There were rows or a header, even if nothing of it could be used.
    pub(crate) saw_rows: bool,
}

pub(crate) fn gather(text: &str, context: &Context, notes: &mut Notes) -> Gathered {
    let decoded = encoded_twice(text);
    let text = decoded.as_deref().unwrap_or(text);
    let people = Directory::new(&context.people);
    let judge = || Judge::new(context.week, &people);
    let found = |form, rows: Vec<RawRow>, saw_rows, summary: Option<String>| Gathered {
        form,
        summary: summary.unwrap_or_default(),
        saw_rows,
        rows,
    };

    if begins_as_json(text) {
        let json = json_rows::read(text, context, &judge(), notes);
        if json.saw_rows {
            return found(Form::Json, json.rows, true, json.summary.or_else(|| summary::find(text)));
        }
    }
    let mut reader = table::Reader::new(context, judge());
    let mut table_notes = Notes::default();
    reader.read(text, &mut table_notes);
    let rows = std::mem::take(&mut reader.rows);
    let saw_table = reader.saw_table;
    if !rows.is_empty() || (saw_table && table_notes.dropped_any()) {
        notes.append(table_notes);
        return found(Form::Table, rows, true, summary::find(text));
    }
    if !begins_as_json(text) && text.contains(['{', '[']) {
        let json = json_rows::read(text, context, &judge(), notes);
        if json.saw_rows {
            return found(Form::Json, json.rows, true, json.summary.or_else(|| summary::find(text)));
        }
    }
    if html::has_table(text) {
        let mut reader = table::Reader::new(context, judge());
        html::read(text, &mut reader, notes);
        if !reader.rows.is_empty() {
            return found(Form::Table, reader.rows, true, summary::find(text));
        }
    }
    // What begins as JSON and gave no row is no list of fields either.
    let rows = if begins_as_json(text) { Vec::new() } else { records::read(text, context.truncated, notes) };
    if !rows.is_empty() {
        notes.warn("the answer was a list of labelled fields, not a table");
        return found(Form::Table, rows, true, summary::find(text));
    }
    notes.append(table_notes);
    // A header without rows is a table that says: nothing this week.
    found(if saw_table { Form::Table } else { Form::None }, Vec::new(), saw_table, summary::find(text))
}

/// JSON that was written into a string, once or twice: `"{\"rows\": …}"`, with or without the outer quotes.
fn encoded_twice(text: &str) -> Option<String> {
    let mut decoded: Option<String> = None;
    for _ in 0..2 {
        let now = decoded.as_deref().unwrap_or(text).trim();
        let now = now
            .strip_prefix("```json")
            .or(now.strip_prefix("```"))
            .unwrap_or(now)
            .trim_end_matches("```")
            .trim();
        let escaped = ["{\\\"", "[{\\\"", "{\\n", "[\\n"].iter().any(|start| now.starts_with(start));
        let quoted = if escaped {
            format!("\"{}\"", now.replace('\n', "\\n").replace('\t', "\\t"))
        } else if now.starts_with("\"{") || now.starts_with("\"[") || now.starts_with("\"\\n{") {
            now.to_owned()
        } else {
            break;
        };
        match serde_json::from_str::<String>(&quoted) {
            Ok(inner) => decoded = Some(inner),
            Err(_) => break,
        }
    }
    decoded
}

/// Whether the first thing of substance is a bracket, inside a code fence or not.
fn begins_as_json(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|l| !l.is_empty() && !table::is_fence(l) && *l != "json");
    first.is_some_and(|l| l.starts_with(['{', '[']) && !l.starts_with("[m"))
}
