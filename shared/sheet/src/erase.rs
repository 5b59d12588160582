//! Takes a person out of a log: their words and their name go, every change stays at its place, and the chain still holds.
//!
//! A change that is altered begins with the digest of the bytes that were committed, so every later hash stays what it
//! was. It still folds: it has the same ops on the same rows, without words. What it said is then no longer proved, and
//! `audit verify` counts such changes.
//!
//! The person's own changes lose all their words. In changes of others, the model's among them, the person's names become
//! [`ERASED_NAME`], mentions of them lead to the alias, and quotations of what they wrote (what a cell held before, a row
//! that came back) become empty. A removal names its user still: it is what keeps them out.
use crate::{
    chain,
    change::Change,
    column::Column,
    doc::{Bytes, scan},
    model::{Cell, Row},
    name::Name,
    op::{Op, Update},
};
use std::collections::{BTreeMap, BTreeSet};

/// Replaces a person's name.
pub const ERASED_NAME: &str = "Erased person";

/// Columns whose cells hold words: the others hold one of a few values, which quote nobody.
const WORDS: [Column; 5] =
    [Column::Title, Column::Description, Column::Assignee, Column::Deadline, Column::Blockers];

/// Whom a log forgets.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub user: Name,
    /// Their names, as cells and messages have them. Empty ones are passed over.
    pub names: Vec<String>,
    /// The id that stands for theirs from now on.
    pub alias: Name,
}

/// What a person wrote in one log, by which quotations of it are known.
#[derive(Clone, Debug, Default)]
pub struct Written(BTreeSet<String>);

impl Written {
    /// Adds what a change of the person wrote; changes of others add nothing.
    pub fn note(&mut self, change: &Change, person: &Person) {
        if change.author.id != person.user {
            return;
        }
        for op in &change.ops {
            match op {
                Op::CellModify { column, new_value, .. } => self.cell(*column, new_value),
                Op::BatchUpdate { updates, .. } => {
                    updates.iter().for_each(|(column, update)| self.cell(*column, &update.new_value));
                }
                Op::RowInsert { cells, .. } => {
                    cells.iter().for_each(|(column, value)| self.cell(*column, value));
                }
                _ => {}
            }
        }
    }

    fn cell(&mut self, column: Column, value: &str) {
        if WORDS.contains(&column) && !value.is_empty() {
            self.0.insert(value.to_owned());
        }
    }
}

/// Returns the text of a change without the person; `None` if there is nothing of them in it, or if it is no change that
/// this release knows. Applied to what it returned, it returns `None`.
pub fn redacted(text: &str, person: &Person, written: &Written) -> Option<String> {
    let before: Change = serde_json::from_str(text).ok()?;
    let mut change = before.clone();
    let is_theirs = change.author.id == person.user;
    let eraser = Eraser { person, written, is_theirs };
    if is_theirs {
        change.author.id = person.alias.clone();
        change.author.name = ERASED_NAME.to_owned();
    }
    change.ops.iter_mut().for_each(|op| eraser.op(op));
    if change == before {
        return None;
    }
    let json = serde_json::to_string(&change).ok()?;
    Some(chain::with_digest(&chain::digest(text), &json))
}

/// Takes one person out of one change.
struct Eraser<'a> {
    person: &'a Person,
    written: &'a Written,
    /// Whether the change is the person's own.
    is_theirs: bool,
}

impl Eraser<'_> {
    fn op(&self, op: &mut Op) {
        match op {
            Op::CellModify { old_value, new_value, .. } => {
                self.quoted(old_value);
                self.words(new_value);
            }
            Op::BatchUpdate { updates, .. } => {
                for Update { old_value, new_value } in updates.values_mut() {
                    self.quoted(old_value);
                    self.words(new_value);
                }
            }
            Op::RowInsert { cells, restored, .. } => {
                cells.values_mut().for_each(|value| self.words(value));
                if let Some(row) = restored {
                    self.row(row);
                }
            }
            Op::CommentAdd { text, mentions, .. }
            | Op::CommentReply { text, mentions, .. }
            | Op::CommentEdit { text, mentions, .. } => {
                self.words(text);
                self.mentions(mentions);
            }
            Op::TextUpdate { update, mentions, .. } => {
                if self.is_theirs
                    && let Ok(veiled) = scan::veiled(&update.0)
                {
                    *update = Bytes::from(veiled);
                }
                self.mentions(mentions);
            }
            Op::SavePointAdd { name } => self.words(name),
            Op::ViewAdd { name, look, .. } => {
                self.words(name);
                self.words(look);
            }
            Op::Generated(generated) => {
                self.words(&mut generated.summary);
                generated.note.iter_mut().for_each(|note| self.words(note));
                for row in &mut generated.rows {
                    row.cells.values_mut().for_each(|value| self.words(value));
                }
            }
            Op::GenerationFailed { reason, .. } => self.words(reason),
            Op::RowRemove { .. }
            | Op::RowMove { .. }
            | Op::RowLock { .. }
            | Op::RowUnlock { .. }
            | Op::CommentDelete { .. }
            | Op::CommentResolve { .. }
            | Op::CommentReopen { .. }
            | Op::SavePointRemove { .. }
            | Op::HealthSet { .. }
            | Op::ViewRemove { .. }
            | Op::MemberRevoke { .. }
            | Op::MemberRestore { .. }
            | Op::MemberRole { .. }
            | Op::GenerationStarted { .. }
            | Op::CycleStale { .. }
            | Op::CycleSealed {} => {}
        }
    }

    /// Words of the change's author: nothing is left of the person's own, and no name of theirs in those of others.
    fn words(&self, text: &mut String) {
        if self.is_theirs {
            text.clear();
            return;
        }
        for name in self.person.names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            *text = replaced(text, name);
        }
    }

    /// Empties the earlier value of a cell if the person wrote it.
    fn quoted(&self, text: &mut String) {
        if self.written.0.contains(text.as_str()) {
            text.clear();
        }
        self.words(text);
    }

    fn row(&self, row: &mut Row) {
        let cells = std::mem::take(&mut row.cells);
        let cell = |(column, mut cell): (Column, Cell)| {
            let (mut value, mut ai_value) =
                (cell.value.to_string(), cell.ai_value.as_ref().map(ToString::to_string));
            if cell.author == self.person.user {
                value.clear();
                cell.author = self.person.alias.clone();
            }
            self.words(&mut value);
            ai_value.iter_mut().for_each(|value| self.words(value));
            (column, Cell { value: value.into(), ai_value: ai_value.map(Into::into), ..cell })
        };
        row.cells = cells.into_iter().map(cell).collect::<BTreeMap<_, _>>();
    }

    fn mentions(&self, mentions: &mut [Name]) {
        for mention in mentions.iter_mut().filter(|mention| **mention == self.person.user) {
            *mention = self.person.alias.clone();
        }
    }
}

/// Returns whether a text has `name` as words of its own: `Ana` is in "Ana's" and not in "Anatole".
pub fn names(text: &str, name: &str) -> bool {
    !name.is_empty() && places(text, name).next().is_some()
}

/// Where `name` begins as words of its own.
fn places<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let stands_alone = move |at: &usize| {
        let behind = text[at + name.len()..].chars().next();
        !joins(text[..*at].chars().next_back()) && !joins(behind)
    };
    text.match_indices(name).map(|(at, _)| at).filter(stands_alone)
}

/// Replaces `name` wherever the text has it as words of its own.
fn replaced(text: &str, name: &str) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for at in places(text, name) {
        out.push_str(&text[from..at]);
        out.push_str(ERASED_NAME);
        from = at + name.len();
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        change::Author,
        entry::LogEntry,
        name::{ChangeId, ClientId, CommentId, CycleKey, RowId},
        role::Role,
        state::State,
        time::TimestampMs,
    };
    use yrs::{Doc, GetString, ReadTxn, StateVector, Text, Transact, updates::decoder::Decode};

    fn name(word: &str) -> Name {
        Name::new(word).unwrap()
    }

    fn person() -> Person {
        Person { user: name("ana"), names: vec!["Ana Ruiz".into(), " ".into()], alias: name("erased-1") }
    }

    fn task(word: &str) -> RowId {
        RowId::new(word).unwrap()
    }

    fn ops(json: &str) -> Vec<Op> {
        serde_json::from_str(json).unwrap()
    }

    fn change(version: u64, user: &str, ops: Vec<Op>) -> Change {
        let author = if user == "ana" { "Ana Ruiz".to_owned() } else { format!("{user} {}", "x".repeat(3)) };
        Change {
            version,
            id: ChangeId::new(ClientId::made_of("page-", user), version),
            author: Author { id: name(user), name: author },
            role: Role::Editor,
            at: TimestampMs(1_000 * version as i64),
            base: version - 1,
            ops,
        }
    }

    /// A log of one change an entry, as texts and hashes.
    fn log(changes: Vec<Change>) -> (CycleKey, Vec<chain::Audited>) {
        let key =
            CycleKey { tenant: name("acme"), team: name("platform"), week: "2026-W47".parse().unwrap() };
        let mut state = State::genesis(&key);
        let mut log = Vec::new();
        for change in changes {
            let entry = LogEntry::build(&state, vec![change]).unwrap();
            entry.fold(&mut state).unwrap();
            let changes = entry.texts.iter().map(ToString::to_string).collect();
            log.push(chain::Audited { first: entry.first, hash: entry.hash, changes });
        }
        (key, log)
    }

    /// The log without the person.
    fn erased(log: &[chain::Audited]) -> Vec<chain::Audited> {
        let mut written = Written::default();
        for text in log.iter().flat_map(|entry| &entry.changes) {
            written.note(&serde_json::from_str(text).unwrap(), &person());
        }
        let one = |text: &String| redacted(text, &person(), &written).unwrap_or_else(|| text.clone());
        log.iter()
            .map(|entry| chain::Audited { changes: entry.changes.iter().map(one).collect(), ..entry.clone() })
            .collect()
    }

    fn fold(key: &CycleKey, log: &[chain::Audited]) -> State {
        let mut state = State::genesis(key);
        for entry in log {
            let texts = entry.changes.iter().map(|text| text.as_str().into()).collect();
            LogEntry::read(entry.first, texts, entry.hash.clone()).unwrap().fold(&mut state).unwrap();
        }
        state
    }

    fn told() -> Vec<Change> {
        vec![
            change(
                1,
                "ana",
                ops(
                    r#"[{"op":"ROW_INSERT","taskId":"t1","cells":{"title":"My secret plan","status":"Blocked"}}]"#,
                ),
            ),
            change(
                2,
                "ben",
                ops(
                    r#"[{"op":"CELL_MODIFY","taskId":"t1","column":"title","oldValue":"My secret plan","newValue":"Ask Ana Ruiz, not Ana Ruizova"},
                {"op":"CELL_MODIFY","taskId":"t1","column":"status","oldValue":"Blocked","newValue":"Done"}]"#,
                ),
            ),
            change(
                3,
                "ana",
                ops(
                    r#"[{"op":"COMMENT_ADD","commentId":"c1","taskId":"t1","text":"call me on 555","mentions":["ben"]}]"#,
                ),
            ),
            change(
                4,
                "ben",
                ops(
                    r#"[{"op":"COMMENT_REPLY","commentId":"c1","replyId":"r1","text":"yes","mentions":["ana"]},
                {"op":"ROW_INSERT","taskId":"t2","cells":{"title":"Other work"}}]"#,
                ),
            ),
            change(5, "cleo", ops(r#"[{"op":"MEMBER_REVOKE","userId":"ana"}]"#)),
        ]
    }

    #[test]
    fn nothing_of_the_person_is_left_and_the_chain_still_verifies() {
        let (key, whole) = log(told());
        let head = chain::verify(&key, &whole, None).unwrap();
        let erased = erased(&whole);
        assert_eq!(chain::verify(&key, &erased, Some(&head)), Ok(head));
        let text = serde_json::to_string(&erased).unwrap();
        for gone in ["secret plan", "555", "Ana Ruiz,", r#"\"id\":\"ana\""#, r#"[\"ana\"]"#] {
            assert!(!text.contains(gone), "{gone} is left in {text}");
        }
        for stays in ["Other work", "Ana Ruizova", "yes", r#"\"userId\":\"ana\""#, "Done"] {
            assert!(text.contains(stays), "{stays} is not in {text}");
        }
        let count = erased.iter().flat_map(|entry| &entry.changes).filter(|text| chain::is_erased(text));
        assert_eq!(count.count(), 4, "the removal has nothing to erase");
    }

    #[test]
    fn an_erased_log_folds_to_the_same_rows_without_the_words() {
        let (key, whole) = log(told());
        let (before, after) = (fold(&key, &whole), fold(&key, &erased(&whole)));
        assert_eq!((after.version(), &after.ledger.hash), (before.version(), &before.ledger.hash));
        let row = after.sheet.row(&task("t1")).unwrap();
        assert_eq!(row.value(Column::Title), "Ask Erased person, not Ana Ruizova");
        assert_eq!(row.value(Column::Status), "Done");
        assert_eq!(after.sheet.authors.get(&name("erased-1")).map(|name| &**name), Some(ERASED_NAME));
        assert!(!after.sheet.authors.contains_key(&name("ana")));
        assert!(after.ledger.denials.contains(&name("ana")), "they stay out");
        let thread = after.sheet.comment(&CommentId::new("c1").unwrap()).unwrap();
        assert_eq!((thread.text.as_str(), thread.author.as_str()), ("", "erased-1"));
        assert_eq!(thread.replies[0].mentions, [name("erased-1")]);
    }

    #[test]
    fn erasing_again_changes_nothing() {
        let (_, whole) = log(told());
        let once = erased(&whole);
        assert_eq!(erased(&once), once);
    }

    #[test]
    fn a_veiled_update_keeps_what_others_typed_around_it() {
        let typed = |id: u64, at: u32, text: &str, before: &[Vec<u8>]| {
            let doc = Doc::with_client_id(id);
            let root = doc.get_or_insert_text("note");
            for update in before {
                doc.transact_mut().apply_update(yrs::Update::decode_v1(update).unwrap()).unwrap();
            }
            let known = doc.transact().state_vector();
            root.insert(&mut doc.transact_mut(), at, text);
            doc.transact().encode_state_as_update_v1(&known)
        };
        let hers = typed(1, 0, "Ana: grüße 🎉", &[]);
        let his = typed(2, 5, "ok ", std::slice::from_ref(&hers));
        let text = |updates: &[&Vec<u8>]| {
            let doc = Doc::new();
            let root = doc.get_or_insert_text("note");
            for update in updates {
                doc.transact_mut().apply_update(yrs::Update::decode_v1(update).unwrap()).unwrap();
            }
            let text = root.get_string(&doc.transact());
            assert!(doc.transact().state_vector() > StateVector::default());
            text
        };
        let whole = text(&[&hers, &his]);
        assert!(whole.contains("grüße") && whole.contains("ok "));
        let veiled = scan::veiled(&hers).unwrap();
        let hidden = text(&[&veiled, &his]);
        assert!(hidden.contains("ok "), "{hidden}");
        let stars = hidden.replace("ok ", "");
        assert!(stars.chars().all(|c| c == '*'), "{hidden}");
        assert_eq!(hidden.encode_utf16().count(), whole.encode_utf16().count());
        assert_eq!(scan::veiled(&veiled).unwrap(), veiled);
    }
}
