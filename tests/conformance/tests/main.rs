//! The suite itself under test: it knows every rule, the local stack keeps them, and an endpoint that breaks one is
//! found out.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used)]
mod proxy;

use conformance::{
    Endpoint, Outcome, Report, Setup, TokenWay,
    rules::{Check, RULES},
    run, tokens_by_command,
};
use local::{
    Options, Stack,
    database::Embedded,
    sample::TIME_ZONE,
    tokens::{self, Person, SECRET},
};
use platform::context::system_clock;
use proxy::Proxy;
use serde_json::{Value, json};
use sheet::{Name, Role, Week, week::time_zone};
use std::{collections::BTreeMap, sync::Arc};
use store::directory::{self, Team};

const TENANTS: [&str; 2] = ["acme", "globex"];
const TEAMS: [&str; 2] = ["platform", "billing"];

async fn stack() -> Stack {
    let stack = Stack::start(Options::new(Embedded::in_memory().unwrap())).await.unwrap();
    for tenant in TENANTS {
        for team in TEAMS {
            let row = Team::new(Name::new(team).unwrap(), team, TIME_ZONE);
            directory::put_team(stack.context.store.table(), &Name::new(tenant).unwrap(), &row)
                .await
                .unwrap();
        }
    }
    stack
}

fn token(person: &conformance::Person, ttl_s: u32) -> String {
    let claims = Person {
        tenant: Name::new(&person.tenant).unwrap(),
        teams: person.teams.split(',').map(|team| Name::new(team).unwrap()).collect(),
        user: Name::new(&person.user).unwrap(),
        name: person.user.clone(),
        role: Role::of_person(person.role).unwrap(),
    };
    tokens::issue(SECRET, &claims, system_clock()().plus_ms(i64::from(ttl_s) * 1000)).unwrap()
}

/// The suite's view of a stack whose sockets open at `address`.
fn setup(stack: &Stack, sockets: std::net::SocketAddr) -> Setup {
    let now = system_clock()();
    let week = Week::containing(now, &time_zone(TIME_ZONE).unwrap()).unwrap();
    Setup {
        ws_url: format!("ws://{sockets}/dev"),
        http_url: format!("http://{}", stack.address),
        tokens: Arc::new(|person, ttl_s| Box::pin(async move { token(&person, ttl_s) })),
        token_way: TokenWay::Subprotocol,
        tenant: TENANTS[0].into(),
        other_tenant: TENANTS[1].into(),
        team: TEAMS[0].into(),
        other_team: TEAMS[1].into(),
        cycle: week.plus(1).unwrap().to_string(),
        origin: Some(format!("http://{}", stack.address)),
        hidden: BTreeMap::new(),
        word: format!("c{}", now.0),
    }
}

/// A rule, and what an endpoint does to every frame to break it.
type Break = (&'static str, fn(&mut Value));

async fn play(setup: Setup, only: &[&str]) -> Report {
    let only: Vec<String> = only.iter().map(ToString::to_string).collect();
    run(Arc::new(Endpoint::new(setup)), &only, |_, _| ()).await
}

#[test]
fn the_suite_has_an_entry_for_every_rule_of_the_specification_in_its_order() {
    const SPEC: &str = include_str!("../../../shared/protocol/SPEC.md");
    let rules =
        SPEC.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("**").map(|(rule, _)| rule));
    assert_eq!(RULES.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), rules.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_stack_keeps_every_rule_that_an_endpoint_can_show_and_twice_in_one_room() {
    let stack = stack().await;
    for round in 0..2 {
        let mut setup = setup(&stack, stack.address);
        setup.word += if round == 0 { "a" } else { "b" };
        let report = play(setup, &[]).await;
        let refuted: Vec<_> =
            report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Refuted(_))).collect();
        assert!(refuted.is_empty(), "round {round}: {refuted:#?}");
        let (shown, _, not_shown) = report.counts();
        assert_eq!(shown + not_shown, RULES.len());
        let elsewhere = RULES.iter().filter(|(_, check)| matches!(check, Check::Elsewhere(_))).count();
        assert_eq!(not_shown, elsewhere, "whatever can be shown is: {:#?}", report.outcomes);
    }
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_breaks_a_rule_is_found_out() {
    let stack = stack().await;
    let breaks: [Break; 9] = [
        ("R2", |frame| {
            if frame["type"] == "pong" {
                frame["version"] = json!(0);
            }
        }),
        ("X7", |frame| {
            if frame["type"] == "rejected" {
                frame["current"] = Value::Null;
            }
        }),
        ("F5", |frame| {
            if frame["type"] == "error" {
                frame["message"] = json!("");
            }
        }),
        ("P3", |frame| {
            if frame["type"] == "presence" {
                frame["user"] = json!({"id": "boss", "name": "The Boss", "color": "#000000"});
            }
        }),
        ("K7", |frame| {
            if frame["type"] == "committed" {
                frame["changes"][0]["role"] = json!("admin");
            }
        }),
        ("H3", |frame| {
            if let Some(changes) = frame["changes"].as_array_mut().filter(|changes| changes.len() > 1) {
                changes.remove(0);
            }
        }),
        ("X5", |frame| {
            if frame["code"] == "SUPERSEDED" {
                frame["code"] = json!("CONFLICT");
            }
        }),
        ("K6", |frame| {
            if frame["changes"][0]["ops"][0]["newValue"] == "Done" {
                frame["changes"][0]["ops"][0]["newValue"] = json!("Blocked");
            }
        }),
        ("N1", |frame| {
            if frame["type"] == "notification" {
                frame["text"] = json!("something else");
            }
        }),
    ];
    for (rule, breaks) in breaks {
        let proxy = Proxy::before(stack.address, breaks).await;
        let report = play(setup(&stack, proxy.address), &[rule]).await;
        assert!(matches!(report.of(rule), Some(Outcome::Refuted(_))), "{rule}: {:?}", report.of(rule));
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_rule_that_is_hidden_is_never_counted_as_shown() {
    let stack = stack().await;
    let mut setup = setup(&stack, stack.address);
    setup.hidden.insert("R2".into(), "a proxy answers pings".into());
    let report = play(setup, &["R2", "R4", "H8"]).await;
    assert_eq!(report.counts(), (1, 0, 2));
    assert_eq!(report.of("R2"), Some(&Outcome::NotShown("a proxy answers pings".into())));
    stack.shutdown().await;
}

#[tokio::test]
async fn what_needs_a_team_that_nobody_set_up_is_not_shown_rather_than_refuted() {
    let stack = stack().await;
    let mut setup = setup(&stack, stack.address);
    setup.other_team = "nobody".into();
    let report = play(setup, &["M4", "N1"]).await;
    assert_eq!(report.counts(), (0, 0, 2), "{:?}", report.outcomes);
    let Some(Outcome::NotShown(why)) = report.of("M4") else { panic!("{:?}", report.outcomes) };
    assert!(why.contains("nobody"), "{why}");
    stack.shutdown().await;
}

#[tokio::test]
async fn tokens_come_from_a_command_that_is_told_whom_they_are_for() {
    let tokens = tokens_by_command(
        r#"printf '%s/%s.%s/%s.%s\n' "$TENANT" "$TEAMS" "$USER_ID" "$ROLE" "$TTL_S""#.into(),
    );
    let ana = conformance::Person {
        user: "ana".into(),
        role: "viewer",
        tenant: "acme".into(),
        teams: "a,b".into(),
    };
    assert_eq!(tokens(ana, 7).await, "acme/a,b.ana/viewer.7");
}
