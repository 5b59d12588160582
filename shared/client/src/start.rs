//! How the machine begins: with nothing, or with what an earlier page left unsent. The twin of
//! `web/client/src/machine/start.ts`.
use crate::{
    times::{PRESENCE_MS, RECONNECT_JITTER_MS},
    types::{Call, Edit, InFlight, MachineState, OwnPresence, QueueRecord, Sent},
};
use std::collections::{BTreeMap, BTreeSet};

/// The state before the first event. `now` in milliseconds since 1970.
pub(crate) fn initial(client_name: &str, restored: &[QueueRecord], now: i64) -> MachineState {
    // Calls of several pages may share a number: each edit becomes a call of its own, below those of this page.
    let mut calls = BTreeMap::new();
    let mut own = |edit: &Edit| {
        let call = -1 - i64::try_from(calls.len()).unwrap_or(0);
        calls.insert(call, Call { open: 1, version: 0, failure: None });
        Edit { call, ..edit.clone() }
    };
    let sent = restored.iter().flat_map(|record| &record.sent);
    let backlog = sent
        .map(|sent| {
            let edits = sent.edits.iter().map(&mut own).collect();
            InFlight::unsent(Sent { edits, ..sent.clone() })
        })
        .collect();
    let queue = restored.iter().flat_map(|record| &record.queue).map(&mut own).collect();
    let first = u64::try_from(now).unwrap_or(0).max(1);
    MachineState {
        client_name: client_name.to_owned(),
        // Numbers only grow, even over a restart that forgot them: the log takes a known number for a retry.
        next_seq: restored.iter().map(|record| record.next_seq).fold(first, u64::max),
        user: None,
        role: None,
        restored_for: restored.first().map(|record| record.user.clone()),
        epoch: None,
        confirmed: None,
        sheet: None,
        held: BTreeMap::new(),
        target: 0,
        gap_tries: 0,
        gap_running: false,
        distrusted: false,
        tombstones: Vec::new(),
        in_flight: None,
        backlog,
        queue,
        calls,
        last_sent_at: 0,
        superseded: 0,
        conflicts: Vec::new(),
        next_conflict: 1,
        last_rejection: None,
        undo: Vec::new(),
        redo: Vec::new(),
        link: None,
        next: None,
        next_socket: 1,
        attempts: 0,
        unauthorised: 0,
        was_live: false,
        fetch_first: false,
        halted: None,
        online: true,
        visible: true,
        reconnect_jitter_ms: RECONNECT_JITTER_MS,
        last_ping_at: 0,
        ping_version: 0,
        busy_since: None,
        fetch: None,
        next_request: 1,
        clock_offset: 0,
        connection_id: None,
        connections: Vec::new(),
        greeted_at: now,
        departed: BTreeSet::new(),
        presence: OwnPresence {
            wanted: None,
            sent: None,
            sent_at: 0,
            interval_ms: PRESENCE_MS,
            moved_at: now,
            owed: false,
        },
        notifications: Vec::new(),
        error: None,
    }
}

/// What to keep for the next page; none when nothing is on its way.
pub(crate) fn record_of(state: &MachineState) -> Option<QueueRecord> {
    let user = state.user.as_ref().map(|user| user.id.to_string()).or_else(|| state.restored_for.clone())?;
    let sent: Vec<Sent> = state.backlog.iter().chain(&state.in_flight).map(InFlight::sent).collect();
    if sent.is_empty() && state.queue.is_empty() {
        return None;
    }
    Some(QueueRecord { format: 1, user, next_seq: state.next_seq, sent, queue: state.queue.clone() })
}
