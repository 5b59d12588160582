//! The one table's keys. Every part that comes from outside is a validated word before it gets here.
use sheet::{
    CycleKey, Name, Week,
    planted::{self, Fault},
};

/// The partition of a cycle: record, log, room, raw messages.
pub fn cycle(key: &CycleKey) -> String {
    format!("C#{}#{}#{}", key.tenant, key.team, key.week)
}

/// The partition of a user: open connections, denial, unread mentions.
pub fn user(tenant: &Name, user: &Name) -> String {
    format!("U#{tenant}#{user}")
}

/// The partition of a tenant: cycles, teams, members.
pub fn tenant(tenant: &Name) -> String {
    format!("T#{tenant}")
}

/// The partition that lists the tenants.
pub const TENANTS: &str = "TENANTS";
/// The record of a cycle.
pub const RECORD: &str = "RECORD";
/// The denial of a removed user.
pub const DENY: &str = "DENY";

/// After every sort key that begins with `prefix`: keys are ASCII.
pub fn end(prefix: &str) -> String {
    format!("{prefix}~")
}

/// The slot of a log entry: its first version, so that text order is number order.
pub fn slot(first: u64) -> String {
    format!("LOG#{first:012}")
}

/// The version that a slot stands for; none: this is no slot's key.
pub(crate) fn version_of(slot: &str) -> Option<u64> {
    slot.strip_prefix("LOG#")?.parse().ok()
}

/// One chunk of a record that is too large for one item.
pub fn chunk(version: u64, nonce: &str, number: usize) -> String {
    if planted::is(Fault::SharedChunkKeys) {
        return format!("RECORD#0#shared#{number:02}");
    }
    format!("RECORD#{version}#{nonce}#{number:02}")
}

/// A socket in a room, or of a user.
pub fn connection(id: &str) -> String {
    format!("CONN#{id}")
}

/// A removed member, in the tenant's list of them.
pub fn denied(user: &Name) -> String {
    format!("DENIED#{user}")
}

/// The role that a member was given.
pub fn role(user: &Name) -> String {
    format!("ROLE#{user}")
}

/// The teams that a member was given.
pub fn teams(user: &Name) -> String {
    format!("TEAMS#{user}")
}

/// A member in the tenant's directory.
pub fn member(user: &Name) -> String {
    format!("MEMBER#{user}")
}

/// What others know of a member.
pub fn profile(user: &Name) -> String {
    format!("PROFILE#{user}")
}

/// The partition of what was pushed to a team for a week.
pub fn inbox(key: &CycleKey) -> String {
    format!("I#{}#{}#{}", key.tenant, key.team, key.week)
}

/// A pushed message: its channel and what is unique there.
pub fn pushed(channel: &Name, unique: &Name) -> String {
    format!("MSG#{channel}#{unique}")
}

/// A mention that is to be sent as a direct message.
pub const DIRECT: &str = "DIRECT#";

/// What sending it came to.
pub fn sent(name: &str) -> String {
    format!("SENT#{name}")
}

/// The minute in which a refresh last looked at the messages.
pub const LOOKED: &str = "LOOKED";
/// What a cycle's announcement came to.
pub const ANNOUNCED: &str = "ANNOUNCED";

/// An unread mention: the change that made it and the place it stands in (a thread's id, or `doc:` and a document's
/// name), for one change may write in several. The same change always makes the same ones.
pub fn note(cycle: &CycleKey, version: u64, place: &str) -> String {
    format!("NOTE#{}#{}#{version:012}#{place}", cycle.team, cycle.week)
}

/// A team of a tenant.
pub fn team(team: &Name) -> String {
    format!("TEAM#{team}")
}

/// A cycle in the tenant's index.
pub fn index(team: &Name, week: Week) -> String {
    format!("CYCLE#{team}#{week}")
}

/// One part of what a generation read or was answered.
pub fn raw(generation: u32, what: &str, number: usize) -> String {
    format!("RAW#{generation}#{what}#{number:02}")
}
