//! `cyclesheet team|source|member` and `evaluate`: a tenant is set up in a data folder, and recorded weeks are replayed.
use super::restart::PROGRAM;
use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri},
};
use harness::{
    patiently,
    process::{Dev, run, run_in},
    web,
};
use local::database::{Embedded, TABLE};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

async fn says(arguments: &[&str], data: &Path) -> Vec<Value> {
    let all: Vec<&str> = arguments.iter().copied().chain(["--data", data.to_str().unwrap()]).collect();
    let (code, out, errors) = run(PROGRAM, &all, data).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{arguments:?}");
    out.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::String(line.to_owned()))).collect()
}

async fn refuses(arguments: &[&str], data: &Path, said: &str) {
    let all: Vec<&str> = arguments.iter().copied().chain(["--data", data.to_str().unwrap()]).collect();
    let (code, out, errors) = run(PROGRAM, &all, data).await;
    assert!(code != Some(0) && out.is_empty() && errors.contains(said), "{arguments:?}: {errors}");
}

#[tokio::test]
async fn a_tenant_is_set_up_word_by_word() {
    let data = tempfile::tempdir().unwrap();
    let at = data.path();
    refuses(&["team", "add", "--team", "web"], at, "--time-zone").await;
    refuses(&["team", "add", "--team", "web", "--time-zone", "Mars/Olympus"], at, "unknown time zone").await;
    refuses(&["team", "add", "--team", "a/b", "--time-zone", "UTC"], at, "1 to 64").await;
    refuses(&["team", "add", "--team", "web", "--time-zone", "UTC", "--retention-days", "3"], at, "15").await;
    refuses(&["source", "add", "--team", "web", "--path", "/x"], at, "there is no team acme/web").await;
    refuses(&["source", "add", "--team", "web"], at, "--inbox").await;
    let added = says(
        &[
            "team",
            "add",
            "--team",
            "web",
            "--name",
            "Web",
            "--time-zone",
            "Europe/Berlin",
            "--stale-threshold",
            "5",
            "--stale-word",
            "customer x",
        ],
        at,
    )
    .await;
    assert_eq!(added[0]["stale"], json!({"threshold": 5, "words": ["customer x"]}));
    says(&["source", "add", "--team", "web", "--slack", "s1", "--channel", "C1", "--channel", "C2=ops"], at)
        .await;
    says(&["source", "add", "--team", "web", "--inbox", "s0"], at).await;
    let sources = says(&["source", "add", "--team", "web", "--inbox", "s1"], at).await;
    let channels = json!([{"id": "C1"}, {"id": "C2", "name": "ops"}]);
    assert_eq!(
        sources,
        [
            json!({"kind": "slack", "secret": "s1", "channels": channels}),
            json!({"kind": "inbox", "secret": "s1"})
        ]
    );
    // What is not said again stays, and so do the sources.
    let again = says(
        &[
            "team",
            "add",
            "--team",
            "web",
            "--retention-days",
            "30",
            "--announce-channel",
            "C1",
            "--announce-secret",
            "s1",
        ],
        at,
    )
    .await;
    assert_eq!(
        (&again[0]["name"], &again[0]["retentionDays"], &again[0]["stale"]["threshold"]),
        (&json!("Web"), &json!(30), &json!(5))
    );
    assert_eq!(says(&["source", "list", "--team", "web"], at).await, sources);
    assert_eq!(says(&["team", "list"], at).await.len(), 1);
    says(
        &[
            "member",
            "add",
            "--user",
            "ana",
            "--name",
            "Ana Ruiz",
            "--email",
            "ana@acme.example",
            "--teams",
            "web,ops",
            "--role",
            "admin",
        ],
        at,
    )
    .await;
    says(
        &[
            "member",
            "add",
            "--user",
            "ana",
            "--name",
            "Somebody",
            "--email",
            "ana@acme.example",
            "--slack-id",
            "U1",
            "--teams",
            "web",
        ],
        at,
    )
    .await;
    let ana = json!({"user": "ana", "name": "Ana Ruiz", "email": "ana@acme.example", "slackId": "U1", "role": "admin", "teams": ["web", "ops"]});
    assert_eq!(says(&["member", "list"], at).await, [ana]);
    assert_eq!(says(&["member", "list", "--tenant", "globex"], at).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_slack_export_of_five_thousand_messages_gives_a_sheet_without_a_key() {
    let export = tempfile::tempdir().unwrap();
    let users = json!([{"id": "U1", "name": "ana", "profile": {"display_name": "Ana"}}]);
    std::fs::write(export.path().join("users.json"), users.to_string()).unwrap();
    std::fs::write(export.path().join("channels.json"), json!([{"id": "C1", "name": "ops"}]).to_string())
        .unwrap();
    std::fs::create_dir(export.path().join("ops")).unwrap();
    // Five days of a thousand messages from Monday, 16 November 2026, on; every fourth is a reply to the one before.
    for day in 0..5_i64 {
        let ts = |n: i64| format!("{}.000100", 1_794_787_200 + day * 86_400 + 8 * 3600 + n * 30);
        let message = |n: i64| {
            let mut message = json!({"type": "message", "user": "U1", "ts": ts(n), "text": format!("please review change {day}-{n}")});
            if n % 4 == 3 {
                message["thread_ts"] = json!(ts(n - 1));
            }
            message
        };
        let messages: Vec<Value> = (0..1_000).map(message).collect();
        let file = export.path().join("ops").join(format!("2026-11-{:02}.json", 16 + day));
        std::fs::write(file, Value::Array(messages).to_string()).unwrap();
    }
    let began = std::time::Instant::now();
    let dev = Dev::start(PROGRAM, &["--week", export.path().to_str().unwrap()]).await;
    let took = began.elapsed();
    // Too large for a welcome: a client fetches it.
    let jana = dev.links.iter().find(|link| link.who.contains("Jana")).unwrap();
    let path = "/api/cycles/platform/2026-W47";
    // On a busy machine it says that it is ready before the sheet is whole.
    let sheet = patiently("the sheet", async {
        loop {
            let answer = web::bearing(dev.address, &jana.token, "GET", path, String::new()).await.json();
            if answer["snapshot"]["generation"]["state"] == "generated" {
                return answer["snapshot"].clone();
            }
        }
    })
    .await;
    let rows = sheet["tasks"].as_array().unwrap();
    println!("5,000 messages without a key: ready after {} ms, {} rows", took.as_millis(), rows.len());
    assert_eq!(rows.len(), 500);
    let generation = &sheet["generation"];
    assert_eq!((&generation["messages"], &generation["origin"]), (&json!(5_000), &json!("fallback")));
    let summary = sheet["executiveSummary"].as_str().unwrap();
    assert!(summary.contains("3250 older threads are not shown"), "{summary}");
    assert_eq!(rows[0]["cells"]["title"]["value"], "please review change 4-998");
    assert_eq!(dev.interrupt().await, Some(0));
}

#[tokio::test]
async fn recorded_weeks_are_replayed_and_scored_without_a_key() {
    let weeks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../evaluation").canonicalize().unwrap();
    let here = tempfile::tempdir().unwrap();
    let evaluate = |least: &'static str| {
        let weeks = weeks.clone();
        let here = here.path().to_owned();
        async move {
            run(
                PROGRAM,
                &["evaluate", weeks.to_str().unwrap(), "--cohere-api-key", "", "--at-least", least],
                &here,
            )
            .await
        }
    };
    let (code, out, errors) = evaluate("80").await;
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.starts_with("3 weeks, recorded answers") && out.contains("an answer of 200 rows is read in"),
        "{out}"
    );
    println!("{out}");
    let (code, _, errors) = evaluate("100").await;
    assert!(
        code == Some(1) && errors.contains("below 100 %"),
        "one recorded answer has a row too many: {errors}"
    );
}

/// What the function `extract` of a stage was asked for.
type Asked = Arc<Mutex<Vec<Value>>>;

/// The embedded database behind an endpoint, as DynamoDB is: operations by their target, over HTTP. Beside it the function
/// `extract` of the stage `dev`, which keeps what it is asked for.
async fn endpoint(database: Embedded) -> (String, Asked, tokio::task::JoinHandle<()>) {
    let asked = Asked::default();
    let kept = asked.clone();
    let answer = move |uri: Uri, headers: HeaderMap, body: String| async move {
        let Some(target) = headers.get("x-amz-target").and_then(|target| target.to_str().ok()) else {
            let is_extract = uri.path().contains("/functions/cyclesheet-dev-extract")
                && headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
            if !is_extract {
                return (StatusCode::NOT_FOUND, r#"{"Message":"Function not found"}"#.to_owned());
            }
            kept.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            return (StatusCode::ACCEPTED, String::new());
        };
        let (_, operation) = target.split_once('.').unwrap_or_default();
        match database.run(operation, &body) {
            Ok(answer) => (StatusCode::OK, answer),
            Err(error) => (StatusCode::from_u16(error.status_code()).unwrap(), error.to_json()),
        }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task =
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    (url, asked, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployed_tenant_is_set_up_over_its_tables_endpoint() {
    let database = Embedded::in_memory().unwrap();
    let (url, _, server) = endpoint(database.clone()).await;
    let environment = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ];
    let says = async |words: &str, environment: &[(&str, &str)]| {
        let words: Vec<&str> = words.split(' ').chain(["--table", TABLE]).collect();
        run_in(PROGRAM, &words, Path::new("."), environment).await
    };
    for words in [
        "team add --team web --time-zone Europe/Berlin --mention-secret slack",
        "source add --team web --slack slack --channel C1=ops --no-check",
        "member add --user ana --name Ana --teams web --slack-id U1",
    ] {
        let (code, _, errors) = says(words, &environment).await;
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{words}");
    }
    let listed = async |words: &str| {
        let (_, out, _) = says(words, &environment).await;
        serde_json::from_str::<Value>(&out).unwrap()
    };
    assert_eq!(listed("team list").await["mentionSecret"], "slack");
    assert_eq!(listed("source list --team web").await["channels"], json!([{"id": "C1", "name": "ops"}]));
    assert_eq!(listed("member list").await["slackId"], "U1");
    // What is in the table is what the functions read.
    let table = store::Table::new(database.client(), TABLE);
    let teams = store::directory::teams(&table, &"acme".parse().unwrap()).await.unwrap();
    assert_eq!(teams[0].time_zone, "Europe/Berlin");
    // What is missing is said in words, not left to time out in silence.
    let (code, _, errors) = says("team list", &environment[..2]).await;
    assert!(code != Some(0) && errors.contains("AWS_ACCESS_KEY_ID"), "{errors}");
    let (code, _, errors) = says("team list", &environment[2..]).await;
    assert!(code != Some(0) && errors.contains("AWS_REGION"), "{errors}");
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn extract_now_asks_the_stages_function_for_the_teams_current_week_and_for_no_other() {
    let (url, asked, server) = endpoint(Embedded::in_memory().unwrap()).await;
    let environment = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ];
    let says = async |words: &str| {
        let words: Vec<&str> = words.split(' ').chain(["--table", TABLE]).collect();
        run_in(PROGRAM, &words, Path::new("."), &environment).await
    };
    let (code, _, errors) = says("extract --now --team web").await;
    assert!(code != Some(0) && errors.contains("there is no team acme/web"), "{errors}");
    assert_eq!(says("team add --team web --time-zone Europe/Berlin").await.0, Some(0));
    let (code, out, errors) = says("extract --now --team web").await;
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{out}");
    let requests = asked.lock().unwrap().clone();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(
        (&request["kind"], &request["tenant"], &request["team"]),
        (&json!("cycle"), &json!("acme"), &json!("web"))
    );
    let week = request["cycle"].as_str().unwrap();
    assert!(out.contains(&format!("web/{week}")) && request["refresh"] == false, "{out} {request}");
    // A stage that is not there is named, and nothing is asked.
    let (code, _, errors) = says("extract --now --team web --stage nowhere").await;
    assert!(
        code != Some(0) && errors.contains("cyclesheet-nowhere-extract:live could not be asked"),
        "{errors}"
    );
    assert_eq!(asked.lock().unwrap().len(), 1);
    server.abort();
}

#[tokio::test]
async fn somebody_is_given_teams_and_a_role_which_open_weeks_record_at_once() {
    let data = tempfile::tempdir().unwrap();
    let at = data.path();
    refuses(&["member", "set", "--user", "ana"], at, "--teams").await;
    refuses(&["member", "set", "--user", "ana", "--role", "owner"], at, "viewer, editor, admin").await;
    says(&["member", "set", "--user", "ana", "--teams", "web,ops", "--role", "editor"], at).await;
    says(&["member", "set", "--user", "ana", "--role", "admin"], at).await;
    let table = store::Table::new(Embedded::in_folder(at).unwrap().client(), TABLE);
    let name = |word: &str| sheet::Name::new(word).unwrap();
    let set = store::roles::of(&table, &name("acme"), &name("ana")).await.unwrap().unwrap();
    assert_eq!((set.role, set.count, set.done), (sheet::Role::Admin, 2, true));
    let teams = store::teams::of(&table, &name("acme"), &name("ana")).await.unwrap();
    assert_eq!(teams, [name("web"), name("ops")], "a role alone leaves the teams as they are");
}
