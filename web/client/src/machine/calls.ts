/** The fate of calls: a call is settled when the fate of its last edit is known. */
import { isCode } from "../codes.js";
import type { Op } from "../fold/op.js";
import type { Conflict, Outcome } from "../state.js";
import type { Call, Edit, Turn, UndoStep } from "./types.js";

/** Opens a call of `open` edits. */
export function openCall(turn: Turn, call: number, open: number): void {
  setCall(turn, call, { open, version: 0, failure: null });
}

/** A call's edit was cut into more. */
export function addParts(turn: Turn, call: number, parts: number): void {
  const known = turn.state.calls.get(call);
  if (known !== undefined && parts > 0) setCall(turn, call, { ...known, open: known.open + parts });
}

/** These edits are done with: in the log at `version`, or without anything left to do. */
export function settle(turn: Turn, edits: readonly Edit[], version: number): void {
  for (const { call } of edits) {
    const known = turn.state.calls.get(call);
    if (known === undefined) continue;
    const done = { ...known, open: known.open - 1, version: Math.max(known.version, version) };
    if (done.open > 0) {
      setCall(turn, call, done);
      continue;
    }
    const calls = new Map(turn.state.calls);
    calls.delete(call);
    turn.state.calls = calls;
    const outcome: Outcome = done.failure ?? { ok: true, version: done.version };
    turn.effects.push({ type: "settle", call, outcome });
  }
}

/** A part of the call failed; the outcome is reported when the rest is known. */
export function fail(
  turn: Turn,
  call: number,
  code: string,
  message: string,
  conflicts: readonly Conflict[],
): void {
  const known = turn.state.calls.get(call);
  if (known === undefined) return;
  const before = known.failure ?? { ok: false, code: safe(code), message, conflicts: [] };
  setCall(turn, call, { ...known, failure: { ...before, conflicts: [...before.conflicts, ...conflicts] } });
}

/** A code of the registry; what is unknown reads as the vaguest one. */
export function safe(code: string) {
  return isCode(code) ? code : "UNSUPPORTED";
}

function setCall(turn: Turn, call: number, known: Call): void {
  turn.state.calls = new Map(turn.state.calls).set(call, known);
}

/** What a call did not achieve cannot be taken back: its step loses the inverse of those ops. */
export function pruneUndo(turn: Turn, call: number, gone: (op: Op) => Op | null): void {
  const pruned = (steps: readonly UndoStep[]) =>
    steps.some((step) => step.call === call)
      ? steps
          .map((step) =>
            step.call === call ? { ...step, ops: step.ops.flatMap((op) => gone(op) ?? []) } : step,
          )
          .filter((step) => step.ops.length > 0)
      : steps;
  turn.state.undo = pruned(turn.state.undo);
  turn.state.redo = pruned(turn.state.redo);
}
