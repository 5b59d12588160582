//! One user of Slack as JSON, as exports and `users.list` carry them.
use super::{MAX_NAME_CODE_POINTS, Person, markup::Names, tidy};
use crate::message::Unnumbered;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackUser {
    /// `U…`
    pub id: String,
    /// The name that others see.
    pub name: String,
    /// What else people call them: full name, handle, email, id.
    pub aliases: Vec<String>,
    /// Their email, if the source may see it.
    pub email: Option<String>,
    /// A bot or an app.
    pub is_bot: bool,
    /// A workflow: what it posts is what a person filled in.
    pub is_workflow: bool,
    /// Whether their account has been closed.
    pub is_deleted: bool,
}

impl SlackUser {
    /// Reads one; none if it has no id.
    pub fn read(user: &Value) -> Option<Self> {
        let word = |v: Option<&Value>| {
            v.and_then(Value::as_str).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned)
        };
        let profile = |field: &str| word(user.get("profile").and_then(|p| p.get(field)));
        let id = word(user.get("id"))?;
        let (display, real) =
            (profile("display_name"), profile("real_name").or_else(|| word(user.get("real_name"))));
        let (handle, email) = (word(user.get("name")), profile("email"));
        let name = display.or_else(|| real.clone()).or_else(|| handle.clone()).unwrap_or_else(|| id.clone());
        let name = tidy(&name, MAX_NAME_CODE_POINTS);
        let is = |field: &str| user.get(field) == Some(&Value::Bool(true));
        let aliases = [real, handle, email.clone(), Some(id.clone())];
        Some(Self {
            aliases: aliases.into_iter().flatten().filter(|a| *a != name).collect(),
            is_bot: is("is_bot") || id == "USLACKBOT",
            is_workflow: is("is_workflow_bot"),
            is_deleted: is("deleted"),
            id,
            name,
            email,
        })
    }
}

/// The users of a workspace: names for ids, which ids are bots, and the people.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Names of users and channels by their ids.
    pub names: Names,
    /// Ids of users that are bots.
    pub bots: HashSet<String>,
    /// Ids of users that are workflows.
    pub workflows: HashSet<String>,
    /// Everybody but bots and closed accounts.
    pub users: Vec<SlackUser>,
    /// People whom only their own messages name: their name by their id, and their full name if it is another.
    met: BTreeMap<String, (String, Option<String>)>,
    /// Names by email (in lower case) that the team's own directory has.
    known: HashMap<String, String>,
}

impl Workspace {
    /// Notes a name of the team's own directory: it is before Slack's.
    pub fn know(&mut self, name: &str, email: Option<&str>, slack_id: Option<&str>) {
        if let Some(email) = email {
            self.known.insert(email.to_lowercase(), name.to_owned());
        }
        if let Some(id) = slack_id {
            self.names.users.insert(id.to_owned(), name.to_owned());
        }
    }

    /// Notes a user.
    pub fn add(&mut self, mut user: SlackUser) {
        let by_email = user.email.as_deref().and_then(|email| self.known.get(&email.to_lowercase()));
        let known = by_email.or_else(|| self.names.users.get(&user.id)).filter(|known| **known != user.name);
        if let Some(known) = known.cloned() {
            user.aliases.push(std::mem::replace(&mut user.name, known));
        }
        self.names.users.insert(user.id.clone(), user.name.clone());
        if user.is_workflow {
            self.workflows.insert(user.id.clone());
        }
        if user.is_bot {
            self.bots.insert(user.id);
        } else if !user.is_deleted {
            self.users.push(user);
        }
    }

    /// Notes somebody whom the list of users does not have but a message names.
    pub fn meet(&mut self, id: &str, name: &str, real: Option<&str>) {
        if !self.names.users.contains_key(id) && !self.bots.contains(id) && !self.met.contains_key(id) {
            let tidied = |name: &str| tidy(name, MAX_NAME_CODE_POINTS);
            self.met.insert(id.to_owned(), (tidied(name), real.map(tidied)));
        }
    }

    /// Gives names to ids that are in messages because their person was met later; returns those people.
    pub(crate) fn introduce(&mut self, messages: &mut [Unnumbered]) -> Vec<Person> {
        let met = std::mem::take(&mut self.met);
        if met.is_empty() {
            return Vec::new();
        }
        for message in messages {
            if let Some((name, _)) = met.get(&message.author) {
                message.author.clone_from(name);
            }
            if message.text.contains("@U") || message.text.contains("@W") {
                message.text = with_names(&message.text, &met);
            }
        }
        met.into_iter()
            .map(|(id, (name, real))| Person { name, aliases: real.into_iter().chain([id]).collect() })
            .collect()
    }

    /// Notes a channel.
    pub fn add_channel(&mut self, id: &str, name: &str) {
        self.names.channels.insert(id.to_owned(), tidy(name, MAX_NAME_CODE_POINTS));
    }

    /// Returns everybody who can be an assignee.
    pub fn people(&self) -> impl Iterator<Item = Person> {
        self.users.iter().map(|user| Person { name: user.name.clone(), aliases: user.aliases.clone() })
    }
}

/// `text` with `@U77` as `@Carla` where that id is known.
fn with_names(text: &str, met: &BTreeMap<String, (String, Option<String>)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('@') {
        let end = from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len());
        let (id, after) = from.split_at(end);
        out.push_str(before);
        out.push('@');
        out.push_str(met.get(id).map_or(id, |(name, _)| name));
        rest = after;
    }
    out.push_str(rest);
    out
}
