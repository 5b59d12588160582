//! The command on a deployed table: its AWS calls go over HTTP to a server that hands DynamoDB's to the embedded database and
//! plays Lambda, SQS and Secrets Manager, while people have the sheet open.
use super::restart::PROGRAM;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use extraction::fake_slack::{FakeSlack, TOKEN, Workspace};
use harness::{NEXT_WEEK, THIS_WEEK, World, client::insert, patiently, who};
use local::database::{Embedded, TABLE};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use store::directory::Source;
use tokio::{net::TcpListener, process::Command};

/// What the played services know and were asked.
#[derive(Default)]
struct Played {
    /// What `extract` was asked for.
    asked: Vec<Value>,
    /// Bodies of the messages in the queue of failed runs.
    failed: BTreeMap<String, Value>,
    /// Secrets by name.
    secrets: BTreeMap<String, String>,
    /// The table that the functions use.
    uses: String,
}

#[derive(Clone)]
struct Aws {
    database: Embedded,
    played: Arc<Mutex<Played>>,
    address: SocketAddr,
}

impl Aws {
    async fn start(database: Embedded) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let played = Arc::new(Mutex::new(Played { uses: TABLE.to_owned(), ..Played::default() }));
        let this = Self { database, played, address };
        let app = Router::new().fallback(answer).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        this
    }

    fn asked(&self) -> Vec<Value> {
        self.played.lock().unwrap().asked.drain(..).collect()
    }

    /// Runs the command with this as AWS. Its code, output and errors.
    async fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).kill_on_drop(true);
        for (name, value) in [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "eu-central-1".into()),
            ("AWS_ACCESS_KEY_ID", "test".into()),
            ("AWS_SECRET_ACCESS_KEY", "test".into()),
            ("AWS_CONFIG_FILE", "/dev/null".into()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ] {
            command.env(name, value);
        }
        let output = patiently("the command to end", command.output()).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// The same on the table, which must go well. Its output.
    async fn does(&self, arguments: &[&str]) -> String {
        let all: Vec<&str> = arguments.iter().copied().chain(["--table", TABLE]).collect();
        let (code, out, errors) = self.run(&all).await;
        assert_eq!(code, Some(0), "{arguments:?}: {errors}");
        out
    }
}

async fn answer(State(aws): State<Aws>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut played = aws.played.lock().unwrap();
    let read = || serde_json::from_str::<Value>(&text).unwrap_or(Value::Null);
    let said = match target.split_once('.') {
        Some(("DynamoDB_20120810", operation)) => {
            return match aws.database.run(operation, &text) {
                Ok(body) => body.into_response(),
                Err(error) => {
                    (StatusCode::from_u16(error.status_code()).unwrap(), error.to_json()).into_response()
                }
            };
        }
        Some(("AmazonSQS", "ListQueues")) => json!({"QueueUrls": [
            format!("http://{}/0/cyclesheet-dev-ExtractionFailed1A-x", aws.address),
            format!("http://{}/0/cyclesheet-dev-Other", aws.address),
        ]}),
        Some(("AmazonSQS", "GetQueueAttributes")) => {
            json!({"Attributes": {"ApproximateNumberOfMessages": played.failed.len().to_string()}})
        }
        Some(("AmazonSQS", "ReceiveMessage")) => {
            let one = |(id, body): (&String, &Value)| json!({"MessageId": id, "ReceiptHandle": id, "Body": body.to_string()});
            json!({"Messages": played.failed.iter().map(one).collect::<Vec<_>>()})
        }
        Some(("AmazonSQS", "DeleteMessage")) => {
            played.failed.remove(read()["ReceiptHandle"].as_str().unwrap());
            json!({})
        }
        Some(("secretsmanager", "GetSecretValue")) => {
            match played.secrets.get(read()["SecretId"].as_str().unwrap()) {
                Some(secret) => json!({"SecretString": secret}),
                None => {
                    let none = json!({"__type": "ResourceNotFoundException"}).to_string();
                    return (StatusCode::BAD_REQUEST, none).into_response();
                }
            }
        }
        _ if uri.path().ends_with("/invocations") => {
            played.asked.push(read());
            return StatusCode::ACCEPTED.into_response();
        }
        _ if uri.path().ends_with("/configuration") => {
            json!({"State": "Active", "Environment": {"Variables": {"TABLE_NAME": played.uses}}})
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    said.to_string().into_response()
}

async fn world() -> (World, Aws) {
    let world = World::new().await;
    let aws = Aws::start(world.stack.database.clone()).await;
    (world, aws)
}

fn room() -> String {
    format!("platform/{NEXT_WEEK}")
}

#[tokio::test]
async fn what_happened_to_a_change_is_found_in_the_deployed_log() {
    let (world, aws) = world().await;
    let mut ana = world.join(&who("ana")).await;
    let id = ana.change(json!([insert("t1", "Ship it")])).await;
    assert_eq!(ana.settled(&id).await.version(), 1);
    let (room, id) = (room(), id.to_string());
    let log = ["log", "--table", TABLE, "--tenant", "acme", "--cycle", &room, "--change"];
    let (code, out, errors) = aws.run(&[&log[..], &[id.as_str()]].concat()).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.starts_with(&format!("{id} is version 1 of the log")) && out.contains("Ship it"), "{out}");
    let client = id.rsplit_once('.').unwrap().0;
    let (code, out, errors) = aws.run(&[&log[..], &[format!("{client}.9").as_str()]].concat()).await;
    assert_eq!((code, out.as_str()), (Some(3), ""));
    assert!(errors.contains("the last of this client is its change 1 at version 1 by ana"), "{errors}");
    let (code, _, errors) = aws.run(&[&log[..], &["nobody.1"]].concat()).await;
    assert!(code == Some(3) && errors.contains("no change of this client is known"), "{errors}");
}

#[tokio::test]
async fn weeks_are_listed_exported_verified_and_sealed_in_a_deployed_table() {
    let (world, aws) = world().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    let room = room();
    let listed = aws.does(&["cycles", "--json"]).await;
    let listed: Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!(
        (&listed["version"], &listed["rows"], &listed["sealed"]),
        (&json!(1), &json!(1), &json!(false))
    );
    assert!(aws.does(&["export", "--cycle", &room]).await.contains("Ship it"));
    let folder = tempfile::tempdir().unwrap();
    aws.does(&["export", "--to", folder.path().to_str().unwrap()]).await;
    let log = folder.path().join(format!("platform-{NEXT_WEEK}.log.jsonl"));
    let (code, out, _) = aws.run(&["audit", "verify", log.to_str().unwrap()]).await;
    assert!(code == Some(0) && out.contains("whole and in order"), "{out}");
    let would = aws.does(&["seal", "--cycle", &room, "--dry-run"]).await;
    assert!(would.starts_with("would: "), "{would}");
    assert!(aws.does(&["cycles"]).await.contains("open"));
    aws.does(&["seal", "--cycle", &room]).await;
    assert!(aws.does(&["cycles"]).await.contains("sealed"));
    // The people in it go on, and find the seal in the log.
    assert_eq!(ana.commit(json!([insert("t2", "More")])).await.version(), 3);
    assert!(aws.does(&["audit", "verify", "--cycle", &room]).await.contains("3 changes"));
    let (code, out, errors) = aws.run(&["seal", "--table", TABLE, "--cycle", "platform/2026-W01"]).await;
    assert!(code == Some(3) && out.is_empty() && errors.contains("there is no cycle"), "{errors}");
}

#[tokio::test]
async fn a_person_is_removed_and_erased_and_the_chain_still_verifies() {
    let (world, aws) = world().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    ana.commit(json!([insert("t1", "the word that only ana wrote")])).await.version();
    ana.commit(json!([{"op": "COMMENT_ADD", "commentId": "c1", "taskId": "t1", "text": "whispered by ana", "mentions": []}])).await.version();
    ben.commit(json!([{"op": "CELL_MODIFY", "taskId": "t1", "column": "title", "oldValue": "the word that only ana wrote", "newValue": "kept by ben"}])).await.version();
    let erase = ["erase", "--table", TABLE, "--user", "ana"];
    let (code, _, errors) = aws.run(&erase).await;
    assert!(code == Some(1) && errors.contains("cyclesheet member remove"), "{errors}");
    let said = aws.does(&["member", "remove", "--user", "ana"]).await;
    assert!(said.contains("removed; nobody gets in against it"), "{said}");
    assert_eq!(aws.asked(), [json!({"kind": "sweep"})], "the stage closes the sockets");
    let before = aws.does(&["audit", "verify", "--cycle", &room()]).await;
    let would = aws.does(&["erase", "--user", "ana", "--dry-run", "--json"]).await;
    let would: Value = serde_json::from_str(would.lines().last().unwrap()).unwrap();
    assert_eq!((&would["dryRun"], &would["erased"]["changes"]), (&json!(true), &json!(3)));
    assert!(
        aws.does(&["log", "--cycle", &room()]).await.contains("only ana wrote"),
        "a dry run writes nothing"
    );
    let said = aws.does(&["erase", "--user", "ana"]).await;
    assert!(said.contains("3 changes in 1 weeks") && said.contains("epochSalt"), "{said}");
    let after = aws.does(&["audit", "verify", "--cycle", &room()]).await;
    assert!(after.contains("3 of them erased"), "{after}");
    assert_eq!(before.lines().last(), after.lines().last(), "the head is what it was");
    let log = aws.does(&["log", "--cycle", &room(), "--json"]).await;
    let sheet = aws.does(&["export", "--cycle", &room(), "--format", "json"]).await;
    let people = aws.does(&["member", "list"]).await;
    for gone in ["only ana wrote", "whispered", r#"\"id\":\"ana\""#, r#""ana""#] {
        for (what, text) in [("log", &log), ("sheet", &sheet), ("directory", &people)] {
            assert!(!text.contains(gone), "{gone} is in the {what}: {text}");
        }
    }
    assert!(sheet.contains("kept by ben") && log.contains("Erased person"));
    let again = aws.does(&["erase", "--user", "ana", "--json"]).await;
    let again: Value = serde_json::from_str(again.lines().last().unwrap()).unwrap();
    assert_eq!(again["erased"], json!({"changes": 0, "records": 0, "messages": 0, "rows": 0}));
    // A process that begins now serves the week, and lets her in nowhere.
    let store =
        store::Store::new(world.table(), store::StoreConfig::default(), platform::context::system_random());
    let tip = store.tip(&world.key(NEXT_WEEK)).await.unwrap();
    assert_eq!(tip.state.version(), 3);
    let (code, _, errors) = aws.run(&["audit", "verify", "--table", "elsewhere", "--cycle", &room()]).await;
    assert!(code == Some(1) && errors.contains("ResourceNotFound"), "{errors}");
}

#[tokio::test]
async fn a_role_and_a_return_are_begun_and_the_stage_is_asked_for_the_rest() {
    let (_world, aws) = world().await;
    aws.does(&["member", "role", "--user", "ana", "--role", "viewer"]).await;
    aws.does(&["member", "remove", "--user", "ben"]).await;
    aws.does(&["member", "restore", "--user", "ben"]).await;
    assert_eq!(aws.asked(), vec![json!({"kind": "sweep"}); 3]);
    let would = aws.does(&["member", "remove", "--user", "cleo", "--dry-run"]).await;
    assert!(would.starts_with("would: ") && aws.asked().is_empty());
    let now = aws.does(&["extract", "--now", "--team", "platform"]).await;
    assert!(now.starts_with("asked for acme/platform/"), "{now}");
    let replay = ["extract", "--replay", "--cycle", "platform/2026-W47"];
    aws.does(&replay).await;
    let asked = aws.asked();
    assert_eq!((&asked[0]["refresh"], &asked[1]["refresh"]), (&json!(false), &json!(true)));
    assert_eq!(asked[1]["cycle"], "2026-W47");
}

#[tokio::test]
async fn what_failed_is_listed_with_its_reason_and_asked_for_again() {
    let (_world, aws) = world().await;
    let request = json!({"kind": "team", "tenant": "acme", "team": "platform", "cycle": "2026-W47"});
    let record = json!({
        "timestamp": "2026-11-20T08:30:00Z", "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": request, "responsePayload": {"errorMessage": "Slack answered invalid_auth"},
    });
    aws.played.lock().unwrap().failed.insert("m1".into(), record);
    let (code, out, _) = aws.run(&["dlq", "list"]).await;
    assert!(code == Some(0) && out.contains("invalid_auth") && out.contains(r#""kind":"team""#), "{out}");
    aws.run(&["dlq", "replay", "--dry-run"]).await;
    assert!(aws.asked().is_empty());
    let (code, out, _) = aws.run(&["dlq", "replay", "--json"]).await;
    let line: Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!((code, &line["done"]), (Some(0), &json!("asked for again")));
    assert_eq!(aws.asked(), [request]);
    let (_, out, _) = aws.run(&["dlq", "list"]).await;
    assert_eq!(out, "both queues are empty\n");
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let (world, aws) = world().await;
    // Of no model and no source: a long past week, whatever today is.
    let key = harness::world::key("acme", "platform", "2020-W02");
    world.stack.context.store.create(&key, world.stack.context.now()).await.unwrap();
    let (code, out, errors) = aws.run(&["doctor", "--table", TABLE]).await;
    assert_eq!(code, Some(3), "{out}{errors}");
    assert!(out.contains("ok     the table cyclesheet answers"), "{out}");
    assert!(out.contains("WRONG  the team acme/platform has no source"), "{out}");
    assert!(out.contains("cyclesheet source add --team platform"), "{out}");
    assert!(out.contains("2020-W02 was never filled in"), "{out}");
    aws.played.lock().unwrap().uses = "restored".into();
    aws.played.lock().unwrap().failed.insert("m".into(), json!({}));
    let (_, out, _) = aws.run(&["doctor", "--table", TABLE, "--json"]).await;
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong = |text: &str| {
        lines.iter().any(|line| line["health"] == "wrong" && line["what"].as_str().unwrap().contains(text))
    };
    assert!(wrong("cyclesheet-dev-http uses the table restored") && wrong("holds 1"), "{out}");
    let (code, out, _) = aws.run(&["doctor", "--table", "elsewhere"]).await;
    assert!(code == Some(3) && out.contains("the table elsewhere does not answer"), "{out}");
}

#[tokio::test]
async fn the_doctor_says_why_a_sheet_is_a_fallback_and_how_it_is_made_again() {
    let (world, aws) = world().await;
    let mut file = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    let line = json!({"id": "1", "channel": "ops", "author": "ana", "at": "2026-11-19T10:00:00Z", "text": "please fix the login by Friday"});
    writeln!(file, "{line}").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    world.put_team("acme", "platform", vec![Source::Path { path }]).await;
    let request = ExtractRequest::cycle(&world.key(THIS_WEEK), false);
    let event = cyclesheet_extract::Event::Request(request);
    world.stack.extractor.handle(&world.stack.context, event).await.unwrap();
    let (code, out, _) = aws.run(&["doctor", "--table", TABLE]).await;
    assert_eq!(code, Some(3), "{out}");
    let week = "acme/platform/2026-W47 is a fallback, made straight from the messages: no model is set up";
    assert!(out.contains(week), "{out}");
    assert!(out.contains("cyclesheet extract --replay --cycle platform/2026-W47"), "{out}");
    assert!(aws.does(&["cycles"]).await.contains("generation 1 from the fallback"));
}

#[tokio::test]
async fn a_slack_source_is_added_once_slack_takes_its_token_and_the_bot_was_invited() {
    let (_world, aws) = world().await;
    let channels = [("C1".to_owned(), ("ops".to_owned(), Vec::new()))];
    let workspace =
        Workspace { channels: channels.into(), uninvited: vec!["C1".into()], ..Workspace::default() };
    let slack = FakeSlack::start(workspace, 10).await.unwrap();
    let add = [
        "source",
        "add",
        "--table",
        TABLE,
        "--team",
        "platform",
        "--slack",
        "teams/platform",
        "--channel",
        "C1",
        "--slack-base-url",
        slack.base_url(),
    ];
    let (code, _, errors) = aws.run(&add).await;
    assert!(code == Some(1) && errors.contains("teams/platform cannot be read"), "{errors}");
    let secret = json!({"botToken": TOKEN}).to_string();
    aws.played.lock().unwrap().secrets.insert("teams/platform".into(), secret);
    let (code, out, errors) = aws.run(&add).await;
    assert!(code == Some(3) && out.is_empty() && errors.contains("/invite @Cyclesheet"), "{errors}");
    slack.change(|workspace| workspace.uninvited.clear());
    let (code, out, errors) = aws.run(&add).await;
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("the bot reads #ops") && out.contains(r#""kind":"slack""#), "{errors}");
    let inbox = ["source", "add", "--team", "platform", "--inbox", "teams/platform"];
    let (code, _, errors) = aws.run(&[&inbox[..], &["--table", TABLE]].concat()).await;
    assert!(code == Some(1) && errors.contains("signingSecret"), "{errors}");
    let secret = json!({"botToken": TOKEN, "bearer": "b"}).to_string();
    aws.played.lock().unwrap().secrets.insert("teams/platform".into(), secret);
    let (code, _, errors) =
        aws.run(&[&inbox[..], &["--table", TABLE, "--url", "https://sheet.example.com/"]].concat()).await;
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("https://sheet.example.com/api/inbox/acme/platform"), "{errors}");
    assert!(!errors.contains(TOKEN));
}
