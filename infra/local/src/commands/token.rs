//! `cyclesheet token`: a token of the local issuer.
use super::{Done, print};
use local::tokens::{self, Person, SECRET};
use platform::context::system_clock;
use sheet::{Name, Role};

/// A year: the longest a token for a script may live.
const MAX_TTL_S: u32 = 366 * 24 * 3600;

#[derive(clap::Args)]
pub(crate) struct TokenArgs {
    /// The tenant
    #[arg(long)]
    tenant: Name,
    /// The teams whose rooms the bearer may enter
    #[arg(long, value_delimiter = ',', required = true)]
    teams: Vec<Name>,
    /// The user's id
    #[arg(long)]
    user: Name,
    /// The user's name on a screen
    #[arg(long)]
    name: String,
    /// viewer, editor or admin
    #[arg(long, value_parser = role)]
    role: Role,
    /// Seconds until it expires
    #[arg(long, default_value_t = 8 * 3600, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_TTL_S)))]
    ttl: u32,
    /// The local issuer's key
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, default_value = SECRET, hide_default_value = true)]
    secret: String,
}

fn role(word: &str) -> Result<Role, String> {
    Role::of_person(word).ok_or_else(|| "a role is one of viewer, editor, admin".to_owned())
}

impl TokenArgs {
    pub(crate) fn run(self) -> Done {
        let Self { tenant, teams, user, name, role, ttl, secret } = self;
        let expires_at = (system_clock())().plus_ms(i64::from(ttl) * 1000);
        let token = tokens::issue(&secret, &Person { tenant, teams, user, name, role }, expires_at)?;
        print(&format!("{token}\n"))
    }
}
