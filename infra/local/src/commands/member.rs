//! `cyclesheet member`: the directory of people.
use super::{
    Done,
    at::{At, Missing, Place},
    lines,
};
use platform::{
    broadcast::Endpoint,
    context::system_clock,
    invoke::ExtractRequest,
    members::{self, Standing},
    membership,
};
use serde_json::json;
use sheet::{Name, Role};
use store::{
    directory::{self, Member, Profile},
    roles::{self, SetRole},
    teams,
};

/// The colour of a member who never connected.
const NO_COLOR: &str = "#4a5a68";

#[derive(clap::Subcommand)]
pub(crate) enum Members {
    /// Add somebody to the directory, or what is known of them
    Add(MemberAdd),
    /// Give somebody teams or a role: theirs from then on, whatever their token says of a role
    Set(MemberSet),
    /// Give somebody a role: the same as `set --role`
    Role(MemberRole),
    /// Remove somebody from the tenant: they get in nowhere, and their sockets are closed
    Remove(MemberName),
    /// Let somebody who was removed back in
    Restore(MemberName),
    /// Print everybody, one as JSON a line
    List(At),
}

#[derive(clap::Args)]
pub(crate) struct MemberSet {
    #[command(flatten)]
    at: At,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
    /// Their teams, and no others; they count where membership stands in the directory (MEMBERSHIP=directory)
    #[arg(long, value_delimiter = ',', required_unless_present = "role")]
    teams: Option<Vec<Name>>,
    /// viewer, editor or admin
    #[arg(long, value_parser = role)]
    role: Option<Role>,
}

#[derive(clap::Args)]
pub(crate) struct MemberRole {
    #[command(flatten)]
    at: At,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
    /// viewer, editor or admin
    #[arg(long, value_parser = role)]
    role: Role,
}

#[derive(clap::Args)]
pub(crate) struct MemberName {
    #[command(flatten)]
    at: At,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
}

#[derive(clap::Args)]
pub(crate) struct MemberAdd {
    #[command(flatten)]
    at: At,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
    /// Their name on a screen, until a token says another
    #[arg(long)]
    name: String,
    /// Their email, by which they are found in Slack
    #[arg(long)]
    email: Option<String>,
    /// Their id in Slack, U…
    #[arg(long, value_name = "ID")]
    slack_id: Option<String>,
    /// The teams they belong to, until a token says others
    #[arg(long, value_delimiter = ',', required = true)]
    teams: Vec<Name>,
    /// viewer, editor or admin, until a token says another
    #[arg(long, default_value = "editor", value_parser = role)]
    role: Role,
}

fn role(word: &str) -> Result<Role, String> {
    Role::of_person(word).ok_or_else(|| "a role is one of viewer, editor, admin".to_owned())
}

impl Members {
    pub(crate) async fn run(self) -> Done {
        match self {
            Self::Add(add) => add.run().await,
            Self::Set(set) => set.run().await,
            Self::Role(MemberRole { at, user, role }) => {
                MemberSet { at, user, teams: None, role: Some(role) }.run().await
            }
            Self::Remove(named) => named.run(Standing::Removed).await,
            Self::Restore(named) => named.run(Standing::Back).await,
            Self::List(at) => {
                let table = at.open(Missing::Refused).await?.table;
                let known = directory::everybody(&table, &at.tenant).await?;
                lines(known.iter().map(|known| {
                    let Member { user, name, role, teams, .. } = &known.member;
                    let line = json!({"user": user, "name": name, "email": known.email, "slackId": known.slack_id, "role": role, "teams": teams});
                    serde_json::to_string(&line)
                }))
            }
        }
    }
}

impl MemberSet {
    async fn run(self) -> Done {
        let place = self.at.open(Missing::Made).await?;
        let (table, tenant) = (&place.table, &self.at.tenant);
        if let Some(role) = self.role.filter(|_| !self.at.dry_run) {
            let before = roles::of(table, tenant, &self.user).await?;
            let count = before.map_or(0, |before| before.count) + 1;
            // Begun, and not done: what follows tells every open week of it, as after a change in the page.
            let set = SetRole { user: self.user.clone(), role, count, done: false };
            if !roles::put(table, tenant, &set).await? {
                return Err("somebody else has just set their role: look, and say it again".into());
            }
        }
        if let Some(given) = self.teams.as_ref().filter(|_| !self.at.dry_run) {
            teams::put(table, tenant, &self.user, given).await?;
        }
        let follows = match self.role {
            Some(_) => carried_out(&self.at, &place).await?,
            None => "it counts from their next connection on".to_owned(),
        };
        let json = json!({"user": self.user, "role": self.role, "teams": self.teams});
        self.at.say(format!("{}: set; {follows}", self.user), json)
    }
}

impl MemberName {
    async fn run(self, standing: Standing) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let denied = directory::is_denied(&place.table, &self.at.tenant, &self.user).await?;
        let (word, wanted) = match standing {
            Standing::Removed => ("removed", true),
            Standing::Back => ("back", false),
        };
        let json = json!({"user": self.user, "standing": word});
        if self.at.dry_run {
            let already = if denied == wanted { " already" } else { "" };
            return self.at.say(format!("{}: {word}{already}", self.user), json);
        }
        members::begin(&place.context(), &self.at.tenant, &self.user, standing).await?;
        let follows = carried_out(&self.at, &place).await?;
        self.at.say(format!("{}: {word}; {follows}", self.user), json)
    }
}

/// Has what was decided about members carried out in every open week. A deployed stage does it itself, because it has the
/// sockets. Returns how.
async fn carried_out(at: &At, place: &Place) -> Result<String, super::Failed> {
    if at.dry_run {
        return Ok("every open week records it".to_owned());
    }
    if place.aws.is_none() {
        membership::resume(&place.context(), &Endpoint::default(), &at.tenant).await?;
        return Ok("every open week has recorded it".to_owned());
    }
    Ok(match at.ask(place, &ExtractRequest::Sweep).await {
        true => "nobody gets in against it from now on, and within a minute every open week records it and sockets are closed".to_owned(),
        false => format!(
            "nobody gets in against it from now on; {} could not be asked, so the stage's sweep records it in open weeks and closes sockets within a quarter of an hour",
            at.extract_function()
        ),
    })
}

impl MemberAdd {
    async fn run(self) -> Done {
        let table = self.at.open(Missing::Made).await?.table;
        let member = Member {
            user: self.user.clone(),
            name: self.name,
            color: NO_COLOR.to_owned(),
            role: self.role,
            teams: self.teams,
            seen_at: (system_clock())(),
            email: None,
        };
        if self.at.dry_run {
            return self.at.say(format!("add {}", self.user), json!({"user": self.user}));
        }
        let is_new = directory::put_new_member(&table, &self.at.tenant, &member).await?;
        if self.email.is_some() || self.slack_id.is_some() {
            let profile = Profile { user: self.user.clone(), email: self.email, slack_id: self.slack_id };
            directory::put_profile(&table, &self.at.tenant, &profile).await?;
        }
        let said = if is_new {
            "added"
        } else {
            "known already by their own sign-in; what you said beside it is noted"
        };
        self.at.say(format!("{}: {said}", self.user), json!({"user": self.user, "isNew": is_new}))
    }
}
