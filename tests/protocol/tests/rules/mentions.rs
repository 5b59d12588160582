//! A mentioned user is notified as soon as they can be; a user who may not enter cannot be mentioned.
use super::support::{comment, name, revoke};
use harness::{
    Call, Client, Fault, NEXT_WEEK, THIS_WEEK, Who, World,
    client::{Door, insert},
    editor::{Editor, naming_update, text_update},
    who,
};
use local::tokens;
use serde_json::{Value, json};
use sheet::TimestampMs;

/// The door to a team's room for somebody of both teams.
fn of_both(world: &World, person: &Who, team: &str, week: &str) -> Door {
    let mut claims = person.person();
    claims.teams = ["platform", "billing"].map(name).into();
    let token = tokens::issue(tokens::SECRET, &claims, TimestampMs(i64::MAX / 2_000_000 * 1_000)).unwrap();
    Door { token: Some(token), ..world.door(&person.clone().in_team(team), week) }
}

async fn waiting(world: &World, tenant: &str, user: &str) -> usize {
    let now = world.stack.context.now();
    store::mentions::waiting(&world.table(), &name(tenant), &name(user), now).await.unwrap().len()
}

/// Ana in the room with a row, and a member who connected once and is away now.
async fn room(world: &World, members: &[Who]) -> Client {
    for member in members {
        world.join(member).await.close().await;
    }
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "one")])).await.version();
    ana
}

#[tokio::test]
async fn x16_a_mention_of_whoever_may_not_enter_the_room_is_refused_and_tells_nobody() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let mut ana = room(&world, &[who("gone"), who("bil").in_team("billing"), who("eva").of("globex")]).await;
    boss.commit(revoke("gone")).await.version();
    let mut eva = world.join(&who("eva").of("globex")).await;
    let mut bil = world.join(&who("bil").in_team("billing")).await;
    ana.reach(2).await;
    world.posts.forget();
    for user in ["nobody", "bil", "gone", "eva"] {
        for ops in [
            json!([comment("c1", "t1", "look", &[user])]),
            json!([comment("c1", "t1", "look", &[]), {"op": "COMMENT_REPLY", "commentId": "c1", "replyId": "r1", "text": "x", "mentions": [user]}]),
            json!([comment("c1", "t1", "look", &["ana", user])]),
        ] {
            let refusal = ana.commit(ops).await.rejected().clone();
            assert_eq!(
                (&refusal["code"], &refusal["version"]),
                (&json!("UNKNOWN_TARGET"), &json!(2)),
                "{user}: {refusal}"
            );
        }
        for tenant in ["acme", "globex"] {
            assert_eq!(waiting(&world, tenant, user).await, 0, "{user} of {tenant}");
        }
    }
    assert_eq!((world.log(NEXT_WEEK).await.changes.len(), world.posts.count("notification")), (2, 0));
    eva.ping().await;
    bil.ping().await;
    for client in [&eva, &bil] {
        assert!(!client.heard.iter().any(|frame| frame["type"] == "notification"));
    }
}

#[tokio::test]
async fn n1_a_mention_reaches_every_socket_of_the_person_in_whatever_room() {
    let world = World::new().await;
    let mut ana = room(&world, &[]).await;
    let ben = who("ben");
    let mut sockets = Vec::new();
    for (team, week) in
        [("platform", NEXT_WEEK), ("platform", THIS_WEEK), ("billing", NEXT_WEEK), ("billing", NEXT_WEEK)]
    {
        sockets.push(Client::join(&of_both(&world, &ben, team, week)).await);
    }
    let mut namesake = world.join(&who("ben").of("globex")).await;
    let mut cleo = world.join(&who("cleo")).await;
    let version = ana.commit(json!([comment("c1", "t1", "look at this", &["ben", "ana"])])).await.version();
    for socket in &mut sockets {
        let told = socket.frame_of("notification").await;
        let said = json!({
            "type": "notification", "team": "platform", "cycle": NEXT_WEEK, "version": version, "commentId": "c1",
            "taskId": "t1", "by": "ana", "name": "ana", "text": "look at this", "at": told["at"],
        });
        assert_eq!(told, said);
    }
    for other in [&mut ana, &mut namesake, &mut cleo] {
        other.ping().await;
        assert!(!other.heard.iter().any(|frame| frame["type"] == "notification"), "{:?}", other.heard);
    }
    assert_eq!((waiting(&world, "acme", "ben").await, waiting(&world, "globex", "ben").await), (0, 0));
}

#[tokio::test]
async fn n2_a_mention_of_somebody_who_is_away_waits_and_is_handed_over_once() {
    let world = World::new().await;
    let mut ana = room(&world, &[who("ben"), who("ben").of("globex")]).await;
    // Two threads in one change are two mentions; the client joins what waits into one change.
    ana.commit(json!([comment("c1", "t1", "first", &["ben"]), comment("c2", "t1", "second", &["ben"])]))
        .await
        .version();
    ana.commit(json!([{"op": "COMMENT_REPLY", "commentId": "c1", "replyId": "r1", "text": "third", "mentions": ["ben"]}])).await.version();
    ana.ping().await;
    let texts = |welcome: &Value| -> Vec<String> {
        let notes = welcome["notifications"].as_array().unwrap();
        notes.iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    };
    let namesake = world.join(&who("ben").of("globex")).await;
    assert!(texts(&namesake.welcome).is_empty(), "another tenant's ben");
    let mut ben = world.join(&who("ben")).await;
    assert_eq!(texts(&ben.welcome), ["first", "second", "third"]);
    ben.ping().await;
    assert!(texts(&world.join(&who("ben")).await.welcome).is_empty(), "once");
}

#[tokio::test]
async fn n2_a_mention_whose_function_died_is_delivered_by_the_authors_retry() {
    let world = World::new().await;
    let mut ana = room(&world, &[who("ben")]).await;
    let is_note = |call: &Call| call.operation == "PutItem" && call.sk().starts_with("NOTE#");
    // The function hangs before it has kept the mention, as one that died there does.
    world.faults.next(1, Fault::Hold, is_note);
    let id = ana.change(json!([comment("c1", "t1", "look", &["ben"])])).await;
    assert_eq!(ana.settled(&id).await.version(), 2);
    world.faults.happened("the note to be held", is_note).await;
    assert_eq!(waiting(&world, "acme", "ben").await, 0);
    ana.change_as(&id, json!([comment("c1", "t1", "look", &["ben"])])).await;
    assert_eq!(ana.settled(&id).await.version(), 2, "the same change");
    let ben = harness::patiently("the note", async {
        loop {
            if waiting(&world, "acme", "ben").await == 1 {
                return world.join(&who("ben")).await;
            }
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(ben.await.welcome["notifications"][0]["commentId"], "c1");
}

#[tokio::test]
async fn x4_a_retried_mention_is_acknowledged_even_if_the_mentioned_has_been_removed_since() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let mut ana = room(&world, &[who("ben")]).await;
    let ops = json!([comment("c1", "t1", "look", &["ben"])]);
    let id = ana.change(ops.clone()).await;
    assert_eq!(ana.settled(&id).await.version(), 2);
    boss.reach(2).await;
    boss.commit(revoke("ben")).await.version();
    ana.reach(3).await;
    ana.change_as(&id, ops).await;
    assert_eq!(ana.settled(&id).await.version(), 2, "it is in the log, even if its author has left since");
}

#[tokio::test]
async fn d9_a_note_that_names_whoever_may_not_enter_is_refused_and_tells_nobody() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let mut ana = room(&world, &[who("gone"), who("bil").in_team("billing"), who("eva").of("globex")]).await;
    boss.commit(revoke("gone")).await.version();
    ana.reach(2).await;
    world.posts.forget();
    for user in ["nobody", "bil", "gone", "eva"] {
        let words = Editor::new(7).name("see ", user, user);
        let refusal = ana.commit(json!([naming_update("notes:t1", words, &[user])])).await.rejected().clone();
        assert_eq!(refusal["code"], "UNKNOWN_TARGET", "{user}: {refusal}");
        for tenant in ["acme", "globex"] {
            assert_eq!(waiting(&world, tenant, user).await, 0, "{user} of {tenant}");
        }
    }
    let crowd: Vec<&str> = vec!["ana"; 21];
    let words = Editor::new(7).name("see ", "ana", "Ana");
    let refusal =
        ana.commit(json!([naming_update("notes:t1", words.as_str(), &crowd)])).await.rejected().clone();
    assert_eq!(refusal["code"], "INVALID_VALUE");
    assert_eq!((world.log(NEXT_WEEK).await.changes.len(), world.posts.count("notification")), (2, 0));
    ana.commit(json!([naming_update("notes:t1", words, &crowd[..20])])).await.version();
}

#[tokio::test]
async fn d9_whom_a_note_names_is_told_on_every_socket_with_its_words() {
    let world = World::new().await;
    let mut ana = room(&world, &[]).await;
    let ben = who("ben");
    let mut here = world.join(&ben).await;
    let mut there = Client::join(&of_both(&world, &ben, "billing", THIS_WEEK)).await;
    let words = Editor::new(7).name("please look, ", "ben", "Ben Ode");
    let version = ana.commit(json!([naming_update("notes:t1", words, &["ben", "ana"])])).await.version();
    for socket in [&mut here, &mut there] {
        let told = socket.frame_of("notification").await;
        let said = json!({
            "type": "notification", "team": "platform", "cycle": NEXT_WEEK, "version": version, "doc": "notes:t1",
            "taskId": "t1", "by": "ana", "name": "ana", "text": "please look, @Ben Ode", "at": told["at"],
        });
        assert_eq!(told, said);
    }
    ana.ping().await;
    assert!(!ana.heard.iter().any(|frame| frame["type"] == "notification"), "who writes is not told");
    assert_eq!(waiting(&world, "acme", "ben").await, 0);
}

#[tokio::test]
async fn d9_whom_a_note_names_while_they_are_away_finds_it_once_and_words_alone_name_nobody() {
    let world = World::new().await;
    let mut ana = room(&world, &[who("ben")]).await;
    let editor = Editor::new(7);
    let (note, summary) = (editor.name("in the note, ", "ben", "Ben"), Editor::new(8).name("", "ben", "Ben"));
    // A thread that is called like a document is another place.
    let named = json!([
        naming_update("notes:t1", note, &["ben"]),
        naming_update("summary", summary, &["ben"]),
        comment("summary", "t1", "in a comment", &["ben"]),
    ]);
    ana.commit(named).await.version();
    ana.commit(json!([text_update("notes:t1", editor.name("once more ", "ben", "Ben"))])).await.version();
    ana.ping().await;
    let back = world.join(&who("ben")).await;
    let notes = back.welcome["notifications"].as_array().unwrap();
    let places: Vec<(&Value, &Value)> = notes.iter().map(|note| (&note["doc"], &note["commentId"])).collect();
    let (null, thread) = (Value::Null, json!("summary"));
    let (first, second) = (json!("notes:t1"), json!("summary"));
    assert_eq!(places, [(&first, &null), (&second, &null), (&null, &thread)]);
    let mut back = back;
    back.ping().await;
    assert_eq!(world.join(&who("ben")).await.welcome["notifications"], json!([]), "once");
}
