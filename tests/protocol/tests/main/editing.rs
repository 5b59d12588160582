//! Several people, one log: conflicts, lost answers, deaths between commit and broadcast, convergence.
use cyclesheet_default::handle;
use harness::{
    Call, Fault, NEXT_WEEK, World,
    client::{insert, modify},
    who,
};
use platform::{Identity, event::SocketEvent};
use serde_json::json;
use sheet::{Code, TimestampMs};
use std::sync::Arc;
use tokio::sync::Barrier;

// rule: X7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_write_one_cell_one_wins_and_the_other_is_shown_what_stands_there() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let version = ana.commit(json!([insert("t1", "Ship it")])).await.version();
    ben.reach(version).await;
    let (by_ana, by_ben) = (
        ana.change(json!([modify("t1", "status", "", "In progress")])).await,
        ben.change(json!([modify("t1", "status", "", "Blocked")])).await,
    );
    let (for_ana, for_ben) = (ana.settled(&by_ana).await, ben.settled(&by_ben).await);
    let (won, lost, winner) = match (&for_ana, &for_ben) {
        (harness::Settled::Committed(_), harness::Settled::Rejected(lost)) => ("In progress", lost, "ana"),
        (harness::Settled::Rejected(lost), harness::Settled::Committed(_)) => ("Blocked", lost, "ben"),
        other => panic!("not exactly one won: {other:?}"),
    };
    assert_eq!(
        (&lost["code"], &lost["retryable"], &lost["version"]),
        (&json!("CONFLICT"), &json!(false), &json!(2))
    );
    let current = &lost["current"];
    assert_eq!((&current["taskId"], &current["column"]), (&json!("t1"), &json!("status")));
    assert_eq!(
        (&current["value"], &current["author"], &current["version"]),
        (&json!(won), &json!(winner), &json!(2))
    );
    ana.reach(2).await;
    ben.reach(2).await;
    assert_eq!(ana.replica.bytes(), ben.replica.bytes());
    assert_eq!(ana.replica.cell("t1", "status"), won);
    assert_eq!(world.log(NEXT_WEEK).await.bytes(), ana.replica.bytes());
}

// rule: X2, K1
#[tokio::test]
async fn a_retry_after_a_lost_answer_finds_its_own_change() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    // Three attempts are all that the SDK makes.
    world.faults.next(3, Fault::LoseAnswer, Call::is_commit);
    let id = ana.change(json!([insert("t1", "Ship it")])).await;
    let refused = ana.settled(&id).await;
    assert_eq!(
        (&refused.rejected()["code"], &refused.rejected()["retryable"]),
        (&json!("BUSY"), &json!(true))
    );
    assert_eq!(world.log(NEXT_WEEK).await.versions_of(&id), [1], "it had landed all the same");
    ana.change_as(&id, json!([insert("t1", "Ship it")])).await;
    assert_eq!(ana.settled(&id).await.version(), 1);
    ben.reach(1).await;
    assert_eq!(world.log(NEXT_WEEK).await.versions_of(&id), [1]);
    assert_eq!((ana.replica.times[&1], ana.replica.bytes()), (1, ben.replica.bytes()));
    // And the next change goes on from there.
    assert_eq!(ana.commit(json!([modify("t1", "status", "", "Done")])).await.version(), 2);
}

#[tokio::test]
async fn a_retry_of_the_sdk_that_meets_its_own_earlier_write_is_no_conflict() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    world.faults.forget();
    world.faults.next(1, Fault::LoseAnswer, Call::is_commit);
    assert_eq!(ana.commit(json!([insert("t1", "Ship it")])).await.version(), 1);
    let puts = world.faults.calls().into_iter().filter(Call::is_commit).count();
    assert_eq!(puts, 2, "the second met the first");
    assert_eq!(ana.replica.times[&1], 1);
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}

#[tokio::test]
async fn a_change_whose_request_was_lost_or_refused_is_sent_again_by_itself() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    for (fault, version) in [(Fault::LoseRequest, 1), (Fault::Throttle, 2)] {
        world.faults.next(2, fault, Call::is_commit);
        let task = format!("t{version}");
        assert_eq!(ana.commit(json!([insert(&task, "Ship it")])).await.version(), version, "{fault:?}");
    }
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_still_found_when_others_have_written_since() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    world.faults.next(3, Fault::LoseAnswer, Call::is_commit);
    let id = ana.change(json!([insert("t1", "Ship it")])).await;
    assert_eq!(ana.settled(&id).await.rejected()["code"], "BUSY");
    assert_eq!(ben.commit(json!([insert("t2", "Test it")])).await.version(), 2);
    ana.change_as(&id, json!([insert("t1", "Ship it")])).await;
    assert_eq!(ana.settled(&id).await.version(), 1);
    ana.reach(2).await;
    // Nobody told ben of version 1: the death before the broadcast heals by what he asks for himself.
    assert!(ben.replica.has_gap());
    ben.send(json!({"type": "replay", "since": 0})).await;
    ben.reach(2).await;
    assert_eq!(ana.replica.bytes(), ben.replica.bytes());
    assert_eq!(world.log(NEXT_WEEK).await.bytes(), ana.replica.bytes());
}

// rule: X4, K1
#[tokio::test]
async fn a_function_killed_between_commit_and_broadcast_is_healed_by_its_authors_retry() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let identity = Identity {
        tenant: "acme".parse().unwrap(),
        user: "ana".parse().unwrap(),
        name: "ana".into(),
        color: "#000000".into(),
        role: sheet::Role::Editor,
        teams: vec!["platform".parse().unwrap()],
        expires_at: TimestampMs(i64::MAX),
        email: None,
    };
    let ops = json!([insert("t1", "Ship it")]);
    let event: SocketEvent = serde_json::from_value(json!({
        "requestContext": {
            "connectionId": ana.connection_id(), "messageId": "m", "requestId": "r", "domainName": "x", "stage": "dev",
            "authorizer": { "exp": "2000000000", "color": "#000000" },
        },
        "body": json!({"type": "change", "id": "tab-of-ana.1", "base": 0, "ops": ops}).to_string(),
    }))
    .unwrap();
    let mut event = event;
    let mut known = identity.to_context(&world.key(NEXT_WEEK));
    known.insert("exp".into(), json!("2000000000"));
    event.request_context.authorizer = Some(known);
    // The change lands; the read of the room that follows it hangs until the function is gone.
    world.faults.forget();
    let is_room = |call: &Call| call.operation == "Query" && call.sk() == "CONN#";
    world.faults.rule(move |call| is_room(call).then_some(Fault::Hold));
    let context = world.stack.context.clone();
    let function = tokio::spawn(async move { handle(&context, &event).await });
    world.faults.happened("the read of the room", is_room).await;
    function.abort();
    assert!(function.await.unwrap_err().is_cancelled());
    world.faults.clear();
    assert_eq!(world.log(NEXT_WEEK).await.versions_of("tab-of-ana.1"), [1]);
    assert_eq!(world.posts.count("committed"), 0, "nobody received it");
    // Three seconds without an echo: the same id again.
    ana.change_as("tab-of-ana.1", ops).await;
    assert_eq!(ana.settled("tab-of-ana.1").await.version(), 1);
    ben.reach(1).await;
    assert_eq!(ana.replica.bytes(), ben.replica.bytes());
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}

#[tokio::test]
async fn a_room_that_cannot_be_read_still_acknowledges_to_the_author() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    world.faults.next(3, Fault::LoseRequest, |call| call.operation == "Query" && call.sk() == "CONN#");
    assert_eq!(ana.commit(json!([insert("t1", "Ship it")])).await.version(), 1);
    let pong = ben.ping().await;
    assert_eq!((&pong["version"], ben.replica.version()), (&json!(1), 0));
    ben.send(json!({"type": "replay", "since": 0})).await;
    ben.reach(1).await;
}

// rule: X1, X4, X5
#[tokio::test]
async fn a_sequence_number_below_the_last_is_superseded_and_the_last_is_answered_to_its_author_alone() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let first = ana.change(json!([insert("t1", "one")])).await;
    ana.settled(&first).await;
    let second = ana.change(json!([insert("t2", "two")])).await;
    ana.settled(&second).await;
    ben.commit(json!([insert("t3", "three")])).await.version();
    ana.change_as(&first, json!([insert("t1", "one")])).await;
    assert_eq!(ana.settled(&first).await.rejected()["code"], Code::Superseded.as_str());
    ana.change_as(&second, json!([insert("t2", "two")])).await;
    assert_eq!(ana.settled(&second).await.version(), 2);
    ben.ping().await;
    assert_eq!(ben.replica.times[&2], 1, "an older duplicate is no news for the room");
    // The same id by another author is another change.
    ben.change_as(&second, json!([insert("t4", "four")])).await;
    assert_eq!(ben.settled(&second).await.version(), 4);
}

const PEOPLE: usize = 50;
const CHANGES: usize = 4;

// rule: K3, K6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_people_who_write_at_once_end_with_the_same_bytes_and_an_unbroken_log() {
    let world = World::new().await;
    let mut starter = world.join(&who("starter")).await;
    starter.commit(json!([insert("shared", "Everybody writes here")])).await.version();
    let (ready, written) = (Arc::new(Barrier::new(PEOPLE)), Arc::new(Barrier::new(PEOPLE)));
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let (door, ready, written) =
            (world.door(&who(&format!("u{n}")), NEXT_WEEK), ready.clone(), written.clone());
        people.push(tokio::spawn(async move {
            let mut client = harness::Client::join(&door).await;
            ready.wait().await;
            let own = format!("row-{n}");
            let mut won = 0;
            for round in 0..CHANGES {
                let ops = match round {
                    0 => json!([insert(&own, "mine")]),
                    1 => {
                        json!([modify(&own, "progress", "", "50"), modify(&own, "status", "", "In progress")])
                    }
                    // Everybody wants this one cell: a late one is refused and goes on.
                    2 => json!([modify("shared", "description", "", &format!("by {n}"))]),
                    _ => json!([{"op": "ROW_MOVE", "taskId": own, "after": "shared"}]),
                };
                let settled = client.commit(ops).await;
                match (round, settled) {
                    (_, harness::Settled::Committed(_)) => won += 1,
                    (2, harness::Settled::Rejected(frame)) => assert_eq!(frame["code"], "CONFLICT"),
                    (_, harness::Settled::Rejected(frame)) => panic!("{frame}"),
                }
            }
            written.wait().await;
            let tip = client.ping().await["version"].as_u64().unwrap();
            client.reach(tip).await;
            (client.replica.bytes(), won, tip)
        }));
    }
    let mut ends = Vec::new();
    for person in people {
        ends.push(person.await.unwrap());
    }
    let log = world.log(NEXT_WEEK).await;
    // Everybody's three own changes, one description, one row to begin with.
    let expected = (PEOPLE * (CHANGES - 1) + 1 + 1) as u64;
    assert_eq!(log.changes.len() as u64, expected);
    assert_eq!(ends.iter().map(|(_, won, _)| won).sum::<usize>() as u64 + 1, expected);
    for (bytes, _, tip) in &ends {
        assert_eq!(*tip, expected);
        assert_eq!(*bytes, log.bytes());
    }
    starter.reach(expected).await;
    assert_eq!(starter.replica.bytes(), log.bytes());
    assert!(log.entries < log.changes.len(), "changes that wait for a put share the next entry");
}
