//! The real command, killed and interrupted.
use harness::{
    Client, Settled,
    client::{Heard, insert, modify},
    log, patiently,
    process::{Dev, run},
    world::key,
};
use local::database::{Embedded, TABLE};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store::Table;
use tokio::sync::watch;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cyclesheet-under-test");
/// The people who may edit in the sample week.
const EDITORS: [&str; 3] = ["Jana Hoffmann", "Tomás Ferreira", "Aylin Demir"];
/// Changes that each has acknowledged before the process is killed.
const BEFORE_THE_KILL: usize = 10;

/// What somebody knows when the server is gone.
struct Survivor {
    client: Client,
    /// Change id → version, as `committed` said.
    acknowledged: Vec<(String, u64)>,
    /// The change in flight, without an answer.
    open: (String, serde_json::Value),
}

/// Writes one cell over and over until the server is gone.
async fn write_until_the_end(mut client: Client, row: String, counted: watch::Sender<usize>) -> Survivor {
    let mut acknowledged = Vec::new();
    let mut old = String::new();
    for n in 0.. {
        let new = format!("{row} {n}");
        let ops = if n == 0 {
            json!([insert(&row, "mine")])
        } else {
            json!([modify(&row, "description", &old, &new)])
        };
        if n > 0 {
            old = new;
        }
        let id = client.change(ops.clone()).await;
        loop {
            match client.next().await {
                Heard::Frame(frame) if frame["type"] == "rejected" => panic!("{frame}"),
                Heard::Frame(_) => {
                    let told =
                        client.replica.told.iter().rev().find(|(_, change)| change["id"] == id.as_str());
                    if let Some((version, _)) = told {
                        acknowledged.push((id, *version));
                        counted.send_replace(acknowledged.len());
                        break;
                    }
                }
                Heard::End(_) => return Survivor { client, acknowledged, open: (id, ops) },
            }
        }
    }
    unreachable!("numbers do not end")
}

// rule: K1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_mid_edit_and_restarted_has_lost_nothing_that_it_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let arguments = ["--data", folder, "--rate-per-10s", "1000000"];
    let mut first = Dev::start(PROGRAM, &arguments).await;
    let mut writers = Vec::new();
    let mut counts = Vec::new();
    for (n, who) in EDITORS.iter().enumerate() {
        let client = Client::join(&first.door(who)).await;
        assert_eq!(client.welcome["snapshot"]["generation"]["origin"], "sample");
        assert!(client.replica.sheet().row_count() > 5, "the sample week is in the sheet");
        let (counted, count) = watch::channel(0);
        counts.push(count);
        writers.push(tokio::spawn(write_until_the_end(client, format!("row-{n}"), counted)));
    }
    for count in &mut counts {
        patiently("everybody's changes", count.wait_for(|count| *count >= BEFORE_THE_KILL)).await.unwrap();
    }
    first.kill().await;
    let mut survivors = Vec::new();
    for writer in writers {
        survivors.push(writer.await.unwrap());
    }

    let second = Dev::start(PROGRAM, &arguments).await;
    let reached = Arc::new(AtomicUsize::new(0));
    let mut acknowledged = Vec::new();
    let mut everybody = Vec::new();
    for (who, survivor) in EDITORS.iter().zip(survivors) {
        let Survivor { client, acknowledged: told, open: (id, ops) } = survivor;
        let had = client.replica.version();
        let epoch = client.welcome["epoch"].clone();
        let mut client = Client::open(&second.door(who)).await.unwrap().goes_on_from(client);
        let welcome = client.hello_since().await;
        assert_eq!(welcome["epoch"], epoch, "it is the same history");
        assert!(welcome["snapshot"].is_null(), "only what was missed is sent");
        let missed = welcome["changes"].as_array().unwrap();
        assert_eq!(missed.len() as u64, welcome["version"].as_u64().unwrap() - had);
        client.reach(welcome["version"].as_u64().unwrap()).await;
        // What was in flight: the same id again, whether it had landed or not.
        client.change_as(&id, ops).await;
        match client.settled(&id).await {
            Settled::Committed(version) => acknowledged.push((id, version)),
            Settled::Rejected(frame) => panic!("{frame}"),
        }
        acknowledged.extend(told);
        reached.fetch_add(1, Ordering::Relaxed);
        everybody.push(client);
    }
    let tip = everybody[0].ping().await["version"].as_u64().unwrap();
    let mut bytes = Vec::new();
    for client in &mut everybody {
        client.reach(tip).await;
        bytes.push(client.replica.bytes());
    }
    assert_eq!(second.interrupt().await, Some(0), "Ctrl-C drains and ends well");
    for client in &mut everybody {
        assert_eq!(client.end().await, Some(1001), "going away");
    }
    // The command's own auditor reads the folder as well, and an auditor elsewhere what it printed.
    let cycle = ["--data", folder, "--cycle", "platform/2026-W47"];
    let audit = run(PROGRAM, &[&["audit", "verify"][..], &cycle].concat(), data.path()).await;
    assert!(audit.0 == Some(0) && audit.1.contains("whole and in order"), "{audit:?}");
    let (code, printed, _) = run(PROGRAM, &[&["log"][..], &cycle].concat(), data.path()).await;
    assert_eq!((code, printed.lines().filter(|line| line.contains("ROW_INSERT")).count()), (Some(0), 3));
    let (_, exported, _) = run(PROGRAM, &[&["log", "--json"][..], &cycle].concat(), data.path()).await;
    let file = data.path().join("log.jsonl");
    for cut in [None, Some(3)] {
        let kept = exported.lines().enumerate().filter(|(n, _)| Some(*n) != cut).map(|(_, line)| line);
        std::fs::write(&file, kept.collect::<Vec<_>>().join("\n")).unwrap();
        let (code, _, errors) = run(PROGRAM, &["audit", "verify", file.to_str().unwrap()], data.path()).await;
        assert_eq!(code, Some(if cut.is_some() { 3 } else { 0 }), "without line {cut:?}: {errors}");
    }
    let table = Table::new(Embedded::in_folder(data.path()).unwrap().client(), TABLE);
    let log = log::verified(&table, &key("acme", "platform", "2026-W47")).await;
    assert_eq!(log.changes.len() as u64, tip);
    assert!(acknowledged.len() > EDITORS.len() * BEFORE_THE_KILL);
    for (id, version) in acknowledged {
        assert_eq!(log.versions_of(&id), [version], "{id}");
    }
    for bytes in bytes {
        assert_eq!(bytes, log.bytes());
    }
}

#[tokio::test]
async fn an_interrupt_ends_an_idle_command_with_zero() {
    let dev = Dev::start(PROGRAM, &["--no-model"]).await;
    assert_eq!(dev.interrupt().await, Some(0));
}
