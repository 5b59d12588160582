//! Every cell of the specification's table of roles.
use super::{
    docs::typed,
    support::{self, comment, get, name, polled, post},
};
use cyclesheet_extract::Event;
use harness::{
    Client, NEXT_WEEK, Settled, THIS_WEEK, Who, World,
    client::{insert, modify},
    log, who,
    world::key,
};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use sheet::{Op, Role};
use store::directory::Source;

const LAST_WEEK: &str = "2026-W46";
const SPEC: &str = include_str!("../../../../shared/protocol/SPEC.md");

/// The rows of the table under "Roles": what is done, and whether viewer, editor and admin may.
fn table() -> Vec<(String, [bool; 3])> {
    let roles = SPEC.split("## Roles").nth(1).expect("there is a chapter about roles");
    let rows = roles
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("| yes |") || line.ends_with("| no |"));
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
    let secret = json!({"bearer": "the-bearer-of-a-script"}).to_string();
    let world = World::with(|options| options.secrets = [("inbox".to_owned(), secret)].into()).await;
    world.put_team("acme", "platform", vec![Source::Inbox { secret: "inbox".into() }]).await;
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
        json!({"op": "HEALTH_SET", "health": "atRisk"}),
        json!({"op": "VIEW_ADD", "viewId": "v1", "name": "Mine", "look": "show=mine"}),
        json!({"op": "VIEW_REMOVE", "viewId": "v1"}),
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

async fn pushes(scene: &mut Scene) -> Vec<bool> {
    let message =
        json!({"id": "1", "channel": "ops", "author": "Kim", "at": "2026-11-20T10:00:00Z", "text": "x"});
    let body = json!({"messages": [message]});
    let answer = post(&scene.world, &scene.person, "/api/inbox/acme/platform", &body).await;
    assert!(answer.status == 200 || answer.refusal() == (403, "FORBIDDEN".into()), "{}", answer.status);
    vec![answer.status == 200]
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
        "push to the inbox (the team's secret does)" => pushes(scene).await,
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
    assert_eq!(table.len(), 11, "the table reads");
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

fn role(user: &str, role: &str) -> Value {
    json!([{"op": "MEMBER_ROLE", "userId": user, "role": role}])
}

async fn may_write(client: &mut Client, task: &str) -> bool {
    commits(client, json!([insert(task, "x")]), &["FORBIDDEN"]).await
}

#[tokio::test]
async fn m4_a_role_that_is_set_outranks_the_tokens_in_every_room_and_for_every_question() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let (ben, vera, cleo) = (who("ben"), who("vera").viewer(), who("cleo").admin());
    let mut here = world.join(&ben).await;
    let mut next_door = world.join_week(&ben, THIS_WEEK).await;
    let mut vera_here = world.join(&vera).await;
    world.join(&cleo).await;
    let mut namesake = world.join(&who("ben").of("globex")).await;
    for op in [role("vera", "editor"), role("cleo", "viewer"), role("ben", "viewer")] {
        let tip = boss.commit(op).await.version();
        here.reach(tip).await;
    }
    next_door.reach(1).await;
    assert!(!may_write(&mut here, "t1").await && !may_write(&mut next_door, "t1").await);
    here.send(json!({"type": "refresh"})).await;
    assert_eq!(here.frame_of("error").await["code"], "FORBIDDEN");
    assert!(may_write(&mut vera_here, "t2").await);
    assert_eq!(world.join(&ben).await.welcome["role"], "viewer");
    assert_eq!(world.join_week(&vera, THIS_WEEK).await.welcome["role"], "editor");
    let cycle = format!("/api/cycles/platform/{NEXT_WEEK}");
    for (person, what, status) in [
        (&ben, "/messages", 403),
        (&vera, "/messages", 200),
        (&cleo, "/log", 403),
        (&cleo, "/generations", 403),
    ] {
        assert_eq!(get(&world, person, &format!("{cycle}{what}")).await.status, status, "{what}");
    }
    let people = get(&world, &ben, "/api/members?team=platform").await.json();
    let told = |id: &str| {
        let people = people["members"].as_array().unwrap();
        people.iter().find(|member| member["id"] == id).unwrap()["role"].clone()
    };
    assert_eq!((told("ben"), told("vera"), told("boss")), (json!("viewer"), json!("editor"), json!("admin")));
    assert!(may_write(&mut namesake, "t1").await, "another tenant's namesake keeps theirs");
}

#[tokio::test]
async fn m4_a_cycle_begun_later_carries_the_roles_in_its_first_entry_and_a_closed_one_hears_at_the_door() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    let context = &world.stack.context;
    context.store.create(&world.key(LAST_WEEK), context.now()).await.unwrap();
    world.weekly().await;
    boss.commit(role("ben", "admin")).await.version();
    boss.commit(json!([{"op": "MEMBER_REVOKE", "userId": "dan"}])).await.version();
    boss.commit(role("ben", "viewer")).await.version();
    boss.ping().await;
    // Begun later: the standing removals and the roles that hold now, and nothing of how they came about.
    let mut later = world.join(&who("ben").in_team("billing")).await;
    assert_eq!(later.welcome["role"], "viewer");
    let billing = key("acme", "billing", NEXT_WEEK);
    let first = log::verified(&world.table(), &billing).await.changes[0].clone();
    let (dan, ben) = (name("dan"), name("ben"));
    let ops = [Op::MemberRevoke { user_id: dan }, Op::MemberRole { user_id: ben, role: Role::Viewer }];
    assert_eq!((first.version, first.author.id.as_str(), first.ops), (1, "cyclesheet", ops.into()));
    assert!(!may_write(&mut later, "t2").await);
    // Closed when it was set: not written to, until somebody enters whom it concerns.
    let said = async || {
        let changes = log::verified(&world.table(), &world.key(LAST_WEEK)).await.changes;
        changes.into_iter().flat_map(|change| change.ops).filter(Op::is_membership).count()
    };
    assert_eq!(said().await, 0);
    let mut closed = world.join_week(&who("ben"), LAST_WEEK).await;
    assert_eq!((closed.welcome["role"].as_str(), said().await), (Some("viewer"), 1));
    assert!(!may_write(&mut closed, "t3").await);
}

#[tokio::test]
async fn m4_a_role_that_died_at_any_await_is_gone_on_with_by_the_sweep() {
    let world = World::new().await;
    let boss = who("boss").admin();
    world.join(&boss).await;
    let (context, here, there) = (&world.stack.context, world.key(NEXT_WEEK), world.key(THIS_WEEK));
    world.join_week(&boss, THIS_WEEK).await;
    for polls in 1.. {
        let user = format!("u{polls}");
        world.faults.give_way();
        let frame =
            json!({"type": "change", "id": format!("late.{polls}"), "base": 0, "ops": role(&user, "viewer")});
        let event = support::event(&boss, &here, "late=", &frame.to_string());
        let done = polled(cyclesheet_default::handle(context, &event), polls).await.is_some();
        world.stack.extractor.handle(context, Event::Request(ExtractRequest::Sweep)).await.unwrap();
        let set = store::roles::of(&world.table(), &name("acme"), &name(&user)).await.unwrap();
        for room in [&here, &there] {
            let roles = log::verified(&world.table(), room).await.state.ledger.roles;
            let told = roles.get(&name(&user)).copied();
            assert_eq!(told, set.as_ref().map(|set| set.role), "after {polls} polls in {room}");
        }
        assert!(set.is_none_or(|set| set.done), "after {polls} polls");
        if done {
            assert!(polls > 8, "there was something to kill: {polls}");
            break;
        }
    }
}

#[tokio::test]
async fn m4_of_two_roles_set_at_once_the_later_one_holds_everywhere() {
    let world = World::new().await;
    let mut bosses = Vec::new();
    for boss in ["boss", "chief"] {
        bosses.push((
            world.join(&who(boss).admin()).await,
            world.join_week(&who(boss).admin(), THIS_WEEK).await,
        ));
    }
    let [(boss, _), (_, chief)] = &mut bosses[..] else { panic!("two") };
    for round in 0..10 {
        let (one, other) = if round % 2 == 0 { ("viewer", "editor") } else { ("editor", "viewer") };
        let (_, _) = tokio::join!(boss.commit(role("ben", one)), chief.commit(role("ben", other)));
    }
    world.stack.extractor.handle(&world.stack.context, Event::Request(ExtractRequest::Sweep)).await.unwrap();
    let holds = store::roles::of(&world.table(), &name("acme"), &name("ben")).await.unwrap().unwrap();
    assert!(holds.done);
    let told = async |week: &str| {
        log::verified(&world.table(), &world.key(week)).await.state.ledger.roles.get(&name("ben")).copied()
    };
    assert_eq!((told(NEXT_WEEK).await, told(THIS_WEEK).await), (Some(holds.role), Some(holds.role)));
}

#[tokio::test]
async fn m5_nobody_changes_their_own_role_and_a_change_about_members_does_nothing_else() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    assert_eq!(boss.commit(role("boss", "viewer")).await.rejected()["code"], "INVALID_VALUE");
    let mixed = json!([{"op": "MEMBER_ROLE", "userId": "ben", "role": "viewer"}, insert("t1", "and a row")]);
    assert_eq!(boss.commit(mixed).await.rejected()["code"], "MALFORMED");
    assert!(store::roles::all(&world.table(), &name("acme")).await.unwrap().is_empty());
    assert!(world.log(NEXT_WEEK).await.changes.is_empty());
}
