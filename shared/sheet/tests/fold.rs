//! The fold, through its public surface: what is let through, what is refused, and what it does.
#![allow(clippy::unwrap_used, clippy::panic)]
use serde_json::{Value, json};
use sheet::{
    Author, Change, Code, CycleKey, LogEntry, Name, Op, Role, State, TimestampMs, Verdict, canonical,
    check::{Policy, check},
    limits,
};

fn key() -> CycleKey {
    CycleKey {
        tenant: Name::new("acme").unwrap(),
        team: Name::new("platform").unwrap(),
        week: "2026-W47".parse().unwrap(),
    }
}

/// A cycle under test: a state and a clock that ticks a second a change.
struct Room {
    state: State,
    now: i64,
    seq: u64,
}

impl Room {
    fn new() -> Self {
        Self { state: State::genesis(&key()), now: 1_795_000_000_000, seq: 0 }
    }

    fn change(&mut self, user: &str, role: Role, ops: Value) -> Change {
        self.now += 1_000;
        self.seq += 1;
        let ops: Vec<Op> = serde_json::from_value(ops).unwrap();
        Change {
            version: self.state.version() + 1,
            id: format!("c-{user}.{}", self.seq).parse().unwrap(),
            author: Author { id: Name::new(user).unwrap(), name: user.to_uppercase() },
            role,
            at: TimestampMs(self.now),
            base: self.state.version(),
            ops,
        }
    }

    fn commit(&mut self, change: Change) -> Result<u64, Code> {
        let bytes = serde_json::to_string(&change).unwrap().len();
        match check(&self.state, &change, bytes, &Policy::default()) {
            Verdict::Accept(next) => {
                let entry = LogEntry::build(&self.state, vec![change]).unwrap();
                entry.fold(&mut self.state).unwrap();
                let mut next = *next;
                next.ledger.hash.clone_from(&self.state.ledger.hash);
                assert_eq!(next, self.state, "what check foresaw is what apply does");
                Ok(self.state.version())
            }
            Verdict::Duplicate { version } => Ok(version),
            Verdict::Refuse(refusal) => Err(refusal.code),
        }
    }

    fn say(&mut self, user: &str, ops: Value) -> Result<u64, Code> {
        let change = self.change(user, Role::Editor, ops);
        self.commit(change)
    }

    fn system(&mut self, ops: Value) -> Result<u64, Code> {
        let mut change = self.change("cyclesheet", Role::System, ops);
        change.id = format!("run-1.{}", self.seq).parse().unwrap();
        self.commit(change)
    }

    fn sheet(&self) -> Value {
        serde_json::to_value(&self.state.sheet).unwrap()
    }

    fn titles(&self) -> Vec<String> {
        let titles = |t: &Value| t["cells"]["title"]["value"].as_str().unwrap_or("").to_owned();
        self.sheet()["tasks"].as_array().unwrap().iter().map(titles).collect()
    }

    fn generate(&mut self, generation: u32, rows: Value) -> Result<u64, Code> {
        self.system(json!([{"op":"GENERATION_STARTED","generation":generation,"leaseMs":660_000}]))?;
        self.system(json!([{"op":"GENERATED","generation":generation,"part":1,"parts":1,"origin":"model","summary":"S","messages":9,"rows":rows}]))
    }
}

fn insert(id: &str, after: Option<&str>, title: &str) -> Value {
    json!([{"op":"ROW_INSERT","taskId":id,"after":after,"cells":{"title":title}}])
}

fn modify(id: &str, column: &str, old: &str, new: &str) -> Value {
    json!([{"op":"CELL_MODIFY","taskId":id,"column":column,"oldValue":old,"newValue":new}])
}

#[test]
fn rows_stand_where_they_were_put() {
    let mut room = Room::new();
    room.say("ana", insert("b", None, "B")).unwrap();
    room.say("ana", insert("a", None, "A")).unwrap();
    room.say("ana", insert("d", Some("b"), "D")).unwrap();
    room.say("ana", insert("c", Some("b"), "C")).unwrap();
    assert_eq!(room.titles(), ["A", "B", "C", "D"]);
    room.say("ana", json!([{"op":"ROW_MOVE","taskId":"d","after":null}])).unwrap();
    room.say("ana", json!([{"op":"ROW_MOVE","taskId":"a","after":"c"}])).unwrap();
    assert_eq!(room.titles(), ["D", "B", "C", "A"]);
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"b"}])).unwrap();
    assert_eq!(room.titles(), ["D", "C", "A"]);
    assert_eq!(room.say("ana", insert("x", Some("b"), "X")), Err(Code::UnknownTarget));
}

#[test]
fn a_thousand_insertions_in_one_place_keep_their_order_and_short_keys() {
    let mut room = Room::new();
    room.say("ana", insert("first", None, "first")).unwrap();
    room.say("ana", insert("last", Some("first"), "last")).unwrap();
    for n in 0..450 {
        room.now += 1_000;
        room.say("ana", insert(&format!("r{n}"), Some("first"), &format!("{n}"))).unwrap();
    }
    for n in 0..440 {
        room.say("ana", json!([{"op":"ROW_REMOVE","taskId":format!("r{n}")}])).unwrap();
        room.say("ana", insert(&format!("s{n}"), Some("first"), "again")).unwrap();
    }
    assert_eq!(room.titles()[0], "first");
    assert_eq!(room.titles().last().unwrap(), "last");
    let tasks = room.sheet();
    let longest = tasks["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["position"].as_str().unwrap().len())
        .max()
        .unwrap();
    assert!(longest <= limits::MAX_POSITION_BYTES, "{longest}");
}

#[test]
fn a_stale_old_value_is_a_conflict_that_shows_what_stands_there() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "Draft")).unwrap();
    room.say("bo", modify("t", "title", "Draft", "Plan")).unwrap();
    let change = room.change("ana", Role::Editor, modify("t", "title", "Draft", "Final"));
    let Verdict::Refuse(refusal) = check(&room.state, &change, 100, &Policy::default()) else {
        panic!("let through")
    };
    assert_eq!(refusal.code, Code::Conflict);
    assert_eq!(
        refusal.current.unwrap(),
        json!({"taskId":"t","column":"title","value":"Plan","author":"bo","name":"BO","version":2})
    );
}

// rule: X2
#[test]
fn a_batch_is_all_or_nothing() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "T")).unwrap();
    let ops = json!([{"op":"BATCH_UPDATE","taskId":"t","updates":{
        "status":{"oldValue":"","newValue":"Done"},"title":{"oldValue":"other","newValue":"U"}}}]);
    assert_eq!(room.say("ana", ops), Err(Code::Conflict));
    let two = json!([{"op":"CELL_MODIFY","taskId":"t","column":"status","oldValue":"","newValue":"Done"},
                     {"op":"CELL_MODIFY","taskId":"t","column":"progress","oldValue":"","newValue":"150"}]);
    assert_eq!(room.say("ana", two), Err(Code::InvalidValue));
    assert_eq!(room.sheet()["tasks"][0]["cells"].as_object().unwrap().len(), 1);
    let numbers = json!([{"op":"BATCH_UPDATE","taskId":"t","updates":{
        "progress":{"oldValue":null,"newValue":60},"status":{"oldValue":"","newValue":"Done"}}}]);
    room.say("ana", numbers).unwrap();
    assert_eq!(room.sheet()["tasks"][0]["cells"]["progress"]["value"], "60");
}

#[test]
fn a_retried_change_finds_itself_and_an_older_one_is_superseded() {
    let mut room = Room::new();
    let first = room.change("ana", Role::Editor, insert("t", None, "T"));
    assert_eq!(room.commit(first.clone()), Ok(1));
    let retry = Change { version: 2, base: 0, ..first.clone() };
    assert_eq!(room.commit(retry), Ok(1));
    assert_eq!(room.state.version(), 1);
    room.say("ana", modify("t", "title", "T", "U")).unwrap();
    assert_eq!(room.commit(Change { version: 3, base: 0, ..first.clone() }), Err(Code::Superseded));
    // Another author with the same client name is another client.
    let mut other = room.change("bo", Role::Editor, modify("t", "title", "U", "V"));
    other.id = first.id;
    assert_eq!(room.commit(other), Ok(3));
}

// rule: X6
#[test]
fn a_late_copy_on_a_base_of_a_torn_away_history_finds_its_change_all_the_same() {
    let mut room = Room::new();
    let first = room.change("ana", Role::Editor, insert("t", None, "T"));
    assert_eq!(room.commit(first.clone()), Ok(1));
    // Sent first on version 17 of a table that was restored since, then on what the restored one holds.
    let late = Change { version: 2, base: 17, ..first };
    assert_eq!(room.commit(late.clone()), Ok(1));
    room.say("ana", modify("t", "title", "T", "U")).unwrap();
    assert_eq!(room.commit(Change { version: 3, ..late }), Err(Code::Superseded));
}

// rule: X5
#[test]
fn a_client_let_go_of_must_replay_before_it_writes() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "0")).unwrap();
    for n in 0..=limits::MAX_CLIENTS {
        room.now += 1_000;
        let mut change = room.change(
            &format!("u{}", n % 50),
            Role::Editor,
            modify("t", "title", &n.to_string(), &(n + 1).to_string()),
        );
        change.id = format!("k{n}.1").parse().unwrap();
        room.commit(change).unwrap();
    }
    assert_eq!(room.state.ledger.client_count(), limits::MAX_CLIENTS);
    assert!(room.state.ledger.floor >= 1);
    let mut forgotten = room.change("ana", Role::Editor, modify("t", "title", "x", "y"));
    forgotten.id = "c-ana.1".parse().unwrap();
    forgotten.base = 0;
    assert_eq!(room.commit(forgotten), Err(Code::Superseded));
}

// rule: X5
#[test]
fn a_second_tab_under_a_forgotten_name_does_not_open_the_door_to_the_firsts_late_copy() {
    let mut room = Room::new();
    let late =
        Change { id: "tab.9".parse().unwrap(), ..room.change("ana", Role::Editor, insert("t", None, "0")) };
    assert_eq!(room.commit(late.clone()), Ok(1));
    for n in 0..limits::MAX_CLIENTS {
        room.now += 1_000;
        let ops = modify("t", "title", &n.to_string(), &(n + 1).to_string());
        let mut change = room.change(&format!("u{}", n % 50), Role::Editor, ops);
        change.id = format!("k{n}.1").parse().unwrap();
        room.commit(change).unwrap();
    }
    let mut second = room.change("ana", Role::Editor, insert("u", None, "U"));
    second.id = "tab.1".parse().unwrap();
    room.commit(second).unwrap();
    let version = room.state.version() + 1;
    assert_eq!(room.commit(Change { version, ..late }), Err(Code::Superseded));
}

// rule: X6
#[test]
fn a_base_beyond_the_tip_and_an_empty_change_are_malformed() {
    let mut room = Room::new();
    let mut change = room.change("ana", Role::Editor, insert("t", None, "T"));
    change.base = 7;
    assert_eq!(room.commit(change), Err(Code::Malformed));
    assert_eq!(room.say("ana", json!([])), Err(Code::Malformed));
}

#[test]
fn a_viewer_writes_nothing_and_nobody_writes_as_the_system() {
    let mut room = Room::new();
    let change = room.change("vic", Role::Viewer, insert("t", None, "T"));
    assert_eq!(room.commit(change), Err(Code::Forbidden));
    let forged = room.change("ana", Role::System, json!([{"op":"CYCLE_SEALED"}]));
    assert_eq!(room.commit(forged), Err(Code::Forbidden));
    let named = room.change("cyclesheet", Role::Admin, insert("t", None, "T"));
    assert_eq!(room.commit(named), Err(Code::Forbidden));
    assert_eq!(room.say("ana", json!([{"op":"CYCLE_STALE","messages":3}])), Err(Code::Forbidden));
    assert_eq!(room.say("ana", json!([{"op":"MEMBER_REVOKE","userId":"bo"}])), Err(Code::Forbidden));
}

#[test]
fn a_removal_stands_before_whatever_comes_after_it() {
    let mut room = Room::new();
    room.say("bo", insert("t", None, "T")).unwrap();
    let revoke = room.change("adm", Role::Admin, json!([{"op":"MEMBER_REVOKE","userId":"bo"}]));
    room.commit(revoke).unwrap();
    assert_eq!(room.say("bo", modify("t", "title", "T", "U")), Err(Code::Revoked));
    let restore = room.change(
        "adm",
        Role::Admin,
        json!([{"op":"MEMBER_RESTORE","userId":"bo"},{"op":"MEMBER_ROLE","userId":"bo","role":"viewer"}]),
    );
    room.commit(restore).unwrap();
    assert_eq!(
        room.say("bo", modify("t", "title", "T", "U")),
        Err(Code::Forbidden),
        "the log's role outranks the token's"
    );
}

// rule: X11
#[test]
fn the_rate_limit_is_per_author_and_passes() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "0")).unwrap();
    let mut refused = 0;
    for n in 0..150 {
        room.now -= 999;
        let old = room.titles()[0].clone();
        match room.say("ana", modify("t", "title", &old, &n.to_string())) {
            Ok(_) => {}
            Err(code) => {
                assert_eq!(code, Code::RateLimited);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 51);
    room.say("bo", modify("t", "status", "", "Done")).unwrap();
    room.now += 20_000;
    room.say("ana", modify("t", "priority", "", "Low")).unwrap();
}

// rule: X10
#[test]
fn a_lock_holds_others_off_until_it_ends() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "T")).unwrap();
    room.say("ana", json!([{"op":"ROW_LOCK","taskId":"t","seconds":60}])).unwrap();
    for ops in [
        modify("t", "title", "T", "U"),
        json!([{"op":"ROW_REMOVE","taskId":"t"}]),
        json!([{"op":"ROW_MOVE","taskId":"t","after":null}]),
        json!([{"op":"ROW_UNLOCK","taskId":"t"}]),
    ] {
        assert_eq!(room.say("bo", ops), Err(Code::Locked));
    }
    room.say("ana", modify("t", "title", "T", "U")).unwrap();
    let broken = room.change("adm", Role::Admin, json!([{"op":"ROW_UNLOCK","taskId":"t"}]));
    room.commit(broken).unwrap();
    room.say("bo", modify("t", "title", "U", "V")).unwrap();
    room.say("ana", json!([{"op":"ROW_LOCK","taskId":"t","seconds":60}])).unwrap();
    room.now += 60_000;
    room.say("bo", modify("t", "title", "V", "W")).unwrap();
    assert_eq!(room.sheet()["locks"], json!([]), "an ended lease leaves the sheet");
    assert_eq!(
        room.say("bo", json!([{"op":"ROW_LOCK","taskId":"t","seconds":301}])),
        Err(Code::InvalidValue)
    );
}

// rule: X17
#[test]
fn comments_are_their_authors_own_and_threads_are_everybodys() {
    let mut room = Room::new();
    room.say("ana", insert("t", None, "T")).unwrap();
    room.say("ana", json!([{"op":"COMMENT_ADD","commentId":"k","taskId":"t","column":"status","text":"Really?","mentions":["bo"]}])).unwrap();
    room.say("bo", json!([{"op":"COMMENT_REPLY","commentId":"k","replyId":"r","text":"Yes."}])).unwrap();
    assert_eq!(
        room.say("bo", json!([{"op":"COMMENT_EDIT","commentId":"k","text":"x"}])),
        Err(Code::Forbidden)
    );
    assert_eq!(
        room.say("ana", json!([{"op":"COMMENT_DELETE","commentId":"k","replyId":"r"}])),
        Err(Code::Forbidden)
    );
    room.say("bo", json!([{"op":"COMMENT_DELETE","commentId":"k","replyId":"r"}])).unwrap();
    room.say("bo", json!([{"op":"COMMENT_RESOLVE","commentId":"k"}])).unwrap();
    let thread = &room.sheet()["comments"][0];
    assert_eq!((&thread["resolved"]["by"], &thread["replies"][0]["text"]), (&json!("bo"), &json!("")));
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"t"}])).unwrap();
    assert_eq!(room.sheet()["comments"][0]["text"], "Really?", "a thread outlives its row");
    assert_eq!(
        room.say("ana", json!([{"op":"COMMENT_ADD","commentId":"j","taskId":"t","text":"?"}])),
        Err(Code::UnknownTarget)
    );
}

#[test]
fn undo_of_a_removal_brings_the_row_back_with_its_origin() {
    let mut room = Room::new();
    room.generate(1, json!([{"taskId":"g1-1","cells":{"title":"Upgrade","source":"m1","status":"Blocked"}}]))
        .unwrap();
    let row = room.sheet()["tasks"][0].clone();
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"g1-1"}])).unwrap();
    let mut forged = row.clone();
    forged["cells"]["source"]["value"] = json!("m9");
    let back = |row: &Value| json!([{"op":"ROW_INSERT","taskId":"g1-1","after":null,"restored":row}]);
    assert_eq!(room.say("ana", back(&forged)), Err(Code::UnknownTarget));
    room.say("ana", back(&row)).unwrap();
    assert_eq!(room.sheet()["tasks"][0]["cells"], row["cells"]);
}

#[test]
fn only_the_holder_of_a_live_lease_commits_a_result_and_only_within_the_budget() {
    let mut room = Room::new();
    let start =
        |generation: u32| json!([{"op":"GENERATION_STARTED","generation":generation,"leaseMs":660_000}]);
    let result = |generation: u32| json!([{"op":"GENERATED","generation":generation,"part":1,"parts":1,"origin":"fallback","rows":[]}]);
    room.system(start(1)).unwrap();
    assert_eq!(room.system(start(1)), Err(Code::Locked), "five starts, one lease");
    let mut late = room.change("cyclesheet", Role::System, result(1));
    late.id = "run-2.1".parse().unwrap();
    assert_eq!(room.commit(late), Err(Code::Forbidden));
    // The holder died: the lease runs out, and the same generation is taken again.
    room.now += 660_000;
    assert_eq!(room.system(result(1)), Err(Code::Forbidden), "too late for the dead");
    room.system(start(1)).unwrap();
    room.system(result(1)).unwrap();
    assert_eq!(room.system(result(1)), Err(Code::Forbidden), "ended");
    for generation in 2..=3 {
        room.system(start(generation)).unwrap();
        room.system(result(generation)).unwrap();
    }
    assert_eq!(room.system(start(4)), Err(Code::RateLimited));
}

#[test]
fn people_win_over_a_refresh() {
    let mut room = Room::new();
    let rows = json!([
        {"taskId":"g1-1","cells":{"title":"Upgrade Postgres","status":"In progress","source":"m1"}},
        {"taskId":"g1-2","cells":{"title":"Fix CI","status":"Not started","source":"m2"}},
        {"taskId":"g1-3","cells":{"title":"Write docs","source":"m3"}}]);
    room.generate(1, rows.clone()).unwrap();
    let version = room.state.version();
    let before = room.sheet();
    room.say("ana", modify("g1-1", "status", "In progress", "Blocked")).unwrap();
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"g1-3"}])).unwrap();
    let again = json!([
        {"taskId":"g2-1","cells":{"title":"Upgrade Postgres to 17","status":"Done","source":"m1, m7"}},
        {"taskId":"g2-2","cells":{"title":"fix  CI!","status":"Done","source":"m8"}},
        {"taskId":"g2-3","cells":{"title":"Docs, rewritten","source":"m3"}},
        {"taskId":"g2-4","cells":{"title":"New thing","source":"m9"}}]);
    room.generate(2, again).unwrap();
    let sheet = room.sheet();
    let cells = |n: usize| sheet["tasks"][n]["cells"].clone();
    assert_eq!(room.titles(), ["Upgrade Postgres to 17", "fix  CI!", "New thing"]);
    assert_eq!(
        (&cells(0)["status"]["value"], &cells(0)["status"]["aiValue"]),
        (&json!("Blocked"), &json!("Done"))
    );
    assert_eq!(cells(1)["status"]["value"], "Done", "a cell nobody touched follows");
    assert_eq!(before["version"], version);
}

#[test]
fn a_refresh_over_unchanged_messages_changes_no_cell() {
    let mut room = Room::new();
    let rows = json!([{"taskId":"g1-1","cells":{"title":"A","source":"m1"}},{"taskId":"g1-2","cells":{"title":"B","source":"m1"}}]);
    room.generate(1, rows.clone()).unwrap();
    let before =
        room.sheet()["tasks"].as_array().unwrap().iter().map(|t| t["cells"].clone()).collect::<Vec<_>>();
    room.generate(2, rows).unwrap();
    let after =
        room.sheet()["tasks"].as_array().unwrap().iter().map(|t| t["cells"].clone()).collect::<Vec<_>>();
    assert_eq!(before, after);
}

// rule: X12
#[test]
fn a_sheet_has_at_most_five_hundred_rows() {
    let mut room = Room::new();
    let ops: Vec<Value> = (0..500).map(|n| insert(&format!("r{n}"), None, "x")[0].clone()).collect();
    room.say("ana", json!(ops)).unwrap();
    assert_eq!(room.say("ana", insert("one-more", None, "x")), Err(Code::PayloadTooLarge));
    room.generate(1, json!([{"taskId":"g1-1","cells":{"title":"over"}}])).unwrap();
    assert_eq!(room.state.sheet.row_count(), 500);
}

// rule: X12
#[test]
fn a_cycle_grows_to_four_megabytes_and_no_further() {
    let mut room = Room::new();
    let long = "x".repeat(2_000);
    let mut refused = None;
    for n in 0..400 {
        room.now += 1_000;
        let cells = json!({"title":long,"description":long,"blockers":long,"assignee":long,"deadline":long});
        match room.say("ana", json!([{"op":"ROW_INSERT","taskId":format!("r{n}"),"cells":cells}])) {
            Ok(_) => {}
            Err(code) => {
                refused = Some((n, code));
                break;
            }
        }
    }
    let (rows, code) = refused.unwrap();
    assert_eq!(code, Code::PayloadTooLarge);
    let bytes = canonical::to_string(&room.state.sheet).unwrap().len();
    assert!((3_900_000..4_300_000).contains(&bytes), "{rows} rows, {bytes} bytes");
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"r0"}])).unwrap();
}

#[test]
fn a_state_survives_being_stored() {
    let mut room = Room::new();
    room.generate(1, json!([{"taskId":"g1-1","cells":{"title":"A","source":"m1"}}])).unwrap();
    room.say("ana", insert("t", Some("g1-1"), "T")).unwrap();
    room.say("ana", json!([{"op":"ROW_LOCK","taskId":"t","seconds":60}])).unwrap();
    room.say("ana", json!([{"op":"COMMENT_ADD","commentId":"k","taskId":"t","text":"?"}])).unwrap();
    room.say("ana", json!([{"op":"ROW_REMOVE","taskId":"g1-1"}])).unwrap();
    let stored = serde_json::to_string(&room.state).unwrap();
    let read: State = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, room.state);
    assert_eq!(read.weight(), room.state.weight());
}

#[test]
fn an_op_of_a_later_release_is_not_folded() {
    let text: std::sync::Arc<str> =
        json!({"version":1,"id":"c.1","author":{"id":"ana","name":"Ana"},"role":"editor","at":1,"base":0,
        "ops":[{"op":"CELL_PAINT","taskId":"t"}]})
        .to_string()
        .into();
    assert_eq!(LogEntry::read(1, vec![text], String::new()), Err(sheet::EntryError::Unknown(1)));
}

#[test]
fn a_changed_reordered_or_missing_entry_breaks_the_chain() {
    let mut room = Room::new();
    let mut log = Vec::new();
    for n in 0..4 {
        let change = room.change("ana", Role::Editor, insert(&format!("r{n}"), None, "x"));
        let entry = LogEntry::build(&room.state, vec![change]).unwrap();
        entry.fold(&mut room.state).unwrap();
        log.push(entry);
    }
    let verify = |log: &[LogEntry]| {
        let mut state = State::genesis(&key());
        log.iter().try_for_each(|entry| entry.fold(&mut state))
    };
    assert_eq!(verify(&log), Ok(()));
    let mut altered = log.clone();
    altered[2].texts[0] = altered[2].texts[0].replace('x', "y").into();
    assert!(verify(&altered).is_err());
    assert!(verify(&[log[0].clone(), log[2].clone()]).is_err());
    assert!(verify(&log[1..]).is_err());
}

#[test]
fn exports_show_text_as_text() {
    use sheet::export::{Format, export};
    let mut room = Room::new();
    room.say("ana", insert("t", None, "=HYPERLINK(\"x\"), \"quoted\"")).unwrap();
    room.say("ana", modify("t", "description", "", "a | b\n<script>")).unwrap();
    let csv = export(&room.state, Format::Csv).unwrap();
    assert!(csv.starts_with('\u{feff}'));
    let row = csv.lines().nth(1).unwrap();
    assert!(row.starts_with("\"'=HYPERLINK(\"\"x\"\"), \"\"quoted\"\"\",\"a | b"), "{row}");
    let markdown = export(&room.state, Format::Markdown).unwrap();
    assert!(markdown.contains("a \\| b<br>&lt;script>"), "{markdown}");
    let back: sheet::Sheet = serde_json::from_str(&export(&room.state, Format::Json).unwrap()).unwrap();
    assert_eq!(back, room.state.sheet);
}
