//! `cyclesheet serve` over a real issuer's shape: discovery, published keys, signed identity tokens. docs/serve.md has the threat
//! model; its lines are tests here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
use axum::{Json, Router, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::SystemTime};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};
use wire::{
    client::{Client, Door},
    patiently, web,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cyclesheet");
const KEY: &[u8] = include_bytes!("issuer/key.pem");
const PUBLIC: &[u8] = include_bytes!("issuer/public.pem");
const KEYS: &str = include_str!("issuer/keys.json");
/// What people type. The tests come by 127.0.0.1, as the proxy does.
const URL: &str = "https://sheet.example.com";

/// An issuer on a free port; it names itself `name`, or its own address.
async fn issuer(name: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let document = json!({
        "issuer": name.unwrap_or(&url),
        "jwks_uri": format!("{url}/keys"),
        "authorization_endpoint": "https://id.example.com/authorize",
        "token_endpoint": "https://id.example.com/token",
    });
    let keys: Value = serde_json::from_str(KEYS).unwrap();
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(async move || Json(document)))
        .route("/keys", get(async move || Json(keys)));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// The current week of the team: no other begins.
fn week() -> sheet::Week {
    let zone = sheet::week::time_zone("Europe/Berlin").unwrap();
    sheet::Week::containing(sheet::TimestampMs(now() as i64 * 1000), &zone).unwrap()
}

fn claims(issuer: &str) -> Value {
    json!({
        "sub": "ana", "name": "Ana Ruiz", "teams": ["platform"], "role": "editor",
        "iss": issuer, "aud": "sheet-page", "exp": now() + 600,
    })
}

fn signed(claims: &Value) -> String {
    let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, &EncodingKey::from_ec_pem(KEY).unwrap()).unwrap()
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

/// A running `cyclesheet serve`; killed when dropped.
struct Server {
    _child: Child,
    address: String,
}

impl Server {
    async fn start(data: &Path, issuer: &str) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--url", URL, "--audience", "sheet-page"])
            .args(["--tenant", "acme", "--issuer", issuer, "--data"])
            .arg(data)
            .env_remove("COHERE_API_KEY")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = patiently("the server to be ready", lines.next_line()).await.unwrap().expect("it says so");
        let address = line.strip_prefix("ready ").and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
        // The log goes on standard output too; nobody reads it, but it must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { _child: child, address }
    }

    fn door(&self, token: &str) -> Door {
        Door {
            server: format!("ws://{}", self.address),
            path: format!("/dev?team=platform&cycle={}", week()),
            token: Some(token.to_owned()),
            origin: Some(URL.to_owned()),
        }
    }

    async fn status(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        web::request(&format!("http://{}{path}", self.address), "GET", headers, String::new()).await.status
    }

    async fn api(&self, token: &str) -> u16 {
        self.status("/api/cycles?team=platform", &[("authorization", &format!("Bearer {token}"))]).await
    }
}

/// Runs the command to its end: whether it succeeded, and what it said.
async fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(PROGRAM).args(arguments).output();
    let output = patiently("the command to end", output).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

async fn team(data: &Path) {
    let data = data.to_str().unwrap();
    let zone = ["--team", "platform", "--time-zone", "Europe/Berlin"];
    let (done, said) = run(&[&["team", "add", "--data", data, "--tenant", "acme"][..], &zone].concat()).await;
    assert!(done, "{said}");
}

#[tokio::test]
async fn people_whom_the_issuer_names_edit_together_and_the_page_knows_where_to_sign_in() {
    let (folder, issuer) = (tempfile::tempdir().unwrap(), issuer(None).await);
    team(folder.path()).await;
    let server = Server::start(folder.path(), &issuer).await;
    let config =
        web::request(&format!("http://{}/config.json", server.address), "GET", &[], String::new()).await;
    assert_eq!(
        config.json(),
        json!({
            "socketUrl": "wss://sheet.example.com/dev", "clientId": "sheet-page",
            "authorizeUrl": "https://id.example.com/authorize", "tokenUrl": "https://id.example.com/token",
        })
    );
    let policy = config.header("content-security-policy").unwrap();
    assert!(
        policy.contains("connect-src 'self' wss://sheet.example.com https://id.example.com;"),
        "{policy}"
    );
    // The issuer names another tenant; this machine has one.
    let ana = signed(&with(claims(&issuer), "tenant", json!("evil")));
    let ben = signed(&with(claims(&issuer), "sub", json!("ben")));
    let (mut ana, mut ben) = (Client::join(&server.door(&ana)).await, Client::join(&server.door(&ben)).await);
    ana.commit(json!([wire::client::insert("t1", "From Ana")])).await.version();
    ben.until("Ana's row", |replica| replica.cell("t1", "title") == "From Ana").await;
}

#[tokio::test]
async fn no_token_but_the_issuers_own_for_this_page_is_taken() {
    let (folder, issuer) = (tempfile::tempdir().unwrap(), issuer(None).await);
    team(folder.path()).await;
    let server = Server::start(folder.path(), &issuer).await;
    let good = claims(&issuer);
    assert_eq!(server.api(&signed(&good)).await, 200);
    let of_dev = local::tokens::Person {
        tenant: sheet::Name::new("acme").unwrap(),
        teams: vec![sheet::Name::new("platform").unwrap()],
        user: sheet::Name::new("ana").unwrap(),
        name: "Ana".into(),
        role: sheet::Role::Admin,
    };
    let expires = sheet::TimestampMs((now() as i64 + 600) * 1000);
    let by_shared_key = |key: &[u8], kid: Option<&str>| {
        let header = Header { kid: kid.map(str::to_owned), ..Header::default() };
        encode(&header, &good, &EncodingKey::from_secret(key).unwrap()).unwrap()
    };
    let unsigned = {
        let whole = signed(&good);
        let payload = whole.split('.').nth(1).unwrap();
        // {"alg":"none","kid":"one"}
        format!("eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.{payload}.")
    };
    for (what, token) in [
        ("of cyclesheet dev", local::tokens::issue(local::tokens::SECRET, &of_dev, expires).unwrap()),
        ("signed with dev's key", by_shared_key(local::tokens::SECRET.as_bytes(), None)),
        ("signed with the published key as a shared one", by_shared_key(PUBLIC, Some("one"))),
        ("not signed", unsigned),
        ("for another page", signed(&with(good.clone(), "aud", json!("another")))),
        ("of another issuer", signed(&with(good.clone(), "iss", json!("https://evil.example")))),
        ("expired", signed(&with(good.clone(), "exp", json!(now() - 1)))),
        ("without a role", signed(&with(good.clone(), "role", json!("owner")))),
    ] {
        assert_eq!(server.api(&token).await, 401, "a token {what}");
        assert_eq!(Client::open(&server.door(&token)).await.err(), Some(403), "a socket with a token {what}");
    }
}

#[tokio::test]
async fn what_strangers_may_not_reach_is_not_there() {
    let (folder, issuer) = (tempfile::tempdir().unwrap(), issuer(None).await);
    team(folder.path()).await;
    let server = Server::start(folder.path(), &issuer).await;
    let token = signed(&claims(&issuer));
    let socket = Client::join(&server.door(&token)).await;
    for at in ["@connections", "%40connections"] {
        let path = format!("/dev/{at}/{}", socket.connection_id());
        let answer =
            web::request(&format!("http://{}{path}", server.address), "DELETE", &[], String::new()).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(server.status("/config.json", &[("host", "evil.example")]).await, 421);
    assert_eq!(server.status("/config.json", &[("host", "sheet.example.com")]).await, 200);
    for origin in ["https://evil.example", "http://sheet.example.com", "null"] {
        let door = Door { origin: Some(origin.to_owned()), ..server.door(&token) };
        assert_eq!(Client::open(&door).await.err(), Some(403), "{origin}");
    }
    let (well, said) = run(&["health", "--listen", &server.address]).await;
    assert!(well && said == "ok\n", "{said}");
    let address = server.address.clone();
    drop(server);
    assert!(!run(&["health", "--listen", &address]).await.0, "nobody is well who is not there");
}

#[tokio::test]
async fn an_issuer_that_is_not_the_one_asked_for_or_not_there_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let start =
        ["serve", "--data", data, "--url", URL, "--audience", "a", "--listen", "127.0.0.1:0", "--issuer"];
    let other = issuer(Some("https://other.example")).await;
    for (issuer, sentence) in [
        (other.as_str(), "calls itself https://other.example"),
        ("http://127.0.0.1:1", "check --issuer"),
        ("http://id.example.com", "must be an https address"),
    ] {
        let (done, said) = run(&[&start[..], &[issuer]].concat()).await;
        assert!(!done && said.contains(sentence), "{issuer}: {said}");
    }
}

#[tokio::test]
async fn a_backup_is_made_while_people_type_and_its_restoring_has_another_epoch() {
    let (root, issuer) = (tempfile::tempdir().unwrap(), issuer(None).await);
    let at = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let (data, file, restored) = (at("data"), at("backup.db"), at("restored"));
    team(Path::new(&data)).await;
    let server = Server::start(Path::new(&data), &issuer).await;
    let token = signed(&claims(&issuer));
    let mut ana = Client::join(&server.door(&token)).await;
    ana.commit(json!([wire::client::insert("t1", "Kept")])).await.version();
    let (done, said) = run(&["backup", "--data", &data, "--to", &file]).await;
    assert!(done && said.contains("whole"), "{said}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    ana.commit(json!([wire::client::insert("t2", "Too late")])).await.version();
    assert!(!run(&["backup", "--data", &data, "--to", &file]).await.0, "nothing is overwritten");
    assert!(!run(&["restore", "--data", &data, "--from", &file]).await.0, "nor a folder with data");
    let half = at("half.db");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let (done, said) = run(&["restore", "--data", &at("broken"), "--from", &half]).await;
    assert!(!done && said.contains("is not a whole backup"), "{said}");
    let (done, said) = run(&["restore", "--data", &restored, "--from", &file]).await;
    assert!(done, "{said}");
    drop(server);
    let server = Server::start(Path::new(&restored), &issuer).await;
    let again = Client::join(&server.door(&token)).await;
    assert_eq!(
        (again.replica.cell("t1", "title").as_str(), again.replica.cell("t2", "title").as_str()),
        ("Kept", "")
    );
    assert_ne!(again.welcome["epoch"], ana.welcome["epoch"], "{}", again.welcome);
}
