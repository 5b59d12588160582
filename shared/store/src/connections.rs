//! The connection map: the sockets in each room, and the sockets that each user has open.
//!
//! Two rows a socket: one in the room, written by `hello` and read by every broadcast; one with the user, written by
//! `$connect` and read for removal, mentions and the limit per user. Both expire by themselves, which is harmless:
//! `ping` writes them again.
//!
//! A socket that answers 410 may be alive all the same. Its row in the room is not deleted but marked as lost: nothing
//! is posted to it, and the socket's next `ping` makes it a row again. So `ping` knows from the mark that this socket
//! has said `hello`, and brings no socket into a room that it never entered.
//!
//! Every write of a room's rows is followed by one that counts up the room's roster (`crate::roster`), by which other
//! processes learn that the list of recipients that they keep is old.
use crate::{
    keys,
    table::{StoreError, Table, read},
};
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Name, Role, TimestampMs, fail_point};

/// Seconds a row outlives its writing: a socket lives two hours at most, and its clock may be off.
const ROW_SECONDS: i64 = 2 * 3600 + 15 * 60;
/// Seconds that a lost row waits for its socket's `ping`. The gateway closes a socket that says nothing for 10 minutes.
const LOST_SECONDS: i64 = 15 * 60;

/// Counts up the roster of a room, after one of its rows was written.
async fn count_up(table: &Table, key: &CycleKey) -> Result<(), StoreError> {
    table.count_up(&keys::cycle(key), keys::ROSTER).await
}

/// A socket in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// The gateway's id of it.
    pub connection_id: String,
    /// Whose it is.
    pub user: Name,
    /// Their name.
    pub name: String,
    /// Their colour.
    pub color: String,
    /// Their role.
    pub role: Role,
    /// When their token ends, milliseconds.
    pub token_expires_at: TimestampMs,
    /// When the socket was last known to live: its `hello`, or a `ping` since.
    #[serde(default)]
    pub seen_at: TimestampMs,
}

/// A socket of a room as a broadcast knows it: where to post, and whose rows go if it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The gateway's id of it.
    pub connection_id: String,
    /// Whose it is.
    pub user: Name,
}

impl From<&Connection> for Recipient {
    fn from(connection: &Connection) -> Self {
        Self { connection_id: connection.connection_id.clone(), user: connection.user.clone() }
    }
}

/// A socket of a user, in whatever room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserConnection {
    /// The gateway's id of it.
    pub connection_id: String,
    /// The team whose room it may join.
    pub team: Name,
    /// The week whose room it may join.
    pub week: sheet::Week,
    /// When it connected.
    pub connected_at: TimestampMs,
}

impl UserConnection {
    /// Returns a socket for `room`, noted at `now`.
    pub fn new(connection_id: &str, room: &CycleKey, now: TimestampMs) -> Self {
        Self {
            connection_id: connection_id.into(),
            team: room.team.clone(),
            week: room.week,
            connected_at: now,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct SocketItem<T> {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(flatten)]
    what: T,
}

impl<T> SocketItem<T> {
    fn new(pk: String, connection_id: &str, what: T, now: TimestampMs) -> Self {
        Self { pk, sk: keys::connection(connection_id), expires: now.0 / 1000 + ROW_SECONDS, what }
    }
}

/// The mark in a room for a socket that answered 410.
#[derive(Serialize, Deserialize)]
struct LostRow {
    pk: String,
    sk: String,
    expires: i64,
    lost: bool,
}

/// A stored row of a room. A lost one has the mark.
#[derive(Deserialize)]
#[serde(untagged)]
enum RoomRow {
    Lost(LostRow),
    Here(SocketItem<Connection>),
}

impl RoomRow {
    /// Returns the socket, unless it is lost.
    fn here(self) -> Option<Connection> {
        match self {
            Self::Here(row) => Some(row.what),
            Self::Lost(_) => None,
        }
    }
}

/// What a room knows of a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// It has not said `hello`, or has left.
    Outside,
    /// It has said `hello`, and answered 410 since.
    Lost,
    /// It is in the room.
    Inside(Connection),
}

fn live<T>(rows: Vec<SocketItem<T>>, now: TimestampMs) -> Vec<T> {
    // DynamoDB deletes expired rows within days, not at once: what has expired is not there.
    rows.into_iter().filter(|row| row.expires * 1000 > now.0).map(|row| row.what).collect()
}

/// Puts a socket into its room.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn join(
    table: &Table,
    key: &CycleKey,
    connection: &Connection,
    now: TimestampMs,
) -> Result<(), StoreError> {
    table.put(&SocketItem::new(keys::cycle(key), &connection.connection_id, connection, now)).await?;
    fail_point!(JoinUncounted, { return Ok(()) });
    count_up(table, key).await
}

/// Writes the row of a socket that is in its room already, lost or not. Returns whether it was: a socket that has left
/// meanwhile is not brought back.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn stay(
    table: &Table,
    key: &CycleKey,
    connection: &Connection,
    now: TimestampMs,
) -> Result<bool, StoreError> {
    let row = SocketItem::new(keys::cycle(key), &connection.connection_id, connection, now);
    let is_written = table.put_over(&row).await?;
    if is_written {
        count_up(table, key).await?;
    }
    Ok(is_written)
}

/// Returns what a room knows of a socket; strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn find(
    table: &Table,
    key: &CycleKey,
    connection_id: &str,
    now: TimestampMs,
) -> Result<Presence, StoreError> {
    let row: Option<RoomRow> = table.get(&keys::cycle(key), &keys::connection(connection_id)).await?;
    Ok(match row {
        Some(RoomRow::Here(row)) if row.expires * 1000 > now.0 => Presence::Inside(row.what),
        Some(RoomRow::Lost(row)) if row.expires * 1000 > now.0 => Presence::Lost,
        _ => Presence::Outside,
    })
}

/// Returns everybody in a room and all that is known of them, strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn room(table: &Table, key: &CycleKey, now: TimestampMs) -> Result<Vec<Connection>, StoreError> {
    Ok(live(table.prefixed_without(&keys::cycle(key), "CONN#", "lost").await?, now))
}

/// A recipient, and the second in which its row expires.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    connection_id: String,
    user: Name,
    pub(crate) expires: i64,
}

impl From<Listed> for Recipient {
    fn from(listed: Listed) -> Self {
        Self { connection_id: listed.connection_id, user: listed.user }
    }
}

/// Returns the sockets to post to, read strongly consistently. It reads only the attributes that a post needs.
pub(crate) async fn listed(
    table: &Table,
    key: &CycleKey,
    now: TimestampMs,
) -> Result<Vec<Listed>, StoreError> {
    let needed = ["connectionId", "user", "expires"];
    let items = table.projected(&keys::cycle(key), "CONN#", &needed, "lost").await?;
    let listed = items.into_iter().map(read).collect::<Result<Vec<Listed>, _>>()?;
    Ok(listed.into_iter().filter(|listed| listed.expires * 1000 > now.0).collect())
}

/// Marks a socket's row as lost, because a post to it was answered 410. Returns the row to one caller alone; `None` if
/// the socket was not in the room.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn lose(
    table: &Table,
    key: &CycleKey,
    connection_id: &str,
    now: TimestampMs,
) -> Result<Option<Connection>, StoreError> {
    let (pk, sk) = (keys::cycle(key), keys::connection(connection_id));
    let lost = LostRow { pk, sk, expires: now.0 / 1000 + LOST_SECONDS, lost: true };
    let stood: Option<RoomRow> = table.put_in_place(&lost, "lost").await?;
    if stood.is_some() {
        count_up(table, key).await?;
    }
    Ok(stood.and_then(RoomRow::here))
}

/// Removes a socket from its room. Returns its row, unless it was marked as lost.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn leave(
    table: &Table,
    key: &CycleKey,
    connection_id: &str,
) -> Result<Option<Connection>, StoreError> {
    let gone: Option<RoomRow> = table.take(&keys::cycle(key), &keys::connection(connection_id)).await?;
    if gone.is_some() {
        count_up(table, key).await?;
    }
    Ok(gone.and_then(RoomRow::here))
}

/// Notes a socket with its user.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn open(
    table: &Table,
    tenant: &Name,
    user: &Name,
    connection: &UserConnection,
    now: TimestampMs,
) -> Result<(), StoreError> {
    table.put(&SocketItem::new(keys::user(tenant, user), &connection.connection_id, connection, now)).await
}

/// Returns a user's sockets, oldest first.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn of_user(
    table: &Table,
    tenant: &Name,
    user: &Name,
    now: TimestampMs,
) -> Result<Vec<UserConnection>, StoreError> {
    let rows = table.prefixed(&keys::user(tenant, user), "CONN#").await?;
    let mut sockets: Vec<UserConnection> = live(rows, now);
    sockets.sort_by(|a, b| (a.connected_at, &a.connection_id).cmp(&(b.connected_at, &b.connection_id)));
    Ok(sockets)
}

/// Takes a socket from its user.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn close(table: &Table, tenant: &Name, user: &Name, connection_id: &str) -> Result<(), StoreError> {
    table.delete(&keys::user(tenant, user), &keys::connection(connection_id)).await
}
