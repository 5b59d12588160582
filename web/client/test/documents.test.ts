/**
 * Documents typed by JavaScript's Yjs, read by Rust's, and the other way round: the files under tests/documents.
 *
 * `yjs-*.json` is written here (`UPDATE_VECTORS=1`): people who type at once, as updates in the order of a log, and
 * what the text was on the way. `yrs-*.json` is written by the Rust crate `sheet` from those: the same document in one
 * piece, and what a copy from halfway lacks. Each side checks the other.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";

/** A document, as both libraries can tell it. */
type Told = readonly unknown[];

interface Trace {
  /** In the order of the log. */
  readonly updates: readonly string[];
  /** What a copy reads, and how far it knows each client, after so many updates. */
  readonly readings: readonly {
    readonly after: number;
    readonly text: Told;
    readonly clocks: { readonly [client: string]: number };
  }[];
}

interface Merged {
  readonly whole: string;
  /** What a copy that is at each reading lacks to the end. */
  readonly rests: readonly string[];
}

const folder = fileURLToPath(new URL("../../../tests/documents/", import.meta.url));
const SEEDS = [1, 2, 3, 4, 5, 6];

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const read = <T>(file: string) => JSON.parse(readFileSync(folder + file, "utf8")) as T;

/** Numbers from a seed. */
function random(seed: number): (below: number) => number {
  let state = seed * 0x9e3779b9;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function sorted(values: { readonly [key: string]: unknown }): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Elements as name, attributes and children; texts as runs with their marks. */
function told(node: Y.XmlFragment | Y.XmlElement | Y.XmlText | Y.XmlHook): Told {
  if (node instanceof Y.XmlText) {
    return node
      .toDelta()
      .map((run: { insert: unknown; attributes?: object }) => [run.insert, sorted({ ...run.attributes })]);
  }
  const children = (node as Y.XmlFragment).toArray().map((child) => told(child as Y.XmlElement));
  return node instanceof Y.XmlElement
    ? [node.nodeName, sorted(node.getAttributes() as Record<string, unknown>), children]
    : children;
}

function clocksOf(doc: Y.Doc): { [client: string]: number } {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))];
  return Object.fromEntries(clocks.map(([client, clock]) => [String(client), clock]));
}

/** One random edit, as an editor makes them. */
function edit(doc: Y.Doc, next: (below: number) => number): void {
  const root = doc.getXmlFragment("default");
  const words = ["Hello ", "Übergabe ", "李雷 ", "👩🏽‍💻", "x", "\n", "done. "];
  doc.transact(() => {
    const at = next(root.length + 1);
    const kind = next(12);
    if (root.length === 0 || kind === 0) {
      const element = new Y.XmlElement(["paragraph", "heading", "bulletList"][next(3)]);
      element.insert(0, [new Y.XmlText(words[next(words.length)])]);
      root.insert(at, [element]);
      return;
    }
    const element = root.get(next(root.length)) as Y.XmlElement;
    if (kind === 1) return root.delete(next(root.length), 1);
    if (kind === 2) return element.setAttribute("level", String(next(4)));
    const text = element.toArray().find((child) => child instanceof Y.XmlText) as Y.XmlText | undefined;
    if (text === undefined) return element.insert(0, [new Y.XmlText("again")]);
    const from = next(text.length + 1);
    const count = Math.min(next(5), text.length - from);
    if (kind < 5 && count > 0) return text.delete(from, count);
    if (kind < 7 && count > 0)
      return text.format(from, count, { [["bold", "italic"][next(2)] ?? ""]: next(3) ? true : null });
    if (kind === 7) return text.insertEmbed(from, { image: "a.png" });
    return text.insert(from, words[next(words.length)] ?? "");
  });
}

function trace(seed: number): Trace {
  const next = random(seed);
  const log: Uint8Array[] = [];
  const people = [1, 2, 3, 4].map((n) => {
    const doc = new Y.Doc();
    doc.clientID = seed * 100 + n;
    const person = { doc, heard: 0, unsent: [] as Uint8Array[] };
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "log") person.unsent.push(update);
    });
    return person;
  });
  const copy = new Y.Doc();
  const readings: Trace["readings"][number][] = [];
  while (log.length < 150) {
    const person = people[next(4)];
    if (person === undefined) continue;
    if (next(3) === 0) {
      for (const update of log.slice(person.heard)) Y.applyUpdate(person.doc, update, "log");
      person.heard = log.length;
    }
    edit(person.doc, next);
    if (person.unsent.length === 0 || next(3) === 0) continue;
    // As the provider sends them: what was typed meanwhile as one.
    const update = Y.mergeUpdates(person.unsent.splice(0));
    log.push(update);
    Y.applyUpdate(copy, update);
    if (log.length % 25 === 0) {
      readings.push({
        after: log.length,
        text: told(copy.getXmlFragment("default")),
        clocks: clocksOf(copy),
      });
    }
  }
  return { updates: log.map(base64), readings };
}

describe("documents of JavaScript and Rust are the same", () => {
  if (process.env.UPDATE_VECTORS !== undefined) {
    mkdirSync(folder, { recursive: true });
    for (const seed of SEEDS) writeFileSync(`${folder}yjs-${seed}.json`, `${JSON.stringify(trace(seed))}\n`);
  }

  it.each(SEEDS)("the trace of seed %i is what people typed", (seed) => {
    expect(trace(seed)).toEqual(read<Trace>(`yjs-${seed}.json`));
  });

  it("there are merged documents to read", () => {
    const merged = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith("yrs-")) : [];
    expect(merged.length).toBeGreaterThanOrEqual(SEEDS.length);
  });

  it.each(SEEDS)("what Rust made of seed %i reads the same, from nothing and from halfway", (seed) => {
    const { updates, readings } = read<Trace>(`yjs-${seed}.json`);
    const { whole, rests } = read<Merged>(`yrs-${seed}.json`);
    const last = readings.at(-1);
    const fresh = new Y.Doc();
    Y.applyUpdate(fresh, bytes(whole));
    expect(told(fresh.getXmlFragment("default"))).toEqual(last?.text);
    expect(clocksOf(fresh)).toEqual(last?.clocks);
    expect(rests.length).toBe(readings.length);
    readings.forEach(({ after }, n) => {
      const copy = new Y.Doc();
      for (const update of updates.slice(0, after)) Y.applyUpdate(copy, bytes(update));
      Y.applyUpdate(copy, bytes(rests[n] ?? ""));
      expect(told(copy.getXmlFragment("default"))).toEqual(last?.text);
      expect(clocksOf(copy)).toEqual(last?.clocks);
      expect(copy.store.pendingStructs).toBeNull();
    });
  });
});
