/**
 * The same lives, a second time: pages in simulated rooms of bad weather, as the client's decisions in Rust
 * (`tests/reference`, with the Rust client) recorded them. Fed the same events, this machine asks for the same effects in the same order, to
 * the millisecond, and ends in the same state; where the two differ, one is wrong.
 *
 * `make test-web` writes the traces again; without them, this asks cargo for them. ROOMS=3000 makes more of them.
 */
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Effect, InFlight, Input, MachineState, QueueRecord } from "../../src/machine/types.js";
import { initial, step, view } from "../../src/machine.js";

const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));
const ROOMS = process.env.ROOMS ?? "60";
const TRACES = `${REPOSITORY}target/traces-${ROOMS}.jsonl`;

interface Recorded {
  readonly seed: number;
  readonly page: {
    readonly client: string;
    readonly restored: readonly QueueRecord[];
    readonly now: number;
    readonly steps: readonly {
      readonly input: Input;
      readonly effects: readonly Effect[];
      readonly status: string;
      readonly version: number;
      readonly unsaved: number;
      readonly state?: unknown;
    }[];
    readonly end: unknown;
  };
}

/** As JSON tells it: what is undefined is not there. */
function told(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function sent({ edits, ops, seen, ...rest }: InFlight) {
  const { id, base, tries, answers, due, examined, committed, verdict } = rest;
  const numbers = [...seen].sort((a, b) => a - b);
  return { id, base, edits, ops, tries, answers, due, examined, seen: numbers, committed, verdict };
}

/** Everything that both must agree on; `state_of` in tests/reference/src/trace.rs is its twin. */
function stateOf(state: MachineState): unknown {
  const ascending = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
  const { clientName, nextSeq, role, epoch, target, distrusted, superseded, queue, conflicts } = state;
  const { lastRejection, undo, redo, error, confirmed } = state;
  const shown = { clientName, nextSeq, role, epoch, target, distrusted, superseded, queue, conflicts };
  return told({
    ...shown,
    ...{ lastRejection, undo, redo, error, confirmed },
    status: view(state).status,
    user: state.user?.id ?? null,
    held: ascending(state.held.keys()),
    tombstones: [...state.tombstones.keys()],
    inFlight: state.inFlight && sent(state.inFlight),
    backlog: state.backlog.map(sent),
    calls: ascending(state.calls.keys()),
    connections: [...state.connections.values()].map(({ connectionId, role, state }) => ({
      connectionId,
      role,
      state,
    })),
    // Before the room has said who this is, the two name the author of restored edits differently.
    sheet: state.user === null ? null : state.sheet,
  });
}

function live({ seed, page }: Recorded): { steps: number; documents: number } {
  const { client, restored, now, steps } = page;
  let state = initial(client, restored, now);
  let documents = 0;
  for (const [number, recorded] of steps.entries()) {
    const next = step(state, recorded.input);
    state = next.state;
    const { status, version, unsaved } = view(state);
    const seen = told({ effects: next.effects, status, version, unsaved });
    const { effects, state: after } = recorded;
    const is = { effects, status: recorded.status, version: recorded.version, unsaved: recorded.unsaved };
    const where = `seed ${seed}, ${client}, step ${number}: ${JSON.stringify(recorded.input).slice(0, 300)}`;
    if (!isDeepStrictEqual(seen, is)) expect(seen, where).toEqual(is);
    if (after !== undefined) expect(stateOf(state), where).toEqual(after);
    documents += effects.filter(({ type }) => type === "documentCommitted").length;
  }
  expect(stateOf(state), `seed ${seed}, ${client}, at the end`).toEqual(page.end);
  return { steps: steps.length, documents };
}

describe("the lives of pages in simulated rooms", () => {
  beforeAll(() => {
    if (existsSync(TRACES)) return;
    mkdirSync(`${REPOSITORY}target`, { recursive: true });
    const words = `run --quiet --package cyclesheet-tests-reference --bin traces -- --seeds ${ROOMS}`;
    const stdio = ["ignore", openSync(TRACES, "w"), "inherit"] as const;
    execFileSync("cargo", words.split(" "), { cwd: REPOSITORY, stdio: [...stdio] });
  }, 600_000);

  it("are lived alike, effect by effect, documents included", { timeout: 600_000 }, async () => {
    let [pages, steps, documents] = [0, 0, 0];
    for await (const line of createInterface({ input: createReadStream(TRACES) })) {
      const lived = live(JSON.parse(line) as Recorded);
      pages += 1;
      steps += lived.steps;
      documents += lived.documents;
    }
    console.info(`${pages} pages, ${steps} steps, ${documents} updates of documents`);
    expect(pages).toBeGreaterThan(50);
    expect(documents).toBeGreaterThan(100);
  });
});
