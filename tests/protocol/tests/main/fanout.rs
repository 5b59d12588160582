//! The weekly run of many teams: each has its own invocation, and none waits for another.
use cyclesheet_extract::{Done, Event, ExtractError};
use futures::future::BoxFuture;
use harness::{THIS_WEEK, World, patiently, weekly::line, world::key};
use platform::{
    Context,
    invoke::{ExtractRequest, Invoke, NoInvoke},
};
use serde_json::json;
use sheet::model::{GenerationState, Status};
use std::{
    collections::BTreeSet,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::directory::Source;
use tempfile::NamedTempFile;
use tokio::sync::Notify;

const MANY: usize = 50;
/// The usual teams of a world's two tenants.
const USUAL: usize = 4;

fn team(n: usize) -> String {
    format!("team{n:02}")
}

/// A world with many teams beside its own; each reads the same week.
async fn crowded() -> (World, NamedTempFile) {
    let mut week = NamedTempFile::new().unwrap();
    writeln!(week, "{}", line(600, "Ana", "please rotate the keys")).unwrap();
    let world = World::new().await;
    for n in 0..MANY {
        let source = Source::Path { path: week.path().to_string_lossy().into_owned() };
        world.put_team("acme", &team(n), vec![source]).await;
    }
    (world, week)
}

/// Asserts that each team's sheet is there, from one generation alone.
async fn every_team_has_its_sheet(world: &World) {
    for n in 0..MANY {
        let tip = world.stack.context.store.tip(&key("acme", &team(n), THIS_WEEK)).await.unwrap();
        let made = tip.state.sheet.generation.clone().unwrap_or_else(|| panic!("{} has none", team(n)));
        let found = (made.number, made.state, tip.state.sheet.row_count());
        assert_eq!(found, (1, GenerationState::Generated, 1), "{}", team(n));
    }
}

async fn weekly(
    world: &World,
    context: &Context,
) -> Result<Vec<cyclesheet_extract::Extracted>, ExtractError> {
    world.stack.extractor.handle(context, Event::Request(ExtractRequest::Weekly)).await
}

/// Hands invocations on, but for those of some teams, and counts how many are under way.
struct Partly {
    to: Arc<dyn Invoke>,
    /// Teams whose invocations fail, and how often they still do.
    fails: Mutex<Vec<(String, usize)>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
    asked: Mutex<Vec<String>>,
    /// After this many invocations none is answered any more.
    hangs_after: usize,
    hangs: Notify,
}

impl Partly {
    fn new(world: &World, fails: &[(&str, usize)], hangs_after: usize) -> Arc<Self> {
        Arc::new(Self {
            to: world.stack.context.invoke.clone(),
            fails: Mutex::new(fails.iter().map(|(team, times)| ((*team).to_owned(), *times)).collect()),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            asked: Mutex::default(),
            hangs_after,
            hangs: Notify::new(),
        })
    }

    fn context(self: &Arc<Self>, world: &World) -> Context {
        Context { invoke: self.clone(), ..world.stack.context.clone() }
    }
}

impl Invoke for Partly {
    fn extract<'a>(&'a self, request: &'a ExtractRequest) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let ExtractRequest::Team { team, .. } = request else { panic!("{request:?}") };
            let count = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(team.to_string());
                asked.len()
            };
            self.most.fetch_max(self.under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if count > self.hangs_after {
                self.hangs.notify_one();
                std::future::pending::<()>().await;
            }
            tokio::task::yield_now().await;
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            let fails = self.fails.lock().unwrap().iter_mut().any(|(name, times)| {
                let fails = *name == team.as_str() && *times > 0;
                *times -= usize::from(fails);
                fails
            });
            !fails && self.to.extract(request).await
        })
    }
}

// rule: E8
#[tokio::test]
async fn the_weekly_run_asks_for_one_invocation_a_team_and_starves_none() {
    let (world, _week) = crowded().await;
    let asked = world.weekly().await;
    assert_eq!(asked.len(), MANY + USUAL);
    assert!(asked.iter().all(|one| one.result == Done::Asked));
    every_team_has_its_sheet(&world).await;
    // The schedule fires at least once: again is nothing.
    world.weekly().await;
    every_team_has_its_sheet(&world).await;
}

#[tokio::test]
async fn a_team_that_could_not_be_asked_for_is_named_and_the_sweep_begins_it() {
    let (world, _week) = crowded().await;
    let partly = Partly::new(&world, &[("team07", 99), ("team03", 1)], usize::MAX);
    let Err(error) = weekly(&world, &partly.context(&world)).await else { panic!("it hides a failure") };
    assert_eq!(error.code(), "TEAMS_NOT_BEGUN");
    let ExtractError::Teams { failed, of } = &error else { panic!("{error}") };
    assert_eq!((failed.as_slice(), *of), (["acme/team07".to_owned()].as_slice(), MANY + USUAL));
    assert!(error.to_string().contains("acme/team07"), "{error}");
    let most = partly.most.load(Ordering::SeqCst);
    assert!((2..=16).contains(&most), "{most} at once");
    assert_eq!(partly.asked.lock().unwrap().iter().filter(|team| *team == "team07").count(), 2);
    world.stack.extracted().await;
    let tip = world.stack.context.store.tip(&key("acme", "team07", THIS_WEEK)).await.unwrap();
    assert!(tip.state.sheet.generation.is_none());
    world.sweep().await;
    every_team_has_its_sheet(&world).await;
}

#[tokio::test]
async fn a_weekly_run_killed_half_way_is_ended_by_its_repeat_and_no_team_is_run_twice() {
    let (world, _week) = crowded().await;
    let partly = Partly::new(&world, &[], 20);
    let context = partly.context(&world);
    let killed = async {
        tokio::select! {
            done = weekly(&world, &context) => panic!("it ended: {done:?}"),
            () = partly.hangs.notified() => {}
        }
    };
    patiently("the kill", killed).await;
    world.stack.extracted().await;
    let before: BTreeSet<String> = partly.asked.lock().unwrap().iter().cloned().collect();
    assert!(before.len() < MANY + USUAL);
    world.weekly().await;
    every_team_has_its_sheet(&world).await;
}

#[tokio::test]
async fn where_there_is_no_function_to_ask_the_run_does_it_itself_and_closes_last_week() {
    let (world, _week) = crowded().await;
    let context = Context { invoke: Arc::new(NoInvoke), ..world.stack.context.clone() };
    let last = key("acme", "team00", "2026-W46");
    context.store.create(&last, context.now()).await.unwrap();
    let done = weekly(&world, &context).await.unwrap();
    assert_eq!(done.iter().filter(|one| one.result == Done::Generated).count(), MANY + USUAL);
    every_team_has_its_sheet(&world).await;
    assert_eq!(context.store.tip(&last).await.unwrap().state.sheet.status, Status::Sealed);
}

#[tokio::test]
async fn an_unknown_event_is_refused_with_its_code_and_runs_nothing() {
    let (world, _week) = crowded().await;
    for event in [
        json!({"source": "aws.scheduler", "kind": "weekley"}),
        json!({"source": "aws.scheduler"}),
        json!({"source": "somebody.else", "detail-type": "Scheduled Event"}),
        json!({"kind": "team", "tenant": "acme"}),
        json!(null),
    ] {
        world.faults.forget();
        let read: Event = serde_json::from_value(event.clone()).unwrap();
        let Err(error) = world.stack.extractor.handle(&world.stack.context, read).await else {
            panic!("{event} ran")
        };
        assert_eq!(error.code(), "UNKNOWN_EVENT", "{event}: {error}");
        assert!(world.faults.calls().is_empty(), "{event} asks the table for nothing");
    }
}
