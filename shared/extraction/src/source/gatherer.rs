//! Several sources as one week: numbered together, each message once.
use super::{
    Gathered, Loaded, Options, Person,
    inbox::{self, Pushed},
    path,
    slack_api::{self, ChannelRef, SlackApi},
    slack_user::{SlackUser, Workspace},
};
use crate::outside::Pause;
use jiff::tz::TimeZone;
use sheet::WeekSpan;
use std::{collections::HashMap, path::Path};

/// Reads one source after the other. A source that cannot be read is a problem of the week; only when none can be read
/// is there no week.
#[derive(Default)]
pub struct Gatherer {
    gathered: Gathered,
    workspace: Workspace,
    read: usize,
    failed: Vec<String>,
}

impl Gatherer {
    /// Adds a person from the team's own directory, whose name takes precedence over those of any source. Call it
    /// before a source is read.
    pub fn know(&mut self, name: &str, user: &str, email: Option<&str>, slack_id: Option<&str>) {
        let aliases = [Some(user), email, slack_id].into_iter().flatten().map(str::to_owned).collect();
        self.gathered.people.push(Person { name: name.to_owned(), aliases });
        self.workspace.know(name, email, slack_id);
    }

    /// Of a team whose zone is known: times without one are read in it.
    pub fn in_zone(zone: &TimeZone) -> Self {
        let mut gatherer = Self::default();
        gatherer.gathered.zone = Some(zone.clone());
        gatherer.workspace.names.zone = Some(zone.clone());
        gatherer
    }

    /// A Slack export as a folder or a zip, or a file of JSON.
    pub fn path(&mut self, path: &Path) {
        let read = path::read(path, &mut self.gathered).map_err(|error| error.to_string());
        self.done("source", read);
    }

    /// Channels over Slack's Web API. To be read before an inbox: it tells the names there.
    pub async fn slack<P: Pause>(&mut self, api: &SlackApi<P>, channels: &[ChannelRef], span: WeekSpan) {
        let read = slack_api::read(api, channels, span, &mut self.workspace, &mut self.gathered).await;
        self.done("Slack", read.map_err(|error| error.to_string()));
    }

    /// What was pushed to the inbox.
    pub fn inbox(&mut self, pushed: &[Pushed]) {
        inbox::read(pushed, &self.workspace, &mut self.gathered);
        self.read += 1;
    }

    /// A source that could not even be begun.
    pub fn failed(&mut self, name: &str, reason: impl Into<String>) {
        self.done(name, Err(reason.into()));
    }

    /// Returns the users of Slack that were read.
    pub fn users(&self) -> &[SlackUser] {
        &self.workspace.users
    }

    fn done(&mut self, name: &str, read: Result<(), String>) {
        match read {
            Ok(()) => self.read += 1,
            Err(reason) => {
                self.gathered.problem(name, None, reason.clone());
                self.failed.push(reason);
            }
        }
    }

    /// Returns the week.
    ///
    /// # Errors
    /// [`Unreadable`] if there are sources and none could be read.
    pub fn finish(mut self, options: &Options) -> Result<Loaded, Unreadable> {
        match self.failed.first() {
            Some(reason) if self.read == 0 => Err(Unreadable { first: reason.clone() }),
            _ => {
                self.gathered.people = each_once(self.gathered.people);
                Ok(self.gathered.finish(options))
            }
        }
    }
}

/// No source could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{first}")]
pub struct Unreadable {
    /// Why the first source could not, as a sentence.
    pub first: String,
}

/// One entry a name, with all that any source calls them.
fn each_once(people: Vec<Person>) -> Vec<Person> {
    let mut once: Vec<Person> = Vec::with_capacity(people.len());
    let mut at: HashMap<String, usize> = HashMap::new();
    for person in people {
        match at.get(&person.name) {
            Some(&known) => {
                if let Some(known) = once.get_mut(known) {
                    let new: Vec<String> =
                        person.aliases.into_iter().filter(|alias| !known.aliases.contains(alias)).collect();
                    known.aliases.extend(new);
                }
            }
            None => {
                at.insert(person.name.clone(), once.len());
                once.push(person);
            }
        }
    }
    once
}
