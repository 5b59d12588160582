//! Takes a person out of a cycle, and out of the tenant's directory. The one place that rewrites log entries.
//!
//! Entries first, each on the condition that it is still the one that was read; then the record, folded again from them and
//! under another epoch. Killed anywhere in between, the same again completes it. A process that keeps an older fold cannot
//! write it back, because the record's epoch differs; what it shows until it ends is the older text, so a stage is deployed
//! again afterwards.
use crate::{
    directory::Profile,
    keys,
    log::{self, Limit, Since},
    raw, record,
    table::{Item, StoreError, Table, read, text, unavailable},
};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use sheet::{
    Change, CycleKey, LogEntry, Name, State, chain,
    erase::{Person, Written, names, redacted},
};

/// Attempts against a record that others rewrite at the same moment.
const ATTEMPTS: usize = 5;

/// What was erased, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Changes whose words went.
    pub changes: usize,
    /// Cycles whose record was written again.
    pub records: usize,
    /// Rows of messages, prompts and answers that were deleted.
    pub messages: usize,
    /// Rows of the directory and of mentions that were deleted.
    pub rows: usize,
}

impl std::ops::AddAssign for Erased {
    fn add_assign(&mut self, other: Self) {
        self.changes += other.changes;
        self.records += other.records;
        self.messages += other.messages;
        self.rows += other.rows;
    }
}

/// What an erasure is to do.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Whom it forgets.
    pub person: Person,
    /// Other words by which messages name them: their Slack id, their email.
    pub handles: Vec<String>,
    /// Whether it only counts.
    pub is_dry: bool,
}

impl Erasure {
    /// Returns whether a stored message names the person.
    fn is_in(&self, json: &str) -> bool {
        let words = self.person.names.iter().chain(&self.handles).map(|word| word.trim());
        words.into_iter().any(|word| names(json, word))
    }
}

/// The keys of an item, and as much of it as shows whom it is about.
#[derive(Deserialize)]
struct Key {
    pk: String,
    sk: String,
}

/// Erases the person from one cycle: its log, its record, and the messages, prompts and answers that name them. `nonce` is
/// random and used once.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: what was done stays, and the same again goes on.
/// [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood; then nothing was written.
pub async fn in_cycle(
    table: &Table,
    key: &CycleKey,
    erasure: &Erasure,
    nonce: impl Fn() -> String,
) -> Result<Erased, StoreError> {
    let mut erased = Erased { messages: messages(table, key, erasure).await?, ..Erased::default() };
    for _ in 0..ATTEMPTS {
        let Some((stands, state)) = record::load(table, key).await? else { return Ok(erased) };
        let Folds { redacted: entries, altered, changes, after, before } =
            fold(table, key, &erasure.person, state).await?;
        erased.changes = erased.changes.max(changes);
        if altered.is_empty() && before == after {
            return Ok(erased);
        }
        erased.records = 1;
        if erasure.is_dry {
            return Ok(erased);
        }
        // The latest first: what quotes the person comes after what they wrote, by which it is known. So an erasure that
        // was interrupted finds the words of every quotation that it has not reached yet.
        for at in altered.into_iter().rev() {
            overwrite(table, key, &entries[at]).await?;
        }
        if record::rewrite(table, key, &after.compacted(), &stands.epoch, &nonce(), &nonce()).await? {
            return Ok(erased);
        }
    }
    Err(StoreError::Unavailable {
        operation: "PutItem",
        reason: format!("the record of {key} kept changing"),
    })
}

/// A log without the person, and what it folds to with and without them.
struct Folds {
    redacted: Vec<LogEntry>,
    /// Which of them differ from what is stored.
    altered: Vec<usize>,
    /// How many changes differ.
    changes: usize,
    after: State,
    /// The current state: the record, and the log behind it.
    before: State,
}

async fn fold(table: &Table, key: &CycleKey, person: &Person, record: State) -> Result<Folds, StoreError> {
    let (mut stored, mut next) = (Vec::new(), Some(Since::Entry(0)));
    while let Some(since) = next {
        let page = log::page(table, key, since, Limit::PAGE).await?;
        for entry in page.entries {
            stored.push(entry.entry()?);
        }
        next = page.next;
    }
    let mut written = Written::default();
    let changes: Vec<&Change> = stored.iter().flat_map(|entry| &entry.changes).collect();
    changes.iter().for_each(|change| written.note(change, person));
    let (mut after, mut before) = (State::genesis(key), record);
    let (mut entries, mut altered, mut count) = (Vec::new(), Vec::new(), 0);
    for (at, entry) in stored.into_iter().enumerate() {
        if entry.first > before.version() {
            entry.fold(&mut before)?;
        }
        let mut texts = entry.texts.clone();
        for text in &mut texts {
            if let Some(without) = redacted(text, person, &written) {
                *text = without.into();
                count += 1;
            }
        }
        let without = if texts == entry.texts {
            entry
        } else {
            altered.push(at);
            LogEntry::read(entry.first, texts, entry.hash)?
        };
        without.fold(&mut after)?;
        entries.push(without);
    }
    Ok(Folds { redacted: entries, altered, changes: count, after, before })
}

/// Overwrites the changes of an entry, if it is still the one of its hash.
async fn overwrite(table: &Table, key: &CycleKey, entry: &LogEntry) -> Result<(), StoreError> {
    let changes = entry.texts.iter().map(|text| AttributeValue::S(text.to_string())).collect();
    let update = table
        .client
        .update_item()
        .table_name(&table.name)
        .key("pk", text(keys::cycle(key)))
        .key("sk", text(keys::slot(entry.first)))
        .update_expression("SET changes = :changes")
        .condition_expression("#hash = :hash")
        .expression_attribute_names("#hash", "hash")
        .expression_attribute_values(":hash", text(&entry.hash))
        .expression_attribute_values(":changes", AttributeValue::L(changes));
    update.send().await.map(drop).map_err(|e| unavailable("UpdateItem", &e))
}

/// Deletes what was read of the sources, where it names the person: pushed messages one by one; what a generation read,
/// sent and was answered, as a whole. How many rows.
async fn messages(table: &Table, key: &CycleKey, erasure: &Erasure) -> Result<usize, StoreError> {
    #[derive(Deserialize)]
    struct Pushed {
        pk: String,
        sk: String,
        json: String,
    }
    let pushed: Vec<Pushed> = table.prefixed(&keys::inbox(key), "MSG#").await?;
    let mut gone: Vec<(String, String)> =
        pushed.into_iter().filter(|row| erasure.is_in(&row.json)).map(|row| (row.pk, row.sk)).collect();
    for generation in 1..=sheet::limits::MAX_GENERATIONS {
        let mut names = false;
        for what in
            [raw::Artifact::Messages, raw::Artifact::Prompts, raw::Artifact::Answers, raw::Artifact::Report]
        {
            let stored: Option<serde_json::Value> = raw::get(table, key, generation, what).await?;
            names |= stored.is_some_and(|stored| erasure.is_in(&stored.to_string()));
        }
        if names {
            let rows: Vec<Key> = table.prefixed(&keys::cycle(key), &format!("RAW#{generation}#")).await?;
            gone.extend(rows.into_iter().map(|row| (row.pk, row.sk)));
        }
    }
    delete(table, &gone, erasure).await
}

/// Deletes what the directory knows of the person, their unread mentions, and those that they made. What keeps them out
/// stays: their denial names their id.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: what was done stays, and the same again goes on.
pub async fn in_directory(table: &Table, tenant: &Name, erasure: &Erasure) -> Result<Erased, StoreError> {
    let user = &erasure.person.user;
    let (pk, mut gone) = (keys::tenant(tenant), Vec::new());
    let named = [keys::member(user), keys::profile(user), keys::teams(user), keys::role(user)];
    for sk in named {
        if table.get::<serde_json::Value>(&pk, &sk).await?.is_some() {
            gone.push((pk.clone(), sk));
        }
    }
    // The list is of rows that name a user each: every member may have an unread mention by the person.
    let members: Vec<Item> = table.projected(&pk, "MEMBER#", &["user"], "never").await?;
    for member in members {
        #[derive(Deserialize)]
        struct Member {
            user: Name,
        }
        let Member { user: reader } = read(member)?;
        #[derive(Deserialize)]
        struct Note {
            pk: String,
            sk: String,
            by: Name,
        }
        let notes: Vec<Note> = table.prefixed(&keys::user(tenant, &reader), "NOTE#").await?;
        let theirs = notes.into_iter().filter(|note| reader == *user || note.by == *user);
        gone.extend(theirs.map(|note| (note.pk, note.sk)));
    }
    #[derive(Deserialize)]
    struct Direct {
        pk: String,
        sk: String,
        user: Name,
        note: By,
    }
    #[derive(Deserialize)]
    struct By {
        by: Name,
    }
    let direct: Vec<Direct> = table.prefixed(&pk, keys::DIRECT).await?;
    let theirs = direct.into_iter().filter(|row| row.user == *user || row.note.by == *user);
    gone.extend(theirs.map(|row| (row.pk, row.sk)));
    Ok(Erased { rows: delete(table, &gone, erasure).await?, ..Erased::default() })
}

/// Returns other words by which a person is known: from their profile.
pub fn handles(profile: Option<Profile>, email: Option<String>) -> Vec<String> {
    let known = profile.map_or([None, None], |profile| [profile.email, profile.slack_id]);
    known.into_iter().chain([email]).flatten().collect()
}

async fn delete(table: &Table, gone: &[(String, String)], erasure: &Erasure) -> Result<usize, StoreError> {
    if !erasure.is_dry {
        for (pk, sk) in gone {
            table.delete(pk, sk).await?;
        }
    }
    Ok(gone.len())
}

/// Returns how many changes of a log were erased.
pub fn count<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().filter(|text| chain::is_erased(text)).count()
}
