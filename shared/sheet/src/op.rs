//! The ops: everything that can be asked of a cycle.
use crate::{
    column::Column,
    doc::{Bytes, DocName},
    model::{Origin, Row},
    name::{CommentId, Name, ReplyId, RowId, ViewId},
    role::Role,
    stated::Health,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use strum::VariantNames as _;

/// The ops that only the functions themselves commit.
const OF_THE_SYSTEM: [&str; 5] =
    ["GENERATION_STARTED", "GENERATED", "GENERATION_FAILED", "CYCLE_STALE", "CYCLE_SEALED"];

/// One step of a change. `op` names it in JSON.
#[derive(
    Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(tag = "op", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Op {
    /// One cell, guarded by what its author saw in it.
    CellModify {
        /// The row.
        task_id: RowId,
        /// The column.
        column: Column,
        /// What its author saw there; anything else is `CONFLICT`.
        #[serde(default, deserialize_with = "text")]
        old_value: String,
        /// The new text.
        #[serde(deserialize_with = "text")]
        new_value: String,
    },
    /// Several cells of one row, all or nothing.
    BatchUpdate {
        /// The row.
        task_id: RowId,
        /// Each column's guard and new value.
        updates: BTreeMap<Column, Update>,
    },
    /// A new row.
    RowInsert {
        /// Its id, made by the client.
        task_id: RowId,
        /// The row above it; without one it is the first.
        #[serde(default)]
        after: Option<RowId>,
        /// The texts of its cells.
        #[serde(default, deserialize_with = "texts")]
        cells: BTreeMap<Column, String>,
        /// The removed row that comes back with its origin, exactly as it was. `cells` is then ignored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restored: Option<Box<Row>>,
    },
    /// A row leaves the sheet.
    RowRemove {
        /// The row.
        task_id: RowId,
    },
    /// A row moves below another.
    RowMove {
        /// The row.
        task_id: RowId,
        /// The row above its new place; without one it becomes the first.
        #[serde(default)]
        after: Option<RowId>,
    },
    /// A lease on a row: until it ends, others' ops on the row are refused.
    RowLock {
        /// The row.
        task_id: RowId,
        /// For how long, 1 to 300.
        seconds: u32,
    },
    /// The lease ends.
    RowUnlock {
        /// The row.
        task_id: RowId,
    },
    /// A new thread on a row, a cell or a document's selection.
    CommentAdd {
        /// Its id, made by the client.
        comment_id: CommentId,
        /// The row it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task_id: Option<RowId>,
        /// The cell it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        column: Option<Column>,
        /// The document it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        doc: Option<String>,
        /// Yjs relative positions of the selection, as the client encodes them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anchor: Option<String>,
        /// What it says.
        text: String,
        /// The users to mention.
        #[serde(default)]
        mentions: Vec<Name>,
    },
    /// An answer in a thread.
    CommentReply {
        /// The thread.
        comment_id: CommentId,
        /// The reply's id, made by the client.
        reply_id: ReplyId,
        /// What it says.
        text: String,
        /// The users to mention.
        #[serde(default)]
        mentions: Vec<Name>,
    },
    /// Other words for one's own comment or reply.
    CommentEdit {
        /// The thread.
        comment_id: CommentId,
        /// The reply; none: the thread's first comment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_id: Option<ReplyId>,
        /// What it is to say.
        text: String,
        /// The users to mention.
        #[serde(default)]
        mentions: Vec<Name>,
    },
    /// One's own comment or reply loses its words; its place stays.
    CommentDelete {
        /// The thread.
        comment_id: CommentId,
        /// The reply; none: the thread's first comment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_id: Option<ReplyId>,
    },
    /// The thread is settled.
    CommentResolve {
        /// The thread.
        comment_id: CommentId,
    },
    /// The thread is open again.
    CommentReopen {
        /// The thread.
        comment_id: CommentId,
    },
    /// Text typed into a document. Yjs merges what is typed at once; nothing here ever conflicts.
    TextUpdate {
        /// The document.
        doc: DocName,
        /// A Yjs update (v1), as base64.
        update: Bytes,
        /// The users whom the update newly mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Name>,
    },
    /// This version gets a name.
    SavePointAdd {
        /// What people call it.
        name: String,
    },
    /// A version loses its name.
    SavePointRemove {
        /// The version.
        version: u64,
    },
    /// A person says how the week is going.
    HealthSet {
        /// The word; without one, the derived word counts again.
        #[serde(default)]
        health: Option<Health>,
    },
    /// A way to look at the sheet gets a name, for everyone.
    ViewAdd {
        /// Its id, made by the client.
        view_id: ViewId,
        /// What people call it.
        name: String,
        /// The filters, the order and the groups, as the page writes them into its address.
        look: String,
    },
    /// A named view leaves the sheet.
    ViewRemove {
        /// The view.
        view_id: ViewId,
    },
    /// A member leaves the tenant: everything of theirs after this change is refused.
    MemberRevoke {
        /// The user.
        user_id: Name,
    },
    /// A removed member is back.
    MemberRestore {
        /// The user.
        user_id: Name,
    },
    /// A member's role from here on, whatever their token says.
    MemberRole {
        /// The user.
        user_id: Name,
        /// Viewer, editor or admin.
        role: Role,
    },
    /// The author of this change takes the lease of an extraction.
    GenerationStarted {
        /// 1, 2, 3: a run that died is resumed under its number.
        generation: u32,
        /// How long the lease lasts, milliseconds; longer than the function that holds it can live.
        lease_ms: i64,
    },
    /// What the extraction found. `apply` merges it; people's words stay.
    Generated(Box<Generated>),
    /// The extraction ended without a result.
    GenerationFailed {
        /// The number of the lease.
        generation: u32,
        /// Why, for people.
        reason: String,
    },
    /// Messages arrived that the sheet does not know.
    CycleStale {
        /// The number of messages.
        messages: u32,
    },
    /// The week is closed: carry-over is done. Edits go on.
    CycleSealed {},
}

/// A cell's guard and its new value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// What its author saw there.
    #[serde(default, deserialize_with = "text")]
    pub old_value: String,
    /// The new text.
    #[serde(deserialize_with = "text")]
    pub new_value: String,
}

/// The result of an extraction, or one numbered part of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Generated {
    /// The number of the lease.
    pub generation: u32,
    /// 1 to `parts`, in order.
    pub part: u32,
    /// How many changes the result takes.
    pub parts: u32,
    /// Where the rows came from.
    pub origin: Origin,
    /// The model's name, if one was asked.
    #[serde(default)]
    pub model: Option<String>,
    /// The executive summary.
    #[serde(default)]
    pub summary: String,
    /// How many messages were read.
    #[serde(default)]
    pub messages: u32,
    /// What people should know about this result.
    #[serde(default)]
    pub note: Option<String>,
    /// The rows.
    #[serde(default)]
    pub rows: Vec<GeneratedRow>,
}

/// One extracted row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedRow {
    /// The id it gets if it matches no row of the sheet.
    pub task_id: RowId,
    /// Its cells; each stands by its column's rules.
    pub cells: BTreeMap<Column, String>,
    /// The row of last week that it continues: `2026-W46/g1-2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<String>,
}

/// A cell value from outside: text; a whole number (`60`) and `null` are read as the text they show.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient {
    Text(String),
    Whole(i64),
    Nothing(()),
}

impl From<Lenient> for String {
    fn from(value: Lenient) -> Self {
        match value {
            Lenient::Text(text) => text,
            Lenient::Whole(number) => number.to_string(),
            Lenient::Nothing(()) => Self::new(),
        }
    }
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Lenient::deserialize(from).map(Into::into)
}

fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Column, String>, D::Error> {
    let cells = BTreeMap::<Column, Lenient>::deserialize(from)?;
    Ok(cells.into_iter().map(|(column, value)| (column, value.into())).collect())
}

impl Op {
    /// Returns whom it mentions.
    pub fn mentions(&self) -> &[Name] {
        match self {
            Self::CommentAdd { mentions, .. }
            | Self::CommentReply { mentions, .. }
            | Self::CommentEdit { mentions, .. }
            | Self::TextUpdate { mentions, .. } => mentions,
            _ => &[],
        }
    }

    /// Returns its name, as in JSON and metrics.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Returns the names of the ops that a client may send, in the order of this enumeration.
    pub fn sendable() -> impl Iterator<Item = &'static str> {
        Self::VARIANTS.iter().copied().filter(|name| !OF_THE_SYSTEM.contains(name))
    }

    /// Returns whether only the functions themselves commit it.
    pub fn is_system(&self) -> bool {
        OF_THE_SYSTEM.contains(&self.name())
    }

    /// Returns the row that it is about.
    pub fn row(&self) -> Option<&RowId> {
        match self {
            Self::CellModify { task_id, .. }
            | Self::BatchUpdate { task_id, .. }
            | Self::RowInsert { task_id, .. }
            | Self::RowRemove { task_id }
            | Self::RowMove { task_id, .. }
            | Self::RowLock { task_id, .. }
            | Self::RowUnlock { task_id } => Some(task_id),
            Self::CommentAdd { task_id, .. } => task_id.as_ref(),
            _ => None,
        }
    }

    /// Returns the row below which it places a row; none if it places no row, or places it first.
    pub fn after(&self) -> Option<&RowId> {
        match self {
            Self::RowInsert { after, .. } | Self::RowMove { after, .. } => after.as_ref(),
            _ => None,
        }
    }

    /// Returns the place of the row that it inserts or moves: the row above it.
    pub fn after_mut(&mut self) -> Option<&mut Option<RowId>> {
        match self {
            Self::RowInsert { after, .. } | Self::RowMove { after, .. } => Some(after),
            _ => None,
        }
    }

    /// Returns whether it manages a member, as only an admin may.
    pub fn is_membership(&self) -> bool {
        matches!(self, Self::MemberRevoke { .. } | Self::MemberRestore { .. } | Self::MemberRole { .. })
    }
}
