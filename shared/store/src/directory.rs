//! What a tenant has: its teams, its cycles, and who has been removed.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Name, Role, TimestampMs, Week, fail_point};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long a process trusts a team it has read, milliseconds: a new source or zone counts within minutes.
const TEAM_TTL_MS: i64 = 60_000;
/// Teams a process keeps; beyond, it forgets them all and reads again.
const MAX_KEPT_TEAMS: usize = 1_000;

/// A team of a tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    /// Its id.
    pub team: Name,
    /// Its name on a screen.
    pub name: String,
    /// Its IANA time zone: what a week is for it.
    pub time_zone: String,
    /// Where its messages come from.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// When a sheet counts as stale.
    #[serde(default)]
    pub stale: StaleRule,
    /// Days after which messages and what was sent to the model are deleted; none: they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Where a new sheet is announced, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announce>,
    /// The secret with the bot's token that sends mentions as direct messages; none: nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention_secret: Option<String>,
}

impl Team {
    /// Returns a team without sources.
    pub fn new(team: Name, name: impl Into<String>, time_zone: impl Into<String>) -> Self {
        Self {
            team,
            name: name.into(),
            time_zone: time_zone.into(),
            sources: Vec::new(),
            stale: StaleRule::default(),
            retention_days: None,
            announce: None,
            mention_secret: None,
        }
    }

    /// When a row that is written at `at` may be deleted, seconds; none: never.
    pub fn expires(&self, at: TimestampMs) -> Option<i64> {
        self.retention_days.map(|days| at.0 / 1000 + i64::from(days) * 24 * 3600)
    }
}

/// When a sheet counts as stale: how many messages of high priority have come since its extraction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StaleRule {
    /// From how many on. 0: never.
    pub threshold: u32,
    /// Words that make a message one of high priority, beside those that always do.
    pub words: Vec<String>,
}

impl Default for StaleRule {
    fn default() -> Self {
        Self { threshold: 3, words: Vec::new() }
    }
}

/// Where a new sheet's summary is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Announce {
    /// The secret with the bot's token.
    pub secret: String,
    /// The channel's id.
    pub channel: String,
}

/// Where messages come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// A folder in Slack's export format, or a file of JSON Lines, that the function can read.
    Path {
        /// The path of the folder or file.
        path: String,
    },
    /// Channels, read over Slack's Web API.
    Slack {
        /// The secret with the bot's token.
        secret: String,
        /// The channels that are read.
        channels: Vec<SlackChannel>,
    },
    /// Messages that Slack or a script pushes.
    Inbox {
        /// The secret with which they are signed.
        secret: String,
    },
}

/// A channel of Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackChannel {
    /// `C…`
    pub id: String,
    /// Its name; asked for if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A cycle in the tenant's index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexedCycle {
    /// The week.
    pub cycle: Week,
    /// When it came to be.
    pub created_at: TimestampMs,
    /// Whether the week is closed. Its sheet says the same; this copy saves reading every sheet.
    #[serde(default)]
    pub sealed: bool,
}

#[derive(Serialize, Deserialize)]
struct DirectoryItem<T> {
    pk: String,
    sk: String,
    #[serde(flatten)]
    what: T,
}

#[derive(Serialize, Deserialize)]
struct Tenant {
    tenant: Name,
}

/// Teams that this process has read.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<(Name, Name), KeptTeam>>);

/// When a team was read, and what was found.
type KeptTeam = (TimestampMs, Option<Arc<Team>>);

/// Puts a team, or other words for it, and its tenant into the list of tenants that the weekly run reads.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put_team(table: &Table, tenant: &Name, team: &Team) -> Result<(), StoreError> {
    table
        .put(&DirectoryItem {
            pk: keys::TENANTS.into(),
            sk: tenant.to_string(),
            what: Tenant { tenant: tenant.clone() },
        })
        .await?;
    table.put(&DirectoryItem { pk: keys::tenant(tenant), sk: keys::team(&team.team), what: team }).await
}

/// Removes a team from its tenant's list. Its cycles stay.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn remove_team(table: &Table, tenant: &Name, team: &Name) -> Result<(), StoreError> {
    table.delete(&keys::tenant(tenant), &keys::team(team)).await
}

/// Returns every tenant that has a team.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn tenants(table: &Table) -> Result<Vec<Name>, StoreError> {
    let rows: Vec<DirectoryItem<Tenant>> = table.prefixed(keys::TENANTS, "").await?;
    Ok(rows.into_iter().map(|row| row.what.tenant).collect())
}

/// Returns the teams of a tenant.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn teams(table: &Table, tenant: &Name) -> Result<Vec<Team>, StoreError> {
    let rows: Vec<DirectoryItem<Team>> = table.prefixed(&keys::tenant(tenant), "TEAM#").await?;
    Ok(rows.into_iter().map(|row| row.what).collect())
}

impl Kept {
    /// A team, as read within the last minute; none if the tenant has no such team.
    pub(crate) async fn team(
        &self,
        table: &Table,
        tenant: &Name,
        team: &Name,
        now: TimestampMs,
    ) -> Result<Option<Arc<Team>>, StoreError> {
        let key = (tenant.clone(), team.clone());
        if let Some((at, found)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && now.since(*at) < TEAM_TTL_MS
        {
            return Ok(found.clone());
        }
        let row: Option<DirectoryItem<Team>> = table.get(&keys::tenant(tenant), &keys::team(team)).await?;
        let found = row.map(|row| Arc::new(row.what));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT_TEAMS {
            kept.clear();
        }
        kept.insert(key, (now, found.clone()));
        Ok(found)
    }
}

/// Names a cycle in its tenant's index. Written before the cycle's first slot; a second time changes nothing.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn index_cycle(table: &Table, key: &CycleKey, now: TimestampMs) -> Result<(), StoreError> {
    let what = IndexedCycle { cycle: key.week, created_at: now, sealed: false };
    let row = DirectoryItem { pk: keys::tenant(&key.tenant), sk: keys::index(&key.team, key.week), what };
    table.put_new(&row).await.map(drop)
}

/// Returns a team's cycles, newest first.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn cycles(table: &Table, tenant: &Name, team: &Name) -> Result<Vec<IndexedCycle>, StoreError> {
    let prefix = format!("CYCLE#{team}#");
    let rows: Vec<DirectoryItem<IndexedCycle>> = table.prefixed(&keys::tenant(tenant), &prefix).await?;
    Ok(rows.into_iter().rev().map(|row| row.what).collect())
}

/// Notes in the tenant's index that a cycle is closed.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn index_sealed(table: &Table, key: &CycleKey) -> Result<(), StoreError> {
    let (pk, sk) = (keys::tenant(&key.tenant), keys::index(&key.team, key.week));
    let Some(row) = table.get::<DirectoryItem<IndexedCycle>>(&pk, &sk).await? else { return Ok(()) };
    table.put(&DirectoryItem { pk, sk, what: IndexedCycle { sealed: true, ..row.what } }).await
}

/// Returns every cycle of a tenant.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn all_cycles(table: &Table, tenant: &Name) -> Result<Vec<(CycleKey, IndexedCycle)>, StoreError> {
    let rows: Vec<DirectoryItem<IndexedCycle>> = table.prefixed(&keys::tenant(tenant), "CYCLE#").await?;
    let team = |row: &DirectoryItem<IndexedCycle>| Name::new(row.sk.split('#').nth(1)?).ok();
    let key = |row: DirectoryItem<IndexedCycle>| {
        let key = CycleKey { tenant: tenant.clone(), team: team(&row)?, week: row.what.cycle };
        Some((key, row.what))
    };
    Ok(rows.into_iter().filter_map(key).collect())
}

/// A member of a tenant, as their last connection showed them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Their id.
    pub user: Name,
    /// Their name.
    pub name: String,
    /// Their colour.
    pub color: String,
    /// Their role, says their token.
    pub role: Role,
    /// The teams whose rooms they may enter.
    pub teams: Vec<Name>,
    /// When they were last seen.
    pub seen_at: TimestampMs,
    /// Their email, if their token says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What others know of a member: an administrator, or Slack. Its own row, so that no connection overwrites it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Their id.
    pub user: Name,
    /// Their email, where the token does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their id in Slack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_id: Option<String>,
}

/// Somebody in the directory: a member and what others know of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The member.
    pub member: Member,
    /// Their email.
    pub email: Option<String>,
    /// Their id in Slack.
    pub slack_id: Option<String>,
}

/// Puts a profile.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put_profile(table: &Table, tenant: &Name, profile: &Profile) -> Result<(), StoreError> {
    table
        .put(&DirectoryItem { pk: keys::tenant(tenant), sk: keys::profile(&profile.user), what: profile })
        .await
}

/// Returns what others know of a member, if they know anything.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn profile(table: &Table, tenant: &Name, user: &Name) -> Result<Option<Profile>, StoreError> {
    let row: Option<DirectoryItem<Profile>> = table.get(&keys::tenant(tenant), &keys::profile(user)).await?;
    Ok(row.map(|row| row.what))
}

/// Puts a member whom nobody has seen yet; false if they are known, and nothing changes.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put_new_member(table: &Table, tenant: &Name, member: &Member) -> Result<bool, StoreError> {
    table
        .put_new(&DirectoryItem { pk: keys::tenant(tenant), sk: keys::member(&member.user), what: member })
        .await
}

/// Returns everybody in the directory who has not been removed.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn everybody(table: &Table, tenant: &Name) -> Result<Vec<Known>, StoreError> {
    let profiles: Vec<DirectoryItem<Profile>> = table.prefixed(&keys::tenant(tenant), "PROFILE#").await?;
    let mut profiles: HashMap<Name, Profile> =
        profiles.into_iter().map(|row| (row.what.user.clone(), row.what)).collect();
    let denied = denied(table, tenant).await?;
    let known = |member: Member| {
        let profile = profiles.remove(&member.user);
        let (email, slack_id) = profile.map_or((None, None), |profile| (profile.email, profile.slack_id));
        Known { email: member.email.clone().or(email), slack_id, member }
    };
    let stays = |member: &Member| !denied.iter().any(|denied| denied.user == member.user);
    Ok(members(table, tenant).await?.into_iter().filter(stays).map(known).collect())
}

/// Puts a member into the directory, or what is new about them.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put_member(table: &Table, tenant: &Name, member: &Member) -> Result<(), StoreError> {
    table.put(&DirectoryItem { pk: keys::tenant(tenant), sk: keys::member(&member.user), what: member }).await
}

/// Returns a member, if they ever connected.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn member(table: &Table, tenant: &Name, user: &Name) -> Result<Option<Member>, StoreError> {
    let row: Option<DirectoryItem<Member>> = table.get(&keys::tenant(tenant), &keys::member(user)).await?;
    Ok(row.map(|row| row.what))
}

/// Returns the members of a tenant.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn members(table: &Table, tenant: &Name) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<DirectoryItem<Member>> = table.prefixed(&keys::tenant(tenant), "MEMBER#").await?;
    Ok(rows.into_iter().map(|row| row.what).collect())
}

/// Whether a user is removed from the tenant, and how often that has changed.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Denial {
    /// Removed?
    pub denied: bool,
    /// Counts removals and returns: who changes it names the count they saw.
    pub count: u64,
    /// Whether all cycles and sockets have been dealt with.
    pub done: bool,
}

/// Returns the standing of a user. Strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn denial(table: &Table, tenant: &Name, user: &Name) -> Result<Denial, StoreError> {
    let row: Option<DirectoryItem<Denial>> = table.get(&keys::user(tenant, user), keys::DENY).await?;
    Ok(row.map(|row| row.what).unwrap_or_default())
}

/// Returns whether the user has been removed from the tenant; strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn is_denied(table: &Table, tenant: &Name, user: &Name) -> Result<bool, StoreError> {
    fail_point!(CachedIdentity, {
        if sheet::planted::known(|| format!("{tenant}/{user}")) {
            return Ok(false);
        }
    });
    Ok(denial(table, tenant, user).await?.denied)
}

/// Returns changes the standing of a user, if it is still at the count before; false if somebody else was first. The
/// tenant's list of the removed is written first when it grows and last when it shrinks, so it never lacks anybody;
/// whom it names too many, a death in between has left there.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn put_denial(
    table: &Table,
    tenant: &Name,
    user: &Name,
    denial: &Denial,
) -> Result<bool, StoreError> {
    if !denial.done {
        list(table, tenant, user, denial).await?;
    }
    let row = DirectoryItem { pk: keys::user(tenant, user), sk: keys::DENY.into(), what: denial.clone() };
    let stands = table.put_counted(&row, denial.count, denial.done).await?;
    // Only if it stands: of a standing that others have changed since, nothing is done.
    if stands && denial.done {
        list(table, tenant, user, denial).await?;
    }
    Ok(stands)
}

/// Brings a user's entry in the tenant's list to what their denial says.
///
/// An entry with a later count comes from a change that was interrupted before its denial, or from one that begins at
/// this moment. The two look alike, so the denial takes over the count first: a change that is just beginning then
/// finds a newer denial and begins again under a later count. Only then is the entry deleted.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn relist(table: &Table, tenant: &Name, user: &Name) -> Result<(), StoreError> {
    let found = denial(table, tenant, user).await?;
    if found.count > 0 && !found.done {
        return list(table, tenant, user, &found).await;
    }
    let entry: Option<DirectoryItem<Denied>> = table.get(&keys::tenant(tenant), &keys::denied(user)).await?;
    let later = entry.map(|row| row.what.count).filter(|count| *count > found.count);
    let settled = Denial { done: true, count: later.unwrap_or(found.count), ..found };
    if later.is_some() {
        let row =
            DirectoryItem { pk: keys::user(tenant, user), sk: keys::DENY.into(), what: settled.clone() };
        if !table.put_next(&row, settled.count).await? {
            return Ok(());
        }
    }
    list(table, tenant, user, &settled).await
}

async fn list(table: &Table, tenant: &Name, user: &Name, denial: &Denial) -> Result<(), StoreError> {
    let (pk, sk) = (keys::tenant(tenant), keys::denied(user));
    if !denial.denied && denial.done {
        // A newer decision has listed the user under a higher count, and that entry stays.
        return table.delete_counted(&pk, &sk, denial.count).await;
    }
    let what = Denied { user: user.clone(), done: denial.done, count: denial.count };
    table.put_latest(&DirectoryItem { pk, sk, what }, denial.count).await
}

/// A user in the tenant's list of the removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// The user.
    pub user: Name,
    /// Whether all cycles and sockets have been dealt with.
    pub done: bool,
    /// The count of the denial that it was written for.
    #[serde(default)]
    pub count: u64,
}

/// Returns the removed of a tenant, and those whose removal or return is not done.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn denied(table: &Table, tenant: &Name) -> Result<Vec<Denied>, StoreError> {
    let rows: Vec<DirectoryItem<Denied>> = table.prefixed(&keys::tenant(tenant), "DENIED#").await?;
    Ok(rows.into_iter().map(|row| row.what).collect())
}
