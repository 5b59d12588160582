//! Golden vectors, shared with the TypeScript fold: `tests/vectors/*.json` at the top of the repository.
//!
//! A vector is a genesis sheet and steps of a change and the canonical sheet after it. Every step is *applied*, whether
//! a check would let it through or not, because apply is total. `UPDATE_VECTORS=1 cargo test -p cyclesheet-sheet --test
//! vectors` writes them again; a change in them means that logs fold to another state.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sheet::{
    Change, CycleKey, Name, Sheet, State, Verdict,
    apply::apply,
    canonical,
    check::{Policy, check},
    doc::Bytes,
};
use std::{collections::BTreeMap, path::PathBuf};
use yrs::{Doc, Transact, XmlFragment, XmlTextPrelim};

#[derive(Serialize, Deserialize)]
struct Vector {
    name: String,
    genesis: Sheet,
    steps: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
struct Step {
    change: Change,
    sheet: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn genesis() -> State {
    let name = |word| Name::new(word).unwrap();
    State::genesis(&CycleKey {
        tenant: name("acme"),
        team: name("platform"),
        week: "2026-W47".parse().unwrap(),
    })
}

/// Random ops over a few ids, so that they meet: most do something, some find their target gone.
struct Author {
    random: fastrand::Rng,
    /// The rows as they last were, for the op that restores one.
    removed: BTreeMap<String, Value>,
}

/// A Yjs update: a text in a document of its own client, so that it builds on nothing.
fn typed(client: u64, text: &str) -> Vec<u8> {
    let doc = Doc::with_client_id(client);
    let root = doc.get_or_insert_xml_fragment("default");
    let mut typing = doc.transact_mut();
    root.push_back(&mut typing, XmlTextPrelim::new(text));
    typing.encode_update_v1()
}

impl Author {
    fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), removed: BTreeMap::new() }
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.random.usize(..from.len())]
    }

    fn row(&mut self) -> &'static str {
        self.pick(&["r1", "r2", "r3", "r4", "r5", "r6", "g1-1", "g1-2", "g1-3", "g2-1"])
    }

    fn after(&mut self) -> Value {
        if self.random.u8(..4) == 0 { Value::Null } else { json!(self.row()) }
    }

    fn cell(&mut self) -> (&'static str, &'static str) {
        match self.random.u8(..7) {
            0 => ("status", self.pick(&["", "Not started", "In progress", "Blocked", "Done"])),
            1 => ("priority", self.pick(&["", "Low", "High", "Urgent"])),
            2 => ("progress", self.pick(&["", "0", "60", "100"])),
            3 => ("deadline", self.pick(&["2026-11-27", "when it is done", ""])),
            4 => ("assignee", self.pick(&["Ana Ruiz", "Žofie", "李雷", "👩🏽‍💻 Bo", ""])),
            5 => (
                "blockers",
                self.pick(&["a | b", "tab\there", "line\nbreak", "\"quoted\" \\ slash / \u{2028}", ""]),
            ),
            _ => (
                "title",
                self.pick(&[
                    "Fix CI",
                    "fix  ci!",
                    "Übergabe",
                    "𝒜𝓃𝒶",
                    "<b>bold</b>",
                    "=SUM(A1)",
                    "\u{fb33}\u{202e}rtl",
                ]),
            ),
        }
    }

    fn old(&mut self, sheet: &Value, id: &str, column: &str) -> Value {
        let row =
            sheet["tasks"].as_array().and_then(|tasks| tasks.iter().find(|t| t["taskId"] == id).cloned());
        match self.random.u8(..8) {
            0 => json!("something else"),
            _ => row.map_or(json!(""), |row| row["cells"][column]["value"].as_str().unwrap_or("").into()),
        }
    }

    fn rows(&mut self, generation: u32) -> Value {
        let row = |n: usize, this: &mut Self| {
            let mut cells = json!({"title": this.cell_of("title"), "source": this.pick(&["m1", "m1, m2", "m2", "m3", "m4,m5", ""])});
            for _ in 0..3 {
                let (column, value) = this.cell();
                cells[column] = json!(value);
            }
            json!({"taskId": format!("g{generation}-{n}"), "cells": cells})
        };
        (1..=3).map(|n| row(n, self)).collect()
    }

    fn cell_of(&mut self, column: &str) -> &'static str {
        loop {
            let (found, value) = self.cell();
            if found == column {
                return value;
            }
        }
    }

    fn op(&mut self, sheet: &Value, version: u64) -> Value {
        let id = self.row();
        match self.random.u8(..25) {
            0..=5 => {
                let (column, value) = self.cell();
                json!({"op":"CELL_MODIFY","taskId":id,"column":column,"oldValue":self.old(sheet, id, column),"newValue":value})
            }
            6 | 7 => {
                let (a, b) = (self.cell(), self.cell());
                json!({"op":"BATCH_UPDATE","taskId":id,"updates":{
                    a.0:{"oldValue":self.old(sheet, id, a.0),"newValue":a.1},
                    b.0:{"oldValue":self.old(sheet, id, b.0),"newValue":b.1}}})
            }
            8..=11 => {
                let (column, value) = self.cell();
                json!({"op":"ROW_INSERT","taskId":id,"after":self.after(),"cells":{"title":self.cell_of("title"),column:value}})
            }
            12 | 13 => json!({"op":"ROW_REMOVE","taskId":id}),
            14 => json!({"op":"ROW_MOVE","taskId":id,"after":self.after()}),
            15 => json!({"op":"ROW_LOCK","taskId":id,"seconds":self.random.u32(1..=300)}),
            16 => json!({"op":"ROW_UNLOCK","taskId":id}),
            17 => {
                json!({"op":"COMMENT_ADD","commentId":format!("k{}", version % 5),"taskId":id,"text":"Why?","mentions":["bo"]})
            }
            18 => {
                json!({"op":"COMMENT_REPLY","commentId":format!("k{}", self.random.u8(..5)),"replyId":format!("p{version}"),"text":"Because…"})
            }
            19 | 20 => self.text_update(version),
            21 => json!({"op":"SAVE_POINT_ADD","name":self.pick(&["Monday", "vor dem Umbau", "👩🏽‍💻"])}),
            22 => json!({"op":"SAVE_POINT_REMOVE","version":self.random.u64(..=version)}),
            23 => self.restoration(id),
            _ => {
                let thread = format!("k{}", self.random.u8(..5));
                match self.random.u8(..4) {
                    0 => json!({"op":"COMMENT_EDIT","commentId":thread,"text":"Other words","mentions":[]}),
                    1 => json!({"op":"COMMENT_DELETE","commentId":thread}),
                    2 => json!({"op":"COMMENT_RESOLVE","commentId":thread}),
                    _ => json!({"op":"COMMENT_REOPEN","commentId":thread}),
                }
            }
        }
    }

    /// What somebody types into a document; now and then what is no update, which `apply` folds all the same.
    fn text_update(&mut self, version: u64) -> Value {
        let doc = match self.random.u8(..3) {
            0 => "summary".to_owned(),
            _ => format!("notes:{}", self.row()),
        };
        let update = match self.random.u8(..6) {
            0 => (0..self.random.usize(..40)).map(|_| self.random.u8(..)).collect(),
            _ => typed(1_000 + version, self.pick(&["Hello", "Übergabe 👩🏽‍💻", "a\nb", "x"])),
        };
        json!({"op":"TEXT_UPDATE","doc":doc,"update":Bytes::from(update)})
    }

    /// A row that was removed comes back with its note; where it stands, another under its id does not.
    fn restoration(&mut self, id: &str) -> Value {
        let restored = self.removed.get(id).cloned().unwrap_or(Value::Null);
        let is_restored = restored.is_object() && self.random.u8(..4) != 0;
        let mut op = json!({"op":"ROW_INSERT","taskId":id,"after":null,"cells":{}});
        if is_restored {
            op["restored"] = restored;
        }
        op
    }

    fn change(&mut self, sheet: &Value, version: u64, at: i64) -> Change {
        for row in sheet["tasks"].as_array().into_iter().flatten() {
            self.removed.insert(row["taskId"].as_str().unwrap().to_owned(), row.clone());
        }
        let user = self.pick(&["ana", "bo", "adm"]);
        let generation = 1 + self.random.u32(..2);
        let (user, role, ops) = match self.random.u8(..24) {
            0 => (
                "cyclesheet",
                "system",
                json!([{"op":"GENERATION_STARTED","generation":generation,"leaseMs":1}]),
            ),
            1 | 2 => {
                let rows = self.rows(generation);
                let origin = self.pick(&["model", "fallback", "sample", "empty"]);
                let generated = json!({"op":"GENERATED","generation":generation,"part":1,"parts":1,"origin":origin,
                    "model":"command-a-03-2025","summary":"A week.","messages":9,"note":null,"rows":rows});
                (
                    "cyclesheet",
                    "system",
                    json!([{"op":"GENERATION_STARTED","generation":generation,"leaseMs":900_000}, generated]),
                )
            }
            3 => ("cyclesheet", "system", json!([{"op":"CYCLE_STALE","messages":self.random.u32(1..40)}])),
            4 => (
                "cyclesheet",
                "system",
                json!([{"op":"GENERATION_FAILED","generation":generation,"reason":"no answer"}]),
            ),
            5 => ("cyclesheet", "system", json!([{"op":"CYCLE_SEALED"}])),
            6 => ("adm", "admin", json!([{"op":"MEMBER_ROLE","userId":"bo","role":"editor"}])),
            _ => {
                let ops = (0..1 + self.random.usize(..3)).map(|_| self.op(sheet, version)).collect();
                (user, if user == "adm" { "admin" } else { "editor" }, Value::Array(ops))
            }
        };
        serde_json::from_value(json!({"version":version,"id":format!("{user}-{}.{version}", self.random.u8(..3)),
            "author":{"id":user,"name":format!("Name of {user}")},"role":role,"at":at,"base":version - 1,"ops":ops}))
        .unwrap()
    }
}

/// A trace of `steps` changes; `checked` ones hold only what a check lets through.
fn trace(name: &str, seed: u64, steps: usize, checked: bool) -> Vector {
    let (mut state, mut author, mut at) = (genesis(), Author::new(seed), 1_795_000_000_000);
    let mut vector = Vector { name: name.into(), genesis: state.sheet.clone(), steps: Vec::new() };
    while vector.steps.len() < steps {
        at += author.random.i64(0..5_000);
        let sheet = serde_json::to_value(&state.sheet).unwrap();
        let change = author.change(&sheet, state.version() + 1, at);
        if checked && !matches!(check(&state, &change, 1_000, &Policy::default()), Verdict::Accept(_)) {
            continue;
        }
        apply(&mut state, &change);
        vector.steps.push(Step { change, sheet: canonical::to_string(&state.sheet).unwrap() });
    }
    vector
}

/// 420 insertions in one place, so that keys grow long and all rows get new keys.
fn crowded() -> Vector {
    let (mut state, mut vector) =
        (genesis(), Vector { name: "crowded".into(), genesis: genesis().sheet, steps: Vec::new() });
    for n in 0..420u64 {
        let after = match n {
            0 | 1 => Value::Null,
            n => json!(format!("r{}", if n % 2 == 0 { 1 } else { n - 1 })),
        };
        let change: Change = serde_json::from_value(json!({"version":n + 1,"id":format!("c.{}", n + 1),
            "author":{"id":"ana","name":"Ana"},"role":"editor","at":n,"base":n,
            "ops":[{"op":"ROW_INSERT","taskId":format!("r{n}"),"after":after,"cells":{}}]}))
        .unwrap();
        apply(&mut state, &change);
        let sheet =
            if n % 60 == 0 || n > 415 { canonical::to_string(&state.sheet).unwrap() } else { String::new() };
        vector.steps.push(Step { change, sheet });
    }
    vector
}

/// Health words and views: set, taken back, added twice under one id, removed.
fn stated() -> Vector {
    let (mut state, mut vector) =
        (genesis(), Vector { name: "stated".into(), genesis: genesis().sheet, steps: Vec::new() });
    let changes = [
        json!([{"op":"HEALTH_SET","health":"atRisk"}]),
        json!([{"op":"VIEW_ADD","viewId":"v2","name":"Blocked 👩🏽‍💻","look":"show=blocked"},{"op":"VIEW_ADD","viewId":"v1","name":"Mine","look":""}]),
        json!([{"op":"HEALTH_SET","health":"offTrack"},{"op":"VIEW_ADD","viewId":"v2","name":"another","look":"x"}]),
        json!([{"op":"VIEW_ADD","viewId":"v0","name":"Late","look":"show=late&group=status"}]),
        json!([{"op":"VIEW_REMOVE","viewId":"v2"},{"op":"VIEW_REMOVE","viewId":"nowhere"}]),
        json!([{"op":"HEALTH_SET","health":null},{"op":"VIEW_ADD","viewId":"v2","name":"again","look":"y"}]),
        json!([{"op":"HEALTH_SET"},{"op":"VIEW_REMOVE","viewId":"v0"},{"op":"VIEW_REMOVE","viewId":"v1"},{"op":"VIEW_REMOVE","viewId":"v2"}]),
    ];
    for (n, ops) in (1u64..).zip(changes) {
        let user = if n % 2 == 0 { "bo" } else { "ana" };
        let change: Change = serde_json::from_value(json!({"version":n,"id":format!("{user}.{n}"),
            "author":{"id":user,"name":format!("Name of {user}")},"role":"editor","at":1_795_000_000_000i64 + n as i64,
            "base":n - 1,"ops":ops}))
        .unwrap();
        apply(&mut state, &change);
        vector.steps.push(Step { change, sheet: canonical::to_string(&state.sheet).unwrap() });
    }
    vector
}

// rule: K6
#[test]
fn the_fold_does_what_the_golden_vectors_say() {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        let traces = (1..=8).map(|seed| trace(&format!("checked-{seed}"), seed, 60, true));
        let total = (1..=6).map(|seed| trace(&format!("total-{seed}"), 100 + seed, 60, false));
        for vector in traces.chain(total).chain([crowded(), stated()]) {
            let text = serde_json::to_string(&vector).unwrap() + "\n";
            std::fs::write(folder().join(format!("{}.json", vector.name)), text).unwrap();
        }
    }
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 16, "the golden vectors are missing");
    for file in files {
        let vector: Vector = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mut state = genesis();
        state.sheet = vector.genesis;
        for step in vector.steps {
            apply(&mut state, &step.change);
            if !step.sheet.is_empty() {
                assert_eq!(
                    canonical::to_string(&state.sheet).unwrap(),
                    step.sheet,
                    "{} at {}",
                    vector.name,
                    step.change.version
                );
            }
        }
    }
}

#[test]
fn what_check_lets_through_apply_does_and_nothing_panics() {
    for seed in 0..200 {
        let (mut state, mut author, mut at) = (genesis(), Author::new(seed), 1_795_000_000_000);
        for _ in 0..60 {
            at += author.random.i64(0..9_000);
            let sheet = serde_json::to_value(&state.sheet).unwrap();
            let change = author.change(&sheet, state.version() + 1, at);
            let verdict = check(&state, &change, 1_000, &Policy::default());
            let Verdict::Accept(next) = verdict else { continue };
            apply(&mut state, &change);
            assert_eq!(*next, state, "seed {seed}, version {}", state.version());
        }
        let stored = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&stored).unwrap(), state, "seed {seed}");
    }
}
