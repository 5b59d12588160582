//! A run of the extraction killed at each of its awaits: the next one ends it, and the model is asked once more at most.
use cyclesheet_extract::{Event, ask::Ask};
use extraction::{
    cohere::{Answer, Failure, Finish, Usage},
    prompt::Prompt,
};
use futures::future::BoxFuture;
use harness::{
    THIS_WEEK, World,
    weekly::{answer, line},
    who,
};
use platform::invoke::ExtractRequest;
use sheet::Op;
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context as Task, Poll, Waker},
    time::Duration,
};
use store::directory::Source;

/// Answers after one await, and counts.
struct Counted(AtomicUsize);

impl Ask for Counted {
    fn ask<'a>(&'a self, _: &'a Prompt, _: u32) -> BoxFuture<'a, (Result<Answer, Failure>, u32)> {
        Box::pin(async {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            let text = answer(&[("Fix login", "In progress", "m1"), ("Write docs", "", "m2")]);
            let (usage, model) = (Usage { input_tokens: 10, output_tokens: 10 }, "counted".to_owned());
            (Ok(Answer { text, finish: Finish::Complete, usage, model, attempts: 1 }), 1)
        })
    }
}

/// Polls `work` up to `times` times, then drops it: whether it had ended by then.
async fn ended_after<F: Future>(work: F, times: usize) -> bool {
    let mut work = pin!(work);
    let mut left = times;
    std::future::poll_fn(|task: &mut Task<'_>| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        task.waker().wake_by_ref();
        work.as_mut().poll(&mut Task::from_waker(Waker::noop())).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn a_run_killed_at_any_await_is_ended_by_the_next_with_one_more_question_at_most() {
    let week = tempfile::NamedTempFile::new().unwrap();
    let lines = [line(600, "Ana", "please fix the login"), line(610, "Ben", "I'll write the docs")];
    std::fs::write(week.path(), lines.join("\n")).unwrap();
    let (mut asked_twice, mut deaths) = (0, 0);
    for polls in 1.. {
        let model = Arc::new(Counted(AtomicUsize::new(0)));
        let ask = model.clone();
        let world = World::with(|options| options.model = Some(ask)).await;
        world
            .put_team("acme", "platform", vec![Source::Path { path: week.path().to_string_lossy().into() }])
            .await;
        world.faults.give_way();
        let event = Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
        let run = world.stack.extractor.handle(&world.stack.context, event);
        let ended = ended_after(run, polls).await;
        // A run that comes while the dead run's lease holds asks nobody; one that comes after it completes the work.
        let before = model.0.load(Ordering::SeqCst);
        if world.extract(false).await.calls == 0 {
            assert_eq!(model.0.load(Ordering::SeqCst), before, "killed after {polls} polls");
        }
        world.advance(Duration::from_secs(12 * 60));
        world.extract(false).await;
        let asked = model.0.load(Ordering::SeqCst);
        assert!((1..=2).contains(&asked), "killed after {polls} polls: {asked} questions");
        asked_twice += usize::from(asked == 2);
        let ana = world.join_week(&who("ana"), THIS_WEEK).await;
        assert_eq!(ana.replica.sheet().row_count(), 2, "killed after {polls} polls");
        let log = world.log(THIS_WEEK).await;
        let results =
            log.changes.iter().flat_map(|change| &change.ops).filter(|op| matches!(op, Op::Generated(_)));
        assert_eq!(results.count(), 1, "killed after {polls} polls");
        if ended {
            break;
        }
        deaths += 1;
    }
    println!(
        "killed at {deaths} awaits: {asked_twice} deaths between the question and its stored answer cost one more"
    );
    assert!(deaths > 20 && (1..=6).contains(&asked_twice), "{deaths} deaths, {asked_twice} second questions");
}
