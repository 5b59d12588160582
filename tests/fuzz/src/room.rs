//! What is checked, folded and handed on: frames as changes of a room, cells as CSV, updates of documents.
use crate::wire::{change, texts};
use protocol::ClientFrame;
use sheet::{
    CycleKey, Op, State, Verdict, apply, canonical, check,
    check::Policy,
    doc::{Bytes, DocName},
    export::{Format, export as exported},
};
use std::collections::BTreeMap;
use yrs::{Map as _, ReadTxn as _, Text as _, Transact as _};

fn genesis() -> State {
    let word = |word: &str| word.parse().expect("a name");
    State::genesis(&CycleKey {
        tenant: word("acme"),
        team: word("platform"),
        week: "2026-W47".parse().expect("a week"),
    })
}

/// Commits if it may be; whether it was.
fn commit(state: &mut State, ops: Vec<Op>) -> bool {
    let change = change(state.version() + 1, ops);
    let bytes = serde_json::to_vec(&change).expect("a change writes").len();
    let Verdict::Accept(next) = check(state, &change, bytes, &Policy { rate_per_window: u32::MAX }) else {
        return false;
    };
    let mut folded = state.clone();
    apply::apply(&mut folded, &change);
    assert_eq!(folded.sheet, next.sheet, "what check lets through, apply does");
    let mut alone = state.sheet.clone();
    apply::apply_to_sheet(&mut alone, &change);
    assert_eq!(alone, next.sheet, "a client without a ledger folds the same sheet");
    // It is stored as JSON and read by another release.
    let stored = serde_json::to_string(&change).expect("a change writes");
    assert_eq!(serde_json::from_str::<sheet::Change>(&stored).expect("it reads"), change);
    *state = *next;
    true
}

/// A frame a line, each a change: what is committed folds alike everywhere, and is stored without loss.
pub fn room(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut state = genesis();
    commit(
        &mut state,
        serde_json::from_str(r#"[{"op":"ROW_INSERT","taskId":"a","cells":{"title":"one"}}]"#).expect("ops"),
    );
    for line in text.lines() {
        match protocol::read(line) {
            Ok(ClientFrame::Change(change)) => drop(commit(&mut state, change.ops)),
            Ok(ClientFrame::Human(protocol::human::HumanFrame::Change(op))) => {
                let made = "made".parse().expect("a name");
                if let Ok(op) = op.resolve(&state.sheet, &made) {
                    commit(&mut state, vec![op]);
                }
            }
            _ => {}
        }
    }
    let text = canonical::to_string(&state.sheet).expect("a sheet writes");
    let read: sheet::Sheet = serde_json::from_str(&text).expect("a sheet reads");
    assert_eq!(canonical::to_string(&read).expect("a sheet writes"), text);
    let stored = serde_json::to_string(&state.compacted()).expect("a state writes");
    let read: State = serde_json::from_str(&stored).expect("a state reads");
    assert_eq!(canonical::to_string(&read.sheet).expect("a sheet writes"), text);
}

/// Cells of any text: a reader of CSV finds nine columns, every cell unchanged, and none that runs.
pub fn export(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut state = genesis();
    let columns = [sheet::Column::Title, sheet::Column::Description, sheet::Column::Deadline];
    for (number, cells) in text.split('\u{1e}').take(20).enumerate() {
        let cells: BTreeMap<_, _> =
            columns.into_iter().zip(cells.split('\u{1f}').map(str::to_owned)).collect();
        let task_id = format!("r{number}").parse().expect("a name");
        commit(&mut state, vec![Op::RowInsert { task_id, after: None, cells, restored: None }]);
    }
    let text = exported(&state, Format::Csv).expect("it exports");
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("RFC 4180")).collect();
    assert_eq!(records.len(), state.sheet.row_count() + 1);
    for (row, record) in state.sheet.rows().zip(&records[1..]) {
        assert_eq!(record.len(), 9);
        for (column, cell) in sheet::Column::ALL.into_iter().zip(record) {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']),
                "{cell:?} would run"
            );
            let value = row.value(column);
            let plain = |text: &str| text.replace('\'', "");
            assert!(plain(cell) == plain(value) && cell.len() >= value.len(), "{cell:?} is not {value:?}");
        }
    }
    // Whichever separator a program takes, no field of the file runs.
    for separator in *b";\t" {
        let mut reader = csv::ReaderBuilder::new();
        let reader =
            reader.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
        for record in reader.into_byte_records() {
            for field in &record.expect("fields") {
                // What a program trims: a cell that ends with a separator leaves the row's end to the next field.
                let shown = field.trim_ascii_start();
                let runs = shown.first().is_some_and(|first| b"=+-@".contains(first))
                    && shown.len() == field.len()
                    || shown.first() == Some(&b'=');
                assert!(!runs, "{:?} would run", String::from_utf8_lossy(field));
            }
        }
    }
    let markdown = exported(&state, Format::Markdown).expect("it exports");
    let lines = markdown.lines().filter(|line| line.starts_with('|')).count();
    assert_eq!(lines, state.sheet.row_count() + 2, "a row is a line");
}

/// Cells, between unit and record separators.
pub fn export_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "one\u{1f}two, \"three\"\u{1f}2026-11-27\u{1e}=1+1\u{1f}a|b`c`\n- d\u{1f}+x",
        "@a\u{1f}\u{2028}\\|\u{1f}<b>&amp;",
    ])
}

/// Updates of a document, each led by two bytes of its length: whatever was taken can be handed on to somebody new.
pub fn yjs(data: &[u8]) {
    let mut state = genesis();
    let mut rest = data;
    let doc = DocName::summary();
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(more.len());
        let (update, more) = more.split_at(length);
        rest = more;
        commit(
            &mut state,
            vec![Op::TextUpdate { doc: doc.clone(), update: Bytes(update.into()), mentions: Vec::new() }],
        );
    }
    let Some(document) = state.document(&doc) else { return };
    let vector = document.state_vector();
    let whole = state.doc_since(&doc, None).expect("what was taken can be read");
    assert!(state.doc_since(&doc, Some(&vector.0)).is_ok(), "with what it has");
    let mut other = genesis();
    assert!(
        commit(&mut other, vec![Op::TextUpdate { doc: doc.clone(), update: whole, mentions: Vec::new() }]),
        "the whole of a document is an update that is taken"
    );
    assert_eq!(other.document(&doc).map(|document| document.state_vector()), Some(vector));
}

/// What editors send.
pub fn yjs_seeds() -> Vec<Vec<u8>> {
    let doc = yrs::Doc::with_client_id(7);
    let text = doc.get_or_insert_text("text");
    let map = doc.get_or_insert_map("map");
    let mut updates = vec![vec![0, 0]];
    let mut before = yrs::StateVector::default();
    for step in 0..4 {
        let mut writing = doc.transact_mut();
        match step {
            0 => text.insert(&mut writing, 0, "hello, world"),
            1 => text.remove_range(&mut writing, 2, 5),
            2 => drop(map.insert(&mut writing, "key", "value")),
            _ => text.insert(&mut writing, 3, "\u{1f600}"),
        }
        updates.push(writing.encode_state_as_update_v1(&before));
        before = writing.state_vector();
    }
    let framed = |update: &Vec<u8>| [&(update.len() as u16).to_be_bytes()[..], update].concat();
    let mut seeds: Vec<Vec<u8>> = updates.iter().map(framed).collect();
    seeds.push(seeds.concat());
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_send_is_taken_so_that_what_is_near_it_gets_far() {
        let mut state = genesis();
        let doc = DocName::summary();
        let seeds = yjs_seeds();
        for seed in &seeds[1..seeds.len() - 1] {
            let update = Bytes(seed[2..].into());
            assert!(
                commit(&mut state, vec![Op::TextUpdate { doc: doc.clone(), update, mentions: Vec::new() }]),
                "{seed:02x?}"
            );
        }
        assert!(state.document(&doc).is_some());
    }
}
