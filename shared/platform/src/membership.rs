//! The decisions about members that a change asks for: stored before it is written into a log, and carried out in the
//! whole tenant after it.
use crate::{
    Context,
    broadcast::Endpoint,
    members::{self, Standing},
    roles,
};
use sheet::{Code, Name, Op, Refusal, Role};
use store::{StoreError, roles::SetRole};

/// One decision about a member that a change asks for.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Somebody leaves, or comes back.
    Standing(Name, Standing),
    /// Somebody has another role.
    Role(Name, Role),
}

/// A decision that is stored and not yet carried out in every cycle.
#[derive(Clone, Debug)]
pub(crate) enum Begun {
    /// A removal or a return.
    Standing(members::Begun),
    /// A role.
    Role(SetRole),
}

/// Returns what a person's change asks for about members; a change that does something else as well is refused.
pub(crate) fn requested(ops: &[Op]) -> Result<Vec<Request>, Refusal> {
    if !ops.iter().any(Op::is_membership) {
        return Ok(Vec::new());
    }
    let request = |op: &Op| match op {
        Op::MemberRevoke { user_id } => Some(Request::Standing(user_id.clone(), Standing::Removed)),
        Op::MemberRestore { user_id } => Some(Request::Standing(user_id.clone(), Standing::Back)),
        Op::MemberRole { user_id, role } => Some(Request::Role(user_id.clone(), *role)),
        _ => None,
    };
    let mixed = || Refusal::new(Code::Malformed, "a change about members does nothing else");
    ops.iter().map(request).collect::<Option<Vec<_>>>().ok_or_else(mixed)
}

impl Request {
    /// Whose standing it is about, if it is about one.
    pub(crate) fn standing_of(&self) -> Option<&Name> {
        match self {
            Self::Standing(user, _) => Some(user),
            Self::Role(..) => None,
        }
    }

    /// Writes the decision. Returns `None` if it is stored and carried out already. For a change that `repeats`, it
    /// only continues a decision that is not done, because others may have decided otherwise since.
    pub(crate) async fn begin(
        self,
        context: &Context,
        tenant: &Name,
        repeats: bool,
    ) -> Result<Option<Begun>, StoreError> {
        Ok(match self {
            Self::Standing(user, standing) => match repeats {
                true => members::unfinished(context, tenant, &user, standing).await?,
                false => members::begin(context, tenant, &user, standing).await?,
            }
            .map(Begun::Standing),
            Self::Role(user, role) => match repeats {
                true => roles::unfinished(context, tenant, &user, role).await?,
                false => roles::begin(context, tenant, &user, role).await?,
            }
            .map(Begun::Role),
        })
    }
}

impl Begun {
    /// Carries it out.
    pub(crate) async fn finish(
        &self,
        context: &Context,
        endpoint: &Endpoint,
        tenant: &Name,
    ) -> Result<(), StoreError> {
        match self {
            Self::Standing(begun) => members::finish(context, endpoint, tenant, begun).await,
            Self::Role(set) => roles::finish(context, endpoint, tenant, set).await,
        }
    }
}

/// Completes every interrupted decision about members. Returns how many. Called by the sweep.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn resume(context: &Context, endpoint: &Endpoint, tenant: &Name) -> Result<usize, StoreError> {
    Ok(members::resume(context, endpoint, tenant).await? + roles::resume(context, endpoint, tenant).await?)
}
