/**
 * The client's decisions as a pure function: `step(state, input)` gives the next state and what is to be done. No
 * clock, no I/O, no randomness: time and random numbers come in with the input, sockets and timers go out as effects.
 *
 * - `types` the data, `times` every wait and bound, `start` the beginning;
 * - `link` the sockets, `listen` the frames, `room` who is here;
 * - `inbox` what the log holds, `outbox` what is on its way to it, `calls` what became of it;
 * - `rebase` own edits on a sheet that moved, `coalesce` what waits as one change.
 */

import { BUSY_PING_MS, ECHO_MS, QUIET_PING_MS } from "./generated/times.js";
import { adopt, advance, calm, fetched, pause, watchGap } from "./machine/inbox.js";
import { abandonLink, closed, connect, halt, looked, open, opened, renew } from "./machine/link.js";
import { ask, busy, heard, ping, posted, unanswered } from "./machine/listen.js";
import {
  again,
  amend,
  flush,
  judge,
  keepMine,
  keepTheirs,
  rebuild,
  request,
  undo,
} from "./machine/outbox.js";
import { move, rest, tell } from "./machine/room.js";
import { recordOf } from "./machine/start.js";
import { send, setTimer } from "./machine/turn.js";
import type { Effect, Input, MachineState, SnapshotResult, Timer, Turn } from "./machine/types.js";
import type { ClientState, Status } from "./state.js";

export { pendingUpdates } from "./machine/outbox.js";
export { initial, recordOf } from "./machine/start.js";
export type * from "./machine/types.js";

/** What follows from `input`. Never throws on anything a server, a person or a clock may bring. */
export function step(state: MachineState, input: Input): { state: MachineState; effects: readonly Effect[] } {
  const turn: Turn = { now: input.now, random: input.random, state: { ...state }, effects: [], stale: false };
  if (input.type === "stop") return { state: turn.state, effects: stop(turn) };
  handle(turn, input);
  advance(turn);
  // The log says that this very person was removed.
  if (turn.state.halted === "removed" && state.halted !== "removed" && turn.state.link !== null) {
    halt(turn, "removed", "REVOKED", "you have been removed from this workspace");
  }
  judge(turn);
  if (turn.stale) rebuild(turn);
  flush(turn);
  if (turn.stale) rebuild(turn);
  watchGap(turn);
  return { state: turn.state, effects: kept(state, turn) };
}

function handle(turn: Turn, input: Exclude<Input, { type: "stop" }>): void {
  const { state } = turn;
  switch (input.type) {
    case "start":
      return open(turn);
    case "opened":
      return opened(turn, input.socket);
    case "closed":
      return closed(turn, input.socket, input.code);
    case "sessionEnded":
      // While the socket in use still stands, only its successor has failed.
      if (input.socket === state.next?.socket) return closed(turn, input.socket, 0);
      return halt(turn, "sessionEnded", "TOKEN_EXPIRED", "the session has ended: sign in again");
    case "frame":
      return heard(turn, input.socket, input.text);
    case "timer":
      return elapsed(turn, input.timer);
    case "snapshot":
      return input.request === state.fetch?.request ? snapshot(turn, input.result) : undefined;
    case "changes":
      if (input.request !== state.fetch?.request) return;
      state.fetch = null;
      return fetched(turn, input.result);
    case "change":
      request(turn, input.call, input.ops);
      return move(turn, null);
    case "amend":
      return amend(turn, input.call, input.ops);
    case "posted":
      return posted(turn, input.id, input.result);
    case "undo":
    case "redo":
      undo(turn, input.call, input.type);
      return move(turn, null);
    case "keepMine":
      return keepMine(turn, input.call, input.conflictId);
    case "keepTheirs":
      return keepTheirs(turn, input.conflictId);
    case "presence":
      return move(turn, input.state);
    case "refresh":
      if (send(turn, { type: "refresh" })) busy(turn, QUIET_PING_MS);
      return;
    case "online":
      return online(turn, input.online);
    case "visible":
      return visible(turn, input.visible);
    case "reconnect":
      return reconnect(turn);
    case "dismiss":
      if (input.what === "notifications") state.notifications = [];
      else state[input.what] = null;
  }
}

function elapsed(turn: Turn, timer: Timer): void {
  const { state } = turn;
  switch (timer) {
    case "connect":
      return connect(turn);
    case "hello":
      return unanswered(turn);
    case "gap":
      return ask(turn);
    case "echo":
      // Sent again and again without a word: it is the socket that is deaf.
      if ((state.inFlight?.tries ?? 0) > ECHO_MS.length) return abandonLink(turn, true);
      return again(turn);
    case "send":
      return;
    case "ping":
      return ping(turn);
    case "pong":
      return abandonLink(turn, true);
    case "rollover":
      return state.link?.phase === "live" ? open(turn, "next") : undefined;
    case "presence":
      return tell(turn, 0);
    case "idle":
      return rest(turn);
    case "fetch":
      state.fetch = null;
  }
}

function snapshot(turn: Turn, result: SnapshotResult): void {
  const { state } = turn;
  const purpose = state.fetch?.purpose;
  state.fetch = null;
  if (purpose === "reconnect") return looked(turn, result);
  const before = state.confirmed;
  if (result.kind === "sheet") adopt(turn, result.epoch, result.sheet, false);
  if (state.confirmed !== before) return;
  if (result.kind === "failed" && result.status === 401) return renew(turn);
  // Not there yet, or not newer than what was known: ask again, but not at once.
  pause(turn);
}

function online(turn: Turn, isOnline: boolean): void {
  const { state } = turn;
  const returned = isOnline && !state.online;
  state.online = isOnline;
  if (!returned || state.halted !== null) return;
  if (state.link === null) setTimer(turn, "connect", state.reconnectJitterMs * turn.random);
  // A socket may have died with the network without a word.
  else ping(turn);
}

function visible(turn: Turn, isVisible: boolean): void {
  const { state } = turn;
  state.visible = isVisible;
  if (isVisible) move(turn, null);
  else tell(turn, 0);
  if (isVisible && turn.now - state.lastPingAt > BUSY_PING_MS) ping(turn);
}

function reconnect(turn: Turn): void {
  const { state } = turn;
  state.halted = null;
  state.error = null;
  state.attempts = 0;
  state.unauthorised = 0;
  if (state.link === null) connect(turn);
}

function stop(turn: Turn): Effect[] {
  const { link, next } = turn.state;
  calm(turn);
  turn.state.link = null;
  turn.state.next = null;
  return [link, next].flatMap((open) => (open ? [{ type: "close" as const, socket: open.socket }] : []));
}

/** The effects, led by the order to store the changes on their way, if those changed: first stored, then sent. */
function kept(before: MachineState, { state, effects }: Turn): Effect[] {
  const same =
    before.queue === state.queue &&
    before.backlog === state.backlog &&
    before.inFlight?.id === state.inFlight?.id &&
    before.inFlight?.base === state.inFlight?.base;
  return same ? effects : [{ type: "persist", record: recordOf(state) }, ...effects];
}

/** What a screen gets to see. Parts that did not change keep identity. */
export function view(state: MachineState): ClientState {
  const { sheet, confirmed, user, role, peers, conflicts, lastRejection, notifications, error } = state;
  return {
    status: statusOf(state),
    sheet,
    confirmedSheet: confirmed,
    version: confirmed?.version ?? 0,
    user,
    role,
    clockOffset: state.clockOffset,
    peers,
    unsaved: state.calls.size,
    conflicts,
    lastRejection,
    notifications,
    error,
    canUndo: state.undo.length > 0,
    canRedo: state.redo.length > 0,
  };
}

function statusOf({ halted, link, online, attempts }: MachineState): Status {
  if (halted !== null) return halted;
  if (!online || attempts > 1) return "offline";
  return link?.phase === "live" ? "live" : "connecting";
}
