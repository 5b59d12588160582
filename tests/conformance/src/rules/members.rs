use super::Shown;
use crate::{Endpoint, Person};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wire::{Client, client::insert};

fn member(op: &str, person: &Person) -> Value {
    json!([{"op": op, "userId": person.user}])
}

fn comment(id: &str, row: &str, text: &str, mentions: &[&str]) -> Value {
    json!([{"op": "COMMENT_ADD", "commentId": id, "taskId": row, "text": text, "mentions": mentions}])
}

pub(super) async fn x16(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let removed = endpoint.editor();
    endpoint.join(&removed).await.close().await;
    assert_eq!(endpoint.post(&endpoint.admin(), member("MEMBER_REVOKE", &removed)).await.status, 200);
    let never = endpoint.fresh("u");
    for user in [&removed.user, &never] {
        let rejected =
            client.commit(comment(&endpoint.fresh("c"), &row, "look", &[user])).await.rejected().clone();
        assert_eq!(rejected["code"], "UNKNOWN_TARGET");
    }
    Shown::Yes
}

pub(super) async fn x17(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let id = endpoint.fresh("c");
    let version = client.commit(comment(&id, &row, "mine", &[])).await.version();
    let mut other = endpoint.join(&endpoint.editor()).await;
    other.reach(version).await;
    for op in [
        json!({"op": "COMMENT_EDIT", "commentId": id, "text": "yours", "mentions": []}),
        json!({"op": "COMMENT_DELETE", "commentId": id}),
    ] {
        assert_eq!(other.commit(json!([op])).await.rejected()["code"], "FORBIDDEN");
    }
    other.commit(json!([{"op": "COMMENT_REPLY", "commentId": id, "replyId": endpoint.fresh("r"), "text": "yes", "mentions": []}])).await.version();
    other.commit(json!([{"op": "COMMENT_RESOLVE", "commentId": id}])).await.version();
    let version = other.commit(json!([{"op": "COMMENT_REOPEN", "commentId": id}])).await.version();
    client.reach(version).await;
    client.commit(json!([{"op": "ROW_REMOVE", "taskId": row}])).await.version();
    client
        .commit(json!([{"op": "COMMENT_EDIT", "commentId": id, "text": "mine still", "mentions": []}]))
        .await
        .version();
    Shown::Yes
}

pub(super) async fn x18(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut client = endpoint.join(&person).await;
    let version = client.commit(json!([{"op": "HEALTH_SET", "health": "offTrack"}])).await.version();
    let sheet = serde_json::to_value(client.replica.sheet()).expect("a sheet");
    let stated = &sheet["statedHealth"];
    assert_eq!(stated["health"], "offTrack");
    assert_eq!((&stated["author"], &stated["version"]), (&json!(person.user), &json!(version)));
    client.commit(json!([{"op": "HEALTH_SET", "health": null}])).await.version();
    let sheet = serde_json::to_value(client.replica.sheet()).expect("a sheet");
    assert!(sheet.get("statedHealth").is_none(), "a word that was taken back stands");
    Shown::Yes
}

pub(super) async fn x19(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let id = endpoint.fresh("v");
    let add = |name: &str| json!([{"op": "VIEW_ADD", "viewId": id, "name": name, "look": "show=late"}]);
    for name in ["", &"x".repeat(61)] {
        assert_eq!(client.commit(add(name)).await.rejected()["code"], "INVALID_VALUE");
    }
    let version = client.commit(add("What is late")).await.version();
    let sheet = serde_json::to_value(client.replica.sheet()).expect("a sheet");
    let views = sheet["views"].as_array().expect("views");
    assert!(views.iter().any(|view| view["viewId"] == id.as_str() && view["look"] == "show=late"));
    let mut other = endpoint.join(&endpoint.editor()).await;
    other.reach(version).await;
    let remove = json!([{"op": "VIEW_REMOVE", "viewId": id}]);
    assert_eq!(other.commit(remove.clone()).await.rejected()["code"], "FORBIDDEN");
    client.commit(remove).await.version();
    Shown::Yes
}

pub(super) async fn m1(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let door = endpoint.door(&person).await;
    let (mut first, mut second) =
        (endpoint.join_at(&door, &person).await, endpoint.join_at(&door, &person).await);
    first.commit(json!([insert(&endpoint.fresh("t"), "before")])).await.version();
    let admin = endpoint.admin();
    let mut boss = endpoint.join(&admin).await;
    let began = Instant::now();
    let removal = boss.commit(member("MEMBER_REVOKE", &person)).await.version();
    first.end().await;
    second.end().await;
    assert!(began.elapsed() < Duration::from_secs(5), "their sockets closed after {:?}", began.elapsed());
    assert_eq!(Client::open(&door).await.err(), Some(403), "a removed member's socket opens");
    for path in [endpoint.cycle_path(), format!("{}/changes", endpoint.cycle_path())] {
        assert_eq!(endpoint.get(&person, &path).await.refusal(), (403, "REVOKED".into()), "{path}");
    }
    let late = endpoint.post_as(&person, "late.1", 0, json!([insert(&endpoint.fresh("t"), "after")])).await;
    assert_eq!(late.refusal().1, "REVOKED");
    let page =
        endpoint.get(&admin, &format!("{}/changes?since={removal}", endpoint.cycle_path())).await.json();
    assert!(
        page["changes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|change| change["author"]["id"] != person.user.as_str())
    );
    assert_eq!(
        endpoint.post(&endpoint.editor(), member("MEMBER_REVOKE", &admin)).await.refusal().1,
        "FORBIDDEN",
        "an editor removes"
    );
    Shown::Yes
}

pub(super) async fn m4(endpoint: &Endpoint) -> Shown {
    if let Some(why) = endpoint.lacks_other_team().await {
        return Shown::No(why);
    }
    let (person, admin) = (endpoint.editor(), endpoint.admin());
    assert_eq!(endpoint.post(&admin, member("MEMBER_REVOKE", &person)).await.status, 200);
    assert_eq!(endpoint.post(&admin, member("MEMBER_RESTORE", &person)).await.status, 200);
    let mut client = endpoint.join(&person).await;
    client.commit(json!([insert(&endpoint.fresh("t"), "back")])).await.version();
    let demote = json!([{"op": "MEMBER_ROLE", "userId": person.user, "role": "viewer"}]);
    assert_eq!(endpoint.post(&admin, demote).await.status, 200);
    assert_eq!(
        client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.rejected()["code"],
        "FORBIDDEN"
    );
    assert_eq!(endpoint.join(&person).await.welcome["role"], "viewer");
    // In the tenant's other rooms as well.
    let teams = format!("{},{}", endpoint.setup.team, endpoint.setup.other_team);
    let token = endpoint.token(&Person { teams, ..person.clone() }).await;
    let door = endpoint.door_to(&endpoint.setup.other_team, &endpoint.setup.cycle, Some(token));
    assert_eq!(Client::join(&door).await.welcome["role"], "viewer");
    let own = json!([{"op": "MEMBER_ROLE", "userId": admin.user, "role": "viewer"}]);
    assert_eq!(endpoint.post(&admin, own).await.refusal().1, "INVALID_VALUE", "an admin demotes themselves");
    Shown::Yes
}

pub(super) async fn m5(endpoint: &Endpoint) -> Shown {
    let (person, admin) = (endpoint.editor(), endpoint.admin());
    let mut boss = endpoint.join(&admin).await;
    let mixed = json!([{"op": "MEMBER_REVOKE", "userId": person.user}, insert(&endpoint.fresh("t"), "x")]);
    assert_eq!(boss.commit(mixed).await.rejected()["code"], "MALFORMED");
    let own = boss.commit(member("MEMBER_REVOKE", &admin)).await.rejected().clone();
    assert!(own["code"].is_string());
    boss.ping().await;
    Shown::Yes
}

pub(super) async fn n1(endpoint: &Endpoint) -> Shown {
    if let Some(why) = endpoint.lacks_other_team().await {
        return Shown::No(why);
    }
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let teams = format!("{},{}", endpoint.setup.team, endpoint.setup.other_team);
    let person = Person { teams, ..endpoint.editor() };
    let token = endpoint.token(&person).await;
    let mut here = Client::join(&endpoint.door_with(Some(token.clone()))).await;
    let mut there =
        Client::join(&endpoint.door_to(&endpoint.setup.other_team, &endpoint.setup.cycle, Some(token))).await;
    let id = endpoint.fresh("c");
    client.commit(comment(&id, &row, "look", &[&person.user])).await.version();
    for socket in [&mut here, &mut there] {
        let told = socket
            .frame("the mention", |frame| {
                frame["type"] == "notification" && frame["commentId"] == id.as_str()
            })
            .await;
        assert_eq!((&told["text"], &told["team"]), (&json!("look"), &json!(endpoint.setup.team)));
    }
    Shown::Yes
}

pub(super) async fn n2(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let person = endpoint.editor();
    endpoint.join(&person).await.close().await;
    let id = endpoint.fresh("c");
    client.commit(comment(&id, &row, "when you are back", &[&person.user])).await.version();
    client.ping().await;
    let back = endpoint.join(&person).await;
    let waits = back.welcome["notifications"]
        .as_array()
        .is_some_and(|notes| notes.iter().any(|note| note["commentId"] == id.as_str()));
    assert!(
        waits || back.heard.iter().any(|frame| frame["commentId"] == id.as_str()),
        "a mention of somebody away was lost"
    );
    Shown::Yes
}
