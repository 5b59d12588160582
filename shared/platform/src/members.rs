//! Removal and return of members: tenant-wide, ordered with the edits of every open cycle.
//!
//! The denial changes first, conditionally and counted; then the op goes into every open cycle; then the sockets are
//! closed. From the denial on nobody gets in; from the op on nothing of theirs is committed; and within seconds nothing
//! reaches them. Killed anywhere, the denial says that it is not done, and a repeated request or the sweep goes on:
//! every step may be done twice.
use crate::{
    Context,
    broadcast::{Broadcast, Endpoint},
    commit::{Sender, commit_one},
    room,
};
use protocol::client::ProposedChange;
use sheet::{ChangeId, ClientId, CycleKey, Name, Op, ledger::Ledger};
use store::{
    StoreError, Table, UserConnection, connections,
    directory::{self, Denial, Denied},
};

/// Attempts at what others change at the same moment.
pub(crate) const ATTEMPTS: usize = 5;

/// What is done about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They leave the tenant.
    Removed,
    /// They are back.
    Back,
}

impl Standing {
    fn of(denied: bool) -> Self {
        if denied { Self::Removed } else { Self::Back }
    }

    /// Returns the op that records this standing in a log.
    fn op(self, user: &Name) -> Op {
        let user_id = user.clone();
        match self {
            Self::Removed => Op::MemberRevoke { user_id },
            Self::Back => Op::MemberRestore { user_id },
        }
    }
}

/// A standing that has been written and not yet carried out.
#[derive(Clone, Debug)]
pub struct Begun {
    user: Name,
    denial: Denial,
}

/// Writes what is to become of a member: from here on nobody gets in against it. None: it stands and is carried out.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn begin(
    context: &Context,
    tenant: &Name,
    user: &Name,
    standing: Standing,
) -> Result<Option<Begun>, StoreError> {
    let table = context.store.table();
    let denied = standing == Standing::Removed;
    for _ in 0..ATTEMPTS {
        let before = directory::denial(table, tenant, user).await?;
        if before.denied == denied && (before.done || before.count == 0) {
            return Ok(None);
        }
        // What was begun and not done is resumed under its count; a change of mind has a count of its own.
        let count = if before.denied == denied { before.count } else { before.count + 1 };
        let denial = Denial { denied, count, done: false };
        if directory::put_denial(table, tenant, user, &denial).await? {
            return Ok(Some(Begun { user: user.clone(), denial }));
        }
    }
    Err(contended())
}

/// What was begun and died before it was carried out. None: it is done, or others have decided otherwise since.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn unfinished(
    context: &Context,
    tenant: &Name,
    user: &Name,
    standing: Standing,
) -> Result<Option<Begun>, StoreError> {
    let denial = directory::denial(context.store.table(), tenant, user).await?;
    let same = denial.denied == (standing == Standing::Removed) && denial.count > 0;
    Ok((same && !denial.done).then(|| Begun { user: user.clone(), denial }))
}

/// Carries out what was begun: the op in every open cycle, then the sockets, then the note that it is done. Should
/// somebody decide otherwise meanwhile, some of this may come after what they did: then theirs is carried out once more.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn finish(
    context: &Context,
    endpoint: &Endpoint,
    tenant: &Name,
    begun: &Begun,
) -> Result<(), StoreError> {
    let (table, user, mut denial) = (context.store.table(), &begun.user, begun.denial.clone());
    for _ in 0..ATTEMPTS {
        carry_out(context, endpoint, tenant, user, Standing::of(denial.denied)).await?;
        if directory::put_denial(table, tenant, user, &Denial { done: true, ..denial }).await? {
            return Ok(());
        }
        denial = directory::denial(table, tenant, user).await?;
    }
    Err(contended())
}

/// Returns whether `user` is removed, and first brings this week's log in line with the tenant-wide decision. The two
/// can differ when a member was re-admitted while the week was closed.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn is_removed(broadcast: &Broadcast<'_>, user: &Name) -> Result<bool, StoreError> {
    let Broadcast { context, endpoint, room } = *broadcast;
    let table = context.store.table();
    for _ in 0..ATTEMPTS {
        let denied = directory::is_denied(table, &room.tenant, user).await?;
        record_in(context, endpoint, room, Standing::of(denied).op(user)).await?;
        if directory::is_denied(table, &room.tenant, user).await? == denied {
            return Ok(denied);
        }
    }
    Err(contended())
}

pub(crate) fn contended() -> StoreError {
    StoreError::Unavailable {
        operation: "PutItem",
        reason: "others change this member's standing too".into(),
    }
}

/// Completes every removal and re-admission that was interrupted. Returns how many. Called by the sweep.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn resume(context: &Context, endpoint: &Endpoint, tenant: &Name) -> Result<usize, StoreError> {
    let table = context.store.table();
    let listed = directory::denied(table, tenant).await?;
    let mut resumed = 0;
    for Denied { user, .. } in listed.iter().filter(|denied| !denied.done) {
        let standing = Standing::of(directory::is_denied(table, tenant, user).await?);
        match begin(context, tenant, user, standing).await? {
            Some(begun) => {
                finish(context, endpoint, tenant, &begun).await?;
                resumed += 1;
            }
            // Killed between the list and the denial: nothing was decided, or all of it is done.
            None => directory::relist(table, tenant, user).await?,
        }
    }
    enforce(context, endpoint, tenant, &listed).await?;
    Ok(resumed)
}

/// Makes sure that a removed member is removed in every open cycle, even where a late change re-admitted them in the
/// log behind the removal and the function died before it checked again.
async fn enforce(
    context: &Context,
    endpoint: &Endpoint,
    tenant: &Name,
    listed: &[Denied],
) -> Result<(), StoreError> {
    if listed.is_empty() {
        return Ok(());
    }
    for (room, indexed) in directory::all_cycles(context.store.table(), tenant).await? {
        if indexed.sealed {
            continue;
        }
        let denials = match context.store.tip(&room).await {
            Ok(tip) => tip.state.ledger.denials.clone(),
            Err(StoreError::NotFound) => continue,
            // One room's trouble is not another's: the next sweep looks again.
            Err(error) => {
                tracing::warn!(%error, cycle = %room, "removals of members are not checked in this cycle");
                continue;
            }
        };
        let broadcast = Broadcast { context, endpoint, room: &room };
        for Denied { user, .. } in listed.iter().filter(|listed| !denials.contains(&listed.user)) {
            is_removed(&broadcast, user).await?;
        }
    }
    Ok(())
}

async fn carry_out(
    context: &Context,
    endpoint: &Endpoint,
    tenant: &Name,
    user: &Name,
    standing: Standing,
) -> Result<(), StoreError> {
    let table = context.store.table();
    let sockets = connections::of_user(table, tenant, user, context.now()).await?;
    for room in concerned(table, tenant, &sockets).await? {
        record_in(context, endpoint, &room, standing.op(user)).await?;
    }
    if standing == Standing::Removed {
        for socket in sockets {
            context.callback.close(endpoint, &socket.connection_id).await;
            let room = CycleKey { tenant: tenant.clone(), team: socket.team, week: socket.week };
            let broadcast = Broadcast { context, endpoint, room: &room };
            room::leave(&broadcast, user, &socket.connection_id).await?;
        }
    }
    Ok(())
}

/// Returns the cycles that record a member's standing or role at once: the open ones, and the closed ones in which the
/// member has a socket now, because a closed week can still be edited.
pub(crate) async fn concerned(
    table: &Table,
    tenant: &Name,
    sockets: &[UserConnection],
) -> Result<Vec<CycleKey>, StoreError> {
    let sits =
        |key: &CycleKey| sockets.iter().any(|socket| socket.team == key.team && socket.week == key.week);
    let cycles = directory::all_cycles(table, tenant).await?;
    let concerned = cycles.into_iter().filter(|(key, indexed)| !indexed.sealed || sits(key));
    Ok(concerned.map(|(key, _)| key).collect())
}

/// Commits an op about a member in one cycle, unless its log says so already.
pub(crate) async fn record_in(
    context: &Context,
    endpoint: &Endpoint,
    room: &CycleKey,
    op: Op,
) -> Result<(), StoreError> {
    let tip = match context.store.tip(room).await {
        // The cycle is in the index and not yet begun, and the call that begins it may have read the decisions before
        // this one was written. If we begin it here, its first entry has the decision; if the other call begins it, the
        // commit below adds it.
        Err(StoreError::NotFound) => {
            context.store.create(room, context.now()).await?;
            context.store.tip(room).await?
        }
        found => found?,
    };
    if says(&tip.state.ledger, &op) {
        return Ok(());
    }
    let failed = |reason: String| StoreError::Unavailable { operation: "commit", reason };
    let client = ClientId::made_of("member-", &context.unique());
    let sender = Sender::system();
    let proposed = ProposedChange { id: ChangeId::new(client, 1), base: tip.state.version(), ops: vec![op] };
    match commit_one(&Broadcast { context, endpoint, room }, &sender, proposed).await {
        Ok(_) => Ok(()),
        Err(rejected) => Err(failed(rejected.message)),
    }
}

fn says(ledger: &Ledger, op: &Op) -> bool {
    match op {
        Op::MemberRevoke { user_id } => ledger.denials.contains(user_id),
        Op::MemberRestore { user_id } => !ledger.denials.contains(user_id),
        Op::MemberRole { user_id, role } => ledger.roles.get(user_id) == Some(role),
        _ => false,
    }
}
