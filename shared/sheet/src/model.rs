//! The sheet: what clients see, and what two replicas at one version have alike, byte for byte.
use crate::{
    column::Column,
    doc::{DocEntry, DocName, RemovedDoc, SavePoint},
    limits::MAX_AUTHORS,
    name::{CommentId, Name, ReplyId, RowId, ViewId},
    stated::{StatedHealth, View},
    time::TimestampMs,
};
use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// One cell. A cell never written is absent from its row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The text.
    pub value: Arc<str>,
    /// The version that wrote it.
    pub version: u64,
    /// The id of the user who wrote it; text of the model has the system's id.
    pub author: Name,
    /// What the model wrote, if it ever did: differs from `value` where a person knew better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai_value: Option<Arc<str>>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its id for good.
    pub task_id: RowId,
    /// Its place: keys compare as text.
    pub position: Arc<str>,
    /// Its cells.
    pub cells: BTreeMap<Column, Cell>,
    /// Whether a person has written in it.
    pub is_manually_edited: bool,
    /// The row of an earlier cycle that it continues: `2026-W46/g1-2`.
    pub carried_from: Option<String>,
    /// The number of the generation that last wrote or matched it.
    pub generation: Option<u32>,
}

impl Row {
    /// Returns the text of a cell; empty if it was never written.
    pub fn value(&self, column: Column) -> &str {
        self.cells.get(&column).map_or("", |cell| &cell.value)
    }

    /// Estimated bytes of its canonical JSON.
    fn weight(&self) -> usize {
        let cell = |c: &Cell| 90 + c.value.len() + c.ai_value.as_ref().map_or(0, |v| v.len());
        160 + self.cells.values().map(cell).sum::<usize>()
    }
}

/// A thread.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    /// Its id.
    pub comment_id: CommentId,
    /// The row it is about.
    pub task_id: Option<RowId>,
    /// The cell it is about.
    pub column: Option<Column>,
    /// The document it is about.
    pub doc: Option<String>,
    /// The selection it is about.
    pub anchor: Option<String>,
    /// The author of its first comment.
    pub author: Name,
    /// What it says; empty once deleted.
    pub text: String,
    /// The users who were mentioned.
    pub mentions: Vec<Name>,
    /// When it was committed.
    pub at: TimestampMs,
    /// The version that began it: threads are listed in this order.
    pub version: u64,
    /// When its words last changed.
    pub edited_at: Option<TimestampMs>,
    /// Whether its author has deleted it.
    pub deleted: bool,
    /// Whether it is settled.
    pub resolved: Option<Resolved>,
    /// The answers.
    pub replies: Vec<Reply>,
}

/// The user who settled a thread, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// The user.
    pub by: Name,
    /// When it was committed.
    pub at: TimestampMs,
}

/// An answer in a thread.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// Its id.
    pub reply_id: ReplyId,
    /// The user.
    pub author: Name,
    /// What it says; empty once deleted.
    pub text: String,
    /// The users who were mentioned.
    pub mentions: Vec<Name>,
    /// When it was committed.
    pub at: TimestampMs,
    /// When its words last changed.
    pub edited_at: Option<TimestampMs>,
    /// Whether its author has deleted it.
    pub deleted: bool,
}

impl Comment {
    fn weight(&self) -> usize {
        300 + self.text.len() + self.replies.iter().map(|r| 160 + r.text.len()).sum::<usize>()
    }
}

/// A row's lease.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// The row.
    pub task_id: RowId,
    /// The user who holds it.
    pub holder: Name,
    /// When it ends by itself.
    pub expires_at: TimestampMs,
}

/// Where a cycle's extraction stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// 1, 2, 3.
    pub number: u32,
    /// How far it is.
    pub state: GenerationState,
    /// Where the rows came from.
    pub origin: Option<Origin>,
    /// The model's name, if one was asked.
    pub model: Option<String>,
    /// How many messages were read.
    pub messages: u32,
    /// What people should know about it.
    pub note: Option<String>,
    /// When it began.
    pub started_at: TimestampMs,
    /// When it ended.
    pub finished_at: Option<TimestampMs>,
}

/// Where rows came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The model's answer.
    Model,
    /// The prepared answer of the sample week.
    Sample,
    /// Straight from the messages, without a model.
    Fallback,
    /// There were no messages.
    Empty,
}

/// How far an extraction is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GenerationState {
    /// A run holds or held the lease.
    Started,
    /// Its rows are in the sheet.
    Generated,
    /// It ended without a result.
    Failed,
}

/// Whether the week is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The current week, or one not yet closed.
    Open,
    /// Closed: carry-over is done. Edits go on.
    Sealed,
}

/// Messages that the sheet does not know yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stale {
    /// The number of messages.
    pub messages: u32,
    /// Since when.
    pub at: TimestampMs,
}

/// What removed rows leave behind: so that no refresh brings those of the model back, and undo brings a row's note.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Removed {
    /// Message ids they came from.
    #[schemars(with = "Vec<String>")]
    pub sources: OrdSet<Arc<str>>,
    /// Their normalised titles.
    #[schemars(with = "Vec<String>")]
    pub titles: OrdSet<Arc<str>>,
    /// Notes that come back with their rows, of the model's and of people's.
    #[serde(default)]
    #[schemars(with = "BTreeMap<DocName, RemovedDoc>")]
    pub docs: OrdMap<DocName, RemovedDoc>,
}

/// The sheet of one cycle. Cloning shares everything: a change copies only what it touches.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", into = "SheetJson", from = "SheetJson")]
pub struct Sheet {
    /// `platform/2026-W47`.
    pub cycle_id: String,
    /// `2026-Q4`.
    pub fiscal_period: String,
    /// The number of changes folded.
    pub version: u64,
    /// Whether the week is closed.
    pub status: Status,
    rows: OrdMap<RowId, Arc<Row>>,
    /// Position → row; derived from `rows`, and changed only together with it.
    order: OrdMap<Arc<str>, RowId>,
    /// Display names of everybody whose change is in the log.
    pub authors: OrdMap<Name, Arc<str>>,
    /// The week in a few sentences.
    pub executive_summary: String,
    /// The user who changed it last.
    pub last_modified_by: Option<Name>,
    /// Where the extraction stands.
    pub generation: Option<Generation>,
    /// The messages that it does not include, if any.
    pub stale: Option<Stale>,
    /// What removed rows leave behind.
    pub removed: Removed,
    /// When the first change was committed.
    pub created_at: TimestampMs,
    /// When the last one was.
    pub updated_at: TimestampMs,
    comments: OrdMap<CommentId, Arc<Comment>>,
    /// Row leases that have not ended.
    pub locks: OrdMap<RowId, Lock>,
    /// Documents that somebody has written in; their bytes are beside the sheet.
    pub docs: OrdMap<DocName, DocEntry>,
    /// Named versions.
    pub save_points: OrdMap<u64, SavePoint>,
    /// The health word that a person chose, if somebody did.
    pub stated_health: Option<StatedHealth>,
    /// Views with a name.
    pub views: OrdMap<ViewId, View>,
    /// Estimated bytes of the canonical JSON; kept in step by the methods below.
    weight: usize,
}

impl Sheet {
    /// Returns the sheet before its first change.
    pub fn new(cycle_id: String, fiscal_period: String) -> Self {
        Self {
            cycle_id,
            fiscal_period,
            version: 0,
            status: Status::Open,
            rows: OrdMap::new(),
            order: OrdMap::new(),
            authors: OrdMap::new(),
            executive_summary: String::new(),
            last_modified_by: None,
            generation: None,
            stale: None,
            removed: Removed::default(),
            created_at: TimestampMs(0),
            updated_at: TimestampMs(0),
            comments: OrdMap::new(),
            locks: OrdMap::new(),
            docs: OrdMap::new(),
            save_points: OrdMap::new(),
            stated_health: None,
            views: OrdMap::new(),
            weight: 0,
        }
    }

    /// Returns a row by its id.
    pub fn row(&self, task_id: &RowId) -> Option<&Arc<Row>> {
        self.rows.get(task_id)
    }

    /// Returns whether there is a place for this document: the sheet itself, or its row.
    pub(crate) fn has_place(&self, doc: &DocName) -> bool {
        doc.task_id().is_none_or(|task_id| self.row(&task_id).is_some())
    }

    /// Returns the rows, in the sheet's order.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.order.values().filter_map(|task_id| self.rows.get(task_id))
    }

    /// Returns how many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Returns estimated bytes of its canonical JSON; within a factor of two of the truth.
    pub fn weight(&self) -> usize {
        let docs = (self.docs.len() + self.removed.docs.len()) * 220 + self.save_points.len() * 200;
        let views: usize = self.views.values().map(View::weight).sum();
        600 + self.weight + self.executive_summary.len() + self.authors.len() * 48 + docs + views
    }

    /// The position keys around the place below `after` (the top when none), leaving `moving` out of account.
    pub(crate) fn gap(
        &self,
        after: Option<&RowId>,
        moving: Option<&RowId>,
    ) -> (Option<Arc<str>>, Option<Arc<str>>) {
        let lower = after.and_then(|id| self.rows.get(id)).map(|row| row.position.clone());
        let above = match &lower {
            Some(key) => {
                self.order.range((std::ops::Bound::Excluded(key.clone()), std::ops::Bound::Unbounded))
            }
            None => self.order.range::<_, Arc<str>>(..),
        };
        let upper = above.into_iter().find(|(_, id)| Some(*id) != moving).map(|(key, _)| key.clone());
        (lower, upper)
    }

    /// The key of the last row.
    pub(crate) fn last_position(&self) -> Option<Arc<str>> {
        self.order.get_max().map(|(key, _)| key.clone())
    }

    /// Puts a row in or in place of the one with its id.
    pub(crate) fn put_row(&mut self, row: Row) {
        self.take_row(&row.task_id.clone());
        self.weight += row.weight();
        self.order.insert(row.position.clone(), row.task_id.clone());
        self.rows.insert(row.task_id.clone(), Arc::new(row));
    }

    /// Takes a row out.
    pub(crate) fn take_row(&mut self, task_id: &RowId) -> Option<Arc<Row>> {
        let row = self.rows.remove(task_id)?;
        self.order.remove(&row.position);
        self.weight = self.weight.saturating_sub(row.weight());
        Some(row)
    }

    /// Returns a thread by its id.
    pub fn comment(&self, comment_id: &CommentId) -> Option<&Arc<Comment>> {
        self.comments.get(comment_id)
    }

    /// Returns the threads, in the order of their ids.
    pub fn comments(&self) -> impl Iterator<Item = &Arc<Comment>> {
        self.comments.values()
    }

    /// Returns how many threads there are.
    pub fn comment_count(&self) -> usize {
        self.comments.len()
    }

    /// Puts a thread in or in place of the one with its id.
    pub(crate) fn put_comment(&mut self, comment: Comment) {
        self.weight += comment.weight();
        if let Some(old) = self.comments.insert(comment.comment_id.clone(), Arc::new(comment)) {
            self.weight = self.weight.saturating_sub(old.weight());
        }
    }

    /// Remembers an author's name, up to [`MAX_AUTHORS`].
    pub(crate) fn name_author(&mut self, id: &Name, name: &str) {
        let known = self.authors.get(id);
        if known.is_some_and(|known| &**known == name)
            || (known.is_none() && self.authors.len() >= MAX_AUTHORS)
        {
            return;
        }
        self.authors.insert(id.clone(), name.into());
    }
}

/// The sheet as JSON: rows and threads as lists in their order.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SheetJson {
    /// `platform/2026-W47`.
    cycle_id: String,
    /// `2026-Q4`.
    fiscal_period: String,
    /// The number of changes folded.
    version: u64,
    /// Whether the week is closed.
    status: Status,
    /// The rows, in their order.
    tasks: Vec<Arc<Row>>,
    /// Display names of everyone whose change is in the log, by user id.
    #[schemars(with = "BTreeMap<Name, String>")]
    authors: OrdMap<Name, Arc<str>>,
    /// The week in a few sentences.
    executive_summary: String,
    /// The user who changed it last.
    last_modified_by: Option<Name>,
    /// Where the extraction stands.
    generation: Option<Generation>,
    /// Messages that the sheet does not know yet.
    stale: Option<Stale>,
    /// What removed rows leave behind.
    removed: Removed,
    /// When the first change was committed.
    created_at: TimestampMs,
    /// When the last one was.
    updated_at: TimestampMs,
    /// The threads, in the order in which they were begun.
    comments: Vec<Arc<Comment>>,
    /// Row leases that have not ended.
    locks: Vec<Lock>,
    // A record of the first format has neither.
    /// Documents that somebody has written in: `summary`, `notes:<taskId>`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<DocName, DocEntry>")]
    docs: OrdMap<DocName, DocEntry>,
    #[serde(default)]
    /// Named versions, oldest first.
    save_points: Vec<SavePoint>,
    // A sheet in which nobody used them keeps its bytes.
    /// The health word that a person chose in place of the derived one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stated_health: Option<StatedHealth>,
    /// Views with a name, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<View>,
}

impl From<Sheet> for SheetJson {
    fn from(sheet: Sheet) -> Self {
        let tasks = sheet.rows().cloned().collect();
        let mut comments: Vec<_> = sheet.comments.values().cloned().collect();
        comments.sort_by(|a, b| (a.version, &a.comment_id).cmp(&(b.version, &b.comment_id)));
        let mut views: Vec<_> = sheet.views.values().cloned().collect();
        views.sort_by(|a, b| (a.version, &a.view_id).cmp(&(b.version, &b.view_id)));
        Self {
            cycle_id: sheet.cycle_id,
            fiscal_period: sheet.fiscal_period,
            version: sheet.version,
            status: sheet.status,
            tasks,
            authors: sheet.authors,
            executive_summary: sheet.executive_summary,
            last_modified_by: sheet.last_modified_by,
            generation: sheet.generation,
            stale: sheet.stale,
            removed: sheet.removed,
            created_at: sheet.created_at,
            updated_at: sheet.updated_at,
            comments,
            locks: sheet.locks.values().cloned().collect(),
            docs: sheet.docs,
            save_points: sheet.save_points.values().cloned().collect(),
            stated_health: sheet.stated_health,
            views,
        }
    }
}

impl From<SheetJson> for Sheet {
    fn from(json: SheetJson) -> Self {
        let mut sheet = Sheet {
            version: json.version,
            status: json.status,
            authors: json.authors,
            executive_summary: json.executive_summary,
            last_modified_by: json.last_modified_by,
            generation: json.generation,
            stale: json.stale,
            removed: json.removed,
            created_at: json.created_at,
            updated_at: json.updated_at,
            locks: json.locks.into_iter().map(|lock| (lock.task_id.clone(), lock)).collect(),
            docs: json.docs,
            save_points: json.save_points.into_iter().map(|point| (point.version, point)).collect(),
            stated_health: json.stated_health,
            views: json.views.into_iter().map(|view| (view.view_id.clone(), view)).collect(),
            ..Sheet::new(json.cycle_id, json.fiscal_period)
        };
        for row in json.tasks {
            sheet.put_row(Arc::unwrap_or_clone(row));
        }
        for comment in json.comments {
            sheet.put_comment(Arc::unwrap_or_clone(comment));
        }
        sheet
    }
}
