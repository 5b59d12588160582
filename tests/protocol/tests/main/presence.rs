//! Presence: relayed with the server's identity, never stored.
use harness::{Client, Fault, NEXT_WEEK, World, client::insert, who};
use serde_json::{Value, json};

fn users(connections: &Value) -> Vec<String> {
    let mut users: Vec<String> = connections
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["user"]["id"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    users
}

// rule: P1, P2, P3
#[tokio::test]
async fn a_movement_reaches_everybody_else_with_the_identity_that_the_server_knows() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let mut vera = world.join(&who("vera").viewer()).await;
    let state = json!({"cursor": {"taskId": "t1", "column": "status"}, "status": "typing"});
    world.faults.forget();
    ana.send(json!({
        "type": "presence", "state": state, "user": {"id": "boss", "name": "The Boss"}, "connectionId": ben.connection_id(),
    }))
    .await;
    for other in [&mut ben, &mut vera] {
        let presence = other.frame_of("presence").await;
        assert_eq!((&presence["connectionId"], &presence["state"]), (&ana.welcome["connectionId"], &state));
        assert_eq!(presence["user"], ana.welcome["user"]);
    }
    assert_eq!(
        (world.faults.count("PutItem"), world.faults.count("UpdateItem")),
        (0, 0),
        "it is never stored"
    );
    ana.ping().await;
    assert!(!ana.heard.iter().any(|frame| frame["type"] == "presence"), "nobody receives their own presence");
    vera.send(json!({"type": "presence", "state": {"status": "idle"}})).await;
    assert_eq!(ana.frame_of("presence").await["user"]["id"], "vera", "a viewer is seen too");
    // What a state holds beside the schema is not passed on.
    ana.send(json!({"type": "presence", "state": {"status": "away", "cursor": null, "secret": "x"}})).await;
    assert!(!ben.frame_of("presence").await.to_string().contains("secret"));
}

/// Frames in which the room speaks.
fn of_the_room(frames: &[Value]) -> Vec<&Value> {
    let room = ["committed", "presence", "joined", "left"];
    frames.iter().filter(|frame| room.contains(&frame["type"].as_str().unwrap_or_default())).collect()
}

// rule: H1, P1
#[tokio::test]
async fn before_its_hello_a_socket_hears_nothing_of_the_room_and_the_room_nothing_of_it() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let mut quiet = Client::open(&world.door(&who("ben"), NEXT_WEEK)).await.unwrap();
    let (table, key) = (world.table(), world.key(NEXT_WEEK));
    let stands =
        async || store::connections::room(&table, &key, world.stack.context.now()).await.unwrap().len();
    world.faults.forget();
    // Over and over, and after the time in which a row is written again.
    let mut writes = 0;
    for _ in 0..3 {
        assert_eq!(quiet.ping().await["type"], "pong");
        for frame in [
            json!({"type": "presence", "state": {"status": "typing"}}),
            json!({"type": "replay", "since": 0}),
            json!({"type": "refresh"}),
        ] {
            quiet.send(frame.clone()).await;
            let refused = quiet.frame_of("error").await;
            assert_eq!(refused["code"], "FORBIDDEN", "{frame}");
            assert!(refused["message"].as_str().unwrap().contains("hello"), "{refused}");
        }
        let before = world.faults.count("PutItem");
        assert_eq!(before, writes, "neither a ping nor anything else writes a row of it");
        world.advance(std::time::Duration::from_secs(5 * 60));
        ana.ping().await;
        writes += world.faults.count("PutItem") - before;
    }
    assert!(writes > 0, "the row of somebody in the room is written again meanwhile");
    ana.send(json!({"type": "presence", "state": {"status": "typing"}})).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    world.join(&who("cleo")).await.close().await;
    ana.frame_of("left").await;
    // What it commits itself comes back to it, and no change of anybody else.
    let own = quiet.commit(json!([insert("t2", "Mine")])).await.version();
    ana.reach(own).await;
    quiet.send_text(r#"ROW_INSERT|{"taskId":"t3","cells":{"title":"Mine too"}}"#).await;
    ana.reach(own + 1).await;
    quiet.ping().await;
    for frame in of_the_room(&quiet.heard) {
        assert_eq!(frame["type"], "committed", "{frame}");
        for change in frame["changes"].as_array().unwrap() {
            assert_eq!(change["author"]["id"], "ben", "{frame}");
        }
    }
    assert!(of_the_room(&ana.heard).iter().all(|frame| frame["user"]["id"] != "ben"), "nobody has joined");
    assert_eq!(stands().await, 1);
    quiet.hello(json!({})).await;
    assert_eq!(stands().await, 2);
    quiet.send(json!({"type": "presence", "state": {"status": "typing"}})).await;
    assert_eq!(ana.frame_of("presence").await["user"]["id"], "ben");
}

// rule: H1, R3
#[tokio::test]
async fn who_has_left_by_a_line_stays_out_whatever_they_ping_and_is_still_closed_by_a_removal() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let mut tess = Client::open(&world.door(&who("tess"), NEXT_WEEK)).await.unwrap();
    // Leaving a room that one never entered takes nothing away either.
    tess.send_text("PRESENCE_LEAVE").await;
    tess.send_text("PRESENCE_JOIN").await;
    tess.frame_of("welcome").await;
    tess.send_text("PRESENCE_LEAVE").await;
    boss.frame_of("left").await;
    world.advance(std::time::Duration::from_secs(5 * 60));
    tess.ping().await;
    tess.send(json!({"type": "presence", "state": {"status": "typing"}})).await;
    assert_eq!(tess.frame_of("error").await["code"], "FORBIDDEN");
    boss.commit(json!([insert("t1", "Ship it")])).await.version();
    tess.ping().await;
    assert!(of_the_room(&tess.heard).iter().all(|frame| frame["type"] != "committed"), "{:?}", tess.heard);
    let now = world.stack.context.now();
    let (table, tenant, tess_id) = (world.table(), world.key(NEXT_WEEK).tenant, "tess".parse().unwrap());
    let open = store::connections::of_user(&table, &tenant, &tess_id, now);
    assert_eq!(open.await.unwrap().len(), 1, "it counts among their sockets");
    boss.commit(json!([{"op": "MEMBER_REVOKE", "userId": "tess"}])).await.version();
    assert_eq!(tess.end().await, Some(1000));
}

// rule: P2, P3
#[tokio::test]
async fn a_caret_is_passed_on_without_what_its_owner_says_of_themselves() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let caret = json!({"anchor": "AAECAA==", "head": "AQdkZWZhdWx0"});
    let mut boasting = caret.clone();
    boasting["user"] = json!({"name": "The Boss", "color": "#ff0000"});
    boasting["name"] = json!("The Boss");
    boasting["color"] = json!("#ff0000");
    for docs in
        [json!({"summary": "x"}), json!({"boss": caret}), json!({"summary": {"anchor": {}, "head": 1}})]
    {
        ana.send(json!({"type": "presence", "state": {"docs": docs}})).await;
        assert_eq!(ana.frame_of("error").await["code"], "MALFORMED", "{docs}");
    }
    ana.send(json!({"type": "presence", "state": {"docs": {"summary": boasting, "notes:t1": null}}})).await;
    assert_eq!(ben.frame_of("presence").await["state"]["docs"], json!({"summary": caret}));
}

// rule: H6
#[tokio::test]
async fn who_comes_is_announced_and_who_goes_is_taken_off_even_if_the_line_just_breaks() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    assert_eq!(users(&ana.welcome["connections"]), ["ana"]);
    let ben = world.join(&who("ben")).await;
    assert_eq!(users(&ben.welcome["connections"]), ["ana", "ben"]);
    let joined = ana.frame_of("joined").await;
    assert_eq!(
        (&joined["connectionId"], &joined["user"], &joined["role"]),
        (&ben.welcome["connectionId"], &ben.welcome["user"], &json!("editor"))
    );
    let second_tab = world.join(&who("ben")).await;
    assert_eq!(users(&second_tab.welcome["connections"]), ["ana", "ben", "ben"]);
    ana.frame_of("joined").await;

    let broken = ben.connection_id().to_owned();
    ben.break_off();
    let left = ana.frame_of("left").await;
    assert_eq!((&left["connectionId"], &left["user"]["id"]), (&json!(broken), &json!("ben")));
    let closed = second_tab.connection_id().to_owned();
    second_tab.close().await;
    assert_eq!(ana.frame_of("left").await["connectionId"], closed.as_str());
    let (table, key, now) = (world.table(), world.key(NEXT_WEEK), world.stack.context.now());
    assert_eq!(store::connections::room(&table, &key, now).await.unwrap().len(), 1);
    assert!(
        store::connections::of_user(&table, &key.tenant, &"ben".parse().unwrap(), now)
            .await
            .unwrap()
            .is_empty()
    );
}

// rule: R9, H6
#[tokio::test]
async fn a_socket_whose_disconnect_was_lost_leaves_the_room_with_the_next_frame_that_finds_it_gone() {
    let lost = |event: &gateway::Event| event.request_context.event_type != gateway::EventType::Disconnect;
    let world =
        World::with(|options| options.gateway.disconnect_hook = Some(std::sync::Arc::new(lost))).await;
    let (mut ana, ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let gone = ben.connection_id().to_owned();
    ben.close().await;
    ana.commit(json!([harness::client::insert("t1", "one")])).await.version();
    assert_eq!(ana.frame_of("left").await["connectionId"], gone.as_str());
    let room = store::connections::room(&world.table(), &world.key(NEXT_WEEK), world.stack.context.now())
        .await
        .unwrap();
    assert_eq!(room.len(), 1);
}

// rule: C5
#[tokio::test]
async fn the_eleventh_socket_of_one_user_closes_their_oldest() {
    let world = World::new().await;
    let mut tabs = Vec::new();
    for _ in 0..10 {
        tabs.push(world.join(&who("ana")).await);
        // Sockets are as old as their connect; these shall not be of one age.
        world.advance(std::time::Duration::from_millis(10));
    }
    let mut eleventh = world.join(&who("ana")).await;
    assert_eq!(tabs.remove(0).end().await, Some(1000));
    for tab in &mut tabs {
        tab.ping().await;
    }
    eleventh.ping().await;
}

#[tokio::test]
async fn a_store_that_cannot_say_is_answered_busy_and_nothing_is_written() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    for frame in [
        json!({"type": "ping"}),
        json!({"type": "replay", "since": 0}),
        json!({"type": "hello"}),
        json!({"type": "refresh"}),
        json!({"type": "presence", "state": {}}),
    ] {
        world.faults.rule(|_| Some(Fault::LoseRequest));
        ana.send(frame.clone()).await;
        let refused = ana.frame_of("error").await;
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("BUSY"), &json!(true)), "{frame}");
        assert!(!refused.to_string().contains("lost by a test"), "internals stay inside: {refused}");
    }
    let door = world.door(&who("ben"), NEXT_WEEK);
    assert_eq!(Client::open(&door).await.err(), Some(503));
    world.faults.clear();
    ana.ping().await;
    assert!(world.log(NEXT_WEEK).await.changes.is_empty());
}
