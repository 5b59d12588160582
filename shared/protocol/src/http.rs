//! The HTTP API: every endpoint with its parameters, and the shapes of the answers. Documents are made from this table, and the
//! function that answers is held to it by tests.
use crate::server::{Announced, Committed, Missed, Rejected};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sheet::{Code, Name, Role, Sheet, TimestampMs, Week, report::Comparison};

/// The team's cycles.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cycles {
    /// Newest first.
    pub cycles: Vec<ListedCycle>,
    /// The week it is for the team, which begins by being entered; absent where there is no such team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Week>,
}

/// One cycle of a team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedCycle {
    /// The ISO week.
    pub cycle: Week,
    /// When its first change was committed.
    pub created_at: TimestampMs,
    /// Whether the week is closed.
    #[serde(default)]
    pub sealed: bool,
}

/// The sheet at the tip of its log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// Another epoch is another history.
    pub epoch: String,
    /// The number of changes folded.
    pub version: u64,
    /// The sheet.
    pub snapshot: Sheet,
}

/// A page of the log, oldest change first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangesPage {
    /// The tip of the log: there are more pages while the last change is below it.
    pub version: u64,
    /// Another epoch is another history.
    pub epoch: String,
    /// The changes.
    pub changes: Vec<Announced>,
}

/// The messages that a generation read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Messages {
    /// The number of the generation; 0 while there is none.
    pub generation: u32,
    /// The messages, in the order of their ids.
    pub messages: Vec<Message>,
}

/// One message as a sheet's sources cite it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// `m1`, `m2`, …
    pub id: String,
    /// The channel's name, without `#`.
    pub channel: String,
    /// The id of the thread's first message; null outside of a thread and for the message that begins one.
    pub thread: Option<String>,
    /// The display name.
    pub author: String,
    /// An ISO 8601 instant in UTC.
    pub at: String,
    /// Plain text.
    pub text: String,
}

/// A page of the log as it is stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditPage {
    /// The newest entry that the record names.
    pub head: AuditHead,
    /// The entries, oldest first.
    pub entries: Vec<AuditEntry>,
}

/// The end of the chain as the record states it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditHead {
    /// The last version.
    pub version: u64,
    /// The chain's hash at that version, lower-case hex.
    pub hash: String,
}

/// One entry of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditEntry {
    /// The version of its first change.
    pub first: u64,
    /// The chain's hash after this entry, lower-case hex.
    pub hash: String,
    /// The text of each change, byte for byte.
    pub changes: Vec<String>,
}

/// The generations of a cycle.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Generations {
    /// A report each, oldest first; `{"generation": n}` alone while one has not ended.
    pub generations: Vec<Map<String, Value>>,
}

/// One generation with what was sent and what came back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GenerationDetails {
    /// Its number.
    pub generation: u32,
    /// Its report; null while it has not ended.
    pub report: Option<Map<String, Value>>,
    /// Every call of the model: the prompt as it was sent and the outcome, null while there is none.
    pub attempts: Vec<Map<String, Value>>,
}

/// The update that a replica of a document lacks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentAnswer {
    /// The document's name.
    pub doc: sheet::DocName,
    /// The update, and the version that it brings the replica to.
    #[serde(flatten)]
    pub missed: Missed,
}

/// The bearer of a token, as this deployment knows them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The id within the tenant.
    pub id: Name,
    /// The display name.
    pub name: String,
    /// The colour, `#rrggbb`.
    pub color: String,
    /// The role, as an admin set it or else as the token has it.
    pub role: Role,
    /// The teams whose rooms the bearer may enter, from the token or from the directory, whichever counts here.
    pub teams: Vec<Name>,
}

/// The people of a team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Members {
    /// Everyone who may enter the team's rooms and has been seen.
    pub members: Vec<Member>,
}

/// One member.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The id within the tenant.
    pub id: Name,
    /// The display name.
    pub name: String,
    /// The colour, `#rrggbb`.
    pub color: String,
    /// The role, as an admin set it or else as the token has it.
    pub role: Role,
    /// When the member last connected.
    pub seen_at: TimestampMs,
}

/// A change as a request proposes it. See the frame `change`.
pub type Proposal = crate::client::ProposedChange;

/// Messages for the inbox of a team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InboxMessages {
    /// At most 100.
    pub messages: Vec<InboxMessage>,
}

/// One message for the inbox. The latest version of an id wins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InboxMessage {
    /// The id within the channel: Slack's `ts`, or any stable id.
    pub id: String,
    /// The channel's name.
    pub channel: String,
    /// The id of the message that begins the thread.
    #[serde(default)]
    pub thread: Option<String>,
    /// The display name of the author.
    #[serde(default)]
    pub author: String,
    /// An ISO 8601 instant.
    pub at: String,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// When it was last edited.
    #[serde(default)]
    pub edited: Option<String>,
    /// Whether it has been deleted.
    #[serde(default)]
    pub deleted: Option<bool>,
}

/// How many messages of a request were kept, and how many passed over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InboxAnswer {
    /// Messages that the inbox holds now.
    pub kept: u32,
    /// Messages that are of no week that is open, or older than what the inbox holds.
    pub passed: u32,
}

/// A refused request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// A sentence for people: what was wrong and what would be right.
    pub message: String,
    /// The current value, where that helps to decide.
    pub current: Option<Value>,
}

/// A change that was refused: the frame `rejected`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "rejected")]
pub struct RejectedFrame {
    /// The refusal.
    #[serde(flatten)]
    pub rejected: Rejected,
}

/// One parameter of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in the path or query.
    pub name: &'static str,
    /// The JSON Schema type: `string` or `integer`.
    pub kind: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether the query must name it; a path's parameters are always there.
    pub required: bool,
    /// A value that is one.
    pub example: &'static str,
}

/// What an endpoint answers with 200.
#[derive(Clone, Copy)]
pub enum Success {
    /// JSON of this shape.
    Json(fn(&mut SchemaGenerator) -> Schema),
    /// A file to be saved: its media types.
    File(&'static [&'static str]),
}

/// One endpoint.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{name}` for its parameters.
    pub path: &'static str,
    /// The name in generated clients.
    pub operation: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The lowest role that may ask; none: the team's own secret is asked for instead.
    pub role: Option<Role>,
    /// The parameters of the query.
    pub query: &'static [Parameter],
    /// The shape of the body, if there is one.
    pub body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// The answer.
    pub success: Success,
}

/// The parameters of paths.
pub const PATH_PARAMETERS: [Parameter; 5] = [
    path_parameter("team", "The team.", "platform"),
    path_parameter("cycle", "The ISO week.", "2026-W47"),
    path_parameter("number", "The number of the generation, from 1.", "1"),
    path_parameter("doc", "The document: `summary`, or `notes:<taskId>`.", "summary"),
    path_parameter("tenant", "The tenant.", "acme"),
];

const fn path_parameter(name: &'static str, meaning: &'static str, example: &'static str) -> Parameter {
    Parameter { name, kind: "string", meaning, required: true, example }
}

const fn number(name: &'static str, meaning: &'static str) -> Parameter {
    Parameter { name, kind: "integer", meaning, required: false, example: "1" }
}

const TEAM: Parameter =
    Parameter { name: "team", kind: "string", meaning: "The team.", required: true, example: "platform" };
const SINCE: Parameter = number("since", "The version after which the page begins; 0 by default.");
const LIMIT: Parameter = number("limit", "The most changes of a page: 1 to 1,000, which is the default.");

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Every endpoint of the API.
pub const ENDPOINTS: [Endpoint; 14] = [
    Endpoint {
        method: "GET",
        path: "/api/cycles",
        operation: "listCycles",
        summary: "Returns the cycles of a team, newest first.",
        role: Some(Role::Viewer),
        query: &[TEAM],
        body: None,
        success: Success::Json(schema::<Cycles>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}",
        operation: "getSheet",
        summary: "Returns the sheet at the tip of its log, with an ETag of epoch and version.",
        role: Some(Role::Viewer),
        query: &[],
        body: None,
        success: Success::Json(schema::<Snapshot>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/changes",
        operation: "listChanges",
        summary: "Returns a page of the log, oldest change first.",
        role: Some(Role::Viewer),
        query: &[SINCE, LIMIT],
        body: None,
        success: Success::Json(schema::<ChangesPage>),
    },
    Endpoint {
        method: "POST",
        path: "/api/cycles/{team}/{cycle}/changes",
        operation: "commitChange",
        summary: "Commits a change, as the frame `change` does. A refusal is answered with the frame `rejected`.",
        role: Some(Role::Editor),
        query: &[],
        body: Some(schema::<Proposal>),
        success: Success::Json(schema::<Committed>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/comparison",
        operation: "compareWeeks",
        summary: "Compares the week with the week before it, and returns the trend of up to eight weeks.",
        role: Some(Role::Viewer),
        query: &[],
        body: None,
        success: Success::Json(schema::<Comparison>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/export",
        operation: "exportSheet",
        summary: "Returns the sheet as a file.",
        role: Some(Role::Viewer),
        query: &[Parameter {
            name: "format",
            kind: "string",
            meaning: "`csv`, `md` or `json`, which is the default.",
            required: false,
            example: "csv",
        }],
        body: None,
        success: Success::File(&["text/csv", "text/markdown", "application/json"]),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/messages",
        operation: "listMessages",
        summary: "Returns the messages that a generation read: what the sheet's sources cite.",
        role: Some(Role::Editor),
        query: &[number("generation", "The number of the generation; the latest by default.")],
        body: None,
        success: Success::Json(schema::<Messages>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/log",
        operation: "auditLog",
        summary: "Returns a page of the log as it is stored, with the hashes of its chain.",
        role: Some(Role::Admin),
        query: &[SINCE, LIMIT],
        body: None,
        success: Success::Json(schema::<AuditPage>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/generations",
        operation: "listGenerations",
        summary: "Returns the report of every generation, oldest first.",
        role: Some(Role::Admin),
        query: &[],
        body: None,
        success: Success::Json(schema::<Generations>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/generations/{number}",
        operation: "getGeneration",
        summary: "Returns one generation with every prompt as it was sent and every answer as it came.",
        role: Some(Role::Admin),
        query: &[],
        body: None,
        success: Success::Json(schema::<GenerationDetails>),
    },
    Endpoint {
        method: "GET",
        path: "/api/cycles/{team}/{cycle}/docs/{doc}",
        operation: "getDocument",
        summary: "Returns what a replica of a document lacks, at the tip or at an earlier version.",
        role: Some(Role::Viewer),
        query: &[
            Parameter {
                name: "sv",
                kind: "string",
                meaning: "The replica's state vector, base64url; without it, the replica has nothing.",
                required: false,
                example: "AA",
            },
            number("version", "The version to read the document at; the tip by default."),
        ],
        body: None,
        success: Success::Json(schema::<DocumentAnswer>),
    },
    Endpoint {
        method: "GET",
        path: "/api/me",
        operation: "getMe",
        summary: "Returns who the bearer is here: the name, the role and the teams.",
        role: Some(Role::Viewer),
        query: &[],
        body: None,
        success: Success::Json(schema::<Me>),
    },
    Endpoint {
        method: "GET",
        path: "/api/members",
        operation: "listMembers",
        summary: "Returns the people of a team.",
        role: Some(Role::Viewer),
        query: &[TEAM],
        body: None,
        success: Success::Json(schema::<Members>),
    },
    Endpoint {
        method: "POST",
        path: "/api/inbox/{tenant}/{team}",
        operation: "pushMessages",
        summary: "Takes messages for the team's next extraction, signed by Slack or with the team's bearer.",
        role: None,
        query: &[],
        body: Some(schema::<InboxMessages>),
        success: Success::Json(schema::<InboxAnswer>),
    },
];
