/** What each frame means, and when to ask whether anything was missed. */
import { parseFrame, type ServerFrame } from "../frames.js";
import {
  ANSWER_MS,
  BUSY_PING_MS,
  IDLE_PING_MS,
  MAX_ATTEMPTS,
  MAX_NOTIFICATIONS,
  QUIET_PING_MS,
  RETRY_MS,
} from "../generated/times.js";
import type { PresenceState } from "../state.js";
import { distrust, expect, receive, replay } from "./inbox.js";
import { abandonLink, greet, halt, renew, welcomed, which } from "./link.js";
import { retryLater } from "./outbox.js";
import { joined, left, moved } from "./room.js";
import { clearTimer, send, setTimer } from "./turn.js";
import type { PostResult, Turn } from "./types.js";

/** A text arrived on a socket. */
export function heard(turn: Turn, socket: number, text: string): void {
  const as = which(turn, socket);
  const frame = as === null ? null : parseFrame(text);
  if (as === null || frame === null) return;
  if (frame.type === "welcome") welcomed(turn, as, frame);
  // The successor of a socket counts once it is welcomed; until then the room is heard through the first.
  else if (as === "link") listen(turn, frame);
}

function listen(turn: Turn, frame: Exclude<ServerFrame, { type: "welcome" }>): void {
  const { state } = turn;
  switch (frame.type) {
    case "committed":
      receive(turn, frame.changes);
      return busy(turn, QUIET_PING_MS);
    case "rejected":
      rejected(turn, frame);
      return busy(turn, QUIET_PING_MS);
    case "presence":
      moved(turn, frame, frame.state);
      // An idle client has sent nothing whose answer could be missed.
      return rests(frame.state) ? undefined : glimpse(turn);
    case "joined":
      joined(turn, frame);
      return glimpse(turn);
    case "left":
      left(turn, frame.connectionId);
      return glimpse(turn);
    case "notification":
      state.notifications = [...state.notifications, frame.notification].slice(-MAX_NOTIFICATIONS);
      return;
    case "pong":
      return ponged(turn, frame);
    case "error":
      return failed(turn, frame);
  }
}

/** The log moves: ask whether its last word was heard once it rests, and now and then if it never does. */
export function busy(turn: Turn, wait: number): void {
  const { state } = turn;
  if (state.link?.phase !== "live") return;
  state.busySince ??= turn.now;
  if (turn.now - state.busySince >= BUSY_PING_MS) ping(turn);
  else setTimer(turn, "ping", wait);
}

/** People only move: a ping for that alone is rare, or every pause of a mouse would make the whole room ask. */
function glimpse(turn: Turn): void {
  busy(turn, Math.max(QUIET_PING_MS, turn.state.lastPingAt + BUSY_PING_MS - turn.now));
}

function rests({ status }: PresenceState): boolean {
  return status === "idle" || status === "away";
}

/** Asks for the tip of the log. */
export function ping(turn: Turn): void {
  const { state } = turn;
  const version = state.confirmed?.version ?? 0;
  state.busySince = null;
  if (!send(turn, { type: "ping", version })) return;
  state.lastPingAt = turn.now;
  state.pingVersion = version;
  setTimer(turn, "ping", IDLE_PING_MS);
  setTimer(turn, "pong", ANSWER_MS);
}

function ponged(turn: Turn, { version, epoch }: { version: number; epoch: string | null }): void {
  const { state } = turn;
  clearTimer(turn, "pong");
  if ((epoch !== null && epoch !== state.epoch) || version < state.pingVersion) {
    distrust(turn, epoch, version);
    greet(turn, "link", false);
    return;
  }
  expect(turn, version);
  if (version > (state.confirmed?.version ?? 0) && !state.gapRunning) ask(turn);
}

/** Asks for what is missing, or, where that was in vain, for everything. */
export function ask(turn: Turn): void {
  if (replay(turn) === "asked") return;
  turn.state.gapTries = 0;
  greet(turn, "link", false);
}

/** A change that went over HTTP was answered; without an answer it is asked about again. */
export function posted(turn: Turn, id: string, result: PostResult): void {
  if (turn.state.inFlight?.id !== id) return;
  if (result.kind === "committed") {
    receive(turn, result.changes);
    return busy(turn, QUIET_PING_MS);
  }
  if (result.kind === "failed") return retryLater(turn);
  rejected(turn, { type: "rejected", id, ...result });
}

function rejected(turn: Turn, frame: Extract<ServerFrame, { type: "rejected" }>): void {
  const { state } = turn;
  const { inFlight } = state;
  const { code, message, version } = frame;
  if (code === "TOKEN_EXPIRED") return renew(turn);
  if (code === "REVOKED") return halt(turn, "removed", code, message);
  expect(turn, version);
  if (inFlight === null || inFlight.id !== frame.id || inFlight.committed !== null) return;
  if (frame.retryable) return retryLater(turn);
  if (code === "MALFORMED" && inFlight.base > version && inFlight.answers < MAX_ATTEMPTS) {
    // Perhaps it names a version that the log does not have (any more): the answer to a ping tells.
    ping(turn);
    return retryLater(turn);
  }
  clearTimer(turn, "echo");
  state.inFlight = { ...inFlight, due: false, verdict: { code, message, version } };
}

function failed(turn: Turn, { code, message, retryable }: Extract<ServerFrame, { type: "error" }>): void {
  const { link } = turn.state;
  if (link === null) return;
  const greeting = link.phase === "hello";
  if (code === "TOKEN_EXPIRED") renew(turn);
  else if (code === "REVOKED") halt(turn, "removed", code, message);
  else if (code === "NOT_FOUND" || (greeting && code === "FORBIDDEN")) halt(turn, "failed", code, message);
  else if (!retryable) turn.state.error = { code, message };
  else if (greeting) {
    turn.state.link = { ...link, busy: true };
    setTimer(turn, "hello", RETRY_MS * (1 + turn.random));
  }
}

/** No `welcome` came. */
export function unanswered(turn: Turn): void {
  const { state } = turn;
  if (state.next !== null) {
    const { socket } = state.next;
    state.next = null;
    turn.effects.push({ type: "close", socket });
    setTimer(turn, "rollover", ANSWER_MS * (1 + turn.random));
  } else if (state.link?.phase === "hello" && state.link.busy) greet(turn, "link", true);
  else if (state.link !== null && state.link.phase !== "live") abandonLink(turn, true);
}
