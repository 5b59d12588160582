//! An endpoint, and the people who are sent there.
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::process::Command;
use wire::{
    Client,
    client::Door,
    web::{self, Answer},
};

/// How long a token is good for unless a rule is about its end, seconds.
const TTL_S: u32 = 3600;

/// How a socket's token travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWay {
    /// As the subprotocol `bearer.<JWT>`, as browsers do.
    Subprotocol,
    /// As `?token=`, for a proxy that drops subprotocols.
    Query,
}

/// Makes a token for somebody that is good for so many seconds.
pub type Tokens = Arc<dyn Fn(Person, u32) -> BoxFuture<'static, String> + Send + Sync>;

/// Tokens by a command for `sh` that prints one for `$TENANT $TEAMS $USER_ID $NAME $ROLE $TTL_S`.
pub fn tokens_by_command(command: String) -> Tokens {
    Arc::new(move |person, ttl_s| {
        let asked = Command::new("sh")
            .args(["-c", &command])
            .envs([("TENANT", &person.tenant), ("TEAMS", &person.teams), ("USER_ID", &person.user)])
            .envs([("NAME", person.user.as_str()), ("ROLE", person.role), ("TTL_S", &ttl_s.to_string())])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .output();
        Box::pin(async {
            let output = wire::patiently("a token", asked).await.expect("the token command runs");
            let token = String::from_utf8(output.stdout).expect("a token is text").trim().to_owned();
            let is_jwt = output.status.success() && token.split('.').count() == 3;
            assert!(is_jwt, "the token command prints no JWT");
            token
        })
    })
}

/// Where the endpoint is and what is set up there.
#[derive(Clone)]
pub struct Setup {
    /// `wss://host/stage`.
    pub ws_url: String,
    /// `https://host`; `/api/…` is appended.
    pub http_url: String,
    /// Where tokens come from.
    pub tokens: Tokens,
    /// How tokens travel.
    pub token_way: TokenWay,
    /// The tenant.
    pub tenant: String,
    /// Another one, with tokens of the same issuer.
    pub other_tenant: String,
    /// A team of the tenant.
    pub team: String,
    /// Another one.
    pub other_team: String,
    /// The week to play in: the next one, so that nothing is extracted.
    pub cycle: String,
    /// An origin that the endpoint allows; none: sockets are opened without.
    pub origin: Option<String>,
    /// Rules that something before the endpoint hides, and what.
    pub hidden: BTreeMap<String, String>,
    /// A word that no other run uses: `c` and a number.
    pub word: String,
}

/// Somebody.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id: unique in every run.
    pub user: String,
    /// viewer, editor or admin.
    pub role: &'static str,
    /// Their tenant.
    pub tenant: String,
    /// The teams that their token names, separated by commas.
    pub teams: String,
}

impl Person {
    /// The same in another role.
    pub fn in_role(&self, role: &'static str) -> Self {
        Self { role, ..self.clone() }
    }
}

/// An endpoint under test.
pub struct Endpoint {
    /// What it was given.
    pub setup: Setup,
    made: AtomicUsize,
}

impl Endpoint {
    /// The endpoint of a setup.
    pub fn new(setup: Setup) -> Self {
        Self { setup, made: AtomicUsize::new(1) }
    }

    /// An id that nobody has used: for rows, comments, people and tabs.
    pub fn fresh(&self, what: &str) -> String {
        format!("{}-{what}{}", self.setup.word, self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// An editor of the team whom nobody has seen before.
    pub fn editor(&self) -> Person {
        let Setup { tenant, team, .. } = &self.setup;
        Person { user: self.fresh("u"), role: "editor", tenant: tenant.clone(), teams: team.clone() }
    }

    /// An admin of the team.
    pub fn admin(&self) -> Person {
        self.editor().in_role("admin")
    }

    /// A viewer of the team.
    pub fn viewer(&self) -> Person {
        self.editor().in_role("viewer")
    }

    /// A token for somebody.
    pub async fn token(&self, person: &Person) -> String {
        self.token_for(person, TTL_S).await
    }

    /// A token that ends in so many seconds.
    pub async fn token_for(&self, person: &Person, ttl_s: u32) -> String {
        (self.setup.tokens)(person.clone(), ttl_s).await
    }

    /// The door to the room with a token.
    pub fn door_with(&self, token: Option<String>) -> Door {
        self.door_to(&self.setup.team, &self.setup.cycle, token)
    }

    /// The door to any room with a token.
    pub fn door_to(&self, team: &str, cycle: &str, token: Option<String>) -> Door {
        let (server, stage) = split(&self.setup.ws_url);
        let mut path = format!("{stage}?team={team}&cycle={cycle}");
        let token = match (self.setup.token_way, token) {
            (TokenWay::Query, Some(token)) => {
                path += &format!("&token={token}");
                None
            }
            (_, token) => token,
        };
        Door { server, path, token, origin: self.setup.origin.clone() }
    }

    /// Why what needs the other team cannot be shown; none: it is there. A team that nobody has set up refuses its own.
    pub async fn lacks_other_team(&self) -> Option<String> {
        let other = &self.setup.other_team;
        let member = Person { teams: other.clone(), ..self.editor() };
        let door = self.door_to(other, &self.setup.cycle, Some(self.token(&member).await));
        let refused = match Client::open(&door).await {
            Err(status) => status.to_string(),
            Ok(mut client) => {
                client.send(json!({"type": "hello"})).await;
                let answer = client.frame("an answer to hello", |frame| frame["type"] != "presence").await;
                client.close().await;
                if answer["type"] == "welcome" {
                    return None;
                }
                answer["code"].to_string()
            }
        };
        Some(format!("nobody enters the team {other} ({refused}): set it up, or name another"))
    }

    /// The door to the room for somebody.
    pub async fn door(&self, person: &Person) -> Door {
        self.door_with(Some(self.token(person).await))
    }

    /// Somebody in the room.
    pub async fn join(&self, person: &Person) -> Client {
        self.join_at(&self.door(person).await, person).await
    }

    /// Somebody behind a door.
    pub async fn join_at(&self, door: &Door, person: &Person) -> Client {
        let mut client = Client::join(door).await;
        if let Some(path) = client.welcome["snapshotUrl"].as_str().map(str::to_owned) {
            let sheet = self.get(person, &path).await.json();
            client.replica.start(&sheet["snapshot"]);
        }
        client
    }

    /// Somebody in the room with a row of their own; its id.
    pub async fn with_row(&self, person: &Person) -> (Client, String) {
        let mut client = self.join(person).await;
        let row = self.fresh("t");
        client.commit(json!([wire::client::insert(&row, "a row")])).await.version();
        (client, row)
    }

    /// A change by somebody who is not in the room: how a rule is left as it was found.
    pub async fn post(&self, person: &Person, ops: Value) -> Answer {
        let base = self.tip(person).await;
        self.post_as(person, &format!("{}.1", self.fresh("tab")), base, ops).await
    }

    /// The same with an id and a base.
    pub async fn post_as(&self, person: &Person, id: &str, base: u64, ops: Value) -> Answer {
        let change = json!({"id": id, "base": base, "ops": ops}).to_string();
        let url = format!("{}{}/changes", self.setup.http_url, self.cycle_path());
        web::bearing(&url, &self.token(person).await, "POST", change).await
    }

    /// The log's tip.
    pub async fn tip(&self, person: &Person) -> u64 {
        let answer = self.get(person, &format!("{}/changes?since=0&limit=1", self.cycle_path())).await;
        answer.json()["version"].as_u64().unwrap_or_default()
    }

    /// The cycle's path.
    pub fn cycle_path(&self) -> String {
        format!("/api/cycles/{}/{}", self.setup.team, self.setup.cycle)
    }

    /// A request by somebody.
    pub async fn get(&self, person: &Person, path: &str) -> Answer {
        self.get_with(person, path, &[]).await
    }

    /// A request with further headers.
    pub async fn get_with(&self, person: &Person, path: &str, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.token(person).await);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        web::request(&format!("{}{path}", self.setup.http_url), "GET", &all, String::new()).await
    }
}

/// `wss://host` and `/stage`.
fn split(url: &str) -> (String, String) {
    let after = url.find("://").map_or(0, |at| at + 3);
    match url[after..].find('/') {
        Some(slash) => {
            (url[..after + slash].to_owned(), url[after + slash..].trim_end_matches('/').to_owned())
        }
        None => (url.to_owned(), String::new()),
    }
}
