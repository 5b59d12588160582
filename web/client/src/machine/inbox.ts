/**
 * What the log holds, as this client learns it: strictly by version, early changes held, gaps replayed, and the whole
 * sheet taken where the changes are not to be had. The only part that moves `confirmed`.
 */
import { apply, applyOp } from "../fold/apply.js";
import type { Sheet } from "../fold/model.js";
import type { Change } from "../fold/op.js";
import { rowOf } from "../fold/row.js";
import { foldable } from "../fold/shape.js";
import type { Announced } from "../frames.js";
import { MAX_TOMBSTONES } from "../generated/limits.js";
import { CHANGES_LIMIT, GAP_MS, GAP_TRIES, MAX_GAP_MS, MAX_HELD, RETRY_MS } from "../generated/times.js";
import { settle } from "./calls.js";
import { clearTimer, send, setTimer } from "./turn.js";
import type { ChangesResult, InFlight, Turn } from "./types.js";

/** The most changes asked for over HTTP at once. */

/** Changes were announced, in whatever order and however often. */
export function receive(turn: Turn, changes: readonly Announced[]): void {
  const { state } = turn;
  const known = state.confirmed?.version ?? 0;
  const held = new Map(state.held);
  for (const change of changes) {
    expect(turn, change.version);
    recognise(turn, change);
    // An announcement without ops never replaces one with them.
    if (change.version > known && (change.ops !== null || !held.has(change.version)))
      held.set(change.version, change);
  }
  // Beyond the bound, what lies farthest ahead goes: a replay brings it again.
  if (held.size > MAX_HELD) {
    const versions = [...held.keys()].sort((a, b) => a - b);
    for (const version of versions.slice(MAX_HELD)) held.delete(version);
  }
  state.held = held;
}

/** A version is known to exist. */
export function expect({ state }: Turn, version: number): void {
  state.target = Math.max(state.target, version);
}

/**
 * Returns whether it is the change in flight. Its announcement settles it, at any version, and takes precedence over
 * any refusal.
 */
function recognise(turn: Turn, { id, version, author }: Announced): void {
  const { inFlight, confirmed, user } = turn.state;
  if (inFlight === null) return;
  // Names of clients are per author: somebody else may have the same one, by chance or on purpose.
  const isOurs = user === null || author.id === user.id;
  if (isOurs && inFlight.id === id) {
    if (inFlight.committed !== null) return;
    turn.state.superseded = 0;
    turn.state.inFlight = { ...inFlight, committed: version, verdict: null, due: false };
    settle(turn, inFlight.edits, version);
    clearTimer(turn, "echo");
    if (confirmed !== null && version <= confirmed.version) arrived(turn, version);
  } else if (version > inFlight.examined) {
    const seen = new Set(inFlight.seen).add(version);
    let examined = inFlight.examined;
    while (seen.delete(examined + 1)) examined += 1;
    turn.state.inFlight = { ...inFlight, examined, seen };
  }
}

/** The confirmed sheet holds everything up to `version`: what was on its way may have arrived with it. */
function arrived(turn: Turn, version: number): void {
  const { inFlight } = turn.state;
  if (inFlight?.committed == null || inFlight.committed > version) return;
  turn.state.inFlight = null;
  turn.stale = true;
}

/** Folds what can be folded. Not while a `hello` is unanswered: only `welcome` tells whether the log is still the same. */
export function advance(turn: Turn): void {
  const { state } = turn;
  if (state.link?.phase !== "live") return;
  if (state.confirmed === null || state.distrusted) {
    fetchSheet(turn, null);
    return;
  }
  let sheet = state.confirmed;
  for (;;) {
    const next = state.held.get(sheet.version + 1);
    if (next === undefined) break;
    const { ops } = next;
    if (ops === null) {
      fetchChanges(turn, sheet.version);
      break;
    }
    const change = { ...next, ops };
    if (!foldable(change)) {
      fetchSheet(turn, null);
      break;
    }
    bury(turn, sheet, change);
    sheet = apply(sheet, change);
    membership(turn, change);
    pass(turn, change);
  }
  if (sheet !== state.confirmed) confirm(turn, sheet);
  if (!isBehind(turn)) {
    calm(turn);
  }
}

/** Nothing is missing, or somebody else is seeing to it. */
export function calm(turn: Turn): void {
  turn.state.gapTries = 0;
  if (turn.state.gapRunning) clearTimer(turn, "gap");
  turn.state.gapRunning = false;
}

function confirm(turn: Turn, sheet: Sheet): void {
  const { state } = turn;
  state.confirmed = sheet;
  state.gapTries = 0;
  if ([...state.held.keys()].some((version) => version <= sheet.version)) {
    state.held = new Map([...state.held].filter(([version]) => version > sheet.version));
  }
  expect(turn, sheet.version);
  arrived(turn, sheet.version);
  turn.stale = true;
}

/** Own rows that are removed, unchanged: the server requires exactly these when they are restored. */
function bury({ state }: Turn, sheet: Sheet, change: Change): void {
  if (change.author.id !== state.user?.id || !change.ops.some(({ op }) => op === "ROW_REMOVE")) return;
  const tombstones = new Map(state.tombstones);
  let folded = sheet;
  for (const op of change.ops) {
    const row = op.op === "ROW_REMOVE" ? rowOf(folded, op.taskId) : undefined;
    if (row !== undefined) {
      tombstones.delete(row.taskId);
      tombstones.set(row.taskId, row);
    }
    folded = applyOp(folded, change, op);
  }
  for (const taskId of tombstones.keys()) {
    if (tombstones.size <= MAX_TOMBSTONES) break;
    tombstones.delete(taskId);
  }
  state.tombstones = tombstones;
}

/** The editor that shows a document keeps its content: the sheet holds its version alone. */
function pass({ effects }: Turn, { ops, version }: Change): void {
  for (const op of ops) {
    if (op.op === "TEXT_UPDATE")
      effects.push({ type: "documentCommitted", doc: op.doc, update: op.update, version });
  }
}

/** What a change says about this very person. */
function membership({ state }: Turn, change: Change): void {
  for (const op of change.ops) {
    if (!("userId" in op) || op.userId !== state.user?.id) continue;
    if (op.op === "MEMBER_ROLE") {
      // The system's role is nobody's to have.
      if (op.role !== "system") state.role = op.role;
    } else state.halted = op.op === "MEMBER_REVOKE" ? "removed" : null;
  }
}

/** The whole sheet, taken instead of changes. `back`: the server's log has become shorter than what was known. */
export function adopt(turn: Turn, epoch: string | null, sheet: Sheet, back: boolean): void {
  const { state } = turn;
  const other = state.epoch !== null && epoch !== null && epoch !== state.epoch;
  if ((other || back) && !state.distrusted) distrust(turn, epoch, sheet.version);
  const newer = state.confirmed === null || sheet.version > state.confirmed.version;
  if (!newer && !state.distrusted) return;
  state.epoch = epoch ?? state.epoch;
  state.distrusted = false;
  turn.effects.push({ type: "documentsSkipped" });
  confirm(turn, sheet);
}

/** The log was restored or wiped: what was known of its versions is void, what is on its way is not. */
export function distrust({ state, effects }: Turn, epoch: string | null, version: number): void {
  const anew = (sent: InFlight): InFlight => ({
    ...sent,
    // Never raised: what this log may hold of it, and no longer remembers, has to be refused and searched for.
    base: Math.min(sent.base, version),
    examined: 0,
    seen: new Set(),
    // Its place was in a log that no longer exists: it is sent again, or every change behind it would wait forever.
    committed: null,
    verdict: null,
  });
  state.distrusted = true;
  effects.push({ type: "documentsVoid" });
  state.epoch = epoch ?? state.epoch;
  state.held = new Map();
  state.target = version;
  state.undo = [];
  state.redo = [];
  state.tombstones = new Map();
  state.backlog = state.backlog.map(anew);
  if (state.inFlight !== null) state.inFlight = { ...anew(state.inFlight), due: true };
}

/** Whether versions are known to exist that this client has not looked at, and needs to. */
export function isBehind({ state }: Turn): boolean {
  const { inFlight, confirmed, target, distrusted } = state;
  if (confirmed === null || distrusted) return false;
  return confirmed.version < target || searches(inFlight);
}

/** Returns whether the client still looks for a change that the log may already have. */
function searches(inFlight: InFlight | null): boolean {
  return inFlight?.verdict?.code === "SUPERSEDED" && inFlight.examined < inFlight.verdict.version;
}

/** Starts the wait for what is missing, unless it is running. */
export function watchGap(turn: Turn): void {
  if (turn.state.link?.phase !== "live" || turn.state.gapRunning || !isBehind(turn)) return;
  turn.state.gapRunning = true;
  setTimer(turn, "gap", GAP_MS);
}

/** Asks for what is missing; after several answers that did not help, for everything. Returns whether that is due. */
export function replay(turn: Turn): "asked" | "useless" {
  const { state } = turn;
  if (!isBehind(turn) || state.confirmed === null) return "asked";
  state.gapTries += 1;
  state.gapRunning = true;
  setTimer(turn, "gap", Math.min(GAP_MS * 2 ** state.gapTries, MAX_GAP_MS));
  const { version } = state.confirmed;
  const { inFlight } = state;
  if (inFlight !== null && searches(inFlight)) {
    // Alternate between the two ways to the log: one may be closed.
    if (state.gapTries % 2 === 0) fetchChanges(turn, inFlight.examined);
    send(turn, { type: "replay", since: Math.min(version, inFlight.examined) });
    return "asked";
  }
  if (state.gapTries > GAP_TRIES) return "useless";
  send(turn, { type: "replay", since: version });
  return "asked";
}

/** Asks for the sheet over HTTP, unless a request is under way. `url` null: the cycle's own address. */
export function fetchSheet(turn: Turn, url: string | null): void {
  request(turn, "sheet", (id) => turn.effects.push({ type: "fetchSnapshot", request: id, url, etag: null }));
}

function fetchChanges(turn: Turn, since: number): void {
  const limit = CHANGES_LIMIT;
  request(turn, "changes", (id) => turn.effects.push({ type: "fetchChanges", request: id, since, limit }));
}

function request({ state }: Turn, purpose: "sheet" | "changes", ask: (id: number) => void): void {
  if (state.fetch !== null) return;
  state.fetch = { request: state.nextRequest, purpose };
  state.nextRequest += 1;
  ask(state.fetch.request);
}

/** Changes came over HTTP, or did not: then the sheet is asked for. */
export function fetched(turn: Turn, result: ChangesResult): void {
  if (result.kind === "changes") {
    expect(turn, result.version);
    receive(turn, result.changes);
    const due = (turn.state.confirmed?.version ?? 0) + 1;
    if (result.changes.some(({ version, ops }) => version === due && ops !== null)) return;
  }
  if (searches(turn.state.inFlight)) return;
  fetchSheet(turn, null);
}

/** A request for the sheet failed: another one after a pause. */
export function pause(turn: Turn): void {
  turn.state.fetch = { request: 0, purpose: null };
  setTimer(turn, "fetch", RETRY_MS * (2 + turn.random));
}
