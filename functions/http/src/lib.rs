//! The same over HTTPS: the cycle list, the snapshot, documents, changes both ways.
//!
//! For scripts and bots, for networks that block sockets, for changes too large for a frame, and for the snapshot that a
//! client fetches before it reconnects. Identity is the bearer's; nothing is cached across people.
#![warn(clippy::cast_possible_truncation)]
mod answer;
mod docs;
mod generations;
mod inbox;
mod report;
mod route;

use answer::{Reply, refused, refused_with};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use platform::{
    Context, Identity,
    broadcast::{Broadcast, Endpoint},
    changes::{self, Answer, Sender},
    identity::{TokenError, Verifier},
    metrics::Count,
    roles, room, telemetry,
};
use protocol::{
    limits::MAX_PAGE_CHANGES,
    server::{committed, without_ops},
};
use route::Route;
use serde_json::{json, value::RawValue};
use sheet::{
    Code, CycleKey, Name, Refusal, Role, Week,
    chain::Audited,
    export::{self, Format, Separator},
    limits::MAX_CHANGE_BYTES,
    week::time_zone,
};
use store::{StoreError, directory, log, raw, record};
use tracing::{Instrument, Span};

/// Bytes in one page of the log: Lambda answers with 6 MB at most.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The header in which the bootstrap hands over the gateway's request id.
pub const REQUEST_ID: &str = "x-request-id";
/// The header in which a client says what it is.
const CLIENT: &str = "x-cyclesheet-client";
/// Bytes of a request: the largest change, and what its envelope takes.
const MAX_BODY_BYTES: usize = MAX_CHANGE_BYTES + 4 * 1024;

/// Answers requests.
#[derive(Clone)]
pub struct Api {
    /// Verifies bearers.
    pub verifier: Verifier,
    /// Where the room's sockets are posted to.
    pub endpoint: Endpoint,
}

impl Api {
    /// Answers one request. Never an error: what went wrong is an answer with a code.
    pub async fn handle(&self, context: &Context, request: &Request<Bytes>) -> Response<Bytes> {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let span = telemetry::of_request(text(REQUEST_ID).unwrap_or_default(), text(CLIENT));
        self.respond(context, request).instrument(span).await
    }

    async fn respond(&self, context: &Context, request: &Request<Bytes>) -> Response<Bytes> {
        match self.answer(context, request).await {
            Ok(reply) => reply.respond(request),
            Err(refusal) => {
                context.metrics.refused(refusal.code);
                refused(&refusal).respond(request)
            }
        }
    }

    async fn answer(&self, context: &Context, request: &Request<Bytes>) -> Result<Reply, Refusal> {
        let route = Route::of(request)?;
        if let Route::Inbox { tenant, team } = &route {
            // Signed by the team's own secret: there is no bearer of a person.
            return inbox::receive(context, tenant, team, request).await;
        }
        let identity = self.bearer(context, request).await?;
        Span::current().record("tenant", identity.tenant.as_str());
        let key = |team: &str, cycle: &str| {
            let key = room::key(&identity.tenant, Some(team), Some(cycle))?;
            Span::current().record("room", key.cycle_id());
            if identity.enters(&key.team) { Ok(key) } else { Err(not_yours(team)) }
        };
        match route {
            Route::Cycles { team } => {
                let team =
                    Name::new(&team).map_err(|error| Refusal::new(Code::NotFound, error.to_string()))?;
                if !identity.enters(&team) {
                    return Err(not_yours(team.as_str()));
                }
                cycles(context, &identity, &team).await.map_err(|error| room::busy(&error))
            }
            Route::Cycle { team, cycle } => snapshot(context, &key(&team, &cycle)?, request).await,
            Route::Changes { team, cycle, since, limit } => {
                page(context, &key(&team, &cycle)?, since, limit).await.map_err(|error| room::busy(&error))
            }
            Route::Comparison { team, cycle } => report::comparison(context, &key(&team, &cycle)?).await,
            Route::Export { team, cycle, format, separator } => {
                export(context, &key(&team, &cycle)?, format, separator).await
            }
            Route::Messages { team, cycle, generation } => {
                // Raw messages hold more than the sheet says; who only reads the sheet does not need them.
                only(context, &identity, Role::edits, "an editor reads raw messages").await?;
                messages(context, &key(&team, &cycle)?, generation).await
            }
            Route::Log { team, cycle, since, limit } => {
                only(context, &identity, |role| role == Role::Admin, "an admin reads the audit log").await?;
                audit(context, &key(&team, &cycle)?, since, limit).await.map_err(|error| room::busy(&error))
            }
            Route::Generations { team, cycle } => {
                let rule = "an admin sees what was sent to the model";
                only(context, &identity, |role| role == Role::Admin, rule).await?;
                generations::list(context, &key(&team, &cycle)?).await
            }
            Route::Generation { team, cycle, number } => {
                let rule = "an admin sees what was sent to the model";
                only(context, &identity, |role| role == Role::Admin, rule).await?;
                generations::one(context, &key(&team, &cycle)?, number).await
            }
            Route::Doc { team, cycle, doc, state_vector, version } => {
                docs::doc(context, &key(&team, &cycle)?, &doc, state_vector.as_deref(), version).await
            }
            // Answered above, before there is an identity.
            Route::Inbox { .. } => Err(Refusal::new(Code::NotFound, "there is nothing at this address")),
            Route::Members { team } => {
                let team =
                    Name::new(&team).map_err(|error| Refusal::new(Code::NotFound, error.to_string()))?;
                if !identity.enters(&team) {
                    return Err(not_yours(team.as_str()));
                }
                members(context, &identity, &team).await.map_err(|error| room::busy(&error))
            }
            Route::Me => me(context, &identity).await.map_err(|error| room::busy(&error)),
            Route::Change { team, cycle } => {
                self.change(context, &identity, &key(&team, &cycle)?, request).await
            }
        }
    }

    async fn bearer(&self, context: &Context, request: &Request<Bytes>) -> Result<Identity, Refusal> {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Refusal::new(Code::TokenExpired, "send a token: authorization: Bearer <JWT>"));
        };
        let identity = self.verifier.identify(context, token.trim()).await.map_err(|error| match error {
            TokenError::Expired => Refusal::new(Code::TokenExpired, "the token has expired: sign in again"),
            TokenError::Invalid(reason) => {
                tracing::info!(reason, "refused");
                Refusal::new(Code::TokenExpired, "the token does not verify: sign in again")
            }
            TokenError::Keys(reason) | TokenError::Directory(reason) => {
                tracing::error!(reason, "tokens cannot be verified: every request is refused");
                Refusal::new(Code::Busy, "tokens cannot be verified right now: try again")
            }
        })?;
        match directory::is_denied(context.store.table(), &identity.tenant, &identity.user).await {
            Ok(false) => Ok(identity),
            Ok(true) => Err(Refusal::new(Code::Revoked, "you have been removed from this workspace")),
            Err(error) => Err(room::busy(&error)),
        }
    }

    /// The same change as over the socket, with the same answers.
    async fn change(
        &self,
        context: &Context,
        identity: &Identity,
        key: &CycleKey,
        request: &Request<Bytes>,
    ) -> Result<Reply, Refusal> {
        if request.body().len() > MAX_BODY_BYTES {
            return Err(Refusal::new(
                Code::PayloadTooLarge,
                format!("a change is at most {MAX_CHANGE_BYTES} bytes of JSON"),
            ));
        }
        let text = std::str::from_utf8(request.body())
            .map_err(|_| Refusal::new(Code::Malformed, "a change is UTF-8 JSON"))?;
        let proposed = protocol::client::read_change(text).map_err(|unreadable| unreadable.refusal)?;
        telemetry::about(&proposed.id);
        if proposed.id.seq == 0 {
            return Err(Refusal::new(Code::Malformed, "seq counts from 1"));
        }
        let entered = room::enter(context, key).await.map_err(|error| error.refusal())?;
        let broadcast = Broadcast { context, endpoint: &self.endpoint, room: key };
        roles::record_on_entry(&broadcast, &identity.user, &entered)
            .await
            .map_err(|error| room::busy(&error))?;
        match changes::commit(&broadcast, &Sender::person(identity, None), proposed).await {
            Answer::Committed { text, .. } => Ok(Reply::json(committed(&[text]).concat())),
            Answer::Rejected(rejected) => {
                let code = rejected.code;
                context.metrics.refused(code);
                tracing::info!(%code, "rejected");
                let mut body = serde_json::to_value(&rejected).map_err(unwritable)?;
                body["type"] = json!("rejected");
                Ok(refused_with(code, body.to_string()))
            }
        }
    }
}

fn not_yours(team: &str) -> Refusal {
    Refusal::new(Code::Forbidden, format!("your token does not name the team {team}"))
}

fn unwritable(error: serde_json::Error) -> Refusal {
    room::busy(&StoreError::Corrupt(format!("an answer does not write: {error}")))
}

/// A team's weeks, newest first, and which week it is for the team: the first visitor of that one begins it by entering.
async fn cycles(context: &Context, identity: &Identity, team: &Name) -> Result<Reply, StoreError> {
    let (store, now) = (&context.store, context.now());
    let mut body = json!({"cycles": directory::cycles(store.table(), &identity.tenant, team).await?});
    if let Some(team) = store.team(&identity.tenant, team, now).await?
        && let Ok(week) = time_zone(&team.time_zone).and_then(|zone| Week::containing(now, &zone))
    {
        body["current"] = json!(week);
    }
    Ok(Reply::json(body.to_string()))
}

/// Refuses whose role does not allow it: the one that an admin set, else the token's.
async fn only(
    context: &Context,
    identity: &Identity,
    allowed: impl Fn(Role) -> bool,
    rule: &str,
) -> Result<(), Refusal> {
    let role = roles::standing(context, identity).await.map_err(|error| room::busy(&error))?;
    if allowed(role) { Ok(()) } else { Err(Refusal::new(Code::Forbidden, rule)) }
}

/// The sheet for other programs, as a file.
async fn export(
    context: &Context,
    key: &CycleKey,
    format: Format,
    separator: Separator,
) -> Result<Reply, Refusal> {
    let tip = context.store.tip(key).await.map_err(|error| room::busy(&error))?;
    let body = export::export_separated(&tip.state, format, separator).map_err(unwritable)?;
    Ok(Reply::file(body, format.media_type(), format!("{}-{}.{}", key.team, key.week, format.ending())))
}

/// The messages that a generation read: the latest one unless it is named. For citations.
async fn messages(context: &Context, key: &CycleKey, generation: u32) -> Result<Reply, Refusal> {
    let tip = context.store.tip(key).await.map_err(|error| room::busy(&error))?;
    let latest = tip.state.sheet.generation.as_ref().map_or(0, |generation| generation.number);
    let number = if generation == 0 { latest } else { generation };
    #[derive(serde::Deserialize)]
    struct Read {
        lines: Vec<String>,
    }
    let read: Option<Read> = raw::get(context.store.table(), key, number, raw::Artifact::Messages)
        .await
        .map_err(|error| room::busy(&error))?;
    let lines = read.map(|read| read.lines).unwrap_or_default();
    let messages: Vec<Box<RawValue>> =
        lines.into_iter().filter_map(|line| RawValue::from_string(line).ok()).collect();
    Ok(Reply::json(json!({"generation": number, "messages": messages}).to_string()))
}

/// A page of the log as it is stored, with the chain's hashes, and the head that the record states.
async fn audit(context: &Context, key: &CycleKey, since: u64, limit: usize) -> Result<Reply, StoreError> {
    let table = context.store.table();
    let head = record::head(table, key).await?.ok_or(StoreError::NotFound)?;
    let limit = log::Limit::new(limit.min(MAX_PAGE_CHANGES), MAX_PAGE_BYTES);
    let page = log::page(table, key, log::Since::Version(since), limit).await?;
    let entries: Vec<Audited> = page.entries.into_iter().map(Audited::from).collect();
    let body = json!({"head": {"version": head.version, "hash": head.hash}, "entries": entries});
    Ok(Reply::json(body.to_string()))
}

/// Returns who the bearer is here, with the role that counts and their teams: a token need not name them.
async fn me(context: &Context, identity: &Identity) -> Result<Reply, StoreError> {
    let role = roles::standing(context, identity).await?;
    let me = protocol::http::Me {
        id: identity.user.clone(),
        name: identity.name.clone(),
        color: identity.color.clone(),
        role,
        teams: identity.teams.clone(),
    };
    let body = serde_json::to_string(&me);
    body.map(Reply::json).map_err(|error| StoreError::Corrupt(format!("an answer does not write: {error}")))
}

/// The people of a team: for mentions and assignees.
async fn members(context: &Context, identity: &Identity, team: &Name) -> Result<Reply, StoreError> {
    let table = context.store.table();
    let everybody = directory::members(table, &identity.tenant).await?;
    let denied = directory::denied(table, &identity.tenant).await?;
    let stays = |member: &directory::Member| {
        member.teams.contains(team) && !denied.iter().any(|d| d.user == member.user)
    };
    let set = store::roles::all(table, &identity.tenant).await?;
    let role = |member: &directory::Member| {
        set.iter().find(|set| set.user == member.user).map_or(member.role, |set| set.role)
    };
    let people = everybody.into_iter().filter(stays).map(|member| {
        let role = role(&member);
        json!({"id": member.user, "name": member.name, "color": member.color, "role": role, "seenAt": member.seen_at})
    });
    Ok(Reply::json(json!({"members": people.collect::<Vec<_>>()}).to_string()))
}

/// The sheet at its tip, with an ETag of epoch and version.
async fn snapshot(context: &Context, key: &CycleKey, request: &Request<Bytes>) -> Result<Reply, Refusal> {
    let tip = context.store.tip(key).await.map_err(|error| room::busy(&error))?;
    let etag = format!("\"{}-{}\"", tip.epoch, tip.state.version());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag) {
        return Ok(Reply::status(StatusCode::NOT_MODIFIED).tagged(etag));
    }
    context.metrics.count(Count::Snapshots);
    let snapshot = serde_json::value::to_raw_value(&tip.state.sheet).map_err(unwritable)?;
    let body = json!({"epoch": &*tip.epoch, "version": tip.state.version(), "snapshot": snapshot});
    Ok(Reply::json(body.to_string()).tagged(etag))
}

/// A page of the log, and the tip.
async fn page(context: &Context, key: &CycleKey, since: u64, limit: usize) -> Result<Reply, StoreError> {
    let tip = context.store.tip(key).await?;
    let missed = usize::try_from(tip.state.version().saturating_sub(since)).unwrap_or(usize::MAX);
    let texts = match missed.min(limit.clamp(1, MAX_PAGE_CHANGES)) {
        0 => Vec::new(),
        limit => context.store.replay(key, since, limit, MAX_PAGE_BYTES).await?,
    };
    let raw = |text: &std::sync::Arc<str>| {
        RawValue::from_string(text.to_string()).or_else(|_| RawValue::from_string(without_ops(text)))
    };
    let changes: Vec<Box<RawValue>> = texts.iter().filter_map(|text| raw(text).ok()).collect();
    if !changes.is_empty() {
        context.metrics.count(Count::Replays);
    }
    let body = json!({"version": tip.state.version(), "epoch": &*tip.epoch, "changes": changes});
    Ok(Reply::json(body.to_string()))
}

/// What the table answers to methods that a path does not have.
pub(crate) const METHODS: [Method; 2] = [Method::GET, Method::POST];
