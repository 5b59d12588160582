//! The client against a local server of Cohere's shape, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use extraction::{
    answer::Context,
    cohere::{Answer, Client, DEFAULT_MODEL, Failure, Finish, HttpTransport, MAX_ATTEMPTS},
    fake::{FakeCohere, Mode},
    ladder::{Outcome, Reason, Step, next},
    outside::{Pause, SecretString},
    prompt::Prompt,
};
use std::{sync::Mutex, time::Duration};

/// Does not wait; remembers what it was asked to.
#[derive(Default)]
struct NoPause(Mutex<Vec<Duration>>);

impl Pause for &NoPause {
    async fn wait(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }
    fn chance(&self) -> f64 {
        0.5
    }
}

const KEY: &str = "key-that-must-not-show";

fn transport(fake: &FakeCohere, timeout: Duration) -> HttpTransport {
    HttpTransport::new(fake.base_url(), SecretString::from(KEY.to_owned()), timeout).unwrap()
}

fn prompt() -> Prompt {
    Prompt { system: "s".into(), user: "u".into(), schema: None, left_out: Default::default(), masked: 0 }
}

/// Asks a server with these modes; the result, the calls it took, and the waits between them.
async fn ask(modes: &[Mode]) -> (Result<Answer, Failure>, usize, Vec<Duration>) {
    let fake = FakeCohere::start(modes.to_vec()).await.unwrap();
    let pause = NoPause::default();
    let client = Client::new(transport(&fake, Duration::from_secs(5)), &pause, DEFAULT_MODEL);
    let result = client.ask(&prompt(), MAX_ATTEMPTS).await;
    assert!(fake.keys().iter().all(|k| *k == format!("Bearer {KEY}")));
    (result, fake.calls(), pause.0.into_inner().unwrap())
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_sent_with_its_cost() {
    let text = "SUMMARY: ok\n| Title |…";
    let (answer, calls, _) = ask(&[Mode::Success(text.into())]).await;
    let answer = answer.unwrap();
    assert_eq!((answer.text.as_str(), answer.finish, calls), (text, Finish::Complete, 1));
    assert!(answer.usage.cost_microdollars() > 0);
}

#[tokio::test]
async fn only_429_and_5xx_are_tried_again() {
    for status in [429, 500, 502, 503, 504] {
        let (answer, calls, waits) = ask(&[Mode::Status(status), Mode::Success("x".into())]).await;
        assert_eq!((answer.unwrap().attempts, calls, waits.len()), (2, 2, 1), "{status}");
        let (failure, calls, waits) = ask(&[Mode::Status(status)]).await;
        assert_eq!(failure.unwrap_err(), Failure::Status { status, message: format!("prepared {status}") });
        assert_eq!(
            (calls, waits),
            (MAX_ATTEMPTS as usize, vec![Duration::from_millis(1500), Duration::from_millis(3000)]),
            "{status}"
        );
    }
    for status in [400, 401, 402, 403, 404, 422, 498, 499, 501] {
        let (failure, calls, waits) = ask(&[Mode::Status(status)]).await;
        assert!(matches!(failure, Err(Failure::Status { status: s, .. }) if s == status));
        assert_eq!((calls, waits.len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_named() {
    assert!(matches!(ask(&[Mode::Garbage]).await, (Err(Failure::Malformed { .. }), 1, _)));
    assert!(matches!(ask(&[Mode::Flood]).await, (Err(Failure::TooLarge), 1, _)));
    assert!(matches!(ask(&[Mode::ErrorWith200]).await, (Ok(Answer { finish: Finish::Error, .. }), 1, _)));
}

#[tokio::test]
async fn a_service_that_hangs_is_given_up_once() {
    let fake = FakeCohere::start([Mode::Hang]).await.unwrap();
    let pause = NoPause::default();
    let client = Client::new(transport(&fake, Duration::from_millis(200)), &pause, DEFAULT_MODEL);
    assert_eq!(client.ask(&prompt(), MAX_ATTEMPTS).await, Err(Failure::Timeout));
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_a_network_failure() {
    let gone = FakeCohere::start([Mode::Hang]).await.unwrap().base_url().to_owned();
    let http = HttpTransport::new(&gone, SecretString::from(KEY.to_owned()), Duration::from_secs(5)).unwrap();
    let pause = NoPause::default();
    let failure = Client::new(http, &pause, DEFAULT_MODEL).ask(&prompt(), 1).await.unwrap_err();
    assert!(matches!(failure, Failure::Network { .. } | Failure::Timeout), "{failure:?}");
}

#[tokio::test]
async fn the_key_shows_nowhere() {
    let fake = FakeCohere::start([Mode::Status(401)]).await.unwrap();
    let http = transport(&fake, Duration::from_secs(5));
    let shown = format!("{http:?}");
    let pause = NoPause::default();
    let failure = Client::new(http, &pause, DEFAULT_MODEL).ask(&prompt(), 1).await.unwrap_err();
    assert!(![shown, format!("{failure:?} {failure}")].concat().contains(KEY));
    for bad in ["", "api.cohere.com", "ftp://x", "http://"] {
        assert!(
            HttpTransport::new(bad, SecretString::from(KEY.to_owned()), Duration::from_secs(1)).is_err(),
            "{bad}"
        );
    }
    assert!(
        HttpTransport::new("http://127.0.0.1", SecretString::from("a\nb".to_owned()), Duration::from_secs(1))
            .is_err()
    );
}

/// Climbs the whole ladder against a server: what a function does, without a function.
async fn climb(modes: &[Mode]) -> (Step, usize) {
    let fake = FakeCohere::start(modes.to_vec()).await.unwrap();
    let pause = NoPause::default();
    let client = Client::new(transport(&fake, Duration::from_secs(5)), &pause, DEFAULT_MODEL);
    let context = Context::new("2026-W47".parse().unwrap());
    let mut outcomes: Vec<Outcome> = Vec::new();
    loop {
        match next(&outcomes, &context) {
            Step::Ask => outcomes.push(client.ask(&prompt(), MAX_ATTEMPTS).await.into()),
            Step::AskSimplified(_) => outcomes.push(client.ask(&prompt(), 1).await.into()),
            done => return (done, fake.calls()),
        }
    }
}

#[tokio::test]
async fn the_ladder_ends_after_two_questions_at_most() {
    let table = || Mode::Success("SUMMARY: ok\n\n| Title | Status |\n|---|---|\n| Fix login | Done |".into());
    assert!(matches!(climb(&[table()]).await, (Step::Accept(p, None), 1) if p.rows.len() == 1));
    assert!(matches!(climb(&[Mode::Refusal, table()]).await, (Step::Accept(_, None), 2)));
    assert_eq!(climb(&[Mode::Refusal]).await, (Step::FallBack(Reason::Refused), 2));
    assert_eq!(climb(&[Mode::Garbage]).await, (Step::FallBack(Reason::Unusable), 2));
    assert_eq!(climb(&[Mode::ErrorWith200]).await, (Step::FallBack(Reason::ModelError), 2));
    assert_eq!(climb(&[Mode::Truncated("SUMMARY: a".into())]).await, (Step::FallBack(Reason::Truncated), 2));
    assert_eq!(climb(&[Mode::Status(401)]).await, (Step::FallBack(Reason::BadKey), 1));
    assert_eq!(climb(&[Mode::Status(402)]).await, (Step::FallBack(Reason::Quota), 1));
    assert_eq!(climb(&[Mode::Status(503)]).await, (Step::FallBack(Reason::Outage), 3));
}
