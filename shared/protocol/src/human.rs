//! The human-readable form: one line a frame, for terminals, logs and the audit export.
//!
//! `CELL_MODIFY|<taskId or #row>|status|In progress|Done`, `BATCH_UPDATE|<taskId>|{…}`, `ROW_INSERT|{…}`,
//! `ROW_REMOVE|<taskId>`, `PRESENCE_JOIN`, `PRESENCE_LEAVE`. A trailing author is accepted and ignored. `\|`, `\\`
//! and `\n` are escapes in plain fields; JSON fields stand as they are.
use serde::Deserialize;
use serde_json::Value;
use sheet::{Change, Code, Column, Op, Refusal, RowId, Sheet, column::UnknownColumn, op::Update};
use std::collections::BTreeMap;

/// A frame in the human-readable form.
#[derive(Clone, PartialEq, Debug)]
pub enum HumanFrame {
    /// Joins the room, as `hello` does.
    Join,
    /// Leaves it.
    Leave,
    /// A change of one op.
    Change(HumanOp),
}

/// An op whose row may be named by its number.
#[derive(Clone, PartialEq, Debug)]
pub enum HumanOp {
    /// Several cells of one row, each guarded by its old value; `CELL_MODIFY` is the case of one.
    Cells {
        /// The row.
        row: RowRef,
        /// The cells.
        updates: BTreeMap<Column, Update>,
    },
    /// A new row. Without an id it gets one from the message.
    Insert {
        /// Its id.
        task_id: Option<RowId>,
        /// The row it is below.
        after: Option<RowId>,
        /// The texts of its cells.
        cells: BTreeMap<Column, String>,
    },
    /// Any other op, its row named by id.
    Op(Op),
}

/// A row by its id, or by its number from 1 where an old value guards against having counted wrong.
#[derive(Clone, PartialEq, Debug)]
pub enum RowRef {
    /// By id.
    Id(RowId),
    /// `#3`: the third row.
    Number(usize),
}

/// Reads one line.
///
/// # Errors
/// [`Refusal`] with a sentence that says what the line should be.
pub fn read(text: &str) -> Result<HumanFrame, Refusal> {
    let text = text.trim_end_matches(['\r', '\n']);
    let (word, rest) = text.split_once('|').unwrap_or((text, ""));
    match word {
        "PRESENCE_JOIN" => Ok(HumanFrame::Join),
        "PRESENCE_LEAVE" => Ok(HumanFrame::Leave),
        "CELL_MODIFY" => cell_modify(rest).map(HumanFrame::Change),
        "BATCH_UPDATE" => batch_update(rest).map(HumanFrame::Change),
        "ROW_INSERT" => row_insert(rest).map(HumanFrame::Change),
        "ROW_REMOVE" => {
            let fields = fields(rest)?;
            let task_id = fields.first().map(String::as_str).unwrap_or_default();
            if task_id.starts_with('#') {
                return malformed("ROW_REMOVE names the row by its id: a number could hit another row");
            }
            Ok(HumanFrame::Change(HumanOp::Op(Op::RowRemove { task_id: id(task_id)? })))
        }
        _ => Err(Refusal::new(
            Code::Unsupported,
            "a frame is JSON, or begins with CELL_MODIFY, BATCH_UPDATE, ROW_INSERT, ROW_REMOVE, PRESENCE_JOIN or PRESENCE_LEAVE",
        )),
    }
}

impl HumanOp {
    /// Returns the op it means on this sheet. `made` is the id of a row that has none yet.
    ///
    /// # Errors
    /// [`Refusal`] `UNKNOWN_TARGET` if the sheet has no such row.
    pub fn resolve(self, sheet: &Sheet, made: &RowId) -> Result<Op, Refusal> {
        match self {
            Self::Op(op) => Ok(op),
            Self::Insert { task_id, after, cells } => Ok(Op::RowInsert {
                task_id: task_id.unwrap_or_else(|| made.clone()),
                after,
                cells,
                restored: None,
            }),
            Self::Cells { row, updates } => {
                let task_id = match row {
                    RowRef::Id(id) => id,
                    RowRef::Number(number) => {
                        let row = number.checked_sub(1).and_then(|n| sheet.rows().nth(n));
                        let missing =
                            || Refusal::new(Code::UnknownTarget, format!("there is no row #{number}"));
                        row.map(|row| row.task_id.clone()).ok_or_else(missing)?
                    }
                };
                match (updates.len(), updates.first_key_value()) {
                    (1, Some((column, Update { old_value, new_value }))) => Ok(Op::CellModify {
                        task_id,
                        column: *column,
                        old_value: old_value.clone(),
                        new_value: new_value.clone(),
                    }),
                    _ => Ok(Op::BatchUpdate { task_id, updates }),
                }
            }
        }
    }
}

/// Returns the lines of a committed change, one an op, for the log command and the audit export.
pub fn lines(change: &Change) -> Vec<String> {
    let author = escape(change.author.id.as_str());
    let line = |op: &Op| match op {
        Op::CellModify { task_id, column, old_value, new_value } => {
            format!("CELL_MODIFY|{task_id}|{column}|{}|{}|{author}", escape(old_value), escape(new_value))
        }
        Op::RowRemove { task_id } => format!("ROW_REMOVE|{task_id}|{author}"),
        // What was typed is in the log; a terminal shows how much.
        Op::TextUpdate { doc, update, .. } => format!("TEXT_UPDATE|{doc}|{} bytes|{author}", update.0.len()),
        Op::BatchUpdate { task_id, updates } => format!("BATCH_UPDATE|{task_id}|{}|{author}", json(updates)),
        other => {
            let mut value = serde_json::to_value(other).unwrap_or_default();
            if let Value::Object(fields) = &mut value {
                fields.remove("op");
            }
            format!("{}|{value}|{author}", other.name())
        }
    };
    change.ops.iter().map(line).collect()
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn malformed<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(Code::Malformed, message))
}

fn id(word: &str) -> Result<RowId, Refusal> {
    RowId::new(word).map_err(|error| Refusal::new(Code::Malformed, error.to_string()))
}

fn row_ref(word: &str) -> Result<RowRef, Refusal> {
    match word.strip_prefix('#') {
        None => id(word).map(RowRef::Id),
        Some(number) => match number.parse() {
            Ok(number) => Ok(RowRef::Number(number)),
            Err(_) => malformed("a row number is #1, #2, …"),
        },
    }
}

fn cell_modify(rest: &str) -> Result<HumanOp, Refusal> {
    let fields = fields(rest)?;
    let (row, column, old, new) = match fields.as_slice() {
        [row, column, old, new] | [row, column, old, new, _] => (row, column, old, new),
        _ => return malformed("CELL_MODIFY|<taskId or #row>|<column>|<old value>|<new value>"),
    };
    let column: Column =
        column.parse().map_err(|error: UnknownColumn| Refusal::new(Code::Malformed, error.to_string()))?;
    let update = Update { old_value: old.clone(), new_value: new.clone() };
    Ok(HumanOp::Cells { row: row_ref(row)?, updates: BTreeMap::from([(column, update)]) })
}

fn batch_update(rest: &str) -> Result<HumanOp, Refusal> {
    const FORM: &str = r#"BATCH_UPDATE|<taskId>|{"<column>":{"oldValue":"…","newValue":"…"}}"#;
    let Some((row, rest)) = rest.split_once('|') else { return malformed(FORM) };
    let updates: BTreeMap<Column, Update> = value_then_author(rest, FORM)?;
    Ok(HumanOp::Cells { row: row_ref(row)?, updates })
}

fn row_insert(rest: &str) -> Result<HumanOp, Refusal> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Insert {
        #[serde(rename_all = "camelCase")]
        Full {
            #[serde(default)]
            task_id: Option<RowId>,
            #[serde(default)]
            after: Option<RowId>,
            cells: BTreeMap<Column, String>,
        },
        Cells(BTreeMap<Column, String>),
    }
    let insert = value_then_author(
        rest,
        r#"ROW_INSERT|{"title":"…"} or ROW_INSERT|{"taskId":"…","after":"…","cells":{…}}"#,
    )?;
    Ok(match insert {
        Insert::Full { task_id, after, cells } => HumanOp::Insert { task_id, after, cells },
        Insert::Cells(cells) => HumanOp::Insert { task_id: None, after: None, cells },
    })
}

/// One JSON value, then nothing or `|author`.
fn value_then_author<'a, T: Deserialize<'a>>(text: &'a str, form: &str) -> Result<T, Refusal> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) if matches!(text.as_bytes().get(values.byte_offset()), None | Some(b'|')) => {
            Ok(value)
        }
        Some(Err(error)) => malformed(format!("{form}: {error}")),
        _ => malformed(form),
    }
}

/// Plain fields between bars, unescaped.
fn fields(text: &str) -> Result<Vec<String>, Refusal> {
    let mut fields = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let literal = match c {
            '|' => {
                fields.push(String::new());
                continue;
            }
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some(c @ ('|' | '\\')) => c,
                _ => return malformed(r"a backslash stands before |, \ or n"),
            },
            c => c,
        };
        if let Some(field) = fields.last_mut() {
            field.push(literal);
        }
    }
    Ok(fields)
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('|', r"\|").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // rule: T1, T2
    #[test]
    fn each_form_reads_with_and_without_an_author() {
        for text in [
            "CELL_MODIFY|t-1|status|In progress|Done",
            "CELL_MODIFY|#3|title|a \\| b|two\\nlines|ana",
            r#"BATCH_UPDATE|t-1|{"status":{"oldValue":"","newValue":"Done"}}"#,
            r#"BATCH_UPDATE|#1|{"title":{"oldValue":"a|b","newValue":"c\nd"}}|ana"#,
            r#"ROW_INSERT|{"title":"New"}"#,
            r#"ROW_INSERT|{"taskId":"t","after":"s","cells":{"title":"New"}}|ana"#,
            "ROW_REMOVE|t-1",
            "ROW_REMOVE|t-1|ana",
            "PRESENCE_JOIN",
            "PRESENCE_LEAVE\n",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_what_would_be_right() {
        for (text, code, says) in [
            ("ROW_REMOVE|#3", Code::Malformed, "by its id"),
            ("CELL_MODIFY|t|status|Done", Code::Malformed, "CELL_MODIFY|<taskId"),
            ("CELL_MODIFY|t|colour|a|b", Code::Malformed, "one of title"),
            (r"CELL_MODIFY|t|title|a\b|c", Code::Malformed, "backslash"),
            ("ROW_INSERT|{", Code::Malformed, "ROW_INSERT|"),
            (r#"ROW_INSERT|{"title":"x"}trailing"#, Code::Malformed, "ROW_INSERT|"),
            ("DANCE", Code::Unsupported, "begins with"),
            ("", Code::Unsupported, "begins with"),
        ] {
            let refusal = read(text).unwrap_err();
            assert_eq!(refusal.code, code, "{text}");
            assert!(refusal.message.contains(says), "{text}: {}", refusal.message);
        }
    }

    proptest! {
        #[test]
        fn a_cell_survives_the_line_and_back(old in "\\PC*", new in "[a|\\\\\n ]{0,12}") {
            let line = format!("CELL_MODIFY|t|title|{}|{}|ana", escape(&old), escape(&new));
            let update = Update { old_value: old, new_value: new };
            let row = RowRef::Id(RowId::new("t").unwrap());
            let cells = HumanOp::Cells { row, updates: BTreeMap::from([(Column::Title, update)]) };
            prop_assert_eq!(read(&line).unwrap(), HumanFrame::Change(cells));
        }
    }
}
