//! The four cases that every design of a shared sheet must answer. The third, a person removed while connected, stands
//! with the other removals.
use harness::{
    Client, NEXT_WEEK, Settled, World,
    client::{Door, insert, modify},
    who,
};
use serde_json::json;

// rule: X7
#[tokio::test]
async fn x7_two_people_move_the_same_card_at_once_and_one_is_shown_what_the_other_did() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    ana.commit(json!([insert("card", "Ship it"), insert("other", "Another")])).await.version();
    ben.reach(1).await;
    // Both have seen version 1, and both frames are out before either hears anything.
    let of_ana = ana.change(json!([modify("card", "status", "", "In progress")])).await;
    let of_ben = ben.change(json!([modify("card", "status", "", "Done")])).await;
    let (a, b) = (ana.settled(&of_ana).await, ben.settled(&of_ben).await);
    let (won, refusal, loser) = match (&a, &b) {
        (Settled::Committed(2), Settled::Rejected(frame)) => ("In progress", frame, &mut ben),
        (Settled::Rejected(frame), Settled::Committed(2)) => ("Done", frame, &mut ana),
        other => panic!("one of them, not {other:?}"),
    };
    assert_eq!((&refusal["code"], &refusal["retryable"]), (&json!("CONFLICT"), &json!(false)));
    let current = &refusal["current"];
    assert_eq!(
        (&current["value"], &current["version"], &current["taskId"]),
        (&json!(won), &json!(2), &json!("card"))
    );
    assert!(current["name"].is_string() && current["author"].is_string());
    loser.reach(2).await;
    let mine = if won == "Done" { "In progress" } else { "Done" };
    loser.commit(json!([modify("card", "status", won, mine)])).await.version();
    // Moved as rows, both moves count: a place is no text that could be lost.
    ana.reach(3).await;
    ben.reach(3).await;
    let to_the_top = ana.change(json!([{"op": "ROW_MOVE", "taskId": "card", "after": null}])).await;
    let below = ben.change(json!([{"op": "ROW_MOVE", "taskId": "card", "after": "other"}])).await;
    ana.settled(&to_the_top).await.version();
    ben.settled(&below).await.version();
    ana.reach(5).await;
    ben.reach(5).await;
    assert_eq!(ana.replica.bytes(), ben.replica.bytes());
    assert_eq!(world.log(NEXT_WEEK).await.bytes(), ben.replica.bytes());
}

// rule: X2
#[tokio::test]
async fn x2_a_network_lost_after_the_optimistic_update_and_before_the_acknowledgement_costs_nothing() {
    let world = World::new().await;
    let mut ben = world.join(&who("ben")).await;
    let door = world.door(&who("ana"), NEXT_WEEK);
    for (n, arrives) in [true, false].into_iter().enumerate() {
        let mut ana = Client::join(&door).await;
        let ops = json!([insert(&format!("t{n}"), "shown at once")]);
        let id = format!("{}.1", ana.name);
        if arrives {
            ana.change_as(&id, ops.clone()).await;
            ben.reach(1).await;
        }
        ana.break_off();
        // Another socket of the same tab: what was unanswered is sent again under its id.
        let mut back = Client::join(&door).await;
        back.change_as(&id, ops).await;
        assert_eq!(back.settled(&id).await.version(), n as u64 + 1);
        assert_eq!(world.log(NEXT_WEEK).await.versions_of(&id).len(), 1, "once");
        back.close().await;
    }
    ben.reach(2).await;
    assert_eq!(ben.replica.bytes(), world.log(NEXT_WEEK).await.bytes());
}

// rule: F2
// rule: C3
#[tokio::test]
async fn f2_a_payload_over_the_limit_or_from_a_disallowed_origin_changes_nothing() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let large = json!([{"op": "COMMENT_ADD", "commentId": "c1", "doc": "d", "text": "x".repeat(29 * 1024), "mentions": []}]);
    assert_eq!(ana.commit(large).await.rejected()["code"], "PAYLOAD_TOO_LARGE");
    ana.commit(json!([insert("t1", "the socket lives on")])).await.version();
    ana.send_text(&"x".repeat(33 * 1024)).await;
    assert_eq!(ana.end().await, Some(1009));
    let good = world.door(&who("ana"), NEXT_WEEK);
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null", ""] {
        let door = Door { origin: Some(origin.into()), ..good.clone() };
        assert_eq!(Client::open(&door).await.err(), Some(403), "{origin:?}");
    }
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}
