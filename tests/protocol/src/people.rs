//! The people of a test.
use local::{
    sample::{TEAM, TENANT},
    tokens::{self, Person, SECRET},
};
use sheet::{Name, Role, TimestampMs};

/// Somebody, before they have a token.
#[derive(Clone, Debug)]
pub struct Who {
    /// Their tenant.
    pub tenant: String,
    /// Their one team.
    pub team: String,
    /// Their id, and their name.
    pub user: String,
    /// What they may do.
    pub role: Role,
}

/// An editor of the usual team.
pub fn who(user: &str) -> Who {
    Who { tenant: TENANT.into(), team: TEAM.into(), user: user.into(), role: Role::Editor }
}

impl Who {
    /// The same as a viewer.
    pub fn viewer(self) -> Self {
        Self { role: Role::Viewer, ..self }
    }

    /// The same as an admin.
    pub fn admin(self) -> Self {
        Self { role: Role::Admin, ..self }
    }

    /// The same in another tenant.
    pub fn of(self, tenant: &str) -> Self {
        Self { tenant: tenant.into(), ..self }
    }

    /// The same in another team.
    pub fn in_team(self, team: &str) -> Self {
        Self { team: team.into(), ..self }
    }

    /// As the local issuer knows them.
    pub fn person(&self) -> Person {
        Person {
            tenant: Name::new(&self.tenant).unwrap(),
            teams: vec![Name::new(&self.team).unwrap()],
            user: Name::new(&self.user).unwrap(),
            name: self.user.clone(),
            role: self.role,
        }
    }

    /// A token until `expires_at_ms`.
    pub fn token(&self, expires_at_ms: u64) -> String {
        self.token_signed(SECRET, expires_at_ms)
    }

    /// A token signed with any key.
    pub fn token_signed(&self, secret: &str, expires_at_ms: u64) -> String {
        tokens::issue(secret, &self.person(), TimestampMs(expires_at_ms as i64)).unwrap()
    }
}
