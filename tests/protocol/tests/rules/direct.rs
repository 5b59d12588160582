//! A mention goes to Slack as well, where the team wants it.
use super::support::{name, post};
use extraction::fake_slack::{FakeSlack, TOKEN, Trouble, Workspace};
use harness::{NEXT_WEEK, World, client::insert, patiently, who};
use local::sample::TIME_ZONE;
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    direct,
    directory::{self, Profile, Team},
};

/// Longer than a function lives.
const LATER: Duration = Duration::from_secs(15 * 60);

/// A world whose mentions go to Slack, where ben is U1.
async fn mentioning(slack: &FakeSlack) -> World {
    let secrets = [("slack".to_owned(), json!({"botToken": TOKEN}).to_string())];
    let base = slack.base_url().to_owned();
    let world = World::with(|options| {
        options.secrets = secrets.into_iter().collect();
        options.slack_base_url = base;
    })
    .await;
    let (tenant, user, team) = (name("acme"), name("ben"), name("platform"));
    let team = Team { mention_secret: Some("slack".into()), ..Team::new(team, "Platform", TIME_ZONE) };
    directory::put_team(&world.table(), &tenant, &team).await.unwrap();
    // What a process has read of a team counts for a minute.
    world.advance(Duration::from_secs(61));
    let profile = Profile { user, email: None, slack_id: Some("U1".into()) };
    directory::put_profile(&world.table(), &tenant, &profile).await.unwrap();
    world
}

fn ben_in_slack() -> Workspace {
    Workspace { users: vec![json!({"id": "U1", "name": "ben"})], ..Workspace::default() }
}

fn mention(id: &str) -> Value {
    let text = "<!channel> look & see";
    json!([insert(&format!("t-{id}"), "a row"), {"op": "COMMENT_ADD", "commentId": id, "taskId": format!("t-{id}"), "text": text, "mentions": ["ben"]}])
}

/// Ana commits over HTTPS, where the answer comes after every mentioned user was notified or recorded.
async fn commits(world: &World, id: &str, base: u64, ops: Value) {
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/changes");
    let change = json!({"id": id, "base": base, "ops": ops});
    assert_eq!(post(world, &who("ana"), &path, &change).await.status, 200);
}

async fn until_posted(slack: &FakeSlack, count: usize) {
    patiently("the messages", async {
        while slack.posted().len() < count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn until_nothing_is_left(world: &World) {
    patiently("nothing to be left", async {
        let (table, now) = (world.table(), world.stack.context.now());
        while !direct::wanted(&table, &name("acme"), now).await.unwrap().is_empty() {
            world.sweep().await;
        }
    })
    .await;
}

#[tokio::test]
async fn n2_a_mention_of_somebody_who_is_not_there_goes_to_them_in_slack_once() {
    let slack = FakeSlack::start(ben_in_slack(), 100).await.unwrap();
    let world = mentioning(&slack).await;
    // Ben is known, and has no socket open.
    world.join(&who("ben")).await.close().await;
    world.join(&who("ana")).await.close().await;
    // The answer to the first is lost, and the client sends it again and again: told again in the app, not in Slack.
    for _ in 0..4 {
        commits(&world, "s.1", 0, mention("c1")).await;
        world.sweep().await;
    }
    until_posted(&slack, 1).await;
    until_nothing_is_left(&world).await;
    commits(&world, "s.2", 1, mention("c2")).await;
    until_posted(&slack, 2).await;
    until_nothing_is_left(&world).await;
    world.sweep().await;
    let posted = slack.posted();
    assert_eq!((posted.len(), &posted[0]["channel"]), (2, &json!("D1")));
    let text = posted[0]["text"].as_str().unwrap();
    assert!(
        text.contains("mentioned you in <") && text.contains("> &lt;!channel&gt; look &amp; see"),
        "{text}"
    );
}

#[tokio::test]
async fn n2_a_mention_that_was_told_in_the_app_or_whose_person_is_not_in_slack_is_not_sent() {
    let slack = FakeSlack::start(ben_in_slack(), 100).await.unwrap();
    let world = mentioning(&slack).await;
    for user in ["ana", "cleo"] {
        world.join(&who(user)).await.close().await;
    }
    let ben = world.join(&who("ben")).await;
    commits(&world, "s.1", 0, mention("c1")).await;
    let of_cleo = json!([{"op": "COMMENT_REPLY", "commentId": "c1", "replyId": "r1", "text": "you too", "mentions": ["cleo"]}]);
    commits(&world, "s.2", 1, of_cleo).await;
    until_nothing_is_left(&world).await;
    assert_eq!((slack.posted().len(), slack.calls("conversations.open")), (0, 0));
    // A team that does not want it sends none.
    ben.close().await;
    world.put_team("acme", "platform", Vec::new()).await;
    world.advance(Duration::from_secs(61));
    commits(&world, "s.3", 2, mention("c3")).await;
    until_nothing_is_left(&world).await;
    assert_eq!(slack.calls("conversations.open"), 0);
}

#[tokio::test]
async fn n2_slack_in_trouble_keeps_no_commit_and_the_mention_is_sent_later_and_once() {
    for (method, trouble) in [
        ("conversations.open", Trouble::Status(500)),
        ("chat.postMessage", Trouble::Status(500)),
        ("chat.postMessage", Trouble::Api("channel_not_found")),
        ("chat.postMessage", Trouble::PostedAndLost),
    ] {
        let slack = FakeSlack::start(ben_in_slack(), 100).await.unwrap();
        let world = mentioning(&slack).await;
        for user in ["ana", "ben"] {
            world.join(&who(user)).await.close().await;
        }
        slack.trouble(method, trouble.clone());
        commits(&world, "s.1", 0, mention("c1")).await;
        patiently("the first try", async {
            while slack.calls(method) == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        // Later than a run that tried could still be at it.
        world.advance(LATER);
        until_nothing_is_left(&world).await;
        assert_eq!(slack.posted().len(), 1, "{method}: {trouble:?}");
    }
}
