//! Documents typed by JavaScript's Yjs, folded here; `web/client/test/documents.test.ts` reads what comes of it.
//!
//! `UPDATE_VECTORS=1 cargo test -p cyclesheet-sheet --test documents` writes the merged documents again.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sheet::{
    Author, Change, CycleKey, DocName, Name, Op, Role, State, TimestampMs, Verdict,
    check::{Policy, check},
    doc::Bytes,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use yrs::{
    Any, Doc, Out, ReadTxn, Text, Transact, Update, Xml, XmlFragment, XmlOut, types::text::YChange,
    updates::decoder::Decode,
};

#[derive(Deserialize)]
struct Trace {
    updates: Vec<Bytes>,
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
struct Reading {
    after: usize,
    text: Value,
    clocks: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Merged {
    whole: Bytes,
    rests: Vec<Bytes>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/documents")
}

/// The log that holds these updates, folded change by change.
fn folded(updates: &[Bytes]) -> State {
    let name = |word| Name::new(word).unwrap();
    let key = CycleKey { tenant: name("acme"), team: name("platform"), week: "2026-W47".parse().unwrap() };
    let mut state = State::genesis(&key);
    for (update, version) in updates.iter().zip(1..) {
        let change = Change {
            version,
            id: format!("c.{version}").parse().unwrap(),
            author: Author { id: name("ana"), name: "Ana".into() },
            role: Role::Editor,
            at: TimestampMs(version as i64 * 60_000),
            base: version - 1,
            ops: vec![Op::TextUpdate {
                doc: DocName::summary(),
                update: update.clone(),
                mentions: Vec::new(),
            }],
        };
        match check(&state, &change, 1_000, &Policy::default()) {
            Verdict::Accept(next) => state = *next,
            other => panic!("update {version}: {other:?}"),
        }
    }
    state
}

/// Elements as name, attributes and children; texts as runs with their marks: as the tests in JavaScript tell them.
fn told<T: ReadTxn>(reading: &T, node: XmlOut) -> Value {
    let sorted = |values: BTreeMap<String, Value>| values.into_iter().collect::<Vec<_>>();
    match node {
        XmlOut::Text(text) => {
            let runs = text.diff(reading, YChange::identity).into_iter().map(|run| {
                let marks = run.attributes.map(|marks| *marks).unwrap_or_default();
                let marks = marks.into_iter().map(|(mark, value)| (mark.to_string(), plain(&value)));
                let insert = match run.insert {
                    Out::Any(any) => plain(&any),
                    other => panic!("a text holds text and embeds: {other:?}"),
                };
                json!([insert, sorted(marks.collect())])
            });
            runs.collect()
        }
        XmlOut::Element(element) => {
            let attributes = element.attributes(reading).map(|(name, value)| match value {
                Out::Any(any) => (name.to_string(), plain(&any)),
                other => panic!("an attribute is a value: {other:?}"),
            });
            let children: Vec<Value> = element.children(reading).map(|child| told(reading, child)).collect();
            json!([element.tag().as_ref(), sorted(attributes.collect()), children])
        }
        XmlOut::Fragment(fragment) => {
            Value::Array(fragment.children(reading).map(|child| told(reading, child)).collect())
        }
    }
}

fn plain(any: &Any) -> Value {
    serde_json::to_value(any).unwrap()
}

fn read(update: &Bytes) -> Value {
    let doc = Doc::new();
    let root = doc.get_or_insert_xml_fragment("default");
    doc.transact_mut().apply_update(Update::decode_v1(&update.0).unwrap()).unwrap();
    assert!(!doc.transact().has_missing_updates());
    told(&doc.transact(), XmlOut::Fragment(root))
}

// rule: D1
#[test]
fn what_javascript_typed_reads_the_same_here_at_every_reading_and_in_one_piece() {
    let summary = DocName::summary();
    for seed in 1..=6 {
        let file = |kind: &str| folder().join(format!("{kind}-{seed}.json"));
        let trace: Trace = serde_json::from_slice(&std::fs::read(file("yjs")).unwrap()).unwrap();
        let end = folded(&trace.updates).compacted();
        let mut merged = Merged { whole: end.doc_since(&summary, None).unwrap(), rests: Vec::new() };
        for reading in &trace.readings {
            let state = folded(&trace.updates[..reading.after]);
            let document = state.document(&summary).unwrap();
            assert_eq!(
                read(&document.since(None).unwrap()),
                reading.text,
                "seed {seed} at {}",
                reading.after
            );
            let clocks: BTreeMap<String, u64> =
                document.clocks().iter().map(|(client, clock)| (client.to_string(), *clock)).collect();
            assert_eq!(clocks, reading.clocks, "seed {seed} at {}", reading.after);
            merged.rests.push(end.doc_since(&summary, Some(&document.state_vector().0)).unwrap());
        }
        assert_eq!(read(&merged.whole), trace.readings.last().unwrap().text, "seed {seed}, merged");
        if std::env::var_os("UPDATE_VECTORS").is_some() {
            std::fs::write(file("yrs"), serde_json::to_string(&merged).unwrap() + "\n").unwrap();
        }
        let stored: Merged = serde_json::from_slice(&std::fs::read(file("yrs")).unwrap()).unwrap();
        assert_eq!(
            stored, merged,
            "seed {seed}: what Rust makes of it has changed; UPDATE_VECTORS=1 writes it again"
        );
        assert!(
            STANDARD.encode(&merged.whole.0).len()
                < trace.updates.iter().map(|u| u.0.len()).sum::<usize>() * 2
        );
    }
}

#[test]
fn a_summary_is_written_the_same_by_every_run_and_replaces_only_what_the_system_wrote() {
    let state = folded(&[]);
    let first = state.rewritten(&DocName::summary(), 1, "One.\n\nTwo & three.\n").unwrap();
    assert_eq!(state.rewritten(&DocName::summary(), 1, "One.\n\nTwo & three.\n").unwrap(), first);
    let paragraph = |text: &str| json!(["paragraph", [], [[[text, []]]]]);
    assert_eq!(read(&first), json!([paragraph("One."), paragraph("Two & three.")]));
    let state = folded(std::slice::from_ref(&first));
    let second = state.rewritten(&DocName::summary(), 2, "Four.").unwrap();
    assert_eq!(
        folded(std::slice::from_ref(&first)).compacted().rewritten(&DocName::summary(), 2, "Four.").unwrap(),
        second
    );
    let whole = folded(&[first, second]).doc_since(&DocName::summary(), None).unwrap();
    assert_eq!(read(&whole), json!([paragraph("Four.")]));
}

// rule: W7
#[test]
fn an_export_holds_what_people_wrote_as_markdown_that_runs_nothing() {
    use yrs::{XmlElementPrelim, XmlTextPrelim};
    let doc = Doc::with_client_id(5);
    let root = doc.get_or_insert_xml_fragment("default");
    let update = {
        let mut typing = doc.transact_mut();
        let heading = root.push_back(&mut typing, XmlElementPrelim::empty("heading"));
        heading.insert_attribute(&mut typing, "level", 2);
        heading.push_back(&mut typing, XmlTextPrelim::new("Risks & <plans>"));
        let list = root.push_back(&mut typing, XmlElementPrelim::empty("bulletList"));
        for words in ["first", "second"] {
            let item = list.push_back(&mut typing, XmlElementPrelim::empty("listItem"));
            let paragraph = item.push_back(&mut typing, XmlElementPrelim::empty("paragraph"));
            let text = paragraph.push_back(&mut typing, XmlTextPrelim::new(words));
            text.format(&mut typing, 0, 3, [("bold".into(), true.into())].into_iter().collect());
        }
        let named = root.push_back(&mut typing, XmlElementPrelim::empty("paragraph"));
        named.push_back(&mut typing, XmlTextPrelim::new("ask "));
        let mention = named.push_back(&mut typing, XmlElementPrelim::empty("mention"));
        mention.insert_attribute(&mut typing, "id", "ben");
        mention.insert_attribute(&mut typing, "label", "Ben <Ode>");
        let code = root.push_back(&mut typing, XmlElementPrelim::empty("codeBlock"));
        code.push_back(&mut typing, XmlTextPrelim::new("let x = 1;\n*y*"));
        Bytes::from(typing.encode_update_v1())
    };
    let state = folded(&[update]);
    let wanted = "## Risks &amp; &lt;plans>\n\n- **fir**st\n- **sec**ond\n\nask @Ben &lt;Ode>\n\n````\nlet x = 1;\n*y*\n````";
    assert_eq!(state.document(&DocName::summary()).unwrap().markdown().unwrap(), wanted);
    let naming = |user: &str| {
        let document = state.document(&DocName::summary()).unwrap();
        document.naming(&[&Name::new(user).unwrap()]).unwrap().remove(0)
    };
    assert_eq!((naming("ben").as_deref(), naming("eva")), (Some("ask @Ben <Ode>"), None));
    let file = sheet::export::export(&state, sheet::export::Format::Markdown).unwrap();
    assert!(file.contains(wanted), "{file}");
    let json = sheet::export::export(&state, sheet::export::Format::Json).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["texts"]["summary"], wanted);
    assert_eq!(serde_json::from_str::<sheet::Sheet>(&json).unwrap(), state.sheet);
}
