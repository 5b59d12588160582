//! Roles that an admin sets: tenant-wide and lasting, ordered with the edits of every open cycle.
//!
//! The same way as a removal's (see [`members`](crate::members)): the role is written first, then the op goes into
//! every open cycle, then it is noted as done. A function that is killed in between leaves a role that is not done, and
//! a repeated request or the sweep completes it. A new cycle carries the roles in its first entry; a closed one
//! receives a role when the member enters it.
use crate::{
    Context, Identity,
    broadcast::{Broadcast, Endpoint},
    members::{ATTEMPTS, concerned, contended, record_in},
};
use sheet::{Name, Op, Role, model::Status};
use store::{
    Folded, StoreError, connections,
    roles::{self, SetRole},
};

/// Writes the role that a member is to have. Returns `None` if the member has it and every cycle has recorded it.
pub(crate) async fn begin(
    context: &Context,
    tenant: &Name,
    user: &Name,
    role: Role,
) -> Result<Option<SetRole>, StoreError> {
    let table = context.store.table();
    for _ in 0..ATTEMPTS {
        let before = roles::of(table, tenant, user).await?;
        if let Some(before) = before.as_ref().filter(|before| before.role == role) {
            return Ok((!before.done).then(|| before.clone()));
        }
        let count = before.map_or(0, |before| before.count) + 1;
        let set = SetRole { user: user.clone(), role, count, done: false };
        if roles::put(table, tenant, &set).await? {
            return Ok(Some(set));
        }
    }
    Err(contended())
}

/// Returns the role that was set and not yet recorded in every cycle; `None` if it is done, or if others have decided
/// otherwise since.
pub(crate) async fn unfinished(
    context: &Context,
    tenant: &Name,
    user: &Name,
    role: Role,
) -> Result<Option<SetRole>, StoreError> {
    let set = roles::of(context.store.table(), tenant, user).await?;
    Ok(set.filter(|set| set.role == role && !set.done))
}

/// Carries out what was begun. Should another admin decide otherwise meanwhile, some of this may come after what they
/// did: then theirs is carried out once more.
pub(crate) async fn finish(
    context: &Context,
    endpoint: &Endpoint,
    tenant: &Name,
    begun: &SetRole,
) -> Result<(), StoreError> {
    let (table, mut set) = (context.store.table(), begun.clone());
    for _ in 0..ATTEMPTS {
        let sockets = connections::of_user(table, tenant, &set.user, context.now()).await?;
        for room in concerned(table, tenant, &sockets).await? {
            record_in(context, endpoint, &room, op_of(&set)).await?;
        }
        let done = SetRole { done: true, ..set.clone() };
        if roles::put(table, tenant, &done).await? {
            return Ok(());
        }
        match roles::of(table, tenant, &set.user).await? {
            Some(stands) if stands.count != set.count => set = stands,
            _ => return Ok(()),
        }
    }
    Err(contended())
}

/// Completes every role that is not yet recorded in every cycle. Returns how many. Called by the sweep.
pub(crate) async fn resume(
    context: &Context,
    endpoint: &Endpoint,
    tenant: &Name,
) -> Result<usize, StoreError> {
    let sets = roles::all(context.store.table(), tenant).await?;
    let mut resumed = 0;
    for set in sets.iter().filter(|set| !set.done) {
        finish(context, endpoint, tenant, set).await?;
        resumed += 1;
    }
    Ok(resumed)
}

/// Records the role of a user who enters a room: a week that was closed before the role was set does not have it yet.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn record_on_entry(
    broadcast: &Broadcast<'_>,
    user: &Name,
    entered: &Folded,
) -> Result<(), StoreError> {
    if entered.state.sheet.status != Status::Sealed {
        return Ok(());
    }
    let Broadcast { context, endpoint, room } = *broadcast;
    match roles::of(context.store.table(), &room.tenant, user).await? {
        Some(set) => record_in(context, endpoint, room, op_of(&set)).await,
        None => Ok(()),
    }
}

/// The role that counts outside any log: what an admin set, else the token's.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn standing(context: &Context, identity: &Identity) -> Result<Role, StoreError> {
    let set = roles::of(context.store.table(), &identity.tenant, &identity.user).await?;
    Ok(set.map_or(identity.role, |set| set.role))
}

/// Returns the op that records a role in a log.
fn op_of(set: &SetRole) -> Op {
    Op::MemberRole { user_id: set.user.clone(), role: set.role }
}
