//! What costly frames cost: calls to the table and items read, counted, whatever is asked for and by whom.
use harness::{Call, NEXT_WEEK, World, client::insert, who};
use serde_json::{Value, json};
use sheet::{Author, CycleKey, Role, TimestampMs};
use store::{Proposal, Store};

/// Changes of a long log, each in an entry of its own.
const LONG: u64 = 600;

/// Writes a long log past all sockets.
async fn long_log(store: &Store, key: &CycleKey, now: TimestampMs) {
    store.create(key, now).await.unwrap();
    for n in 1..=LONG {
        let proposal = Proposal {
            id: format!("long.{n}").parse().unwrap(),
            author: Author { id: format!("u{}", n / 50).parse().unwrap(), name: "Somebody".into() },
            role: Role::Editor,
            base: 0,
            ops: serde_json::from_value(match n {
                1 => json!([insert("t1", "long")]),
                n => json!([harness::client::modify("t1", "description", &text(n - 1), &text(n))]),
            })
            .unwrap(),
            now,
        };
        store.commit(key, proposal).await.unwrap();
    }
}

fn text(n: u64) -> String {
    if n == 1 { String::new() } else { format!("{n} {}", "x".repeat(200)) }
}

/// Reads of the log: how many there were, and how many items they brought.
fn log_reads(world: &World) -> (usize, usize) {
    let calls = world.faults.calls();
    let of_the_log = |call: &&Call| call.operation == "Query" && call.sk().starts_with("LOG#");
    let (reads, items) =
        calls.iter().filter(of_the_log).fold((0, 0), |(n, items), call| (n + 1, items + call.items));
    (reads, items)
}

// rule: R1, W4, W9
#[tokio::test]
async fn a_page_of_a_long_log_reads_what_it_returns_wherever_it_begins() {
    let world = World::new().await;
    let (store, key) = (&world.stack.context.store, world.key(NEXT_WEEK));
    long_log(store, &key, world.stack.context.now()).await;
    // Page by page, as a history does: all pages together read the log once, and one item a page to find its beginning.
    for size in [1, 7, 50, 1_000] {
        let mut at = if size == 1 { LONG - 20 } else { 0 };
        let (from, mut pages) = (at, 0);
        world.faults.forget();
        while at < LONG {
            let texts = store.replay(&key, at, size, 4 * 1024 * 1024).await.unwrap();
            assert!((1..=size).contains(&texts.len()), "{}", texts.len());
            let first: Value = serde_json::from_str(&texts[0]).unwrap();
            assert_eq!(first["version"], at + 1);
            at += texts.len() as u64;
            pages += 1;
        }
        let (reads, items) = log_reads(&world);
        assert!(
            items <= (LONG - from) as usize + pages,
            "{items} items of {} for {pages} pages",
            LONG - from
        );
        assert!(reads <= 2 * pages + 1, "{reads} reads for {pages} pages");
    }
    // A bound in bytes stops the reading too, at most one guess too far.
    world.faults.forget();
    let texts = store.replay(&key, 0, 1_000, 8 * 1024).await.unwrap();
    let (_, items) = log_reads(&world);
    assert!(texts.len() < 30 && items <= 64 + texts.len(), "{items} items for {}", texts.len());
    // And so over the wire: two changes are missed, and two are read.
    let mut vera = world.join(&who("vera").viewer()).await;
    let tip = vera.welcome["version"].as_u64().unwrap();
    world.faults.forget();
    vera.send(json!({"type": "replay", "since": tip - 2})).await;
    vera.frame_of("committed").await;
    let (reads, items) = log_reads(&world);
    assert!(reads <= 3 && items <= 3, "{items} items in {reads} reads");
    let door = world.door(&who("vera").viewer(), NEXT_WEEK);
    let mut back = harness::Client::open(&door).await.unwrap();
    world.faults.forget();
    back.hello(json!({"since": 1, "epoch": vera.welcome["epoch"]})).await;
    let (_, items) = log_reads(&world);
    assert_eq!(items, 0, "who lacks more than a welcome holds costs no read of the log");
}

// rule: F9
#[tokio::test]
async fn a_viewer_who_floods_with_replays_has_what_they_returned_read_and_no_more() {
    let world = World::new().await;
    let (store, key) = (&world.stack.context.store, world.key(NEXT_WEEK));
    long_log(store, &key, world.stack.context.now()).await;
    let mut vera = world.join(&who("vera").viewer()).await;
    world.faults.forget();
    let asked = 120;
    for _ in 0..asked {
        vera.send(json!({"type": "replay", "since": 0})).await;
    }
    for _ in 60..asked {
        vera.frame("a refusal", |frame| frame["code"] == "RATE_LIMITED").await;
    }
    vera.ping().await;
    let (_, items) = log_reads(&world);
    assert!(items <= 60 * (LONG as usize + 2), "{items} items");
    assert_eq!(world.faults.count("PutItem"), 0);
}

// rule: X16
#[tokio::test]
async fn thousands_of_mentions_are_refused_before_anybody_is_looked_up() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let mut vera = world.join(&who("vera").viewer()).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    let comment = |id: &str, names: Vec<String>| json!({"op": "COMMENT_ADD", "commentId": id, "taskId": "t1", "text": "x", "mentions": names});
    let names = |count: usize| (0..count).map(|n| format!("{n}")).collect::<Vec<_>>();
    let write = |doc: &str, names: Vec<String>| json!({"op": "TEXT_UPDATE", "doc": doc, "update": "AAA=", "mentions": names});
    let many = |count: usize| (0..count).map(|n| comment(&format!("c{n}"), names(20))).collect::<Value>();
    for (ops, code) in [
        (json!([comment("c1", names(3_900))]), "INVALID_VALUE"),
        (json!([comment("c1", names(21))]), "INVALID_VALUE"),
        (json!([write("summary", names(3_900))]), "INVALID_VALUE"),
        (many(11), "PAYLOAD_TOO_LARGE"),
        (many(60), "PAYLOAD_TOO_LARGE"),
    ] {
        world.faults.forget();
        assert_eq!(ana.commit(ops.clone()).await.rejected()["code"], code);
        assert!(world.faults.calls().len() <= 2, "{} calls", world.faults.calls().len());
        assert_eq!(world.faults.count("GetItem"), 0, "nobody is looked up");
    }
    world.faults.forget();
    assert_eq!(vera.commit(json!([comment("c1", names(20))])).await.rejected()["code"], "FORBIDDEN");
    assert_eq!(world.faults.count("GetItem"), 0, "nobody is looked up for a viewer");
    // As many as may be: each is looked up by two reads, and the first who is nobody ends it.
    world.faults.forget();
    assert_eq!(ana.commit(many(10)).await.rejected()["code"], "UNKNOWN_TARGET");
    assert!(world.faults.count("GetItem") <= 2 * 20, "{}", world.faults.count("GetItem"));
}
