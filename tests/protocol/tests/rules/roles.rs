//! Every cell of the specification's table of roles.
use super::{
    docs::typed,
    support::{comment, get, post},
};
use harness::{
    Client, NEXT_WEEK, Settled, THIS_WEEK, Who, World,
    client::{insert, modify},
    who,
};
use serde_json::{Value, json};

const SPEC: &str = include_str!("../../../../shared/protocol/SPEC.md");

/// The rows of the table under "Roles": what is done, and whether viewer, editor and admin may.
fn table() -> Vec<(String, [bool; 3])> {
    let roles = SPEC.split("## Roles").nth(1).expect("there is a chapter about roles");
    let rows = roles.lines().filter(|line| line.starts_with("| ") && line.contains("| yes |"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let may = |cell: &str| match cell {
            "yes" => true,
            "no" => false,
            other => panic!("neither yes nor no: {other}"),
        };
        (cells[0].to_owned(), [may(cells[1]), may(cells[2]), may(cells[3])])
    })
    .collect()
}

/// Somebody of the role that is tested, in a room with a row, a thread, and a row that ana holds.
struct Scene {
    world: World,
    person: Who,
    client: Client,
    ana: Client,
}

async fn scene(role: usize) -> Scene {
    let world = World::new().await;
    let person = [who("kim").viewer(), who("kim"), who("kim").admin()][role].clone();
    let mut ana = world.join(&who("ana")).await;
    let lock = json!({"op": "ROW_LOCK", "taskId": "held", "seconds": 300});
    let setting = json!([
        insert("t1", "one"),
        insert("t2", "two"),
        insert("held", "ana's"),
        lock,
        comment("c1", "t1", "hm", &[])
    ]);
    ana.commit(setting).await.version();
    let client = world.join(&person).await;
    Scene { world, person, client, ana }
}

/// Whether the change was let through; a refusal must be one of these.
async fn commits(client: &mut Client, ops: Value, refusals: &[&str]) -> bool {
    match client.commit(ops.clone()).await {
        Settled::Committed(_) => true,
        Settled::Rejected(frame) => {
            let code = frame["code"].as_str().unwrap();
            assert!(refusals.contains(&code), "{ops}: {frame}");
            false
        }
    }
}

async fn gets(scene: &Scene, what: &str) -> bool {
    let answer = get(&scene.world, &scene.person, &format!("/api/cycles/platform/{NEXT_WEEK}{what}")).await;
    assert!(
        answer.status == 200 || answer.refusal() == (403, "FORBIDDEN".into()),
        "{what}: {}",
        answer.status
    );
    answer.status == 200
}

async fn reads(scene: &mut Scene) -> Vec<bool> {
    let mut done = vec![scene.client.welcome["snapshot"].is_object()];
    for what in ["", "/changes", "/export?format=md"] {
        done.push(gets(scene, what).await);
    }
    for path in ["/api/cycles?team=platform", "/api/members?team=platform"] {
        done.push(get(&scene.world, &scene.person, path).await.status == 200);
    }
    scene.client.send(json!({"type": "presence", "state": {"status": "typing"}})).await;
    done.push(scene.ana.frame_of("presence").await["user"]["id"] == "kim");
    scene.client.send(json!({"type": "replay", "since": 0})).await;
    done.push(scene.client.frame_of("committed").await["changes"][0]["version"] == 1);
    done.push(scene.client.ping().await["version"] == 1);
    done
}

async fn edits(scene: &mut Scene) -> Vec<bool> {
    let mut done = Vec::new();
    for op in [
        modify("t1", "status", "", "Done"),
        json!({"op": "BATCH_UPDATE", "taskId": "t1", "updates": {"progress": {"oldValue": "", "newValue": "50"}}}),
        insert("new", "new"),
        json!({"op": "ROW_MOVE", "taskId": "t1", "after": "t2"}),
        json!({"op": "ROW_LOCK", "taskId": "t2", "seconds": 60}),
        json!({"op": "ROW_UNLOCK", "taskId": "t2"}),
        json!({"op": "ROW_REMOVE", "taskId": "t2"}),
        comment("c2", "t1", "mine", &[]),
        json!({"op": "COMMENT_REPLY", "commentId": "c1", "replyId": "r1", "text": "yes", "mentions": []}),
        json!({"op": "COMMENT_RESOLVE", "commentId": "c1"}),
        json!({"op": "COMMENT_REOPEN", "commentId": "c1"}),
    ] {
        done.push(commits(&mut scene.client, json!([op]), &["FORBIDDEN"]).await);
    }
    // These are about one's own words: a viewer has none.
    for op in [
        json!({"op": "COMMENT_EDIT", "commentId": "c2", "text": "edited", "mentions": []}),
        json!({"op": "COMMENT_DELETE", "commentId": "c2"}),
    ] {
        done.push(commits(&mut scene.client, json!([op]), &["FORBIDDEN"]).await);
    }
    let base = scene.client.replica.version();
    let change = json!({"id": "script.1", "base": base, "ops": [insert("by-http", "x")]});
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/changes");
    let answer = post(&scene.world, &scene.person, &path, &change).await;
    assert!(answer.status == 200 || answer.refusal() == (403, "FORBIDDEN".into()), "{}", answer.status);
    done.push(answer.status == 200);
    done
}

async fn writes(scene: &mut Scene) -> Vec<bool> {
    let mut done = Vec::new();
    let mut point = 0;
    for op in [
        typed("summary", 7, "hello"),
        typed("notes:t1", 7, "hello"),
        json!({"op": "SAVE_POINT_ADD", "name": "before"}),
    ] {
        done.push(commits(&mut scene.client, json!([op]), &["FORBIDDEN"]).await);
        point = scene.client.replica.version();
    }
    let remove = json!([{"op": "SAVE_POINT_REMOVE", "version": point}]);
    done.push(commits(&mut scene.client, remove, &["FORBIDDEN", "UNKNOWN_TARGET"]).await);
    done
}

async fn refreshes(scene: &mut Scene) -> Vec<bool> {
    scene.client.send(json!({"type": "refresh"})).await;
    let begins = |frame: &Value| frame["changes"][0]["ops"][0]["op"] == "GENERATION_STARTED";
    let answer = scene.client.frame("a refresh", |frame| begins(frame) || frame["type"] == "error").await;
    assert!(begins(&answer) || answer["code"] == "FORBIDDEN", "{answer}");
    vec![begins(&answer)]
}

async fn manages(scene: &mut Scene) -> Vec<bool> {
    let mut done = Vec::new();
    for op in [
        json!({"op": "MEMBER_REVOKE", "userId": "zed"}),
        json!({"op": "MEMBER_RESTORE", "userId": "zed"}),
        json!({"op": "MEMBER_ROLE", "userId": "zed", "role": "viewer"}),
    ] {
        done.push(commits(&mut scene.client, json!([op]), &["FORBIDDEN"]).await);
    }
    done
}

async fn done(scene: &mut Scene, what: &str) -> Vec<bool> {
    match what {
        "read, presence, replay, ping" => reads(scene).await,
        "edit cells and rows, lock, comment" => edits(scene).await,
        "write in documents, add save points" => writes(scene).await,
        "refresh" => refreshes(scene).await,
        "raw messages" => vec![gets(scene, "/messages").await, gets(scene, "/messages?generation=1").await],
        "audit log" => vec![gets(scene, "/log").await, gets(scene, "/log?since=1&limit=1").await],
        "what an extraction sent and got" => vec![gets(scene, "/generations").await],
        "break another's lock" => {
            let unlock = json!([{"op": "ROW_UNLOCK", "taskId": "held"}]);
            vec![commits(&mut scene.client, unlock, &["FORBIDDEN", "LOCKED"]).await]
        }
        "remove another's save point" => {
            let point = scene.ana.commit(json!([{"op": "SAVE_POINT_ADD", "name": "ana's"}])).await.version();
            scene.client.reach(point).await;
            let remove = json!([{"op": "SAVE_POINT_REMOVE", "version": point}]);
            vec![commits(&mut scene.client, remove, &["FORBIDDEN"]).await]
        }
        "remove, restore and re-role members" => manages(scene).await,
        other => panic!("nobody has said how {other:?} is done"),
    }
}

#[tokio::test]
async fn every_cell_of_the_table_of_roles_is_as_it_says() {
    let table = table();
    assert_eq!(table.len(), 10, "the table reads");
    for (what, allowed) in table {
        for (role, allowed) in
            ["viewer", "editor", "admin"].into_iter().enumerate().map(|(n, name)| (name, allowed[n]))
        {
            let n = ["viewer", "editor", "admin"].iter().position(|name| *name == role).unwrap();
            let mut scene = scene(n).await;
            let done = done(&mut scene, &what).await;
            assert!(done.iter().all(|may| *may == allowed), "{role}: {what}: {done:?}");
            let by_kim = scene
                .world
                .log(NEXT_WEEK)
                .await
                .changes
                .iter()
                .any(|change| change.author.id.as_str() == "kim");
            assert!(allowed || !by_kim, "{role}: {what}: nothing of it is in the log");
        }
    }
}

// rule: M4
#[tokio::test]
async fn m4_a_role_set_in_one_cycle_outranks_the_tokens_there_and_nowhere_else() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let (mut ben, mut vera) = (world.join(&who("ben")).await, world.join(&who("vera").viewer()).await);
    let role = |user: &str, role: &str| json!([{"op": "MEMBER_ROLE", "userId": user, "role": role}]);
    boss.commit(role("ben", "viewer")).await.version();
    let tip = boss.commit(role("vera", "editor")).await.version();
    ben.reach(tip).await;
    vera.reach(tip).await;
    assert_eq!(ben.commit(json!([insert("t1", "x")])).await.rejected()["code"], "FORBIDDEN");
    ben.send(json!({"type": "refresh"})).await;
    assert_eq!(ben.frame_of("error").await["code"], "FORBIDDEN");
    vera.commit(json!([insert("t1", "x")])).await.version();
    assert_eq!(world.join(&who("ben")).await.welcome["role"], "viewer");
    assert_eq!(world.join(&who("vera").viewer()).await.welcome["role"], "editor");
    let mut elsewhere = world.join_week(&who("ben"), THIS_WEEK).await;
    elsewhere.commit(json!([insert("t1", "x")])).await.version();
    let mut vera = world.join_week(&who("vera").viewer(), THIS_WEEK).await;
    assert_eq!(vera.commit(json!([insert("t2", "x")])).await.rejected()["code"], "FORBIDDEN");
}
