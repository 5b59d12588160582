//! The inbox: messages that Slack or a team's own script pushes, kept for the week they were written in.
//!
//! Slack signs the raw body with the team's signing secret and a time; scripts send the team's bearer. A caller without
//! a valid secret gets the same answer whatever is wrong, so that nobody learns which teams exist. What is repeated, or
//! comes later than its own successor, changes nothing ([`store::inbox`]): Slack sends an event again when our answer
//! was late.
use crate::answer::Reply;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, header};
use platform::{Context, room::busy, secrets::TeamSecret};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use sheet::{Code, CycleKey, Name, Refusal, TimestampMs, Week, week::time_zone};
use store::{
    directory::{Source, Team},
    inbox::{self, DELETED, Message},
};

/// Bytes of a request. Slack's events are a few kilobytes; a script sends its messages in several requests.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;
/// Messages of one request.
const MAX_MESSAGES: usize = 100;
/// Bytes of one message as it is kept: 40,000 characters are 160 KB at the very most.
const MAX_MESSAGE_BYTES: usize = 200 * 1024;
/// How far a signature's time may be from now, seconds: Slack's own rule against replays.
const MAX_SKEW_S: i64 = 300;
/// Fields of a Slack message that are kept. The rest is not needed and not stored.
const KEPT: [&str; 11] = [
    "type",
    "subtype",
    "ts",
    "thread_ts",
    "user",
    "username",
    "bot_id",
    "text",
    "edited",
    "hidden",
    "user_profile",
];

/// Keeps what one request pushes to a team.
pub(crate) async fn receive<B: AsRef<[u8]>>(
    context: &Context,
    tenant: &str,
    team: &str,
    request: &Request<B>,
) -> Result<Reply, Refusal> {
    let body = request.body().as_ref();
    if body.len() > MAX_BODY_BYTES {
        let message = format!("a request to the inbox has at most {MAX_BODY_BYTES} bytes");
        return Err(Refusal::new(Code::PayloadTooLarge, message));
    }
    let headers = request.headers();
    if !headers.contains_key("x-slack-signature") && !headers.contains_key(header::AUTHORIZATION) {
        // Reject unauthenticated requests before reading the table.
        return Err(stranger());
    }
    let now = context.now();
    let (tenant, team) =
        (Name::new(tenant).map_err(|_| stranger())?, Name::new(team).map_err(|_| stranger())?);
    let found = context.store.team(&tenant, &team, now).await.map_err(|error| busy(&error))?;
    let team = found.ok_or_else(stranger)?;
    let named = team.sources.iter().find_map(|source| match source {
        Source::Inbox { secret } => Some(secret),
        _ => None,
    });
    let secret = match context.secrets.of_team(named.ok_or_else(stranger)?, now).await {
        Ok(secret) => secret,
        Err(error) => {
            tracing::error!(%error, %tenant, team = %team.team, "the inbox's secret cannot be read: it accepts no messages");
            return Err(stranger());
        }
    };
    if !is_signed(headers, body, &secret, now) && !bears(headers, &secret) {
        return Err(stranger());
    }
    let pushed: Value = serde_json::from_slice(body)
        .map_err(|_| Refusal::new(Code::Malformed, "the body is a Slack event or {\"messages\":[…]}"))?;
    if pushed["type"] == "url_verification" {
        return Ok(Reply::json(json!({"challenge": pushed["challenge"]}).to_string()));
    }
    let messages = match &pushed["messages"] {
        Value::Array(list) if list.len() > MAX_MESSAGES => {
            let message = format!("a request to the inbox holds at most {MAX_MESSAGES} messages");
            return Err(Refusal::new(Code::PayloadTooLarge, message));
        }
        Value::Array(list) => list.iter().map(own).collect::<Result<Vec<_>, _>>()?,
        _ => slack(&pushed).into_iter().collect(),
    };
    keep(context, &tenant, &team, messages).await
}

/// Keeps messages of the weeks that are open to them: the last, this and the next. Others are passed over.
async fn keep(
    context: &Context,
    tenant: &Name,
    team: &Team,
    messages: Vec<(TimestampMs, Message)>,
) -> Result<Reply, Refusal> {
    let (now, table) = (context.now(), context.store.table());
    let unusable =
        |_| Refusal::new(Code::Busy, "the team's time zone is unknown: set it with `cyclesheet team add`");
    let zone = time_zone(&team.time_zone).map_err(unusable)?;
    let this = Week::containing(now, &zone).map_err(unusable)?;
    let (mut kept, mut passed) = (0, 0);
    for (at, mut message) in messages {
        let week = Week::containing(at, &zone).ok();
        let near = |week: &Week| (-1..=1).any(|n| this.plus(n).is_ok_and(|open| open == *week));
        let Some(week) = week.filter(near) else {
            passed += 1;
            continue;
        };
        if message.json.len() > MAX_MESSAGE_BYTES {
            passed += 1;
            continue;
        }
        message.expires = team.expires(now);
        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week };
        match inbox::push(table, &key, &message).await.map_err(|error| busy(&error))? {
            true => kept += 1,
            false => passed += 1,
        }
    }
    Ok(Reply::json(json!({"kept": kept, "passed": passed}).to_string()))
}

/// Returns the answer to every caller who cannot prove that they belong to the team.
fn stranger() -> Refusal {
    Refusal::new(
        Code::Forbidden,
        "this request is neither signed by the team's secret nor carries its bearer",
    )
}

/// Slack's signature, v0: over its time and the raw body.
fn is_signed(headers: &HeaderMap, body: &[u8], secret: &TeamSecret, now: TimestampMs) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(secret) = secret.signing_secret.as_deref().filter(|secret| !secret.is_empty()) else {
        return false;
    };
    let (Some(signature), Some(at)) = (header("x-slack-signature"), header("x-slack-request-timestamp"))
    else {
        return false;
    };
    let is_now = at.parse::<i64>().is_ok_and(|at| (now.0 / 1000).abs_diff(at) <= MAX_SKEW_S.unsigned_abs());
    let signature = signature.strip_prefix("v0=").and_then(|hex| hex::decode(hex).ok());
    match (signature, Hmac::<Sha256>::new_from_slice(secret.as_bytes())) {
        (Some(signature), Ok(mut mac)) if is_now => {
            mac.update(format!("v0:{at}:").as_bytes());
            mac.update(body);
            mac.verify_slice(&signature).is_ok()
        }
        _ => false,
    }
}

/// The team's bearer, compared in a time that says nothing about it.
fn bears(headers: &HeaderMap, secret: &TeamSecret) -> bool {
    let Some(secret) = secret.bearer.as_deref().filter(|secret| !secret.is_empty()) else { return false };
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = header.and_then(|value| value.split_once(' '));
    let given =
        given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, given)| given.trim());
    let mac =
        |key: &str| Hmac::<Sha256>::new_from_slice(key.as_bytes()).map(|mac| mac.chain_update("bearer"));
    match (given.map(mac), mac(secret)) {
        (Some(Ok(given)), Ok(expected)) => expected.verify_slice(&given.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

/// `1763974800.000100` → milliseconds.
fn instant(ts: &str) -> Option<TimestampMs> {
    let (seconds, fraction) = ts.split_once('.')?;
    let digits = |s: &str| (1..=12).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    let at = digits(seconds).then(|| seconds.parse::<i64>().ok()).flatten()?;
    digits(fraction).then_some(TimestampMs(at * 1000))
}

/// The message in a Slack event, if there is one: new, edited or deleted. Whether it is a bot's, a join's or a person's
/// is decided when the week is read, by the one rule that is applied to every source.
fn slack(pushed: &Value) -> Option<(TimestampMs, Message)> {
    let event = &pushed["event"];
    if pushed["type"] != "event_callback" || event["type"] != "message" {
        return None;
    }
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let channel = Name::new(event["channel"].as_str()?).ok()?;
    let latest = word(&event["event_ts"]).or_else(|| word(&event["ts"]));
    let (ts, revision, json) = match event["subtype"].as_str() {
        Some("message_deleted") => (word(&event["deleted_ts"])?, DELETED.to_owned(), String::new()),
        Some("message_changed") => {
            let inner = &event["message"];
            let edited = word(&inner["edited"]["ts"]).or(latest)?;
            (word(&inner["ts"])?, edited, kept(inner.as_object()?))
        }
        _ => (word(&event["ts"])?, word(&event["ts"])?, kept(event.as_object()?)),
    };
    let (at, unique) = (instant(&ts)?, Name::new(&ts).ok()?);
    Some((at, Message { channel, unique, revision, is_slack: true, json, expires: None }))
}

/// What is kept of a message. Blocks only where there is no text: they say the same again.
fn kept(message: &Map<String, Value>) -> String {
    let mut small: Map<String, Value> =
        KEPT.iter().filter_map(|field| Some(((*field).to_owned(), message.get(*field)?.clone()))).collect();
    let has_text = message.get("text").and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    if let Some(blocks) = message.get("blocks").filter(|_| !has_text) {
        small.insert("blocks".into(), blocks.clone());
    }
    Value::Object(small).to_string()
}

/// A message of a script: `{"id","channel","thread","author","at","text"}`, `{"…","edited":"<instant>"}` or
/// `{"id","channel","at","deleted":true}`.
fn own(message: &Value) -> Result<(TimestampMs, Message), Refusal> {
    let malformed = |what: &str| Refusal::new(Code::Malformed, format!("a message needs {what}"));
    let name = |field: &str| message[field].as_str().and_then(|word| Name::new(word).ok());
    let channel = name("channel").ok_or_else(|| malformed("a channel of 1 to 64 of A-Z a-z 0-9 . _ -"))?;
    let unique = name("id").ok_or_else(|| malformed("an id of 1 to 64 of A-Z a-z 0-9 . _ -"))?;
    let moment = |field: &str| message[field].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let at = moment("at").ok_or_else(|| malformed("an instant such as \"at\":\"2026-11-16T09:00:00Z\""))?;
    let (revision, json) = match (&message["deleted"], message["text"].as_str()) {
        (Value::Bool(true), _) => (DELETED.to_owned(), String::new()),
        (_, Some(_)) => {
            // Twenty digits of milliseconds: text order is time's.
            let latest = moment("edited").unwrap_or(at).as_millisecond().max(0);
            let fields = ["id", "channel", "thread", "author", "at", "text"];
            let mut line: Map<String, Value> =
                fields.iter().map(|field| ((*field).to_owned(), message[*field].clone())).collect();
            line.insert("ts".into(), Value::String(unique.to_string()));
            (format!("{latest:020}"), Value::Object(line).to_string())
        }
        _ => return Err(malformed("a text, or \"deleted\":true")),
    };
    let at = TimestampMs(at.as_millisecond());
    Ok((at, Message { channel, unique, revision, is_slack: false, json, expires: None }))
}
