/** Whatever the network does, in the end everybody reads the log's text, and every acknowledged word is in it, once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { plainText } from "../../src/notes/text.js";
import { CALM, type Weather, World } from "../world.js";
import { Desk, pass } from "./desk.js";

/** Worlds per property; more by `RUNS=5000 npm test`. A failure prints its seed. */
const RUNS = Number(process.env.RUNS ?? 60);

const weather: fc.Arbitrary<Weather> = fc.record({
  loss: fc.double({ min: 0, max: 0.4, noNaN: true }),
  twice: fc.double({ min: 0, max: 0.4, noNaN: true }),
  crash: fc.double({ min: 0, max: 0.3, noNaN: true }),
  busy: fc.double({ min: 0, max: 0.3, noNaN: true }),
  breaks: fc.double({ min: 0, max: 0.2, noNaN: true }),
  delayMs: fc.integer({ min: 1, max: 4_000 }),
});

const action = (
  whats: readonly ("type" | "erase" | "reload" | "cut" | "offline" | "online" | "paste" | "restore")[],
) =>
  fc.record({
    who: fc.nat(9),
    what: fc.constantFrom(...whats),
    paragraph: fc.nat(4),
    at: fc.nat(60),
    length: fc.integer({ min: 1, max: 12 }),
    pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4_000 })),
  });

type Action = ReturnType<typeof action> extends fc.Arbitrary<infer D> ? D : never;

/** Lives through the actions, then in good weather until nothing is on its way; returns what was typed. */
async function live(world: World, desks: readonly Desk[], actions: readonly Action[]): Promise<string[]> {
  const typed: string[] = [];
  await pass(world, 3_000);
  for (const [i, { who, what, paragraph, at, length, pauseMs }] of actions.entries()) {
    const desk = desks[who % desks.length];
    if (desk === undefined) continue;
    const { status } = desk.note.getState();
    const word = `<${i}>`;
    if (what === "type" && status === "ready") {
      desk.type(word, paragraph, at);
      typed.push(word);
    }
    if (what === "paste" && status === "ready") {
      // More than a frame takes: it has to go over HTTP.
      desk.type(`${word}${"x".repeat(30_000)}`, 99);
      typed.push(word);
    }
    if (what === "erase") desk.erase(paragraph, at, length);
    if (what === "reload") desk.reload();
    if (what === "cut") world.cut(desk.member);
    if (what === "offline") {
      world.block(desk.member, true);
      world.cut(desk.member);
    }
    if (what === "online") world.block(desk.member, false);
    if (what === "restore" && world.log.length > 3) world.restore(world.log.length - 2);
    for (let left = pauseMs; left > 0; left -= 1_000) {
      for (const other of desks) if (world.chance(world.weather.breaks / 4)) world.cut(other.member);
      await pass(world, Math.min(left, 1_000));
    }
  }
  world.weather = CALM;
  for (const { member } of desks) {
    world.block(member, false);
    world.input(member, { type: "online", online: true });
  }
  // Long enough for an idle room's ping, which finds a change whose broadcast died with its function.
  await pass(world, 400_000, 500);
  return typed;
}

function agree(world: World, desks: readonly Desk[]): void {
  const log = world.document("summary");
  const vector = JSON.stringify([...Y.decodeStateVector(Y.encodeStateVector(log))].sort());
  for (const desk of desks) {
    expect(desk.note.getState().status).toBe("ready");
    expect(short(desk.text)).toBe(short(plainText(log)));
    expect(desk.vector).toBe(vector);
  }
}

/** A text that fits a failure's message. */
const short = (text: string) => text.replace(/x{9,}/g, "…");

describe("providers over a log that loses, repeats and reorders", () => {
  const trace = (whats: Parameters<typeof action>[0]) =>
    fc.tuple(
      fc.integer(),
      fc.integer({ min: 2, max: 4 }),
      weather,
      fc.array(action(whats), { minLength: 1, maxLength: 40 }),
    );

  it("converge in text and state vector, and no word is lost or doubled", { timeout: 120_000 }, async () => {
    const whats = ["type", "type", "type", "type", "paste", "reload", "cut", "offline", "online"] as const;
    await fc.assert(
      fc.asyncProperty(trace(whats), async ([seed, people, bad, actions]) => {
        const world = new World(seed, people, bad);
        const desks = world.members.map((member) => new Desk(world, member));
        const typed = await live(world, desks, actions);
        agree(world, desks);
        const text = plainText(world.document("summary"));
        // A word may have another typed into its middle, but every character of it is there once.
        const count = (of: string, char: string) => of.split(char).length - 1;
        for (const char of "<0123456789>") expect(count(text, char)).toBe(count(typed.join(""), char));
        for (const desk of desks) expect(desk.note.getState().lost).toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it("converge although people erase each other's words", { timeout: 120_000 }, async () => {
    const whats = ["type", "type", "type", "erase", "erase", "reload", "cut", "offline", "online"] as const;
    await fc.assert(
      fc.asyncProperty(trace(whats), async ([seed, people, bad, actions]) => {
        const world = new World(seed, people, bad);
        const desks = world.members.map((member) => new Desk(world, member));
        await live(world, desks, actions);
        agree(world, desks);
      }),
      { numRuns: RUNS },
    );
  });

  it("follow a table that was restored from a backup", { timeout: 120_000 }, async () => {
    const whats = ["type", "type", "type", "restore", "cut"] as const;
    await fc.assert(
      fc.asyncProperty(trace(whats), async ([seed, people, , actions]) => {
        const world = new World(seed, people, CALM);
        const desks = world.members.map((member) => new Desk(world, member));
        await live(world, desks, actions);
        for (const desk of desks) expect(desk.text).toBe(plainText(world.document("summary")));
      }),
      { numRuns: RUNS },
    );
  });
});
