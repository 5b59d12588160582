//! The inbox: who may push, what is kept of it, and what a week reads from it.
use extraction::{
    fake::Mode,
    fake_slack::{FakeSlack, TOKEN, Trouble, Workspace},
};
use harness::{
    THIS_WEEK, World,
    asked::model,
    web::{self, Answer},
    weekly::answer,
    who,
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;
use store::directory::{SlackChannel, Source};

const SIGNING: &str = "the-signing-secret";
const BEARER: &str = "the-bearer-of-a-script";
const PATH: &str = "/api/inbox/acme/platform";

async fn world() -> World {
    let secret = json!({"signingSecret": SIGNING, "bearer": BEARER}).to_string();
    let world = World::with(|options| options.secrets = [("inbox".to_owned(), secret)].into()).await;
    world.put_team("acme", "platform", vec![Source::Inbox { secret: "inbox".into() }]).await;
    world
}

fn now_s(world: &World) -> i64 {
    world.stack.context.now().0 / 1000
}

fn signature(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("v0:{at}:{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    format!("v0={}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn signed_at(world: &World, at: i64, body: &Value) -> Answer {
    let body = body.to_string();
    let signature = signature(SIGNING, at, &body);
    let headers = [("x-slack-signature", signature.as_str()), ("x-slack-request-timestamp", &at.to_string())];
    web::request(world.stack.address, "POST", PATH, &headers, body).await
}

async fn signed(world: &World, body: &Value) -> Answer {
    signed_at(world, now_s(world), body).await
}

async fn bearing(world: &World, path: &str, bearer: &str, body: &Value) -> Answer {
    web::bearing(world.stack.address, bearer, "POST", path, body.to_string()).await
}

fn event(event: Value) -> Value {
    json!({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event})
}

fn said(ts: &str, text: &str) -> Value {
    json!({"type": "message", "channel": "C1", "user": "U1", "ts": ts, "event_ts": ts, "text": text, "team": "T1"})
}

/// `minutes` before now, as Slack writes it.
fn ts(world: &World, minutes: i64) -> String {
    format!("{}.000200", now_s(world) - minutes * 60)
}

/// What an extraction reads: author and text of every message.
async fn read(world: &World) -> Vec<String> {
    world.extract(false).await;
    let token = world.token(&who("ana"));
    let path = format!("/api/cycles/platform/{THIS_WEEK}/messages");
    let found = web::bearing(world.stack.address, &token, "GET", &path, String::new()).await.json();
    let line = |m: &Value| {
        let word = |field: &str| m[field].as_str().unwrap_or("-").to_owned();
        format!("#{} {}: {}", word("channel"), word("author"), word("text"))
    };
    found["messages"].as_array().unwrap().iter().map(line).collect()
}

// rule: E3
#[tokio::test]
async fn e3_only_who_has_the_teams_secret_pushes_and_nobody_else_learns_that_there_is_a_team() {
    let world = world().await;
    let now = now_s(&world);
    let body = event(said(&ts(&world, 5), "please fix it"));
    assert_eq!(signed(&world, &body).await.json(), json!({"kept": 1, "passed": 0}));
    for skew in [-300, 300] {
        assert_eq!(signed_at(&world, now + skew, &body).await.status, 200, "{skew}");
    }
    let forbidden = (403, "FORBIDDEN".to_owned());
    for skew in [-301, 301, i64::MIN / 2, i64::MAX / 2] {
        assert_eq!(signed_at(&world, now + skew, &body).await.refusal(), forbidden, "{skew}");
    }
    let text = body.to_string();
    let at = now.to_string();
    let other = text.replace("fix", "mix");
    for (signature, body) in [
        (signature("another-secret", now, &text), &text),
        (signature(SIGNING, now, &text), &other),
        (signature(SIGNING, now + 1, &text), &text),
        (signature(SIGNING, now, &text).replace("v0=", "v1="), &text),
        ("v0=".to_owned(), &text),
        ("v0=zz".to_owned(), &text),
        (signature(SIGNING, now, &text)[..20].to_owned(), &text),
    ] {
        let headers = [("x-slack-signature", signature.as_str()), ("x-slack-request-timestamp", at.as_str())];
        let answer = web::request(world.stack.address, "POST", PATH, &headers, body.clone()).await;
        assert_eq!(answer.refusal(), forbidden, "{signature}");
    }
    assert_eq!(bearing(&world, PATH, BEARER, &body).await.status, 200);
    for bearer in ["", "the-bearer", "the-bearer-of-a-script2", SIGNING, &world.token(&who("ana").admin())] {
        assert_eq!(bearing(&world, PATH, bearer, &body).await.refusal(), forbidden, "{bearer}");
    }
    // A team without an inbox, no team, no tenant, no words: the same answer to the letter.
    let answers = [
        "acme/platform",
        "acme/billing",
        "acme/nobody",
        "nobody/platform",
        "globex/platform",
        "a%23b/platform",
    ];
    for path in answers {
        let answer = bearing(&world, &format!("/api/inbox/{path}"), "wrong", &body).await;
        let expected = "this request is neither signed by the team's secret nor carries its bearer";
        assert_eq!((answer.status, answer.json()["message"].as_str()), (403, Some(expected)), "{path}");
    }
    let challenge = signed(&world, &json!({"type": "url_verification", "challenge": "c-1"})).await;
    assert_eq!((challenge.status, challenge.json()), (200, json!({"challenge": "c-1"})));
}

// rule: E4
#[tokio::test]
async fn e4_what_is_repeated_or_comes_too_late_changes_nothing_and_edits_and_deletions_count() {
    let world = world().await;
    let (one, two, three) = (ts(&world, 50), ts(&world, 40), ts(&world, 30));
    let edit = |ts: &str, at: &str, text: &str| {
        let mut inner = said(ts, text);
        inner["edited"] = json!({"user": "U1", "ts": at});
        event(
            json!({"type": "message", "subtype": "message_changed", "channel": "C1", "ts": at, "event_ts": at, "message": inner}),
        )
    };
    let delete = |ts: &str| {
        event(
            json!({"type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "1.1", "deleted_ts": ts}),
        )
    };
    let (kept, passed) = (json!({"kept": 1, "passed": 0}), json!({"kept": 0, "passed": 1}));
    let first = event(said(&one, "please fix the login"));
    assert_eq!(signed(&world, &first).await.json(), kept);
    assert_eq!(signed(&world, &first).await.json(), passed, "the same event again");
    assert_eq!(signed(&world, &edit(&one, &ts(&world, 20), "please fix the sign-in")).await.json(), kept);
    assert_eq!(signed(&world, &edit(&one, &ts(&world, 25), "an older edit")).await.json(), passed);
    assert_eq!(signed(&world, &first).await.json(), passed, "the first words after their edit");
    assert_eq!(signed(&world, &delete(&two)).await.json(), kept, "the deletion before the message");
    assert_eq!(signed(&world, &event(said(&two, "never mind"))).await.json(), passed);
    let mut bot = said(&three, "beep");
    bot["bot_id"] = json!("B1");
    signed(&world, &event(bot)).await;
    let other = json!({"type": "event_callback", "event": {"type": "reaction_added", "user": "U1"}});
    assert_eq!(signed(&world, &other).await.json(), json!({"kept": 0, "passed": 0}));
    let at = |minutes: i64| jiff::Timestamp::from_second(now_s(&world) - minutes * 60).unwrap().to_string();
    let script =
        |text: &str| json!({"id": "s-1", "channel": "ci", "author": "Ben", "at": at(10), "text": text});
    assert_eq!(
        bearing(&world, PATH, BEARER, &json!({"messages": [script("deploy failed")]})).await.json(),
        kept
    );
    let mut edited = script("deploy failed, please look");
    edited["edited"] = json!(at(9));
    assert_eq!(
        bearing(&world, PATH, BEARER, &json!({"messages": [edited, script("deploy failed")]})).await.json(),
        json!({"kept": 1, "passed": 1})
    );
    assert_eq!(read(&world).await, ["#C1 U1: please fix the sign-in", "#ci Ben: deploy failed, please look"]);
}

// rule: E5
#[tokio::test]
async fn e5_the_inbox_takes_what_is_of_these_weeks_and_within_its_bounds() {
    let world = world().await;
    let too_large = (413, "PAYLOAD_TOO_LARGE".to_owned());
    let big = json!({"messages": [{"id": "a", "text": "x".repeat(256 * 1024)}]});
    assert_eq!(bearing(&world, PATH, BEARER, &big).await.refusal(), too_large);
    let at = |days: i64| jiff::Timestamp::from_second(now_s(&world) - days * 86_400).unwrap().to_string();
    let message = |n: usize, days: i64| json!({"id": format!("s-{n}"), "channel": "ci", "author": "Ben", "at": at(days), "text": "please look"});
    let many: Vec<Value> = (0..101).map(|n| message(n, 0)).collect();
    assert_eq!(bearing(&world, PATH, BEARER, &json!({"messages": many})).await.refusal(), too_large);
    let weeks =
        json!({"messages": [message(1, 0), message(2, 7), message(3, -7), message(4, 15), message(5, -15)]});
    assert_eq!(bearing(&world, PATH, BEARER, &weeks).await.json(), json!({"kept": 3, "passed": 2}));
    let malformed = (400, "MALFORMED".to_owned());
    for message in [
        json!({"id": "a#b", "channel": "ci", "at": at(0), "text": "x"}),
        json!({"id": "a", "channel": "c i", "at": at(0), "text": "x"}),
        json!({"id": "a", "channel": "ci", "at": "soon", "text": "x"}),
        json!({"id": "a", "channel": "ci", "at": at(0)}),
        json!("x"),
    ] {
        let answer = bearing(&world, PATH, BEARER, &json!({"messages": [message]})).await;
        assert_eq!(answer.refusal(), malformed, "{message}");
    }
    let answer = web::bearing(world.stack.address, BEARER, "POST", PATH, "{not json".into()).await;
    assert_eq!(answer.refusal(), malformed);
    // Events that hold nothing usable are taken and passed over: Slack would send them again and again.
    for odd in
        [json!({}), event(json!({"type": "message"})), event(said("soon", "x")), event(said("1.1", "x"))]
    {
        assert_eq!(signed(&world, &odd).await.status, 200, "{odd}");
    }
    assert_eq!(read(&world).await, ["#ci Ben: please look"]);
}

#[tokio::test]
async fn a_team_is_read_over_slacks_api_and_its_inbox_together_and_people_are_joined_by_email() {
    let user = json!({"id": "U1", "name": "aruiz", "profile": {"display_name": "ana.r", "email": "Ana@acme.example"}});
    let (cohere, ask) =
        model([Mode::Success(answer(&[("Fix login", "", "m1, m2")]))], Duration::from_secs(10)).await;
    let slack = FakeSlack::start(Workspace::default(), 1).await.unwrap();
    let base = slack.base_url().to_owned();
    let secret = json!({"botToken": TOKEN, "signingSecret": SIGNING}).to_string();
    let world = World::with(|options| {
        options.secrets = [("slack".to_owned(), secret)].into();
        options.slack_base_url = base;
        options.model = Some(ask);
    })
    .await;
    let channels = vec![SlackChannel { id: "C1".into(), name: None }];
    let sources =
        vec![Source::Inbox { secret: "slack".into() }, Source::Slack { secret: "slack".into(), channels }];
    world.put_team("acme", "platform", sources).await;
    let profile = store::directory::Profile {
        user: sheet::Name::new("ana").unwrap(),
        email: Some("ana@ACME.example".into()),
        slack_id: None,
    };
    let tenant = sheet::Name::new("acme").unwrap();
    // Ana has been here before: the directory knows her name, and an admin has said her email.
    world.join(&who("ana")).await;
    store::directory::put_profile(&world.table(), &tenant, &profile).await.unwrap();
    let (early, late) = (ts(&world, 60), ts(&world, 30));
    let over_api = json!({"type": "message", "user": "U1", "ts": early, "text": "please fix the login"});
    slack.change(|workspace| {
        workspace.users = vec![user, json!({"id": "U2", "name": "ben", "profile": {"display_name": "Ben"}})];
        workspace.channels.insert("C1".into(), ("platform".into(), vec![over_api]));
    });
    slack.trouble("conversations.history", Trouble::RetryAfter(1));
    // The first is in both: pushed, and read over the API.
    signed(&world, &event(said(&early, "please fix the login"))).await;
    signed(&world, &event(said(&late, "<@U2> can you?"))).await;
    assert_eq!(read(&world).await, ["#platform ana: please fix the login", "#platform ana: @Ben can you?"]);
    let sent = cohere.requests()[0]["messages"][1]["content"].as_str().unwrap().to_owned();
    assert!(sent.contains("People: ana, Ben\n"), "{sent}");
    let known = store::directory::everybody(&world.table(), &tenant).await.unwrap();
    assert_eq!(known[0].slack_id.as_deref(), Some("U1"), "found by her email, whatever its case");
}
