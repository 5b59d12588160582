//! The shipped Rust client against the functions: what its documentation promises, over real sockets and HTTP.
use cyclesheet_client::{Client, ClientError, Options, Outcome, Status};
use harness::{NEXT_WEEK, Who, World, who};
use sheet::{Column, Op, RowId};
use std::collections::BTreeMap;

fn options(world: &World, who: &Who) -> Options {
    let address = world.stack.address;
    Options::new(&format!("ws://{address}/dev"), &format!("http://{address}"), &who.team, NEXT_WEEK)
        .token(&world.token(who))
}

fn row(id: &str, title: &str) -> Op {
    let cells = BTreeMap::from([(Column::Title, title.to_owned())]);
    Op::RowInsert { task_id: RowId::new(id).unwrap(), after: None, cells, restored: None }
}

fn version(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Done(done) => done.version,
        Outcome::Failed(failed) => panic!("{}: {}", failed.code, failed.message),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_hold_one_sheet_and_an_acknowledged_change_is_in_the_log() {
    let world = World::new().await;
    let ana = Client::open(options(&world, &who("ana"))).unwrap();
    let ben = Client::open(options(&world, &who("ben"))).unwrap();
    ana.ready().await.unwrap();
    ben.ready().await.unwrap();
    let written = version(ana.change(vec![row("t1", "Ship it")]).await.unwrap());
    let seen =
        ben.until(|view| view.confirmed.clone().filter(|sheet| sheet.version >= written)).await.unwrap();
    assert_eq!(seen.rows().map(|row| row.value(Column::Title)).collect::<Vec<_>>(), ["Ship it"]);
    assert_eq!(world.log(NEXT_WEEK).await.bytes(), sheet::canonical::to_string(&*seen).unwrap());
    let undone = version(ana.undo().await.unwrap());
    let empty =
        ben.until(|view| view.confirmed.clone().filter(|sheet| sheet.version >= undone)).await.unwrap();
    assert_eq!(empty.row_count(), 0);
    ana.close().await;
    assert!(matches!(ben.change(vec![row("t2", "Go on")]).await, Ok(Outcome::Done(_))));
}

#[tokio::test]
async fn a_change_too_large_for_a_frame_goes_over_http() {
    let world = World::new().await;
    let ana = Client::open(options(&world, &who("ana"))).unwrap();
    ana.ready().await.unwrap();
    let block = (0..200).map(|n| row(&format!("t{n}"), &"x".repeat(500))).collect();
    version(ana.change(block).await.unwrap());
    assert_eq!(ana.view().confirmed.map(|sheet| sheet.row_count()), Some(200));
}

#[tokio::test]
async fn what_a_viewer_changes_is_refused_with_the_code_and_the_sheet_stays() {
    let world = World::new().await;
    let viewer = Client::open(options(&world, &who("vera").viewer())).unwrap();
    viewer.ready().await.unwrap();
    match viewer.change(vec![row("t1", "Mine")]).await.unwrap() {
        Outcome::Failed(failed) => assert_eq!(failed.code, "FORBIDDEN"),
        Outcome::Done(done) => panic!("a viewer's change is in the log at {}", done.version),
    }
    assert_eq!(viewer.view().sheet.map(|sheet| sheet.row_count()), Some(0));
}

#[tokio::test]
async fn an_address_that_is_none_and_a_session_that_has_ended_are_said() {
    let world = World::new().await;
    let wrong = Options::new("127.0.0.1:1", "http://127.0.0.1:1", "platform", NEXT_WEEK);
    assert!(matches!(Client::open(wrong), Err(ClientError::Address { .. })));
    // Without a token there is nobody to be.
    let nobody = options(&world, &who("ana")).tokens(|| Box::pin(async { None }));
    let ended = Client::open(nobody).unwrap().ready().await;
    assert!(matches!(ended, Err(ClientError::Ended { status: Status::SessionEnded, .. })), "{ended:?}");
}

#[tokio::test]
async fn what_was_unsent_at_a_restart_is_sent_once() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bot.json");
    let bot = |world: &World| options(world, &who("bot")).name("bot-1").state_file(&file);
    let first = Client::open(bot(&world)).unwrap();
    first.ready().await.unwrap();
    // The answer is lost with the client: it ends as soon as the record is kept.
    let pending = tokio::spawn({
        let client = first.clone();
        async move { client.change(vec![row("t1", "Once")]).await }
    });
    first.until(|view| (view.unsaved == 1).then_some(())).await.unwrap();
    first.close().await;
    drop(pending.await.unwrap());
    let second = Client::open(bot(&world)).unwrap();
    second.until(|view| view.at_rest.then_some(())).await.unwrap();
    let titles: Vec<String> = second
        .view()
        .confirmed
        .iter()
        .flat_map(|sheet| sheet.rows())
        .map(|row| row.value(Column::Title).to_owned())
        .collect();
    assert_eq!(titles, ["Once"]);
}
