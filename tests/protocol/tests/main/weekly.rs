//! From week to week and between the runs: carry-over, staleness, outages that pass, announcements, figures.
use cyclesheet_extract::{Event, ask::Ask};
use extraction::{
    fake::Mode,
    fake_slack::{FakeSlack, TOKEN, Trouble, Workspace},
};
use harness::{
    Client, Fault, Replica, THIS_WEEK, World,
    asked::model,
    client::{insert, modify},
    patiently,
    weekly::{Figures, Logged, answer, line},
    who,
};
use local::Options;
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use sheet::{Column, Row};
use std::{path::Path, sync::Arc, time::Duration};
use store::directory::{self, Announce, Source, Team};
use tempfile::NamedTempFile;

const CALL: Duration = Duration::from_secs(10);
const LAST_WEEK: &str = "2026-W46";
/// Longer than any lease, and than the sweep waits after an outage.
const LATER: Duration = Duration::from_secs(15 * 60);

fn file(lines: &[String]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    write(file.path(), lines);
    file
}

fn write(path: &Path, lines: &[String]) {
    std::fs::write(path, lines.join("\n")).unwrap();
}

fn path(file: &NamedTempFile) -> Source {
    Source::Path { path: file.path().to_string_lossy().into_owned() }
}

async fn world(ask: Option<Arc<dyn Ask>>, sources: Vec<Source>, change: impl FnOnce(&mut Options)) -> World {
    let world = World::with(|options| {
        options.model = ask;
        change(options);
    })
    .await;
    world.put_team("acme", "platform", sources).await;
    world
}

fn generation(replica: &Replica) -> Value {
    serde_json::to_value(&replica.sheet().generation).unwrap()
}

fn rows(replica: &Replica) -> Vec<String> {
    let shown = |row: &Arc<Row>| {
        let from = row.carried_from.as_deref().map(|from| format!(" < {from}")).unwrap_or_default();
        format!("{}{from}", row.value(Column::Title))
    };
    replica.sheet().rows().map(shown).collect()
}

/// Last week's sheet with these rows by hand: id, title, status.
async fn last_week(world: &World, rows: &[(&str, &str, &str)]) {
    world.stack.context.store.create(&world.key(LAST_WEEK), world.stack.context.now()).await.unwrap();
    let mut ana = world.join_week(&who("ana"), LAST_WEEK).await;
    for (id, title, status) in rows {
        ana.commit(json!([insert(id, title), modify(id, "status", "", status)])).await.version();
    }
}

#[tokio::test]
async fn unfinished_rows_go_on_into_the_next_week_and_say_where_they_come_from() {
    let answered = answer(&[("New work", "", "m1"), ("write DOCS", "In progress", "m2")]);
    let (cohere, ask) = model([Mode::Success(answered)], CALL).await;
    let week =
        file(&[line(600, "Ana", "please do the new work"), line(610, "Ben", "the docs are half done")]);
    let world = world(Some(ask), vec![path(&week)], |_| ()).await;
    last_week(
        &world,
        &[("a", "Write docs", "In progress"), ("b", "Ship it", "Done"), ("c", "Fix login", "Blocked")],
    )
    .await;
    world.extract(false).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(rows(&ana.replica), ["New work", "write DOCS < 2026-W46/a", "Fix login < 2026-W46/c"]);
    let sent = cohere.requests()[0]["messages"][1]["content"].as_str().unwrap().to_owned();
    assert!(
        sent.contains("- Write docs (In progress)")
            && sent.contains("- Fix login (Blocked)")
            && !sent.contains("Ship it")
    );
    let carried =
        ana.replica.sheet().rows().find(|row| row.value(Column::Title) == "Fix login").cloned().unwrap();
    assert_eq!((carried.value(Column::Status), carried.value(Column::Source)), ("Blocked", ""));

    // A person who renames a carried row, or removes one, meant it: a refresh brings neither back.
    ana.commit(json!([modify(carried.task_id.as_str(), "title", "Fix login", "Login works again")]))
        .await
        .version();
    let docs =
        ana.replica.sheet().rows().find(|row| row.value(Column::Title) == "write DOCS").cloned().unwrap();
    ana.commit(json!([{"op": "ROW_REMOVE", "taskId": docs.task_id}])).await.version();
    write(
        week.path(),
        &[line(600, "Ana", "please do the new work"), line(700, "Ben", "anything else to do?")],
    );
    assert_eq!(world.extract(true).await.generation, Some(2));
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(rows(&ana.replica), ["New work", "Login works again < 2026-W46/c"]);
}

#[tokio::test]
async fn rows_of_a_fallback_go_on_only_where_a_person_touched_them() {
    let last_weeks = |minute, text| line(minute, "Ana", text).replace("2026-11-16", "2026-11-09");
    let week = file(&[
        last_weeks(600, "please fix the login"),
        last_weeks(601, "rotate the keys"),
        last_weeks(602, "the certificate expired"),
    ]);
    let world = world(None, vec![path(&week)], |_| ()).await;
    let run = |week| Event::Request(ExtractRequest::cycle(&world.key(week), false));
    let made = world.stack.extractor.handle(&world.stack.context, run(LAST_WEEK)).await.unwrap();
    assert_eq!((made[0].rows, made[0].reason), (3, Some("NO_KEY")));
    let mut ana = world.join_week(&who("ana"), LAST_WEEK).await;
    let touched =
        ana.replica.sheet().rows().find(|row| row.value(Column::Title) == "rotate the keys").cloned();
    let touched = touched.unwrap().task_id.clone();
    ana.commit(json!([modify(touched.as_str(), "status", "", "In progress")])).await.version();
    ana.commit(json!([insert("own", "Write docs")])).await.version();
    world.extract(false).await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(
        rows(&ana.replica),
        ["Write docs < 2026-W46/own".to_owned(), format!("rotate the keys < 2026-W46/{touched}")]
    );
}

#[tokio::test]
async fn a_week_without_messages_carries_over_asks_nobody_and_seals_the_week_before() {
    let (cohere, ask) = model([Mode::Success(String::new())], CALL).await;
    let world = world(Some(ask), Vec::new(), |_| ()).await;
    last_week(&world, &[("a", "Write docs", "In progress")]).await;
    world.weekly().await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!((rows(&ana.replica), cohere.calls()), (vec!["Write docs < 2026-W46/a".to_owned()], 0));
    assert_eq!(generation(&ana.replica)["origin"], "empty");
    let last = world.join_week(&who("ana"), LAST_WEEK).await;
    assert_eq!(serde_json::to_value(last.replica.sheet()).unwrap()["status"], "sealed");
}

#[tokio::test]
async fn corrections_of_last_week_and_of_this_one_are_examples_in_the_next_prompt() {
    let first = answer(&[("Fix login", "Done", "m1")]);
    let (cohere, ask) = model([Mode::Success(first.clone()), Mode::Success(first)], CALL).await;
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let world = world(Some(ask), vec![path(&week)], |_| ()).await;
    world.extract(false).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    let task = ana.replica.sheet().rows().next().unwrap().task_id.clone();
    ana.commit(json!([modify(task.as_str(), "status", "Done", "Blocked")])).await.version();
    write(week.path(), &[line(600, "Ana", "please fix the login"), line(620, "Ben", "please review it")]);
    world.extract(true).await;
    let sent = |n: usize| cohere.requests()[n]["messages"][1]["content"].as_str().unwrap().to_owned();
    let example = "- status of \"Fix login\": not \"Done\" but \"Blocked\"";
    assert!(!sent(0).contains(example) && sent(1).contains(example), "{}", sent(1));
}

// rule: E7
#[tokio::test]
async fn new_messages_of_high_priority_make_a_sheet_stale_and_a_refresh_makes_it_fresh() {
    let first = answer(&[("Fix login", "", "m1")]);
    let (_cohere, ask) = model([Mode::Success(first)], CALL).await;
    let mut lines = vec![line(600, "Ana", "please fix the login")];
    let week = file(&lines);
    let figures = Figures::default();
    let sink = figures.sink();
    let world = world(Some(ask), vec![path(&week)], move |options| options.metrics = sink).await;
    world.extract(false).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    let stale = |client: &Client| serde_json::to_value(client.replica.sheet().stale).unwrap();

    lines.extend([
        line(700, "Ben", "thanks!"),
        line(701, "Ben", "can you review the PR?"),
        line(702, "Ben", "urgent: login is down"),
        line(703, "Eva", "P0 in billing"),
    ]);
    write(week.path(), &lines);
    world.sweep().await;
    ana.ping().await;
    assert_eq!(stale(&ana), Value::Null, "two are below the threshold of three");
    lines.push(line(704, "Eva", "we are blocked by legal"));
    write(week.path(), &lines);
    world.sweep().await;
    ana.until("staleness", |replica| replica.sheet().stale.is_some()).await;
    assert_eq!(stale(&ana)["messages"], 3);
    let tip = ana.replica.version();
    // The same again says nothing; a log is no counter.
    lines.push(line(705, "Eva", "still urgent"));
    write(week.path(), &lines);
    world.sweep().await;
    assert_eq!(world.log(THIS_WEEK).await.changes.len() as u64, tip);
    assert_eq!((figures.sum("StaleSheets"), figures.sum("StaleMessages")), (1, 3));
    world.extract(true).await;
    ana.until("freshness", |replica| replica.sheet().stale.is_none()).await;
    world.sweep().await;
    ana.ping().await;
    assert_eq!(stale(&ana), Value::Null);
}

#[tokio::test]
async fn a_teams_own_rule_decides_what_makes_its_sheet_stale() {
    let (_cohere, ask) = model([Mode::Success(answer(&[("Fix login", "", "m1")]))], CALL).await;
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let world = world(Some(ask), Vec::new(), |_| ()).await;
    let mut team = Team { sources: vec![path(&week)], ..team() };
    (team.stale.threshold, team.stale.words) = (1, vec!["customer x".into()]);
    put(&world, &team).await;
    world.extract(false).await;
    write(
        week.path(),
        &[
            line(600, "Ana", "please fix the login"),
            line(700, "Ben", "Customer X called again, please answer"),
        ],
    );
    world.sweep().await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(serde_json::to_value(ana.replica.sheet().stale).unwrap()["messages"], 1);
}

fn team() -> Team {
    Team::new(sheet::Name::new("platform").unwrap(), "Platform", local::sample::TIME_ZONE)
}

async fn put(world: &World, team: &Team) {
    directory::put_team(&world.table(), &sheet::Name::new("acme").unwrap(), team).await.unwrap();
    // What a process has read of a team counts for a minute.
    world.advance(Duration::from_secs(61));
}

#[tokio::test]
async fn a_fallback_of_an_outage_is_extracted_again_by_the_sweep_and_no_other_is() {
    let week = file(&[line(600, "Ana", "please fix the login")]);
    for (mode, again) in [
        (Mode::Status(503), true),
        (Mode::Status(429), true),
        (Mode::Status(401), false),
        (Mode::Refusal, false),
    ] {
        let (cohere, ask) = model([mode.clone()], CALL).await;
        let world = world(Some(ask), vec![path(&week)], |_| ()).await;
        world.extract(false).await;
        world.sweep().await;
        let ana = world.join_week(&who("ana"), THIS_WEEK).await;
        assert_eq!(generation(&ana.replica)["number"], 1, "{mode:?}: an outage takes minutes");
        cohere.set([Mode::Success(answer(&[("Fix login", "Done", "m1")]))]);
        world.advance(LATER);
        world.sweep().await;
        let ana = world.join_week(&who("ana"), THIS_WEEK).await;
        let generation = generation(&ana.replica);
        let expected = if again { (json!(2), json!("model")) } else { (json!(1), json!("fallback")) };
        assert_eq!((generation["number"].clone(), generation["origin"].clone()), expected, "{mode:?}");
    }
}

#[tokio::test]
async fn an_outage_that_lasts_leaves_the_last_generation_to_people() {
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let (_cohere, ask) = model([Mode::Status(503)], CALL).await;
    let world = world(Some(ask), vec![path(&week)], |_| ()).await;
    world.extract(false).await;
    for _ in 0..5 {
        world.advance(LATER);
        world.sweep().await;
    }
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(generation(&ana.replica)["number"], 2);
    assert_eq!(world.extract(true).await.generation, Some(3));
    // Beyond the budget a run finds nothing to do.
    assert_eq!(world.extract(true).await.generation, None);
}

#[tokio::test]
async fn a_run_that_died_is_gone_on_with_by_the_sweep() {
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let (cohere, ask) = model([Mode::Success(answer(&[("Fix login", "", "m1")]))], CALL).await;
    let world = world(Some(ask), vec![path(&week)], |_| ()).await;
    let (told, mut died) = tokio::sync::mpsc::unbounded_channel();
    world.faults.rule(move |call| {
        (call.operation == "PutItem" && call.sk().starts_with("RAW#1#report")).then(|| {
            let _ = told.send(());
            Fault::Hold
        })
    });
    let (extractor, context) = (world.stack.extractor.clone(), world.stack.context.clone());
    let event = Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
    let run = tokio::spawn(async move { extractor.handle(&context, event).await });
    patiently("the run to get there", died.recv()).await;
    run.abort();
    let _ = run.await;
    world.faults.clear();
    world.sweep().await;
    assert_eq!(world.log(THIS_WEEK).await.changes.len(), 1, "its lease still holds");
    world.advance(LATER);
    world.sweep().await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!((rows(&ana.replica), cohere.calls()), (vec!["Fix login".to_owned()], 1));
}

#[tokio::test]
async fn a_week_beyond_the_models_window_is_trimmed_and_the_sheet_says_so() {
    let mut lines: Vec<String> = (0..300).map(|n| line(n, "Ana", "haha nice one")).collect();
    let long = "please review the deployment of the billing service ".repeat(70);
    lines.extend((300..520).map(|n| line(n, "Ben", &format!("{n}: {long}"))));
    let week = file(&lines);
    let (cohere, ask) = model([Mode::Success(answer(&[("Review", "", "m520")]))], CALL).await;
    let world = world(Some(ask), vec![path(&week)], |_| ()).await;
    world.extract(false).await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    let note = generation(&ana.replica)["note"].as_str().unwrap().to_owned();
    assert!(note.contains("the oldest 300 of small talk and the oldest"), "{note}");
    let sent = cohere.requests()[0]["messages"][1]["content"].as_str().unwrap().to_owned();
    assert!(!sent.contains("haha nice one") && sent.contains("[m520]") && !sent.contains("[m301]"));
}

#[tokio::test]
async fn a_fallback_shows_in_the_sheet_the_figures_and_the_log_and_no_content_is_in_the_two() {
    let (figures, logged) = (Figures::default(), Logged::default());
    let _kept = logged.keep();
    let sink = figures.sink();
    let canary = "canary-7f3a";
    let week = file(&[line(600, canary, &format!("please fix {canary} for {canary}@acme.example"))]);
    let (_cohere, ask) = model([Mode::Refusal, Mode::Success("nothing".into())], CALL).await;
    let world = world(Some(ask), vec![path(&week)], move |options| options.metrics = sink).await;
    world.extract(false).await;
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(generation(&ana.replica)["origin"], "fallback");
    assert!(rows(&ana.replica)[0].contains(canary));
    assert_eq!((figures.sum("Extractions"), figures.sum("Fallbacks"), figures.sum("Refusals")), (1, 1, 1));
    assert_eq!((figures.sum("ParseFailures"), figures.sum("Messages"), figures.sum("Rows")), (1, 1, 1));
    assert!(figures.sum("InputTokens") > 0 && figures.sum("CostMicrodollars") > 0);
    assert!(figures.lines().iter().all(|line| !line.contains(canary)), "{:?}", figures.lines());
    let log = logged.text();
    assert!(log.contains("a fallback is made") && log.contains("UNUSABLE"), "{log}");
    assert!(!log.contains(canary) && !log.contains("a key"), "neither content nor the model's key is logged");
}

/// A world whose sheets are announced in channel C1 of this Slack.
async fn announcing(slack: &FakeSlack, week: &NamedTempFile) -> World {
    let (_cohere, ask) = model([Mode::Status(503)], CALL).await;
    let secrets = [("slack".to_owned(), json!({"botToken": TOKEN}).to_string())];
    let base = slack.base_url().to_owned();
    let world = world(Some(ask), Vec::new(), |options| {
        options.secrets = secrets.into_iter().collect();
        options.slack_base_url = base;
    })
    .await;
    let announce = Some(Announce { secret: "slack".into(), channel: "C1".into() });
    put(&world, &Team { sources: vec![path(week)], announce, ..team() }).await;
    world
}

fn channel() -> Workspace {
    Workspace {
        channels: [("C1".to_owned(), ("platform".to_owned(), Vec::new()))].into(),
        ..Workspace::default()
    }
}

#[tokio::test]
async fn a_new_sheet_is_announced_once_with_a_link_and_forges_nothing() {
    let slack = FakeSlack::start(channel(), 100).await.unwrap();
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let world = announcing(&slack, &week).await;
    world.extract(false).await;
    world.sweep().await;
    world.extract(true).await;
    world.sweep().await;
    let posted = slack.posted();
    assert_eq!(posted.len(), 1);
    let text = posted[0]["text"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().take(3).collect();
    let coverage = "Made without the model, straight from 1 message.";
    assert!(lines.starts_with(&["*Platform, week 2026-W47*"]) && lines[1].starts_with(coverage), "{text}");
    assert_eq!(lines[2], "At risk. 1 row: 0 done, 0 blocked, 0 late.", "{text}");
    assert!(text.contains("/?team=platform&cycle=2026-W47|Open the sheet>"), "{text}");
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_found_in_the_channel_and_not_made_again() {
    for (trouble, posts_before) in [(Trouble::PostedAndLost, 1), (Trouble::Status(500), 0)] {
        let slack = FakeSlack::start(channel(), 100).await.unwrap();
        let week = file(&[line(600, "Ana", "please fix the login")]);
        let world = announcing(&slack, &week).await;
        slack.trouble("chat.postMessage", trouble.clone());
        world.extract(false).await;
        assert_eq!(slack.posted().len(), posts_before);
        world.sweep().await;
        assert_eq!(slack.posted().len(), posts_before, "{trouble:?}: the first run may still be at it");
        world.advance(LATER);
        world.sweep().await;
        world.advance(LATER);
        world.sweep().await;
        assert_eq!(slack.posted().len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn what_a_team_wants_deleted_some_day_says_when() {
    let week = file(&[line(600, "Ana", "please fix the login")]);
    let (_cohere, ask) = model([Mode::Success(answer(&[("Fix login", "", "m1")]))], CALL).await;
    let world = world(Some(ask), Vec::new(), |_| ()).await;
    put(&world, &Team { sources: vec![path(&week)], retention_days: Some(30), ..team() }).await;
    world.faults.forget();
    world.extract(false).await;
    let now_s = world.stack.context.now().0 / 1000;
    let kept: Vec<harness::Call> = world
        .faults
        .calls()
        .into_iter()
        .filter(|call| call.operation == "PutItem" && call.sk().starts_with("RAW#"))
        .collect();
    assert_eq!(kept.len(), 4, "messages, prompt, answer, report");
    for call in kept {
        let expires: i64 = call.body.pointer("/Item/expires/N").unwrap().as_str().unwrap().parse().unwrap();
        assert!((expires - now_s - 30 * 24 * 3600).abs() < 60, "{}", call.sk());
    }
    // The log has no such mark: it is for good.
    assert!(
        world
            .faults
            .calls()
            .iter()
            .filter(|call| call.is_commit())
            .all(|call| call.body.pointer("/Item/expires").is_none())
    );
}

#[tokio::test]
async fn five_thousand_messages_without_a_key_give_five_hundred_threads_and_the_rest_is_counted() {
    let lines: Vec<String> =
        (0..5_000).map(|n| line(n, "Ana", &format!("please review change {n}"))).collect();
    let week = file(&lines);
    let world = world(None, vec![path(&week)], |_| ()).await;
    let began = std::time::Instant::now();
    let done = world.extract(false).await;
    println!("5,000 messages without a key: a sheet in {} ms (debug build)", began.elapsed().as_millis());
    assert_eq!((done.messages, done.rows, done.calls), (5_000, 500, 0));
    // Too large for a welcome: as the table has it.
    let tip = world.stack.context.store.tip(&world.key(THIS_WEEK)).await.unwrap();
    let sheet = &tip.state.sheet;
    assert_eq!(sheet.rows().next().unwrap().value(Column::Title), "please review change 4999");
    assert!(
        sheet.executive_summary.contains("4500 older threads are not shown"),
        "{}",
        sheet.executive_summary
    );
}
