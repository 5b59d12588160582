//! What goes on into the next week: rows that are not done and that somebody stands behind.
//!
//! A row that a fallback made of a thread is a guess that the thread is work. For its own week that costs nothing; carried on
//! it would be open work that nobody ever spoke of. So it goes on only if a person has touched it, or a model has matched it.
//!
//! A row that stands for one that could not be read is no work either: it sends people of its own week to messages that the
//! next week does not have.
use crate::{
    change::SYSTEM_ID,
    column::Column,
    doc::DocName,
    model::{Row, Sheet},
};
use std::collections::BTreeSet;

/// How the title of a row begins that stands for one that could not be read, before the ids of the messages.
const UNREAD_START: &str = "A row about m";
/// How that title ends.
const UNREAD_END: &str = " could not be read";

/// Returns the title of a row that stands for one that could not be read and cited `ids`.
pub fn unread_title(ids: &[&str]) -> String {
    // A title is short; the source has them all.
    let some = ids.get(..ids.len().min(5)).unwrap_or_default().join(", ");
    format!("A row about {some}{UNREAD_END}")
}

/// Returns whether a title is that of a row that stands for one that could not be read.
pub fn is_unread(title: &str) -> bool {
    title.starts_with(UNREAD_START) && title.ends_with(UNREAD_END)
}

/// Returns whether a row of `sheet` that this week leaves open goes on into the next. `fallbacks` are the week's generations
/// that were made without a model.
pub fn goes_on(sheet: &Sheet, row: &Row, fallbacks: &BTreeSet<u32>) -> bool {
    let is_open = row.value(Column::Status) != "Done" && !row.value(Column::Title).is_empty();
    is_open && (!(is_fallbacks_own(row, fallbacks) || stands_for_unread(row)) || is_touched(sheet, row))
}

/// Whether the row stands for one that could not be read, and nobody has given it another title.
fn stands_for_unread(row: &Row) -> bool {
    row.cells
        .get(&Column::Title)
        .is_some_and(|title| title.author.as_str() == SYSTEM_ID && is_unread(&title.value))
}

/// Whether no generation but fallbacks has spoken of the row. One that continues an earlier week's is not a fallback's: that
/// week let it go on.
fn is_fallbacks_own(row: &Row, fallbacks: &BTreeSet<u32>) -> bool {
    let is_fallback = |generation: u32| fallbacks.contains(&generation);
    row.carried_from.is_none()
        && row.generation.is_some_and(is_fallback)
        && maker(row.task_id.as_str()).is_some_and(is_fallback)
}

/// The generation that made the row, which its id says: `g2-17` is the second's. Rows of people have other ids.
fn maker(task_id: &str) -> Option<u32> {
    let (generation, number) = task_id.strip_prefix('g')?.split_once('-')?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| generation.parse().ok()).flatten()
}

/// Whether a person has written in the row or its note, or begun a thread about it.
fn is_touched(sheet: &Sheet, row: &Row) -> bool {
    row.is_manually_edited
        || sheet.docs.get(&DocName::notes(&row.task_id)).is_some_and(|note| note.is_manually_edited)
        || sheet.comments().any(|thread| {
            let note = DocName::notes(&row.task_id);
            thread.task_id.as_ref() == Some(&row.task_id) || thread.doc.as_deref() == Some(note.as_str())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Cell, Comment},
        name::{CommentId, Name, RowId},
        time::TimestampMs,
    };
    use std::collections::BTreeMap;

    fn row(task_id: &str, generation: Option<u32>) -> Row {
        let cell = Cell {
            value: "Fix login".into(),
            version: 1,
            author: Name::new("system").unwrap(),
            ai_value: Some("Fix login".into()),
        };
        Row {
            task_id: RowId::new(task_id).unwrap(),
            position: "a".into(),
            cells: BTreeMap::from([(Column::Title, cell)]),
            is_manually_edited: false,
            carried_from: None,
            generation,
        }
    }

    fn goes(row: &Row, fallbacks: &[u32]) -> bool {
        goes_on(
            &Sheet::new("platform/2026-W47".into(), String::new()),
            row,
            &fallbacks.iter().copied().collect(),
        )
    }

    #[test]
    fn a_fallbacks_row_goes_on_only_if_a_person_touched_it_or_a_model_matched_it() {
        let made = row("g1-1", Some(1));
        assert!(!goes(&made, &[1]) && goes(&made, &[]) && goes(&made, &[2]));
        assert!(goes(&Row { is_manually_edited: true, ..made.clone() }, &[1]));
        assert!(
            goes(&Row { generation: Some(2), ..made.clone() }, &[1]),
            "a model's second generation matched it"
        );
        assert!(
            goes(&Row { generation: Some(2), ..made.clone() }, &[2]),
            "a model's first generation made it"
        );
        assert!(!goes(&Row { generation: Some(2), ..made.clone() }, &[1, 2]));
        assert!(goes(&Row { carried_from: Some("2026-W46/a".into()), ..made }, &[1]));
        for person in ["a", "g1x", "gx-1", "g1-a"] {
            assert!(goes(&row(person, Some(1)), &[1]), "{person}");
        }
        assert!(goes(&row("g1-1", None), &[1]));
    }

    #[test]
    fn a_row_that_could_not_be_read_goes_on_only_if_a_person_touched_it() {
        let titled = |title: String, author: &str| {
            let mut row = row("g1-1", Some(1));
            let title =
                Cell { value: title.into(), version: 1, author: Name::new(author).unwrap(), ai_value: None };
            row.cells.insert(Column::Title, title);
            row
        };
        for ids in [&["m3"][..], &["m3", "m7"], &["m1", "m2", "m3", "m4", "m5", "m6"]] {
            let made = titled(unread_title(ids), SYSTEM_ID);
            assert!(!goes(&made, &[]), "{ids:?}");
            assert!(goes(&Row { is_manually_edited: true, ..made }, &[]), "{ids:?}");
        }
        assert!(goes(&titled(unread_title(&["m3"]), "ana"), &[]), "a person called it so");
        for work in
            ["A row about m3", "The row about m3 could not be read", "A row of seats could not be read"]
        {
            assert!(goes(&titled(work.into(), SYSTEM_ID), &[]), "{work}");
        }
    }

    #[test]
    fn a_thread_about_a_row_or_its_note_is_a_touch() {
        let made = row("g1-1", Some(1));
        for (task_id, doc, touched) in [
            (Some("g1-1"), None, true),
            (None, Some("notes:g1-1"), true),
            (Some("g1-11"), None, false),
            (None, None, false),
        ] {
            let mut sheet = Sheet::new("platform/2026-W47".into(), String::new());
            sheet.put_comment(Comment {
                comment_id: CommentId::new("c").unwrap(),
                task_id: task_id.map(|id| RowId::new(id).unwrap()),
                column: None,
                doc: doc.map(str::to_owned),
                anchor: None,
                author: Name::new("ana").unwrap(),
                text: "?".into(),
                mentions: Vec::new(),
                at: TimestampMs(1),
                version: 1,
                edited_at: None,
                deleted: false,
                resolved: None,
                replies: Vec::new(),
            });
            assert_eq!(goes_on(&sheet, &made, &BTreeSet::from([1])), touched, "{task_id:?} {doc:?}");
        }
    }

    #[test]
    fn what_is_done_or_has_no_title_stays() {
        let mut done = row("a", None);
        let title = done.cells.get(&Column::Title).cloned().unwrap();
        done.cells.insert(Column::Status, Cell { value: "Done".into(), ..title });
        assert!(!goes(&done, &[]));
        let untitled = Row { cells: BTreeMap::new(), ..row("a", None) };
        assert!(!goes(&untitled, &[]));
    }
}
