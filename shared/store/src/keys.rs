//! The one table's keys. Every part that comes from outside is a validated word before it gets here.
use sheet::{CycleKey, Name, Week, fail_point};

/// The partition of a cycle: record, log, room, raw messages.
pub(crate) fn cycle(key: &CycleKey) -> String {
    format!("C#{}#{}#{}", key.tenant, key.team, key.week)
}

/// The partition of a user: open connections, denial, unread mentions.
pub(crate) fn user(tenant: &Name, user: &Name) -> String {
    format!("U#{tenant}#{user}")
}

/// The partition of a tenant: cycles, teams, members.
pub(crate) fn tenant(tenant: &Name) -> String {
    format!("T#{tenant}")
}

/// The partition that lists the tenants.
pub(crate) const TENANTS: &str = "TENANTS";
/// The record of a cycle.
pub(crate) const RECORD: &str = "RECORD";
/// The denial of a removed user.
pub(crate) const DENY: &str = "DENY";

/// After every sort key that begins with `prefix`: keys are ASCII.
pub(crate) fn end(prefix: &str) -> String {
    format!("{prefix}~")
}

/// The slot of a log entry: its first version, so that text order is number order.
pub(crate) fn slot(first: u64) -> String {
    format!("LOG#{first:012}")
}

/// The version that a slot stands for; none: this is no slot's key.
pub(crate) fn version_of(slot: &str) -> Option<u64> {
    slot.strip_prefix("LOG#")?.parse().ok()
}

/// One chunk of a record that is too large for one item.
pub(crate) fn chunk(version: u64, nonce: &str, number: usize) -> String {
    fail_point!(SharedChunkKeys, { return format!("RECORD#0#shared#{number:02}") });
    format!("RECORD#{version}#{nonce}#{number:02}")
}

/// A socket in a room, or of a user.
pub(crate) fn connection(id: &str) -> String {
    format!("CONN#{id}")
}

/// The count of changes to the sockets in a room.
pub(crate) const ROSTER: &str = "ROSTER";

/// A removed member, in the tenant's list of them.
pub(crate) fn denied(user: &Name) -> String {
    format!("DENIED#{user}")
}

/// The role that a member was given.
pub(crate) fn role(user: &Name) -> String {
    format!("ROLE#{user}")
}

/// The teams that a member was given.
pub(crate) fn teams(user: &Name) -> String {
    format!("TEAMS#{user}")
}

/// A member in the tenant's directory.
pub(crate) fn member(user: &Name) -> String {
    format!("MEMBER#{user}")
}

/// What others know of a member.
pub(crate) fn profile(user: &Name) -> String {
    format!("PROFILE#{user}")
}

/// The partition of what was pushed to a team for a week.
pub(crate) fn inbox(key: &CycleKey) -> String {
    format!("I#{}#{}#{}", key.tenant, key.team, key.week)
}

/// A pushed message: its channel and what is unique there.
pub(crate) fn pushed(channel: &Name, unique: &Name) -> String {
    format!("MSG#{channel}#{unique}")
}

/// A mention that is to be sent as a direct message.
pub(crate) const DIRECT: &str = "DIRECT#";

/// What sending it came to.
pub(crate) fn sent(name: &str) -> String {
    format!("SENT#{name}")
}

/// The minute in which a refresh last looked at the messages.
pub(crate) const LOOKED: &str = "LOOKED";
/// What a cycle's announcement came to.
pub(crate) const ANNOUNCED: &str = "ANNOUNCED";

/// An unread mention: the change that made it and the place it stands in (a thread's id, or `doc:` and a document's
/// name), for one change may write in several. The same change always makes the same ones.
pub(crate) fn note(cycle: &CycleKey, version: u64, place: &str) -> String {
    format!("NOTE#{}#{}#{version:012}#{place}", cycle.team, cycle.week)
}

/// A team of a tenant.
pub(crate) fn team(team: &Name) -> String {
    format!("TEAM#{team}")
}

/// A cycle in the tenant's index.
pub(crate) fn index(team: &Name, week: Week) -> String {
    format!("CYCLE#{team}#{week}")
}

/// One part of what a generation read or was answered.
pub(crate) fn raw(generation: u32, what: &str, number: usize) -> String {
    format!("RAW#{generation}#{what}#{number:02}")
}
