//! Rows from JSON of any shape: an array of objects, an object around it, arrays of arrays, objects by title.
use super::{
    Context, Notes, RawRow,
    align::{self, Judge},
    cell,
    group::{self, Group},
    header,
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
    /// What the keys around a list say of its rows: `{"in_progress": [ … ]}`.
    groups: Vec<Group>,
}

pub(crate) fn read(text: &str, _context: &Context, judge: &Judge<'_>, notes: &mut Notes) -> Found {
    let values = json::values(text);
    let mut collector =
        Collector { judge, notes, found: Found::default(), unknown: BTreeSet::new(), groups: Vec::new() };
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
    header::column_like(key).or_else(|| header::column_like(&spaced))
}

fn is_nested(value: &Json) -> bool {
    match value {
        Json::List(items) => items.iter().any(|i| matches!(i, Json::Map(_) | Json::List(_))),
        Json::Map(map) => map.entries.iter().any(|(_, v)| matches!(v, Json::Map(_) | Json::List(_))),
        _ => false,
    }
}

/// Names of lists in which a task holds smaller ones.
fn is_subtasks(key: &str) -> bool {
    matches!(
        super::words::bare(key).replace(' ', "").as_str(),
        "subtasks"
            | "subtask"
            | "children"
            | "steps"
            | "checklist"
            | "substeps"
            | "todos"
            | "subitems"
            | "teilaufgaben"
            | "milestones"
    )
}

/// Whether an object names a title and another column, or three columns.
fn names_columns(map: &Map) -> bool {
    let columns: BTreeSet<Column> = map.entries.iter().filter_map(|(k, _)| column_of(k)).collect();
    columns.len() >= 3 || (columns.contains(&Column::Title) && columns.len() >= 2)
}

/// Whether a value holds rows of its own.
fn holds_rows(value: &Json) -> bool {
    match value {
        Json::List(items) => items.iter().any(|item| match item {
            Json::Map(map) => names_columns(map),
            Json::List(cells) => cells.len() > 2,
            _ => false,
        }),
        Json::Map(map) => map.entries.iter().any(|(_, v)| match v {
            Json::Map(inner) => names_columns(inner),
            Json::List(items) => items.iter().any(|i| matches!(i, Json::Map(_))),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether an object is a row: it names enough columns, and it is no wrapper around rows. Its own sub-tasks make it none.
fn is_row(map: &Map) -> bool {
    names_columns(map) && !map.entries.iter().any(|(key, value)| !is_subtasks(key) && holds_rows(value))
}

/// Whether an object holds columns and not fields: `{"title": ["A", "B"], "status": ["Done", "Blocked"]}`; with the number of
/// rows, if it is the same in all columns.
fn upright(map: &Map) -> Option<Option<usize>> {
    let lists: Vec<(Column, usize)> = map
        .entries
        .iter()
        .filter_map(|(key, value)| match value {
            Json::List(items) if !items.iter().any(|i| matches!(i, Json::Map(_))) => {
                Some((column_of(key)?, items.len()))
            }
            _ => None,
        })
        .collect();
    let titles = lists.iter().find(|(column, _)| *column == Column::Title)?.1;
    // Several people, blockers or sources are a list in one task, too; several states are not.
    let typed = [Column::Status, Column::Priority, Column::Deadline, Column::Progress];
    let is_upright = titles >= 2 && lists.iter().any(|(column, _)| typed.contains(column));
    is_upright.then(|| lists.iter().all(|(_, length)| *length == titles).then_some(titles))
}

/// Whether an object describes the form of an answer and is none.
fn is_schema(map: &Map) -> bool {
    let value = |name: &str| map.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let is_type = matches!(value("type"), Some(Json::Text(t)) if matches!(t.as_str(), "object" | "array" | "string" | "integer" | "number"));
    value("$schema").is_some()
        || matches!(value("properties"), Some(Json::Map(_)))
        || (is_type && value("items").is_some())
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
                    let nested = map.entries.iter().any(|(_, v)| is_nested(v)) || is_schema(map);
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
                Json::Text(text) if rows && !text.trim().is_empty() => {
                    self.notes.warn(format!("a text among the rows was left out: {}", cell::shown(text)));
                }
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
            Ok((placed, warning)) => {
                if let Some(warning) = warning {
                    self.notes.warn(format!("row {line}: {warning}"));
                }
                self.found.rows.push(RawRow::new(line, placed));
            }
            Err(reason) => self.notes.lose(line, reason, &cells),
        }
    }

    fn map(&mut self, map: &Map) {
        if is_schema(map) {
            return;
        }
        if let Some(height) = upright(map) {
            return self.columns(map, height);
        }
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
        // A summary beside empty lists says: nothing this week.
        let (mut summed, mut lists, mut others) = (false, 0, 0);
        for (key, value) in &map.entries {
            match value {
                _ if is_summary(key) => summed = true,
                Json::List(items) if items.is_empty() => lists += 1,
                Json::Null => {}
                _ => others += 1,
            }
        }
        self.found.saw_rows |= summed && lists > 0 && others == 0;
        for (key, value) in &map.entries {
            let group = if matches!(value, Json::List(_) | Json::Map(_)) { self.group(key) } else { None };
            let is_group = group.is_some();
            self.groups.extend(group);
            self.entry(key, value, columns.as_ref(), is_group);
            if is_group {
                self.groups.pop();
            }
        }
    }

    /// Rows that are written column by column, if all columns are equally high.
    fn columns(&mut self, map: &Map, height: Option<usize>) {
        self.found.saw_rows = true;
        let Some(height) = height.filter(|_| map.complete) else {
            return self
                .notes
                .drop(map.line, "columns of different lengths, so its rows cannot be told apart");
        };
        for n in 0..height {
            let mut row = RawRow { line: map.line, ..RawRow::default() };
            for (key, value) in &map.entries {
                if let (Some(column), Json::List(items)) = (column_of(key), value)
                    && let Some(slot) = row.cells.get_mut(column.index()).filter(|slot| slot.is_empty())
                {
                    *slot = items.get(n).map(text_of).unwrap_or_default();
                }
            }
            self.found.rows.push(row);
        }
    }

    /// What a key says of the rows below it.
    fn group(&self, key: &str) -> Option<Group> {
        if column_of(key).is_some() {
            return None;
        }
        group::of(&key.replace('_', " "), self.judge.people)
    }

    /// One entry of an object that is no row.
    fn entry(&mut self, key: &String, value: &Json, columns: Option<&header::Mapping>, is_group: bool) {
        {
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
                        && !is_group
                        && inner.entries.iter().filter(|(k, _)| column_of(k).is_some()).count() >= 2
                        && !inner.entries.iter().any(|(_, v)| is_nested(v)) =>
                {
                    self.row(inner, Some(key));
                }
                Json::Map(inner) if is_row(inner) => {
                    let named = inner.entries.iter().any(|(k, _)| column_of(k) == Some(Column::Title));
                    self.row(
                        inner,
                        (!named && !is_group && !key.bytes().all(|b| b.is_ascii_digit())).then_some(key),
                    );
                }
                // An answer within the answer.
                Json::Text(text)
                    if text.trim_start().starts_with(['{', '[']) && text.trim_end().ends_with(['}', ']']) =>
                {
                    for inner in json::values(text) {
                        self.value(&inner, None);
                    }
                }
                // An empty list of tasks says: nothing this week.
                Json::List(items)
                    if items.is_empty()
                        && matches!(super::words::bare(key).as_str(), "rows" | "tasks" | "items") =>
                {
                    self.found.saw_rows = true
                }
                other => self.value(other, columns),
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
                None if is_subtasks(key) && holds_rows(value) => {}
                None if !key.is_empty() => drop(self.unknown.insert(key.chars().take(40).collect())),
                None => {}
            }
        }
        // A field given twice with two values says neither.
        let named_twice =
            |column: Column| ranked.iter().filter(|(c, exact, _)| *c == column && *exact).count() > 1;
        let twice: BTreeSet<Column> = ranked.iter().map(|(c, ..)| *c).filter(|c| named_twice(*c)).collect();
        // Where two fields mean one column, the one that bears its name wins.
        ranked.sort_by_key(|(_, exact, _)| !exact);
        let small: Vec<String> = map
            .entries
            .iter()
            .filter(|(key, value)| is_subtasks(key) && holds_rows(value))
            .flat_map(|(_, value)| subtasks(value))
            .collect();
        for (column, exact, value) in ranked {
            let text = text_of(value);
            if is_cut_short(value) {
                self.notes.warn(format!(
                    "line {}: of {column} only {:?} was taken",
                    map.line,
                    cell::shown(&text)
                ));
            }
            let Some(slot) = row.cells.get_mut(column.index()) else { continue };
            if slot.is_empty() {
                *slot = text;
            } else if exact && twice.contains(&column) && !text.is_empty() && *slot != text {
                slot.push_str(" or ");
                slot.push_str(&text);
                self.notes.warn(format!(
                    "line {}: {column} is given twice, as {:?}",
                    map.line,
                    cell::shown(slot)
                ));
            } else if !text.is_empty() && *slot != text {
                let text = cell::shown(&text);
                self.notes.warn(format!("line {}: a second {column}, {text:?}, was left out", map.line));
            }
        }
        if let Some(title) = title.filter(|t| !t.is_empty())
            && let Some(slot) = row.cells.first_mut().filter(|s| s.is_empty())
        {
            *slot = cell::clean(title);
        }
        for (column, value) in &self.groups {
            if let Some(cell) = row.cells.get_mut(column.index()).filter(|c| cell::is_blank(c)) {
                cell.clone_from(value);
            }
        }
        if let Some(cell) = row.cells.get_mut(Column::Description.index()).filter(|_| !small.is_empty()) {
            let lines = small.iter().map(|line| format!("- {line}"));
            *cell = std::iter::once(std::mem::take(cell))
                .filter(|c| !c.is_empty())
                .chain(lines)
                .collect::<Vec<_>>()
                .join("\n");
        }
        self.found.rows.push(row);
    }
}

/// Sub-tasks as lines of their task's description: `Write the plan (Done)`.
fn subtasks(value: &Json) -> Vec<String> {
    let Json::List(items) = value else { return Vec::new() };
    let line = |map: &Map| {
        let of =
            |column| map.entries.iter().find(|(k, _)| column_of(k) == Some(column)).map(|(_, v)| text_of(v));
        let title = of(Column::Title).unwrap_or_default();
        match of(Column::Status).filter(|s| !s.is_empty()) {
            Some(status) => format!("{title} ({status})"),
            None => title,
        }
    };
    items.iter().filter_map(|item| if let Json::Map(map) = item { Some(line(map)) } else { None }).collect()
}

/// Whether [`text_of`] leaves out something that an object within a cell says.
fn is_cut_short(value: &Json) -> bool {
    match value {
        Json::Map(map) => {
            let taken = named(map);
            // `{"name": "Ana", "id": "U01"}` says one thing twice.
            let is_key =
                |key: &str| matches!(key.to_lowercase().as_str(), "id" | "email" | "username" | "type");
            map.entries.iter().any(|(key, inner)| match taken {
                Some(taken) => !std::ptr::eq(taken, inner) && !is_key(key) && !text_of(inner).is_empty(),
                None => is_nest(inner) && !text_of(inner).is_empty(),
            })
        }
        Json::List(items) => items.iter().any(is_cut_short),
        _ => false,
    }
}

fn is_nest(value: &Json) -> bool {
    matches!(value, Json::Map(_) | Json::List(_))
}

/// The value that names an object: `{"name": "Ana"}`.
fn named(map: &Map) -> Option<&Json> {
    let is_name = |key: &str| {
        matches!(
            key.to_lowercase().as_str(),
            "name" | "displayname" | "display_name" | "text" | "value" | "title" | "id" | "date"
        )
    };
    map.entries.iter().find(|(key, _)| is_name(key)).map(|(_, value)| value).filter(|value| !is_nest(value))
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
        Json::Map(map) => match named(map) {
            Some(value) => text_of(value),
            _ => map
                .entries
                .iter()
                .filter(|(_, v)| !is_nest(v))
                .map(|(k, v)| format!("{k}: {}", text_of(v)))
                .collect::<Vec<_>>()
                .join(", "),
        },
    }
}
