/** How the machine begins: with nothing, or with what an earlier page left unsent. */

import { PRESENCE_MS, RECONNECT_JITTER_MS } from "../generated/times.js";
import { UNSENT } from "./outbox.js";
import type { Call, Edit, InFlight, MachineState, QueueRecord } from "./types.js";

/** The state before the first event. `now` in milliseconds since 1970. */
export function initial(clientName: string, restored: readonly QueueRecord[], now: number): MachineState {
  const sent = restored.flatMap((record) => record.sent).map(onItsWayAgain);
  const queue = restored.flatMap((record) => record.queue);
  const all = renumbered(sent, queue);
  return {
    clientName,
    // Numbers only grow, even over a restart that forgot them: the log takes a known number for a retry.
    nextSeq: restored.reduce(
      (highest, record) => Math.max(highest, record.nextSeq),
      Math.max(1, Math.floor(now)),
    ),
    user: null,
    role: null,
    restoredFor: restored[0]?.user ?? null,
    epoch: null,
    confirmed: null,
    sheet: null,
    held: new Map(),
    target: 0,
    gapTries: 0,
    gapRunning: false,
    distrusted: false,
    tombstones: new Map(),
    inFlight: null,
    backlog: all.sent,
    queue: all.queue,
    calls: all.calls,
    lastSentAt: 0,
    superseded: 0,
    conflicts: [],
    nextConflict: 1,
    lastRejection: null,
    undo: [],
    redo: [],
    link: null,
    next: null,
    nextSocket: 1,
    attempts: 0,
    unauthorised: 0,
    wasLive: false,
    fetchFirst: false,
    halted: null,
    online: true,
    visible: true,
    reconnectJitterMs: RECONNECT_JITTER_MS,
    lastPingAt: 0,
    pingVersion: 0,
    busySince: null,
    fetch: null,
    nextRequest: 1,
    clockOffset: 0,
    connectionId: null,
    connections: new Map(),
    greetedAt: now,
    departed: new Set(),
    peers: [],
    presence: { wanted: null, sent: null, sentAt: 0, intervalMs: PRESENCE_MS, movedAt: now, owed: false },
    notifications: [],
    error: null,
  };
}

function onItsWayAgain({ id, base, edits, ops }: QueueRecord["sent"][number]): InFlight {
  return { id, base, edits, ops, examined: base, ...UNSENT };
}

/** Calls of several pages may share a number: each edit becomes a call of its own, below those of this page. */
function renumbered(sent: readonly InFlight[], queue: readonly Edit[]) {
  const calls = new Map<number, Call>();
  const own = (edit: Edit): Edit => {
    const call = -1 - calls.size;
    calls.set(call, { open: 1, version: 0, failure: null });
    return { ...edit, call };
  };
  return {
    sent: sent.map((change) => ({ ...change, edits: change.edits.map(own) })),
    queue: queue.map(own),
    calls,
  };
}

/** What to keep for the next page; null when nothing is on its way. */
export function recordOf(state: MachineState): QueueRecord | null {
  const user = state.user?.id ?? state.restoredFor;
  const sent = [...state.backlog, ...(state.inFlight ? [state.inFlight] : [])];
  if (user === null || (sent.length === 0 && state.queue.length === 0)) return null;
  const kept = sent.map(({ id, base, edits, ops }) => ({ id, base, edits, ops }));
  return { format: 1, user, nextSeq: state.nextSeq, sent: kept, queue: state.queue };
}
