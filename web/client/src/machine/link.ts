/**
 * The sockets: when to open, greet, doubt and leave one. One is in use; while it rolls over, its successor opens
 * beside it. Decides nothing about the sheet beyond asking for it.
 */
import type { Welcome } from "../frames.js";
import * as times from "../generated/times.js";
import { adopt, calm, distrust, expect, fetchSheet, receive } from "./inbox.js";
import { abandon, again } from "./outbox.js";
import { approach, enter, leave, tell } from "./room.js";
import { clearTimer, setTimer } from "./turn.js";
import type { Link, SnapshotResult, Turn } from "./types.js";

/** Codes of a close that somebody meant: nothing is wrong with the room. */
const ORDERLY = [1000, 1001];

/** Opens a socket, as the one in use or as its successor. */
export function open(turn: Turn, as: "link" | "next" = "link"): void {
  const { state } = turn;
  const socket = state.nextSocket;
  state.nextSocket += 1;
  state[as] = { socket, phase: "opening", since: 0, busy: false };
  turn.effects.push({ type: "open", socket });
  // A socket that neither opens nor fails is as dead as one that is silent.
  setTimer(turn, "hello", times.ANSWER_MS);
}

/** The socket is open: greet. */
export function opened(turn: Turn, socket: number): void {
  const as = which(turn, socket);
  if (as !== null) greet(turn, as, true);
}

/** Says hello; without what is known, the answer is the whole sheet. */
export function greet(turn: Turn, as: "link" | "next", known: boolean): void {
  const { state } = turn;
  const link = state[as];
  if (link === null) return;
  const { confirmed, epoch } = state;
  const hello = known && confirmed !== null && epoch !== null ? { since: confirmed.version, epoch } : {};
  approach(turn);
  state[as] = { ...link, phase: "hello", since: hello.since ?? 0, busy: false };
  turn.effects.push({ type: "send", socket: link.socket, frame: { type: "hello", ...hello } });
  setTimer(turn, "hello", times.ANSWER_MS);
}

/** Which of the two a socket is; null: one that was left already. */
export function which({ state }: Turn, socket: number): "link" | "next" | null {
  if (state.link?.socket === socket) return "link";
  return state.next?.socket === socket ? "next" : null;
}

/** The room answered. */
export function welcomed(turn: Turn, as: "link" | "next", frame: Welcome): void {
  const { state } = turn;
  const link = state[as];
  if (link === null) return;
  if (as === "next") drop(turn, "link");
  state.link = { ...link, phase: "live" };
  state.next = null;
  Object.assign(state, { attempts: 0, unauthorised: 0, wasLive: true, fetchFirst: false, error: null });
  introduce(turn, frame);
  take(turn, link, frame);
  again(turn);
  clearTimer(turn, "hello", "connect", "pong");
  setTimer(turn, "ping", times.QUIET_PING_MS);
  setTimer(turn, "rollover", times.ROLLOVER_MS - turn.random * times.ROLLOVER_JITTER_MS);
  state.presence = { ...state.presence, sent: null };
  tell(turn, 0);
}

function introduce(turn: Turn, frame: Welcome): void {
  const { state } = turn;
  if (state.restoredFor !== null && state.restoredFor !== frame.user.id) {
    abandon(turn, "FORBIDDEN", "these changes were made by somebody else");
  }
  state.restoredFor = null;
  // Edits restored before the room said who this is were put on the sheet in nobody's name.
  turn.stale ||= state.user?.id !== frame.user.id;
  state.user = frame.user;
  state.role = frame.role;
  state.connectionId = frame.connectionId;
  state.reconnectJitterMs = frame.reconnectJitterMs ?? times.RECONNECT_JITTER_MS;
  state.presence = { ...state.presence, intervalMs: frame.presenceIntervalMs ?? times.PRESENCE_MS };
  state.clockOffset = frame.at === null ? state.clockOffset : frame.at - turn.now;
  // Updates that this socket received before its welcome do not wait any more: no welcome contains them.
  state.notifications = [...frame.notifications, ...state.notifications].slice(-times.MAX_NOTIFICATIONS);
  enter(turn, frame.connections);
}

function take(turn: Turn, link: Link, frame: Welcome): void {
  const { state } = turn;
  // A strongly read tip below what this client knew: the log is not the one it was.
  const back = frame.version < link.since;
  const other = state.epoch !== null && frame.epoch !== state.epoch;
  if (other || back) distrust(turn, frame.epoch, frame.version);
  else if (state.confirmed !== null && link.since === 0) {
    // The whole sheet was requested, so this is the tip: versions announced beyond it may belong to a log that no
    // longer exists.
    state.held = new Map();
    state.target = Math.max(state.confirmed.version, frame.version);
  }
  state.epoch = frame.epoch;
  if (frame.snapshot !== null) adopt(turn, frame.epoch, frame.snapshot, false);
  else if (frame.snapshotUrl !== null) {
    state.fetch = null;
    fetchSheet(turn, frame.snapshotUrl);
  }
  turn.effects.push({ type: "documentsWelcomed", docs: frame.docs });
  receive(turn, frame.changes);
  expect(turn, frame.version);
}

/** A socket closed by itself. */
export function closed(turn: Turn, socket: number, code: number): void {
  const { state } = turn;
  const as = which(turn, socket);
  if (as === "next") {
    state.next = null;
    setTimer(turn, "rollover", times.ROLLOVER_RETRY_MS * (1 + turn.random));
  } else if (as === "link") {
    state.link = null;
    lost(turn, !ORDERLY.includes(code));
  }
}

/** Leaves a socket that does not answer, or whose token is spent. */
export function abandonLink(turn: Turn, wasAbnormal: boolean): void {
  drop(turn, "link");
  lost(turn, wasAbnormal);
}

function drop({ state, effects }: Turn, as: "link" | "next"): void {
  const link = state[as];
  state[as] = null;
  if (link !== null) effects.push({ type: "close", socket: link.socket });
}

function lost(turn: Turn, abnormal: boolean): void {
  const { state } = turn;
  clearTimer(turn, "hello", "echo", "send", "ping", "pong", "rollover", "fetch");
  calm(turn);
  state.fetch = null;
  state.busySince = null;
  leave(turn);
  if (state.inFlight !== null) state.inFlight = { ...state.inFlight, tries: 0, due: false };
  if (state.next !== null) {
    // Its successor is on the way already.
    state.link = state.next;
    state.next = null;
    setTimer(turn, "hello", times.ANSWER_MS);
    return;
  }
  state.fetchFirst ||= abnormal;
  retry(turn);
}

/** Another attempt after a pause that grows, spread so that a room does not return as one. */
function retry(turn: Turn): void {
  const { state } = turn;
  if (state.halted !== null) return;
  const waiting = !state.wasLive && state.attempts === 0;
  const pause = waiting
    ? times.FIRST_RETRY_MS * turn.random
    : Math.min(times.RECONNECT_MS * 2 ** Math.min(state.attempts, 10), times.MAX_RECONNECT_MS) +
      state.reconnectJitterMs * turn.random;
  state.attempts += 1;
  setTimer(turn, "connect", pause);
}

/** The token is spent: a fresh one may be had at once. HTTP goes first, because it says so when none is to be had. */
export function renew(turn: Turn): void {
  const { state } = turn;
  drop(turn, "next");
  const { attempts } = state;
  state.fetchFirst = true;
  abandonLink(turn, false);
  if (attempts === 0) setTimer(turn, "connect", state.reconnectJitterMs * turn.random);
}

/** The pause before an attempt is over. */
export function connect(turn: Turn): void {
  const { state } = turn;
  if (state.link !== null || state.halted !== null) return;
  if (!state.fetchFirst) {
    open(turn);
    return;
  }
  // After a failure, the sheet comes over HTTP: many clients that return at once must not load the sockets.
  state.fetch = { request: state.nextRequest, purpose: "reconnect" };
  state.nextRequest += 1;
  const { confirmed, epoch } = state;
  const etag = confirmed !== null && epoch !== null ? `"${epoch}-${confirmed.version}"` : null;
  turn.effects.push({ type: "fetchSnapshot", request: state.fetch.request, url: null, etag });
}

/** The sheet came over HTTP before a reconnect, or the answer tells why it did not. */
export function looked(turn: Turn, result: SnapshotResult): void {
  const { state } = turn;
  if (result.kind === "sheet") adopt(turn, result.epoch, result.sheet, false);
  if (result.kind !== "failed") {
    state.unauthorised = 0;
    open(turn);
    return;
  }
  const { status, code, message } = result;
  if (status === 401) {
    // Once may be a token that ran out on the way; twice is a session that ended.
    state.unauthorised += 1;
    if (state.unauthorised > 1) halt(turn, "sessionEnded", code ?? "TOKEN_EXPIRED", message);
    else setTimer(turn, "connect", times.FIRST_RETRY_MS * (1 + turn.random));
  } else if (status === 403)
    halt(turn, code === "REVOKED" ? "removed" : "failed", code ?? "FORBIDDEN", message);
  else if (code === "NOT_FOUND" || code === "MALFORMED") halt(turn, "failed", code, message);
  else if (status === 429 || status === 503) retry(turn);
  // HTTP may be what is broken: the socket says.
  else open(turn);
}

/** Nothing further is tried by itself. */
export function halt(
  turn: Turn,
  as: "sessionEnded" | "removed" | "failed",
  code: string,
  message: string,
): void {
  const { state } = turn;
  state.halted = as;
  state.error = { code, message };
  drop(turn, "link");
  drop(turn, "next");
  leave(turn);
  calm(turn);
  state.fetch = null;
  clearTimer(turn, "connect", "hello", "echo", "send", "ping", "pong", "rollover", "fetch", "idle");
  if (as === "removed") abandon(turn, "REVOKED", message);
}
