//! `cyclesheet log` and `cyclesheet audit verify`: a cycle's log, as people and as auditors read it.
use super::{
    Done, Failed, NotWell,
    at::{At, CyclePath, Missing, Place},
    print,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sheet::{
    Change, ChangeId, CycleKey, Name, State, Week,
    chain::{self, Audited, Head},
    erase::ERASED_NAME,
    ledger::ClientKey,
};
use std::path::{Path, PathBuf};
use store::{
    log::{self, Limit, Since},
    record,
};

/// The first line of a log as JSON Lines: whose it is, and where its record says it stood.
#[derive(Serialize, Deserialize)]
struct Heading {
    tenant: Name,
    team: Name,
    cycle: Week,
    #[serde(default)]
    head: Option<(u64, String)>,
}

#[derive(clap::Args)]
pub(crate) struct Log {
    #[command(flatten)]
    at: At,
    /// The cycle: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE")]
    cycle: CyclePath,
    /// Only this change, CLIENT.SEQ: where it stands in the log, or why it may not
    #[arg(long, value_name = "CHANGE")]
    change: Option<ChangeId>,
}

#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// Name the first missing, altered or reordered entry, and a cut tail
    Verify(Verify),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    from: From,
    /// The head that the log must reach: VERSION:HASH, as an earlier verification printed it
    #[arg(long, value_name = "HEAD", value_parser = head)]
    head: Option<Head>,
}

/// A file, or a cycle in a table.
#[derive(clap::Args)]
struct From {
    /// A log as `cyclesheet log --json` prints it
    file: Option<PathBuf>,
    /// The cycle in the table: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE", conflicts_with = "file")]
    cycle: Option<CyclePath>,
    #[command(flatten)]
    at: At,
}

fn head(text: &str) -> Result<Head, String> {
    let (version, hash) = text.split_once(':').ok_or("a head is VERSION:HASH")?;
    let version = version.parse().map_err(|_| "a head is VERSION:HASH")?;
    Ok(Head { version, hash: hash.to_owned() })
}

/// Returns a log and the head that its record states.
pub(crate) async fn read(place: &Place, key: &CycleKey) -> Result<(Vec<Audited>, Option<Head>), Failed> {
    let none = || NotWell(format!("there is no cycle {key} in {}", place.name));
    let head = record::head(&place.table, key).await?.ok_or_else(none)?;
    let (mut entries, mut next) = (Vec::new(), Some(Since::Entry(0)));
    while let Some(since) = next {
        let page = log::page(&place.table, key, since, Limit::PAGE).await?;
        entries.extend(page.entries.into_iter().map(Audited::from));
        next = page.next;
    }
    Ok((entries, Some(head)))
}

/// Returns a log as `audit verify` reads it: whose it is and where it ends, then an entry a line.
///
/// The record lags behind its log. A log that holds is printed with where it ends, so that a cut file shows; one that does
/// not, with what the record says of it.
pub(crate) fn as_json_lines(key: &CycleKey, log: &[Audited], head: Option<Head>) -> Result<String, Failed> {
    let tip = chain::verify(key, log, head.as_ref()).ok();
    let head = tip.or(head).map(|head| (head.version, head.hash));
    let CycleKey { tenant, team, week } = key.clone();
    let mut text = serde_json::to_string(&Heading { tenant, team, cycle: week, head })?;
    for entry in log {
        text.push('\n');
        text.push_str(&serde_json::to_string(entry)?);
    }
    text.push('\n');
    Ok(text)
}

impl Log {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let key = self.cycle.key(&self.at.tenant);
        let (log, head) = read(&place, &key).await?;
        if let Some(id) = &self.change {
            let Some(found) = Found::of(&log, id) else {
                let tip = place.store().tip(&key).await?;
                return Err(
                    NotWell(format!("{id} is not in the log of {key}: {}", why_not(&tip.state, id))).into()
                );
            };
            return self.at.say(found.sentence()?, found.json());
        }
        if self.at.json {
            return print(&as_json_lines(&key, &log, head)?);
        }
        let mut text = String::new();
        for (entry, stored) in
            log.iter().flat_map(|entry| entry.changes.iter().map(move |change| (entry, change)))
        {
            match serde_json::from_str::<Change>(stored) {
                Ok(change) => text.push_str(&human(&change)?),
                Err(_) => text.push_str(&format!("{}+  (erased, or of a later release)\n", entry.first)),
            }
        }
        print(&text)
    }
}

/// A change in human-readable lines.
fn human(change: &Change) -> Result<String, Failed> {
    let at = jiff::Timestamp::from_millisecond(change.at.0)?;
    let lines = protocol::human::lines(change);
    Ok(lines.into_iter().map(|line| format!("{}  {at:.3}  {line}\n", change.version)).collect())
}

/// A change in its log.
struct Found<'a> {
    change: Change,
    entry: &'a Audited,
    text: &'a str,
}

impl<'a> Found<'a> {
    fn of(log: &'a [Audited], id: &ChangeId) -> Option<Self> {
        let texts = log.iter().flat_map(|entry| entry.changes.iter().map(move |text| (entry, text)));
        texts
            .filter_map(|(entry, text)| Some(Self { change: serde_json::from_str(text).ok()?, entry, text }))
            .find(|found| found.change.id == *id)
    }

    fn sentence(&self) -> Result<String, Failed> {
        let Change { version, id, author, role, base, .. } = &self.change;
        let erased = if chain::is_erased(self.text) { ", its words erased" } else { "" };
        let by = if author.name == ERASED_NAME {
            ERASED_NAME.to_owned()
        } else {
            format!("{} ({})", author.name, author.id)
        };
        let head = format!(
            "{id} is version {version} of the log, by {by} as {}, who had seen version {base}{erased}",
            role.as_str()
        );
        let digest =
            format!("in the entry of version {}, digest {}", self.entry.first, chain::digest(self.text));
        Ok(format!("{head}\n{}{digest}", human(&self.change)?))
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "change": self.change, "entry": self.entry.first, "digest": chain::digest(self.text),
            "erased": chain::is_erased(self.text),
        })
    }
}

/// Says what the log knows of a change that is not in it.
fn why_not(state: &State, id: &ChangeId) -> String {
    let keys = state
        .sheet
        .authors
        .keys()
        .map(|author| ClientKey { author: author.clone(), client: id.client.clone() });
    let latest =
        keys.filter_map(|key| Some((state.ledger.seen(&key)?, key))).max_by_key(|(seen, _)| seen.seq);
    match latest {
        Some((seen, key)) if seen.seq >= id.seq => format!(
            "change {} of the same client stands at version {} by {}, so this one was refused, and its author received the reason; the log of `default` has the code",
            seen.seq, seen.version, key.author
        ),
        Some((seen, key)) => format!(
            "the last of this client is its change {} at version {} by {}, so this one has not arrived, or was answered BUSY and will be sent again",
            seen.seq, seen.version, key.author
        ),
        None => "no change of this client is known: it never arrived, or was refused; the log of `default` has the code".into(),
    }
}

impl Audit {
    pub(crate) async fn run(self) -> Done {
        let Self::Verify(verify) = self;
        let (key, log, known) = match verify.from {
            From { file: Some(file), .. } => from_file(&file)?,
            From { at, cycle: Some(cycle), .. } if at.is_named() => {
                let key = cycle.key(&at.tenant);
                let (log, head) = read(&at.open(Missing::Refused).await?, &key).await?;
                (key, log, head)
            }
            _ => return Err("name a file, or --data or --table with --cycle".into()),
        };
        // The record's head lies inside a log that went on; a given head is where it must reach.
        let broken = |broken: chain::Broken| NotWell(broken.to_string());
        chain::verify(&key, &log, known.as_ref()).map_err(broken)?;
        let tip = chain::verify(&key, &log, verify.head.as_ref()).map_err(broken)?;
        let erased =
            log.iter().flat_map(|entry| &entry.changes).filter(|text| chain::is_erased(text)).count();
        let erased = match erased {
            0 => String::new(),
            some => format!("{some} of them erased: that they were made is proved, and not what they said\n"),
        };
        print(&format!(
            "{key}: {} entries, {} changes, whole and in order\n{erased}head {}:{}\n",
            log.len(),
            tip.version,
            tip.version,
            tip.hash
        ))
    }
}

type LogOf = (CycleKey, Vec<Audited>, Option<Head>);

fn from_file(file: &Path) -> Result<LogOf, Failed> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut lines = text.lines();
    let shown = file.display();
    let heading: Heading = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|error| format!("{shown}: line 1 does not say whose log it is: {error}"))?;
    let mut log = Vec::new();
    for (number, line) in lines.enumerate() {
        log.push(
            serde_json::from_str(line).map_err(|error| format!("{shown}: line {}: {error}", number + 2))?,
        );
    }
    let head = heading.head.map(|(version, hash)| Head { version, hash });
    Ok((CycleKey { tenant: heading.tenant, team: heading.team, week: heading.cycle }, log, head))
}
