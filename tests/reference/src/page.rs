//! The inputs and effects of a page, step by step, as one JSON document that any other implementation of the machine
//! can be held to.
use cyclesheet_client::{
    Machine, Status,
    types::{Effect, InFlight, Input, QueueRecord},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The whole state is recorded after every so many steps.
const CHECKPOINT: usize = 25;

/// One page's life.
#[derive(Debug, Serialize)]
pub struct Page {
    client: String,
    restored: Vec<QueueRecord>,
    now: i64,
    steps: Vec<Step>,
    end: Value,
}

/// One step of it.
#[derive(Debug, Serialize)]
struct Step {
    input: Input,
    effects: Vec<Effect>,
    status: Status,
    version: u64,
    unsaved: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Value>,
}

impl Page {
    pub(crate) fn new(client: &str, restored: &[QueueRecord], now: i64) -> Self {
        Self {
            client: client.to_owned(),
            restored: restored.to_vec(),
            now,
            steps: Vec::new(),
            end: Value::Null,
        }
    }

    pub(crate) fn add(&mut self, input: Input, effects: Vec<Effect>, machine: &Machine) {
        let state = (self.steps.len() % CHECKPOINT == CHECKPOINT - 1).then(|| state_of(machine));
        let version = machine.confirmed().map_or(0, |sheet| sheet.version);
        let (status, unsaved) = (machine.status(), machine.state().calls.len());
        self.steps.push(Step { input, effects, status, version, unsaved, state });
    }

    pub(crate) fn ended(self, machine: &Machine) -> Self {
        Self { end: state_of(machine), ..self }
    }

    /// How many steps it had.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it had none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Everything of the state that both implementations must agree on.
fn state_of(machine: &Machine) -> Value {
    let state = machine.state();
    let sent = |change: &InFlight| {
        json!({
            "id": change.id, "base": change.base, "edits": change.edits, "ops": change.ops, "tries": change.tries,
            "answers": change.answers, "due": change.due, "examined": change.examined, "seen": change.seen,
            "committed": change.committed, "verdict": change.verdict,
        })
    };
    let steps = |steps: &[cyclesheet_client::types::UndoStep]| -> Vec<Value> {
        steps.iter().map(|step| json!({"call": step.call, "ops": step.ops})).collect()
    };
    json!({
        "status": machine.status(),
        "clientName": state.client_name,
        "nextSeq": state.next_seq,
        "user": state.user.as_ref().map(|user| &user.id),
        "role": state.role,
        "epoch": state.epoch,
        "target": state.target,
        "held": state.held.keys().collect::<Vec<_>>(),
        "distrusted": state.distrusted,
        "superseded": state.superseded,
        "tombstones": state.tombstones.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "inFlight": state.in_flight.as_ref().map(sent),
        "backlog": state.backlog.iter().map(sent).collect::<Vec<_>>(),
        "queue": state.queue,
        "calls": state.calls.keys().collect::<Vec<_>>(),
        "conflicts": state.conflicts,
        "lastRejection": state.last_rejection,
        "undo": steps(&state.undo),
        "redo": steps(&state.redo),
        "connections": state.connections.iter().map(|peer| json!({
            "connectionId": peer.connection.connection_id, "role": peer.connection.role, "state": peer.state,
        })).collect::<Vec<_>>(),
        "error": state.error,
        "confirmed": state.confirmed,
        // Before the room has said who this is, the two name the author of restored edits differently.
        "sheet": state.user.as_ref().and(state.sheet.as_ref()),
    })
}
