//! What a generation reads: the week's messages from the team's sources, and what last week left open. Stored before
//! anything is made of it, so that a run that resumes one that died makes the same of the same.
use crate::{ExtractError, Extractor, carry, report::Report, slack};
use extraction::{
    message::{KnownNumbers, Message, known_numbers},
    source::{
        ChannelRef, Coverage, Gatherer, Loaded, Options, Person, Pushed, Unreadable, from_json_lines,
        slack_user::SlackUser,
    },
};
use jiff::tz::TimeZone;
use platform::Context;
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Sheet, WeekSpan, model::Origin};
use std::collections::BTreeSet;
use store::{
    StoreError,
    directory::{self, Known, Profile, SlackChannel, Source, Team},
    inbox,
    raw::{self, Artifact},
};

/// What a generation read, as it is stored.
#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Read {
    /// Messages, one JSON line each.
    lines: Vec<String>,
    people: Vec<StoredPerson>,
    /// What could not be read.
    pub(crate) problems: Vec<String>,
    /// What was used and what was left out, with counts.
    #[serde(default)]
    pub(crate) coverage: Coverage,
    /// Last week's rows that are not done.
    #[serde(default)]
    pub(crate) open: Vec<carry::Open>,
    /// The earlier generation whose result still holds, because it read the same messages.
    #[serde(default)]
    pub(crate) same_as: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct StoredPerson {
    name: String,
    aliases: Vec<String>,
}

impl Read {
    /// The messages, in order of time.
    pub(crate) fn messages(&self) -> Vec<Message> {
        from_json_lines("stored messages", &self.lines.join("\n"), &Options::default()).messages
    }

    /// The people who can be an assignee.
    pub(crate) fn people(&self) -> Vec<Person> {
        let person =
            |person: &StoredPerson| Person { name: person.name.clone(), aliases: person.aliases.clone() };
        self.people.iter().map(person).collect()
    }
}

/// What came of reading a team's sources.
pub(crate) enum Gathered {
    /// One source at least was read.
    Read(Box<Read>),
    /// None could be read.
    Unreadable(Unreadable),
}

/// What a run reads for.
pub(crate) struct Reading<'a> {
    pub(crate) extractor: &'a Extractor,
    pub(crate) context: &'a Context,
    pub(crate) key: &'a CycleKey,
    pub(crate) team: &'a Team,
    pub(crate) zone: &'a TimeZone,
    pub(crate) generation: u32,
}

impl Reading<'_> {
    /// Returns what a run before this one stored, or what was `looked` at, or what the team's sources hold; stored.
    pub(crate) async fn read(&self, looked: Option<Read>) -> Result<Gathered, ExtractError> {
        let table = self.context.store.table();
        if let Some(read) = raw::get::<Read>(table, self.key, self.generation, Artifact::Messages).await? {
            return Ok(Gathered::Read(Box::new(read)));
        }
        let read = match looked {
            Some(read) => Box::new(read),
            None => match self.gather().await? {
                Gathered::Read(read) => read,
                unreadable @ Gathered::Unreadable(_) => return Ok(unreadable),
            },
        };
        let expires = self.team.expires(self.context.now());
        raw::put(table, self.key, self.generation, Artifact::Messages, &*read, expires).await?;
        Ok(Gathered::Read(read))
    }

    /// Reads the team's sources, and stores nothing.
    pub(crate) async fn gather(&self) -> Result<Gathered, ExtractError> {
        let earlier = self.earlier().await?;
        let mut known = KnownNumbers::new();
        for (_, read) in &earlier {
            known.extend(known_numbers(&read.messages()));
        }
        let span = self.key.week.span(self.zone)?;
        let loaded = match self.load(span, known).await {
            Ok(loaded) => loaded,
            Err(unreadable) => return Ok(Gathered::Unreadable(unreadable)),
        };
        let line = |message: &Message| message.stored_line().ok();
        let person = |person: Person| StoredPerson { name: person.name, aliases: person.aliases };
        let lines: Vec<String> = loaded.messages.iter().filter_map(line).collect();
        Ok(Gathered::Read(Box::new(Read {
            same_as: self.same_as(&earlier, &lines).await?,
            lines,
            people: loaded.people.into_iter().map(person).collect(),
            problems: loaded.problems.iter().map(ToString::to_string).collect(),
            coverage: loaded.coverage,
            open: self.open().await?,
        })))
    }

    /// What earlier generations of this week read, oldest first.
    async fn earlier(&self) -> Result<Vec<(u32, Read)>, StoreError> {
        let mut found = Vec::new();
        for number in 1..self.generation {
            let read =
                raw::get::<Read>(self.context.store.table(), self.key, number, Artifact::Messages).await?;
            found.extend(read.map(|read| (number, read)));
        }
        Ok(found)
    }

    /// The latest earlier generation, if it read the very same and made a whole result of it: asking again could only
    /// say the same in other words.
    async fn same_as(&self, earlier: &[(u32, Read)], lines: &[String]) -> Result<Option<u32>, StoreError> {
        let Some((number, read)) = earlier.last() else { return Ok(None) };
        if read.lines != lines {
            return Ok(None);
        }
        let report: Option<Report> =
            raw::get(self.context.store.table(), self.key, *number, Artifact::Report).await?;
        let whole = |report: Report| report.origin != Origin::Fallback && report.reason.is_none();
        Ok(report.is_some_and(whole).then_some(*number))
    }

    /// All sources of the team, as one week. An error if there are sources and none can be read.
    ///
    /// Slack comes first: it tells the names that are in an inbox as ids.
    pub(crate) async fn load(&self, span: WeekSpan, known: KnownNumbers) -> Result<Loaded, Unreadable> {
        let mut gatherer = Gatherer::in_zone(self.zone);
        let directory = self.directory().await;
        for known in &directory {
            let user = known.member.user.as_str();
            gatherer.know(&known.member.name, user, known.email.as_deref(), known.slack_id.as_deref());
        }
        for source in &self.team.sources {
            if let Source::Slack { secret, channels } = source {
                let channels: Vec<ChannelRef> = channels.iter().map(channel).collect();
                match slack::api(self.context, &self.extractor.slack_base_url, secret).await {
                    Ok(api) => gatherer.slack(&api, &channels, span).await,
                    Err(error) => gatherer.failed("Slack", error.to_string()),
                }
            }
        }
        self.join(&directory, gatherer.users()).await;
        for source in &self.team.sources {
            match source {
                Source::Slack { .. } => {}
                Source::Path { path } => gatherer.path(path.as_ref()),
                Source::Inbox { .. } => match inbox::read(self.context.store.table(), self.key).await {
                    Ok(pushed) => gatherer.inbox(&pushed.into_iter().map(as_pushed).collect::<Vec<_>>()),
                    Err(error) => {
                        tracing::error!(%error, cycle = %self.key, "the inbox cannot be read");
                        gatherer.failed("inbox", "the inbox cannot be read right now");
                    }
                },
            }
        }
        gatherer.finish(&Options { span: Some(span), known, ..Options::default() })
    }

    /// The people of the team. Without them names are as the sources have them.
    async fn directory(&self) -> Vec<Known> {
        match directory::everybody(self.context.store.table(), &self.key.tenant).await {
            Ok(all) => all.into_iter().filter(|known| known.member.teams.contains(&self.key.team)).collect(),
            Err(error) => {
                tracing::warn!(%error, cycle = %self.key, "the directory of people cannot be read");
                Vec::new()
            }
        }
    }

    /// Notes who of the directory is whom in Slack, by their email.
    async fn join(&self, directory: &[Known], users: &[SlackUser]) {
        for known in directory {
            let Some(email) = known.email.as_deref() else { continue };
            let same =
                |user: &&SlackUser| user.email.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(email));
            let Some(user) = users.iter().find(same) else { continue };
            if known.slack_id.as_deref() == Some(user.id.as_str()) {
                continue;
            }
            let profile = Profile {
                user: known.member.user.clone(),
                email: Some(email.to_owned()),
                slack_id: Some(user.id.clone()),
            };
            let put = directory::put_profile(self.context.store.table(), &self.key.tenant, &profile).await;
            if let Err(error) = put {
                tracing::warn!(%error, "Slack's users could not be stored: they are read again next time");
            }
        }
    }

    /// Last week's rows that are not done, each with whether this week's sheet has it already.
    async fn open(&self) -> Result<Vec<carry::Open>, StoreError> {
        let Some(last) = last_week(self.context, self.key).await? else { return Ok(Vec::new()) };
        let tip = self.context.store.tip(self.key).await?;
        Ok(carry::open(&last, &tip.state.sheet, &self.fallbacks(&last).await?))
    }

    /// Last week's generations that were made without a model: of the last one the sheet says it, of those before it their
    /// reports do, as long as they are kept.
    async fn fallbacks(&self, last: &Sheet) -> Result<BTreeSet<u32>, StoreError> {
        let (Some(made), Ok(week)) = (&last.generation, self.key.week.plus(-1)) else {
            return Ok(BTreeSet::new());
        };
        let key = CycleKey { week, ..self.key.clone() };
        let mut found = BTreeSet::new();
        found.extend((made.origin == Some(Origin::Fallback)).then_some(made.number));
        for number in 1..made.number {
            let report: Option<Report> =
                raw::get(self.context.store.table(), &key, number, Artifact::Report).await?;
            found.extend(report.filter(|report| report.origin == Origin::Fallback).map(|_| number));
        }
        Ok(found)
    }
}

/// Last week's sheet, if there is one.
pub(crate) async fn last_week(context: &Context, key: &CycleKey) -> Result<Option<Sheet>, StoreError> {
    let Ok(week) = key.week.plus(-1) else { return Ok(None) };
    match context.store.tip(&CycleKey { week, ..key.clone() }).await {
        Ok(tip) => Ok(Some(tip.state.sheet.clone())),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn channel(channel: &SlackChannel) -> ChannelRef {
    ChannelRef { id: channel.id.clone(), name: channel.name.clone() }
}

fn as_pushed(message: inbox::Message) -> Pushed {
    Pushed { channel: message.channel.to_string(), is_slack: message.is_slack, json: message.json }
}
