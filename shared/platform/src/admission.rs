//! Where a person's teams and role come from: their token, or the tenant's directory.
//!
//! With the directory a token proves who somebody is and of which tenant; its teams and role are disregarded. So a
//! person who may edit an issuer's attributes cannot give anyone a team; an administrator sets both here.
use crate::{
    Context, Identity,
    identity::{TokenError, Verifier},
};
use futures::future::try_join;
use sheet::Role;
use store::{StoreError, roles, teams};

pub use crate::identity::Membership;

impl Membership {
    /// The membership that a word of the configuration names.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "token" => Some(Self::Token),
            "directory" => Some(Self::Directory),
            _ => None,
        }
    }

    /// The identity with the teams and the role that count.
    async fn complete(self, context: &Context, identity: Identity) -> Result<Identity, StoreError> {
        if self == Self::Token {
            return Ok(identity);
        }
        let (table, Identity { tenant, user, .. }) = (context.store.table(), &identity);
        let (teams, role) = try_join(teams::of(table, tenant, user), roles::of(table, tenant, user)).await?;
        Ok(Identity { teams, role: role.map_or(Role::Viewer, |set| set.role), ..identity })
    }
}

impl Verifier {
    /// Returns who the bearer of `token` is now, with the teams and the role that count.
    ///
    /// # Errors
    /// [`TokenError`] if the token does not verify, or the directory cannot be read.
    pub async fn identify(&self, context: &Context, token: &str) -> Result<Identity, TokenError> {
        let identity = self.verify(token, context.now()).await?;
        let complete = self.membership().complete(context, identity).await;
        complete.map_err(|error| TokenError::Directory(error.to_string()))
    }
}
