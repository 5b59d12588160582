//! Slack's Web API against a local server of its shape: pages, threads, names, limits and errors.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use extraction::{
    fake_slack::{FakeSlack, TOKEN, Trouble, Workspace},
    outside::{Pause, SecretString},
    source::{
        ChannelRef, Gatherer, Loaded, Options, SlackApi, Unreadable,
        slack_api::{
            MAX_WAITED_S, Mark,
            setup::{Lack, Wanted, examine},
        },
    },
};
use serde_json::{Value, json};
use sheet::{Week, WeekSpan, week::time_zone};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Waits are noted and not waited.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Duration>>>);

impl Pause for Noted {
    async fn wait(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

fn week() -> WeekSpan {
    "2026-W47".parse::<Week>().unwrap().span(&time_zone("Europe/Berlin").unwrap()).unwrap()
}

/// Monday 2026-11-16, nine o'clock UTC, and `minutes` after it, as Slack writes it.
fn ts(minutes: i64) -> String {
    format!("{}.000100", 1_794_787_200 + 9 * 3600 + minutes * 60)
}

fn said(minutes: i64, user: &str, text: &str) -> Value {
    json!({"type": "message", "user": user, "ts": ts(minutes), "text": text})
}

fn reply(minutes: i64, thread: i64, user: &str, text: &str) -> Value {
    json!({"type": "message", "user": user, "ts": ts(minutes), "thread_ts": ts(thread), "text": text})
}

fn workspace() -> Workspace {
    let user = |id: &str, name: &str, email: &str| json!({"id": id, "name": name, "profile": {"display_name": name, "email": email}});
    let mut robot = user("U3", "Robot", "");
    robot["is_bot"] = json!(true);
    let day = 24 * 60;
    let mut edited = said(30, "U1", "second draft");
    edited["edited"] = json!({"user": "U1", "ts": ts(31)});
    let mut broadcast = reply(50, 10, "U2", "also to the channel");
    broadcast["subtype"] = json!("thread_broadcast");
    let messages = vec![
        said(-3 * day, "U1", "begun last week"),
        reply(20, -3 * day, "U2", "answered this week"),
        reply(-3 * day + 1, -3 * day, "U2", "answered last week"),
        said(-9 * day, "U1", "long ago"),
        said(10, "U1", "see <@U2> and <https://x.io/?a=1&amp;b=2|the plan> &lt;now&gt;"),
        reply(11, 10, "U2", "on it"),
        reply(12, 10, "U1", "thanks"),
        broadcast,
        edited,
        said(40, "U3", "beep"),
        json!({"type": "message", "subtype": "channel_join", "user": "U2", "ts": ts(41), "text": "joined"}),
        json!({"type": "message", "subtype": "bot_message", "bot_id": "B1", "ts": ts(42), "text": "ding"}),
        said(8 * day, "U1", "next week"),
    ];
    let users =
        vec![user("U1", "Ana Ruiz", "ana@acme.example"), user("U2", "Ben Okafor", "ben@acme.example"), robot];
    let channels = [("C1".to_owned(), ("platform".to_owned(), messages))];
    Workspace { users, channels: channels.into_iter().collect(), ..Workspace::default() }
}

async fn read_with(
    slack: &FakeSlack,
    token: &str,
    channels: &[&str],
) -> (Result<Loaded, Unreadable>, Vec<Duration>) {
    let noted = Noted::default();
    let api = SlackApi::new(slack.base_url(), SecretString::from(token.to_owned()), noted.clone()).unwrap();
    let channels: Vec<ChannelRef> =
        channels.iter().map(|id| ChannelRef { id: (*id).to_owned(), name: None }).collect();
    let mut gatherer = Gatherer::default();
    gatherer.slack(&api, &channels, week()).await;
    let loaded = gatherer.finish(&Options { span: Some(week()), ..Options::default() });
    let waits = noted.0.lock().unwrap().clone();
    (loaded, waits)
}

async fn read(slack: &FakeSlack) -> (Result<Loaded, Unreadable>, Vec<Duration>) {
    read_with(slack, TOKEN, &["C1"]).await
}

fn texts(loaded: &Loaded) -> Vec<String> {
    let line = |m: &extraction::message::Message| {
        let thread = m.thread.as_deref().map(|t| format!(" > {t}")).unwrap_or_default();
        format!("{}{thread} #{} {}: {}", m.id, m.channel, m.author, m.text)
    };
    loaded.messages.iter().map(line).collect()
}

#[tokio::test]
async fn a_week_is_read_page_by_page_with_its_threads_names_and_edits() {
    for page in [1, 2, 3, 200] {
        let slack = FakeSlack::start(workspace(), page).await.unwrap();
        let (loaded, waits) = read(&slack).await;
        let loaded = loaded.unwrap();
        let began = format!(" > {}", ts(-3 * 24 * 60));
        assert_eq!(
            texts(&loaded),
            [
                "m1 #platform Ana Ruiz: see @Ben Okafor and the plan (https://x.io/?a=1&b=2) <now>"
                    .to_owned(),
                "m2 > m1 #platform Ben Okafor: on it".to_owned(),
                "m3 > m1 #platform Ana Ruiz: thanks".to_owned(),
                format!("m4{began} #platform Ben Okafor: answered this week"),
                "m5 #platform Ana Ruiz: second draft".to_owned(),
                "m6 > m1 #platform Ben Okafor: also to the channel".to_owned(),
            ],
            "pages of {page}"
        );
        assert_eq!((loaded.problems.len(), waits.len()), (0, 0), "{:?}", loaded.problems);
        assert_eq!((loaded.coverage.apps, loaded.coverage.joins + loaded.coverage.notices), (2, 1));
        let people: Vec<&str> = loaded.people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(people, ["Ana Ruiz", "Ben Okafor"]);
        assert!(loaded.people[1].aliases.contains(&"ben@acme.example".to_owned()));
    }
}

#[tokio::test]
async fn a_thread_is_read_once_and_only_if_it_was_answered_this_week() {
    let slack = FakeSlack::start(workspace(), 200).await.unwrap();
    read(&slack).await.0.unwrap();
    assert_eq!((slack.calls("users.list"), slack.calls("conversations.info")), (1, 1));
    assert_eq!((slack.calls("conversations.history"), slack.calls("conversations.replies")), (1, 2));
}

#[tokio::test]
async fn what_slack_asks_to_wait_is_waited_and_no_longer_than_a_run_may() {
    let slack = FakeSlack::start(workspace(), 2).await.unwrap();
    slack.trouble("users.list", Trouble::RetryAfter(7));
    slack.trouble("conversations.history", Trouble::RetryAfter(3));
    slack.trouble("conversations.history", Trouble::RetryAfter(1));
    slack.trouble("conversations.replies", Trouble::Api("ratelimited"));
    let (loaded, waits) = read(&slack).await;
    assert_eq!((texts(&loaded.unwrap()).len(), waits), (6, [7, 3, 1, 30].map(Duration::from_secs).to_vec()));

    slack.trouble("conversations.replies", Trouble::RetryAfter(MAX_WAITED_S + 1));
    let (loaded, waits) = read(&slack).await;
    let loaded = loaded.unwrap();
    assert!(waits.is_empty());
    assert_eq!(loaded.messages.len(), 3, "what the history holds is used");
    assert!(
        loaded.problems[0].to_string().contains("replies of 2 threads are missing"),
        "{:?}",
        loaded.problems
    );
}

#[tokio::test]
async fn trouble_that_passes_is_tried_again_and_what_stays_is_named() {
    let slack = FakeSlack::start(workspace(), 200).await.unwrap();
    slack.trouble("conversations.history", Trouble::Status(503));
    slack.trouble("conversations.history", Trouble::Api("internal_error"));
    assert_eq!(texts(&read(&slack).await.0.unwrap()).len(), 6);

    for (method, trouble, said) in [
        ("users.list", Trouble::Api("missing_scope"), "users.list: Slack answered missing_scope"),
        ("conversations.replies", Trouble::Api("thread_not_found"), "replies of a thread are missing"),
    ] {
        slack.trouble(method, trouble);
        let loaded = read(&slack).await.0.unwrap();
        assert!(loaded.problems[0].to_string().contains(said), "{:?}", loaded.problems);
        assert!(loaded.messages.len() >= 4);
    }
    let (loaded, _) = read_with(&slack, TOKEN, &["C404", "C1"]).await;
    let loaded = loaded.unwrap();
    assert_eq!(
        loaded.problems[0].to_string(),
        "Slack: channel C404: Slack answered channel_not_found; it was left out"
    );
    assert_eq!(loaded.messages.len(), 6, "one channel's trouble is not another's");

    for trouble in [Trouble::Api("not_in_channel"), Trouble::Garbage, Trouble::Status(403)] {
        slack.trouble("conversations.history", trouble.clone());
        let failed = read(&slack).await.0.unwrap_err().to_string();
        assert!(failed.starts_with("Slack"), "{trouble:?}: {failed}");
    }
}

#[tokio::test]
async fn a_bad_token_ends_everything_at_once_and_stands_in_no_error() {
    let slack = FakeSlack::start(workspace(), 200).await.unwrap();
    let (loaded, _) = read_with(&slack, "xoxb-a-canary", &["C1"]).await;
    assert_eq!(loaded.unwrap_err().to_string(), "Slack answered invalid_auth");
    assert_eq!((slack.calls("users.list"), slack.calls("conversations.history")), (1, 0));
    let api =
        SlackApi::new(slack.base_url(), SecretString::from("xoxb-a-canary".to_owned()), Noted::default());
    assert!(!format!("{:?}", api.unwrap()).contains("canary"));
}

#[tokio::test]
async fn a_summary_that_was_posted_is_found_by_its_mark() {
    let slack = FakeSlack::start(workspace(), 2).await.unwrap();
    let noted = Noted::default();
    let api = SlackApi::new(slack.base_url(), SecretString::from(TOKEN.to_owned()), noted).unwrap();
    let since = week().0;
    let mark = |cycle: &str| Mark::summary(cycle.to_owned());
    let (own, next) = (mark("platform/2026-W47"), mark("platform/2026-W48"));
    assert_eq!(api.was_posted("C1", since, &own).await.unwrap(), None);
    let posted = api.post_marked("C1", "The week", &own).await.unwrap();
    assert_eq!(api.was_posted("C1", since, &own).await.unwrap(), Some(posted));
    assert_eq!(api.was_posted("C1", since, &next).await.unwrap(), None);
    assert_eq!(
        api.was_posted("C1", since, &Mark::mention("platform/2026-W47".into())).await.unwrap(),
        None,
        "a mark of another kind is another"
    );
    // A post whose answer is lost is not sent again: it may have arrived.
    slack.trouble("chat.postMessage", Trouble::PostedAndLost);
    assert!(api.post_marked("C1", "The next week", &next).await.is_err());
    assert_eq!(slack.posted().len(), 2);
}

#[tokio::test]
async fn an_app_is_told_which_scopes_and_invitations_it_lacks() {
    let slack = FakeSlack::start(workspace(), 200).await.unwrap();
    let api = |token: &str| {
        SlackApi::new(slack.base_url(), SecretString::from(token.to_owned()), Noted::default()).unwrap()
    };
    let all = Wanted { announces: true, mentions: true };
    let channels: Vec<String> = vec!["C1".into()];
    let whole = examine(&api(TOKEN), &channels, all).await.unwrap();
    assert_eq!((whole.workspace.as_str(), whole.lacks), ("Acme", vec![]));
    assert_eq!(whole.channels.len(), 1);
    let stranger = examine(&api("xoxb-of-somebody-else"), &channels, all).await.unwrap();
    assert!(matches!(stranger.lacks.as_slice(), [Lack::Token(_)]), "{stranger:?}");
    slack.change(|workspace| {
        workspace.scopes = Some("channels:history,users:read".into());
        workspace.uninvited = vec!["C1".into()];
    });
    let channels: Vec<String> = vec!["C1".into(), "C404".into()];
    let poor = examine(&api(TOKEN), &channels, Wanted::default()).await.unwrap();
    let said: Vec<String> = poor.lacks.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("/invite @Cyclesheet"), "{said:?}");
    assert!(said[1].contains("C404") && said[1].contains("channel_not_found"), "{said:?}");
    assert_eq!(poor.lacks[2], Lack::Scopes(vec!["channels:read", "users:read.email"]));
    assert!(!format!("{poor:?}").contains(TOKEN));
    assert_eq!(slack.calls("conversations.history"), 0, "no message is read");
}
