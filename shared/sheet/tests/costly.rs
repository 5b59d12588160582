//! Updates that are made to cost: counted in steps and bytes, whatever machine this runs on. Run with `--nocapture` for
//! what they take here, in milliseconds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
use sheet::{
    Author, Change, Code, CycleKey, DocName, Op, Role, State, TimestampMs, Verdict,
    apply::apply,
    check::{Policy, check},
    limits::{MAX_DOC_STEPS, MAX_UPDATE_STRUCTS},
};
use std::time::Instant;
use yrs::{Doc, GetString, Text, Transact, updates::decoder::Decode};

/// A room with a document that several people type into.
struct Room {
    state: State,
    seq: u64,
}

impl Room {
    fn new() -> Self {
        let key = CycleKey {
            tenant: "acme".parse().unwrap(),
            team: "platform".parse().unwrap(),
            week: "2026-W48".parse().unwrap(),
        };
        Self { state: State::genesis(&key), seq: 0 }
    }

    /// Commits one change with these updates, if it is let through.
    fn say(&mut self, updates: Vec<Vec<u8>>) -> Result<(), Code> {
        let text = |update: Vec<u8>| Op::TextUpdate {
            doc: DocName::summary(),
            update: update.into(),
            mentions: Vec::new(),
        };
        self.seq += 1;
        let change = Change {
            version: self.state.version() + 1,
            id: format!("tab.{}", self.seq).parse().unwrap(),
            author: Author { id: "mallory".parse().unwrap(), name: "Mallory".into() },
            role: Role::Editor,
            at: TimestampMs(self.seq as i64 * 1_000),
            base: 0,
            ops: updates.into_iter().map(text).collect(),
        };
        match check(&self.state, &change, 0, &Policy::default()) {
            Verdict::Accept(_) => {
                apply(&mut self.state, &change);
                Ok(())
            }
            Verdict::Refuse(refusal) => Err(refusal.code),
            Verdict::Duplicate { .. } => panic!("every change has an id of its own"),
        }
    }

    fn steps(&self) -> usize {
        self.state.document(&DocName::summary()).map_or(0, |document| document.steps())
    }
}

fn number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// An update in which each of these clients types one letter at the very beginning of a text, knowing of nobody.
fn at_one_place(clients: impl ExactSizeIterator<Item = u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(&mut bytes, clients.len() as u64);
    for client in clients {
        bytes.push(1);
        number(&mut bytes, client);
        // Clock 0; a string without neighbours, in the root `t`.
        bytes.extend([0, 4, 1, 1, b't', 1, b'x']);
    }
    bytes.push(0);
    bytes
}

/// A letter of `client` right before each of the letters `at` of client 1, without a left neighbour.
fn before_letters(client: u64, at: &[u64]) -> Vec<u8> {
    let mut bytes = vec![1];
    number(&mut bytes, at.len() as u64);
    number(&mut bytes, client);
    bytes.push(0);
    for clock in at {
        bytes.extend([0x44, 1]);
        number(&mut bytes, *clock);
        bytes.extend([1, b'y']);
    }
    bytes.push(0);
    bytes
}

fn typed(client: u64, text: &str) -> Vec<u8> {
    let doc = Doc::with_client_id(client);
    let root = doc.get_or_insert_text("t");
    let mut typing = doc.transact_mut();
    root.insert(&mut typing, 0, text);
    typing.encode_update_v1()
}

/// Says update after update until one is refused; how many were taken, and with which code the next one was not.
fn until_refused(room: &mut Room, updates: impl Iterator<Item = Vec<u8>>) -> (usize, Option<Code>) {
    let mut taken = 0;
    for update in updates {
        match room.say(vec![update]) {
            Ok(()) => taken += 1,
            Err(code) => return (taken, Some(code)),
        }
    }
    (taken, None)
}

// rule: D2
#[test]
fn insertions_forged_at_one_place_over_many_changes_have_one_bound_for_all_of_them() {
    for size in [1u64, 25, 200] {
        let mut room = Room::new();
        let changes = (0..6_000 / size)
            .map(|n| at_one_place((2 + n * size..2 + (n + 1) * size).collect::<Vec<_>>().into_iter()));
        let began = Instant::now();
        let (taken, code) = until_refused(&mut room, changes);
        assert_eq!(code, Some(Code::PayloadTooLarge), "{size} in a change, {taken} changes");
        assert!(room.steps() <= MAX_DOC_STEPS, "{} steps", room.steps());
        // One at a time, a merge puts them into an order that is cheap to load, so that more of them fit.
        assert!(taken as u64 * size < 2_000, "{taken} changes of {size} letters at one place");
        println!(
            "{size} a change: {taken} changes taken, {} steps, {:?} in all",
            room.steps(),
            began.elapsed()
        );
    }
}

#[test]
fn insertions_at_one_place_that_come_in_a_cheap_order_are_taken() {
    // The highest client comes first, so that each of the others stops at its neighbour: no step more than insertions.
    let mut room = Room::new();
    room.say(vec![at_one_place((2..4_002).collect::<Vec<_>>().into_iter())]).unwrap();
    assert!(room.steps() <= 4_000, "{} steps", room.steps());
}

// rule: D2
#[test]
fn insertions_before_ever_other_neighbours_of_one_place_are_counted_too() {
    let mut room = Room::new();
    room.say(vec![typed(1, &"x".repeat(4_000))]).unwrap();
    assert_eq!(room.steps(), 0, "one person's typing costs none");
    let at: Vec<u64> = (0..4_000).map(|n| (n * 2_654_435_761) % 4_000).collect();
    // In one update, and in as many changes as there are letters.
    assert_eq!(room.say(vec![before_letters(2, &at)]), Err(Code::PayloadTooLarge));
    let (taken, code) =
        until_refused(&mut room, (0..4_000).map(|n| before_letters(10 + n, &at[n as usize..=n as usize])));
    assert_eq!(code, Some(Code::PayloadTooLarge));
    // What is typed at another place is taken as before.
    let copy = Doc::with_client_id(1 << 30);
    let bytes = room.state.doc_since(&DocName::summary(), None).unwrap();
    let known = yrs::Update::decode_v1(&bytes.0).unwrap();
    copy.transact_mut().apply_update(known).unwrap();
    let root = copy.get_or_insert_text("t");
    let mut typing = copy.transact_mut();
    let end = root.len(&typing);
    root.insert(&mut typing, end, "the end");
    let update = typing.encode_update_v1();
    room.say(vec![update]).unwrap();
    assert!(taken < 1_000 && room.steps() <= MAX_DOC_STEPS, "{taken} taken, {} steps", room.steps());
}

// rule: D2
#[test]
fn many_updates_in_one_change_are_counted_as_they_come_and_before_the_library_sees_them() {
    let mut room = Room::new();
    let all =
        (0..500u64).map(|n| at_one_place((2 + n * 16..2 + (n + 1) * 16).collect::<Vec<_>>().into_iter()));
    let began = Instant::now();
    assert_eq!(room.say(all.collect()), Err(Code::PayloadTooLarge));
    println!("500 updates of 16 letters at one place in one change: refused in {:?}", began.elapsed());
    assert_eq!(room.state.version(), 0);
    // Honest updates in one change, each with a type of its own: the structure is read once, not once for each.
    let doc = Doc::with_client_id(5);
    let root = doc.get_or_insert_text("t");
    let updates: Vec<Vec<u8>> = (0..500)
        .map(|n| {
            let mut typing = doc.transact_mut();
            root.insert_embed(&mut typing, n, yrs::MapPrelim::default());
            typing.encode_update_v1()
        })
        .collect();
    let began = Instant::now();
    room.say(updates).unwrap();
    println!("500 honest updates in one change: {:?}", began.elapsed());
}

#[test]
fn people_who_type_at_one_place_at_the_same_time_are_far_from_the_bound() {
    let mut room = Room::new();
    room.say(vec![typed(1, "what they all know")]).unwrap();
    // Fifty people, offline, each with twenty words of their own in the middle of it, a word at a time.
    for client in 100..150 {
        let doc = Doc::with_client_id(client);
        let root = doc.get_or_insert_text("t");
        doc.transact_mut()
            .apply_update(yrs::Update::decode_v1(&typed(1, "what they all know")).unwrap())
            .unwrap();
        for word in 0..20u32 {
            let mut typing = doc.transact_mut();
            root.insert(&mut typing, 4 + word * 5, "word ");
            let update = typing.encode_update_v1();
            drop(typing);
            room.say(vec![update]).unwrap();
        }
    }
    let steps = room.steps();
    println!("fifty people at one place: {steps} steps");
    assert!(steps < MAX_DOC_STEPS / 2, "{steps} steps");
    let whole = Doc::new();
    let text = whole.get_or_insert_text("t");
    let bytes = room.state.doc_since(&DocName::summary(), None).unwrap();
    whole.transact_mut().apply_update(yrs::Update::decode_v1(&bytes.0).unwrap()).unwrap();
    assert_eq!(text.get_string(&whole.transact()).matches("word ").count(), 1_000);
}

// rule: D2
#[test]
fn the_largest_updates_cost_what_their_parts_do() {
    let mut room = Room::new();
    room.say(vec![typed(1, &"x".repeat(60_000))]).unwrap();
    // Every seventh letter struck out on its own, each range a part: the library cuts its runs at both ends.
    let ranges = MAX_UPDATE_STRUCTS as u64 - 1;
    let mut bytes = vec![0, 1, 1];
    number(&mut bytes, ranges);
    for n in 0..ranges {
        number(&mut bytes, n * 7);
        bytes.push(1);
    }
    let began = Instant::now();
    room.say(vec![bytes]).unwrap();
    println!("{ranges} ranges struck out of 60,000 letters: {:?}", began.elapsed());
    let began = Instant::now();
    room.say(vec![typed(77, "one more")]).unwrap();
    println!("a word in the same document: {:?}", began.elapsed());
}
