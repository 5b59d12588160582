//! Documents in the fold: random typing, forged bytes, bounds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]
use sheet::{
    Author, Change, Code, CycleKey, DocName, Name, Op, Role, State, TimestampMs, Verdict,
    check::{Policy, check},
    doc::{Bytes, scan},
    limits::{MAX_DOC_DEPTH, MAX_UPDATE_STRUCTS},
};
use std::time::{Duration, Instant};
use yrs::{
    ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact, Update,
    XmlFragment,
    updates::{decoder::Decode, encoder::Encode},
};

fn genesis() -> State {
    let name = |word| Name::new(word).unwrap();
    State::genesis(&CycleKey {
        tenant: name("acme"),
        team: name("platform"),
        week: "2026-W47".parse().unwrap(),
    })
}

/// A cycle under test, whose clock goes a minute a change.
struct Room {
    state: State,
    at: i64,
}

impl Room {
    fn new() -> Self {
        Self { state: genesis(), at: 1_795_000_000_000 }
    }

    fn change(&mut self, user: &str, ops: Vec<Op>) -> Change {
        self.at += 60_000;
        let version = self.state.version() + 1;
        Change {
            version,
            id: format!("c-{user}.{}", self.at / 60_000).parse().unwrap(),
            author: Author { id: Name::new(user).unwrap(), name: user.into() },
            role: if user == "cyclesheet" { Role::System } else { Role::Editor },
            at: TimestampMs(self.at),
            base: version - 1,
            ops,
        }
    }

    fn judge(&mut self, user: &str, update: Vec<u8>) -> Verdict {
        let change = self.change(user, vec![text_update(update)]);
        check(&self.state, &change, 1_000, &Policy::default())
    }

    fn say(&mut self, user: &str, update: Vec<u8>) -> Result<(), Code> {
        match self.judge(user, update) {
            Verdict::Accept(next) => {
                self.state = *next;
                Ok(())
            }
            Verdict::Refuse(refusal) => Err(refusal.code),
            Verdict::Duplicate { .. } => panic!("nothing is said twice here"),
        }
    }

    /// The update that a fresh copy of the summary receives.
    fn whole(&self) -> Vec<u8> {
        self.state.doc_since(&DocName::summary(), None).unwrap().0.to_vec()
    }

    fn state_vector(&self) -> StateVector {
        let document = self.state.document(&DocName::summary());
        document.map_or_else(StateVector::default, |document| {
            StateVector::decode_v1(&document.state_vector().0).unwrap()
        })
    }

    fn text(&self) -> String {
        let copy = Copy::new(999_999);
        copy.take(&self.whole());
        copy.text()
    }
}

fn text_update(update: Vec<u8>) -> Op {
    Op::TextUpdate { doc: DocName::summary(), update: Bytes::from(update), mentions: Vec::new() }
}

/// Somebody's copy of the summary.
struct Copy {
    doc: Doc,
    text: TextRef,
}

impl Copy {
    fn new(client: u64) -> Self {
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_guid_and_client_id("copy".into(), ClientID::new(client))
        };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("body");
        Self { doc, text }
    }

    fn insert(&self, at: u32, text: &str) -> Vec<u8> {
        let mut typing = self.doc.transact_mut();
        self.text.insert(&mut typing, at, text);
        typing.encode_update_v1()
    }

    fn remove(&self, at: u32, count: u32) -> Vec<u8> {
        let mut typing = self.doc.transact_mut();
        self.text.remove_range(&mut typing, at, count);
        typing.encode_update_v1()
    }

    /// A random edit.
    fn edit(&self, random: &mut fastrand::Rng) -> Vec<u8> {
        let length = self.text.len(&self.doc.transact());
        if length > 0 && random.u8(..4) == 0 {
            let at = random.u32(..length);
            return self.remove(at, 1 + random.u32(..(length - at).min(6)));
        }
        let words = ["a", "Hello ", "Übergabe ", "\n", "李雷 ", "x y z "];
        self.insert(random.u32(..=length), words[random.usize(..words.len())])
    }

    fn take(&self, update: &[u8]) {
        self.doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
    }

    fn since(&self, known: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(known)
    }

    fn text(&self) -> String {
        assert!(!self.doc.transact().has_missing_updates());
        self.text.get_string(&self.doc.transact())
    }

    fn state_vector(&self) -> StateVector {
        self.doc.transact().state_vector()
    }
}

#[test]
fn random_typing_at_once_ends_in_one_text_whatever_is_lost_repeated_or_late() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut room = Room::new();
        let copies: Vec<Copy> = (1..=4).map(Copy::new).collect();
        let mut late: Vec<(usize, Vec<u8>)> = Vec::new();
        for _ in 0..120 {
            let who = random.usize(..copies.len());
            let update = copies[who].edit(&mut random);
            match random.u8(..10) {
                // Lost for good, late, or twice; else as it should be.
                0 => continue,
                1 => {
                    late.push((who, update));
                    continue;
                }
                2 => {
                    let _ = room.say("ana", update.clone());
                }
                _ => {}
            }
            if room.say("ana", update) == Err(Code::UnknownTarget) {
                // As rule D3 says: everything beyond what the log holds.
                let rest = copies[who].since(&room.state_vector());
                room.say("ana", rest).unwrap();
            }
            if random.u8(..8) == 0 && !late.is_empty() {
                let (who, update) = late.swap_remove(random.usize(..late.len()));
                if room.say("ana", update).is_err() {
                    room.say("ana", copies[who].since(&room.state_vector())).unwrap();
                }
            }
            let listener = &copies[random.usize(..copies.len())];
            let known = scan_clocks(&listener.state_vector());
            listener.take(&room.state.doc_since(&DocName::summary(), Some(&known)).unwrap().0);
        }
        // Everybody says what they still have, then hears the rest.
        for copy in &copies {
            room.say("ana", copy.since(&room.state_vector())).unwrap();
        }
        for copy in &copies {
            let known = scan_clocks(&copy.state_vector());
            copy.take(&room.state.doc_since(&DocName::summary(), Some(&known)).unwrap().0);
            assert_eq!(copy.text(), room.text(), "seed {seed}");
            assert_eq!(copy.state_vector(), room.state_vector(), "seed {seed}");
        }
        let stored = serde_json::to_string(&room.state.compacted()).unwrap();
        let mut reopened = Room { state: serde_json::from_str(&stored).unwrap(), at: room.at };
        assert_eq!(reopened.state, room.state, "seed {seed}");
        assert_eq!(reopened.text(), room.text(), "seed {seed}");
        reopened.say("ana", copies[0].edit(&mut random)).unwrap();
    }
}

fn scan_clocks(state_vector: &StateVector) -> Vec<u8> {
    let bytes = state_vector.encode_v1();
    assert_eq!(scan::clocks(&bytes).unwrap().len(), state_vector.len());
    bytes
}

#[test]
fn ten_thousand_keystrokes_are_no_more_than_twice_their_text_once_compacted() {
    let mut room = Room::new();
    let copy = Copy::new(7);
    let mut at = 0;
    for n in 0..10_000u32 {
        // A typist: letters in a row, a correction now and then, and once in a while somewhere else.
        let update = match n % 97 {
            0 => {
                at = at * 7 / 11;
                copy.insert(at, "\n")
            }
            31 | 62 if at > 0 => {
                at -= 1;
                copy.remove(at, 1)
            }
            _ => {
                at += 1;
                copy.insert(at - 1, "e")
            }
        };
        room.say("ana", update).unwrap();
    }
    let text = copy.text();
    assert!(text.len() > 9_000);
    assert_eq!(room.text(), text);
    let document = room.state.document(&DocName::summary()).unwrap();
    let compacted = document.compacted().bytes();
    assert!(compacted <= 2 * text.len(), "{compacted} bytes for {} of text", text.len());
    assert!(document.bytes() <= 2 * compacted + 40_000, "{} bytes in memory", document.bytes());
    // Dropped bytes stay dropped: a text that was deleted takes no room.
    let emptied = copy.remove(0, text.len() as u32);
    room.say("ana", emptied).unwrap();
    let compacted = room.state.document(&DocName::summary()).unwrap().compacted().bytes();
    assert!(compacted < 2_000, "{compacted} bytes for an empty text");
}

#[test]
fn a_note_of_two_hundred_kilobytes_is_typed_into_like_any_other() {
    let mut room = Room::new();
    let copy = Copy::new(7);
    for n in 0..5 {
        room.say("ana", copy.insert(n * 40_000, &"All work and no play. ".repeat(1_819)[..40_000])).unwrap();
    }
    for n in 0..50 {
        room.say("ana", copy.insert(n * 3_999, "x")).unwrap();
    }
    assert_eq!(room.text(), copy.text());
    assert_eq!(room.text().len(), 200_050);
}

/// `levels` elements inside each other, each by its own update; the first update that is refused, if one is.
fn nested(room: &mut Room, levels: usize) -> Option<(usize, Code)> {
    let doc = Doc::with_client_id(1);
    let root = doc.get_or_insert_xml_fragment("default");
    let mut inner: Option<yrs::XmlElementRef> = None;
    for level in 1..=levels {
        let mut typing = doc.transact_mut();
        let element = yrs::XmlElementPrelim::empty("blockquote");
        inner = Some(match &inner {
            None => root.push_back(&mut typing, element),
            Some(outer) => outer.push_back(&mut typing, element),
        });
        let update = typing.encode_update_v1();
        drop(typing);
        if let Err(code) = room.say("ana", update) {
            return Some((level, code));
        }
    }
    None
}

// rule: D2
#[test]
fn elements_inside_each_other_have_an_end() {
    assert_eq!(nested(&mut Room::new(), MAX_DOC_DEPTH), None);
    assert_eq!(nested(&mut Room::new(), MAX_DOC_DEPTH + 9), Some((MAX_DOC_DEPTH + 1, Code::InvalidValue)));
    // In one update, a hundred thousand deep where the bytes allow: refused before the library sees it.
    let mut bytes = vec![1];
    number(&mut bytes, 8_000);
    bytes.extend([1, 0]);
    bytes.extend(b"\x07\x01\x07default\x03\x01p");
    for clock in 0..7_999 {
        bytes.extend([7, 0, 1]);
        number(&mut bytes, clock);
        bytes.extend(b"\x03\x01p");
    }
    bytes.push(0);
    assert!(bytes.len() < 65_536);
    assert_eq!(Room::new().say("ana", bytes), Err(Code::InvalidValue));
}

// rule: D2
#[test]
fn values_inside_each_other_and_parts_without_number_have_an_end() {
    let mut bytes = b"\x01\x01\x01\x00\x08\x01\x01a\x01".to_vec();
    bytes.extend([117, 1].repeat(20_000));
    bytes.extend([126, 0]);
    assert_eq!(Room::new().say("ana", bytes), Err(Code::PayloadTooLarge));
    let mut bytes = vec![1];
    number(&mut bytes, MAX_UPDATE_STRUCTS as u64 + 1);
    bytes.extend([1, 0]);
    bytes.extend([0, 1].repeat(MAX_UPDATE_STRUCTS + 1));
    bytes.push(0);
    assert_eq!(Room::new().say("ana", bytes), Err(Code::PayloadTooLarge));
}

fn number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Updates as an editor makes them, to begin forgeries with.
fn honest() -> Vec<Vec<u8>> {
    let copy = Copy::new(300);
    let mut random = fastrand::Rng::with_seed(1);
    let mut updates: Vec<Vec<u8>> = (0..20).map(|_| copy.edit(&mut random)).collect();
    updates.push(copy.since(&StateVector::default()));
    let doc = Doc::with_client_id(301);
    let root = doc.get_or_insert_xml_fragment("default");
    for n in 0..6 {
        let mut typing = doc.transact_mut();
        let text = root
            .push_back(&mut typing, yrs::XmlElementPrelim::empty("paragraph"))
            .push_back(&mut typing, yrs::XmlTextPrelim::new("Some words"));
        let bold = [("bold".into(), true.into()), ("link".into(), yrs::Any::Null)].into_iter().collect();
        text.format(&mut typing, n, 3, bold);
        if n > 2 {
            root.remove_range(&mut typing, 0, 1);
        }
        updates.push(typing.encode_update_v1());
    }
    updates.push(doc.transact().encode_state_as_update_v1(&StateVector::default()));
    updates
}

/// One forged update: some honest bytes, cut, changed, repeated and joined.
fn forged(random: &mut fastrand::Rng, honest: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = honest[random.usize(..honest.len())].clone();
    for _ in 0..1 + random.usize(..4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.usize(..bytes.len());
        match random.u8(..8) {
            0 => bytes.truncate(at),
            1 => bytes[at] = random.u8(..),
            2 => bytes[at] ^= 1 << random.u8(..8),
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.usize(..5)],
            4 => drop(bytes.remove(at)),
            5 => bytes.insert(at, random.u8(..)),
            6 => {
                let other = &honest[random.usize(..honest.len())];
                let from = random.usize(..other.len());
                bytes.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let end = at + random.usize(..(bytes.len() - at).min(12));
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// Runs forgeries against a document; `FORGERIES` says how many, for a longer run.
// rule: D2
#[test]
fn whatever_is_forged_is_refused_or_harmless_and_soon_decided() {
    let rounds = std::env::var("FORGERIES").ok().and_then(|n| n.parse().ok()).unwrap_or(6_000);
    let honest = honest();
    let mut taken = 0;
    let mut slowest = Duration::ZERO;
    let mut room = Room::new();
    for seed in 0..rounds {
        let mut random = fastrand::Rng::with_seed(seed);
        if seed % 200 == 0 {
            room = Room::new();
            for update in honest.iter().take(random.usize(..honest.len())) {
                let _ = room.say("ana", update.clone());
            }
        }
        let bytes = match random.u8(..12) {
            0 => (0..random.usize(..60)).map(|_| random.u8(..)).collect(),
            _ => forged(&mut random, &honest),
        };
        let (before, began) = (room.state.clone(), Instant::now());
        let verdict = room.judge("ana", bytes);
        slowest = slowest.max(began.elapsed());
        match verdict {
            Verdict::Accept(next) => {
                taken += 1;
                room.state = *next;
                // The next reader gets the whole, and it is in one piece.
                let whole = room.whole();
                let known = room.state.document(&DocName::summary()).unwrap().clocks().clone();
                let mut told = scan::Clocks::new();
                scan::Scan::of(&whole).unwrap().advance(&mut told);
                assert_eq!(told, known, "seed {seed}");
            }
            Verdict::Refuse(refusal) => {
                let code = refusal.code;
                let expected =
                    matches!(code, Code::InvalidValue | Code::UnknownTarget | Code::PayloadTooLarge);
                assert!(expected, "seed {seed}: {refusal}");
                assert_eq!(before, room.state);
            }
            Verdict::Duplicate { .. } => panic!("seed {seed}"),
        }
    }
    assert!(taken > rounds / 100, "only {taken} of {rounds} were let through: the forgeries are too crude");
    assert!(slowest < Duration::from_secs(2), "one took {slowest:?}");
}

#[test]
fn a_state_of_the_first_format_reads_as_one_without_documents() {
    let mut room = Room::new();
    let change = room.change(
        "ana",
        serde_json::from_str(r#"[{"op":"ROW_INSERT","taskId":"t1","cells":{"title":"one"}}]"#).unwrap(),
    );
    sheet::apply::apply(&mut room.state, &change);
    let mut stored = serde_json::to_value(&room.state).unwrap();
    // As release 0.1.0 wrote it.
    stored.as_object_mut().unwrap().remove("documents").unwrap();
    stored["sheet"].as_object_mut().unwrap().remove("savePoints").unwrap();
    stored["sheet"]["removed"].as_object_mut().unwrap().remove("docs").unwrap();
    let read: State = serde_json::from_value(stored).unwrap();
    assert_eq!(read, room.state);
    room.state = read;
    room.say("ana", Copy::new(1).insert(0, "x")).unwrap();
}

#[test]
fn two_replicas_that_merged_at_different_times_decide_alike() {
    let mut random = fastrand::Rng::with_seed(5);
    let (mut one, mut other) = (Room::new(), Room::new());
    let copy = Copy::new(1);
    for n in 0..300 {
        let update = copy.edit(&mut random);
        one.say("ana", update.clone()).unwrap();
        other.say("ana", update).unwrap();
        if n % 17 == 0 {
            other.state =
                serde_json::from_str(&serde_json::to_string(&other.state.compacted()).unwrap()).unwrap();
        }
        assert_eq!(one.state, other.state);
    }
    assert_eq!(one.text(), other.text());
}
