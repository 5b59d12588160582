//! The values of a sheet's cells, folded independently: a few maps, nothing of `sheet`'s.
//!
//! It is what linearizability means here: the log is the order, and every change must have seen in its cells what the
//! change before it left there.
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The system's author.
pub const SYSTEM: &str = "cyclesheet";

/// A cell: its value and its author.
pub type Cell = (String, String);

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its cells that were ever written.
    pub cells: BTreeMap<String, Cell>,
    /// Whether the model ever wrote or matched it.
    pub generated: bool,
}

/// The cells of one sheet.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// The rows.
    pub rows: BTreeMap<String, Row>,
    locks: BTreeMap<String, (String, i64)>,
    /// Message ids that removed rows of the model came from.
    removed_sources: BTreeSet<String>,
}

/// Text that a value shows: cells may be written as numbers.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn sources(cell: &str) -> impl Iterator<Item = String> {
    cell.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}

impl Cells {
    /// Folds one change, all but the model's rows; what it could not have been allowed to do.
    pub fn fold(&mut self, author: &str, role: &str, at: i64, ops: &[Value]) -> Result<(), String> {
        self.locks.retain(|_, (_, until)| *until > at);
        ops.iter().try_for_each(|op| self.op(author, role, at, op))
    }

    fn op(&mut self, author: &str, role: &str, at: i64, op: &Value) -> Result<(), String> {
        let task = word(op, "taskId");
        match word(op, "op") {
            "CELL_MODIFY" => {
                self.unlocked(author, role, task)?;
                self.write(author, task, word(op, "column"), &op["oldValue"], &op["newValue"])
            }
            "BATCH_UPDATE" => {
                self.unlocked(author, role, task)?;
                let updates = op["updates"].as_object().cloned().unwrap_or_default();
                updates.iter().try_for_each(|(column, update)| {
                    self.write(author, task, column, &update["oldValue"], &update["newValue"])
                })
            }
            "ROW_INSERT" => self.insert(author, task, op),
            "ROW_REMOVE" => {
                self.unlocked(author, role, task)?;
                let row = self.rows.remove(task).ok_or_else(|| format!("X9: {task} was removed twice"))?;
                if row.generated
                    && let Some((ids, _)) = row.cells.get("source")
                {
                    self.removed_sources.extend(sources(ids));
                }
                self.locks.remove(task);
                Ok(())
            }
            "ROW_MOVE" => self.unlocked(author, role, task),
            "ROW_LOCK" => {
                self.unlocked(author, role, task)?;
                let until = at + op["seconds"].as_i64().unwrap_or_default() * 1_000;
                self.locks.insert(task.to_owned(), (author.to_owned(), until));
                Ok(())
            }
            "ROW_UNLOCK" => {
                self.locks.remove(task);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn unlocked(&self, author: &str, role: &str, task: &str) -> Result<(), String> {
        match self.locks.get(task) {
            _ if !self.rows.contains_key(task) => Err(format!("X9: there is no row {task}")),
            Some((holder, _)) if holder != author && role != "system" => {
                Err(format!("X10: {author} wrote in {task}, which {holder} holds"))
            }
            _ => Ok(()),
        }
    }

    fn write(
        &mut self,
        author: &str,
        task: &str,
        column: &str,
        old: &Value,
        new: &Value,
    ) -> Result<(), String> {
        let row = self.rows.entry(task.to_owned()).or_default();
        let stands = row.cells.get(column).map_or("", |(value, _)| value);
        if stands != shown(old) {
            return Err(format!(
                "X7: {author} saw {:?} in {task}/{column}, where {stands:?} stands",
                shown(old)
            ));
        }
        row.cells.insert(column.to_owned(), (shown(new), author.to_owned()));
        Ok(())
    }

    fn insert(&mut self, author: &str, task: &str, op: &Value) -> Result<(), String> {
        if self.rows.contains_key(task) {
            return Err(format!("X9: the row {task} was inserted twice"));
        }
        let mut row = Row::default();
        let restored = &op["restored"];
        if restored.is_object() {
            for (column, cell) in restored["cells"].as_object().into_iter().flatten() {
                row.cells.insert(column.clone(), (shown(&cell["value"]), word(cell, "author").to_owned()));
            }
            row.generated = !restored["generation"].is_null();
        } else {
            for (column, value) in op["cells"].as_object().into_iter().flatten() {
                row.cells.insert(column.clone(), (shown(value), author.to_owned()));
            }
        }
        self.rows.insert(task.to_owned(), row);
        Ok(())
    }

    /// Takes over what a committed extraction made of the sheet, if people won: their words stand, their rows stand, and
    /// what they removed stays away. `generation` is the extraction's number.
    pub fn refreshed(&mut self, sheet: &Value, generation: u64) -> Result<(), String> {
        let after = rows_of(sheet);
        for (task, row) in &self.rows {
            let Some(now) = after.get(task) else {
                return Err(format!("I7: a refresh removed the row {task}"));
            };
            for (column, (value, author)) in row.cells.iter().filter(|(_, (_, author))| author != SYSTEM) {
                let stands = now.cells.get(column).map(|(value, _)| value.as_str());
                if stands != Some(value) {
                    return Err(format!(
                        "I7: a refresh made {stands:?} of {author}'s {value:?} in {task}/{column}"
                    ));
                }
            }
        }
        for (task, row) in after.iter().filter(|(task, _)| !self.rows.contains_key(*task)) {
            let ids = row.cells.get("source").map_or("", |(ids, _)| ids);
            if let Some(id) = sources(ids).find(|id| self.removed_sources.contains(id)) {
                return Err(format!(
                    "I7: generation {generation} brought back {task}, removed with its source {id}"
                ));
            }
        }
        self.rows = after;
        Ok(())
    }

    /// Returns whether the sheet says the same.
    pub fn agrees(&self, sheet: &Value) -> Result<(), String> {
        let theirs = rows_of(sheet);
        if theirs.len() != self.rows.len() || theirs.keys().ne(self.rows.keys()) {
            let (a, b) = (theirs.keys().collect::<Vec<_>>(), self.rows.keys().collect::<Vec<_>>());
            return Err(format!("I4: the fold has the rows {a:?}, the log has {b:?}"));
        }
        for (task, row) in &self.rows {
            if row.cells != theirs[task].cells {
                return Err(format!(
                    "I4: row {task}: the fold says {:?}, the log says {:?}",
                    theirs[task].cells, row.cells
                ));
            }
        }
        Ok(())
    }
}

/// The rows of a sheet's JSON.
fn rows_of(sheet: &Value) -> BTreeMap<String, Row> {
    let tasks = sheet["tasks"].as_array().into_iter().flatten();
    let row = |task: &Value| {
        let cells = task["cells"].as_object().into_iter().flatten();
        let cell = |(column, cell): (&String, &Value)| {
            (column.clone(), (shown(&cell["value"]), word(cell, "author").to_owned()))
        };
        let row = Row { cells: cells.map(cell).collect(), generated: !task["generation"].is_null() };
        (word(task, "taskId").to_owned(), row)
    };
    tasks.map(row).collect()
}
