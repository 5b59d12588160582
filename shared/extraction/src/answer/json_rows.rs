//! Rows from JSON of any shape: an array of objects, an object around it, arrays of arrays, objects by title.
use super::{
    Context, Notes, RawRow,
    align::{self, Judge},
    cell, header,
    json::{self, Json, Map},
};
use sheet::Column;
use std::collections::BTreeSet;

/// What JSON held.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) rows: Vec<RawRow>,
    pub(crate) summary: Option<String>,
    pub(crate) saw_rows: bool,
}

struct Collector<'a> {
    judge: &'a Judge<'a>,
    notes: &'a mut Notes,
    found: Found,
    unknown: BTreeSet<String>,
}

pub(crate) fn read(text: &str, _context: &Context, judge: &Judge<'_>, notes: &mut Notes) -> Found {
    let values = json::values(text);
    let mut collector = Collector { judge, notes, found: Found::default(), unknown: BTreeSet::new() };
    for value in &values {
        collector.value(value, None);
    }
    let Collector { found, unknown, .. } = collector;
    if !unknown.is_empty() && found.saw_rows {
        let names: Vec<&str> = unknown.iter().take(8).map(String::as_str).collect();
        notes.warn(format!("fields of no use were left out: {}", cell::shown(&names.join(", "))));
    }
    found
}

fn is_summary(key: &str) -> bool {
    let key = super::words::bare(key);
    let key = key.replace(' ', "");
    matches!(
        key.as_str(),
        "summary"
            | "executivesummary"
            | "weeklysummary"
            | "zusammenfassung"
            | "resumen"
            | "resume"
            | "overview"
    )
}

/// `assignedTo` and `due_date` are named like their columns.
fn column_of(key: &str) -> Option<Column> {
    let mut spaced = String::with_capacity(key.len() + 4);
    // Longer than any field's name.
    for c in key.chars().take(64) {
        if c.is_uppercase() && !spaced.ends_with(|p: char| p.is_uppercase() || p == ' ') {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    header::column_named(key).or_else(|| header::column_named(&spaced))
}

fn is_nested(value: &Json) -> bool {
    match value {
        Json::List(items) => items.iter().any(|i| matches!(i, Json::Map(_) | Json::List(_))),
        Json::Map(map) => map.entries.iter().any(|(_, v)| matches!(v, Json::Map(_) | Json::List(_))),
        _ => false,
    }
}

/// Whether an object is a row: it names a title and another column, or three; and it is no wrapper around rows.
fn is_row(map: &Map) -> bool {
    let columns: BTreeSet<Column> = map.entries.iter().filter_map(|(k, _)| column_of(k)).collect();
    let titled = columns.contains(&Column::Title);
    (columns.len() >= 3 || (titled && columns.len() >= 2)) && !map.entries.iter().any(|(_, v)| is_nested(v))
}

impl Collector<'_> {
    fn value(&mut self, value: &Json, columns: Option<&header::Mapping>) {
        match value {
            Json::List(items) => self.list(items, columns),
            Json::Map(map) => self.map(map),
            _ => {}
        }
    }

    fn list(&mut self, items: &[Json], columns: Option<&header::Mapping>) {
        let rows = items.iter().any(|i| matches!(i, Json::Map(m) if is_row(m)));
        let mut columns = columns.cloned();
        for item in items {
            match item {
                Json::Map(map) if rows && !is_row(map) => {
                    let nested = map.entries.iter().any(|(_, v)| is_nested(v));
                    let reason = if map.complete {
                        "an object that names no task"
                    } else {
                        "the answer was cut off in this row"
                    };
                    if nested { self.map(map) } else { self.notes.drop(map.line, reason) }
                }
                Json::Map(map) => self.map(map),
                Json::List(cells) if cells.iter().all(|c| !matches!(c, Json::List(_) | Json::Map(_))) => {
                    self.cells(cells, &mut columns)
                }
                Json::List(inner) => self.list(inner, columns.as_ref()),
                _ => {}
            }
        }
    }

    /// A row as an array: under a header row, under `columns`, or the sheet's nine.
    fn cells(&mut self, cells: &[Json], columns: &mut Option<header::Mapping>) {
        let cells: Vec<String> = cells.iter().map(text_of).collect();
        if let Some(mapping) = header::read(&cells) {
            self.found.saw_rows = true;
            *columns = Some(mapping);
            return;
        }
        let standard = header::standard();
        let mapping = match columns {
            Some(mapping) => mapping,
            None if cells.len() == standard.len() => &standard,
            None => return,
        };
        self.found.saw_rows = true;
        // Arrays carry no line of their own; the order is what a reader can find them by.
        let line = self.found.rows.len() + 1;
        match align::place(&cells, mapping, self.judge) {
            Ok((cells, warning)) => {
                if let Some(warning) = warning {
                    self.notes.warn(format!("row {line}: {warning}"));
                }
                self.found.rows.push(RawRow { line, cells });
            }
            Err(reason) => self.notes.drop(line, reason),
        }
    }

    fn map(&mut self, map: &Map) {
        if is_row(map) {
            return self.row(map, None);
        }
        let columns = map.entries.iter().find_map(|(key, value)| match value {
            Json::List(names)
                if matches!(
                    super::words::bare(key).as_str(),
                    "columns" | "headers" | "header" | "fields"
                ) =>
            {
                header::read(&names.iter().map(text_of).collect::<Vec<_>>())
            }
            _ => None,
        });
        for (key, value) in &map.entries {
            match value {
                Json::Text(text) if is_summary(key) => {
                    self.found.summary.get_or_insert_with(|| text.clone());
                }
                Json::List(items) if is_summary(key) && items.iter().all(|i| matches!(i, Json::Text(_))) => {
                    let lines: Vec<String> = items.iter().map(text_of).collect();
                    self.found.summary.get_or_insert_with(|| lines.join("\n"));
                }
                // {"Fix login": {"status": …}}: the key is the title.
                Json::Map(inner)
                    if !is_row(inner)
                        && inner.entries.iter().filter(|(k, _)| column_of(k).is_some()).count() >= 2
                        && !inner.entries.iter().any(|(_, v)| is_nested(v)) =>
                {
                    self.row(inner, Some(key));
                }
                Json::Map(inner) if is_row(inner) => {
                    let named = inner.entries.iter().any(|(k, _)| column_of(k) == Some(Column::Title));
                    self.row(inner, (!named && !key.bytes().all(|b| b.is_ascii_digit())).then_some(key));
                }
                // An empty list of tasks says: nothing this week.
                Json::List(items)
                    if items.is_empty()
                        && matches!(super::words::bare(key).as_str(), "rows" | "tasks" | "items") =>
                {
                    self.found.saw_rows = true
                }
                other => self.value(other, columns.as_ref()),
            }
        }
    }

    fn row(&mut self, map: &Map, title: Option<&String>) {
        self.found.saw_rows = true;
        if !map.complete {
            return self.notes.drop(map.line, "the answer was cut off in this row");
        }
        let mut row = RawRow { line: map.line, ..RawRow::default() };
        let mut ranked: Vec<(Column, bool, &Json)> = Vec::new();
        for (key, value) in &map.entries {
            match column_of(key) {
                Some(column) => ranked.push((column, key.eq_ignore_ascii_case(column.as_str()), value)),
                None if !key.is_empty() => drop(self.unknown.insert(key.chars().take(40).collect())),
                None => {}
            }
        }
        // Where two fields mean one column, the one that bears its name wins.
        ranked.sort_by_key(|(_, exact, _)| !exact);
        for (column, _, value) in ranked {
            if let Some(slot) = row.cells.get_mut(column.index()).filter(|s| s.is_empty()) {
                *slot = text_of(value);
            }
        }
        if let Some(title) = title.filter(|t| !t.is_empty())
            && let Some(slot) = row.cells.first_mut().filter(|s| s.is_empty())
        {
            *slot = cell::clean(title);
        }
        self.found.rows.push(row);
    }
}

/// A value as one cell.
fn text_of(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => cell::clean(text),
        Json::Scalar(text) => text.clone(),
        Json::List(items) => {
            let parts: Vec<String> = items.iter().map(text_of).filter(|t| !t.is_empty()).collect();
            parts.join(", ")
        }
        Json::Map(map) => {
            let named = map.entries.iter().find(|(k, _)| {
                matches!(
                    k.to_lowercase().as_str(),
                    "name" | "displayname" | "display_name" | "text" | "value" | "title" | "id" | "date"
                )
            });
            match named {
                Some((_, value)) if !matches!(value, Json::Map(_) | Json::List(_)) => text_of(value),
                _ => map
                    .entries
                    .iter()
                    .filter(|(_, v)| !matches!(v, Json::Map(_) | Json::List(_)))
                    .map(|(k, v)| format!("{k}: {}", text_of(v)))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        }
    }
}
