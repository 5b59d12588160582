/** The Rust crate `sheet` owns codes and limits; what stands here a second time must say the same. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CODES } from "../../src/codes.js";
import * as limits from "../../src/fold/limits.js";
import { COLUMNS, PRIORITIES, STATUSES } from "../../src/fold/model.js";
import type { ClientFrame, ServerFrame } from "../../src/frames.js";

/** The top of the repository. */
const ROOT = new URL("../../../../", import.meta.url);

const source = (file: string) =>
  readFileSync(fileURLToPath(new URL(`shared/sheet/src/${file}`, ROOT)), "utf8");

describe("what Rust and TypeScript both know", () => {
  it("codes, and whether each is retryable", () => {
    const rows = [...source("refusal.rs").matchAll(/^ {4}\w+ "([A-Z_]+)" (true|false) "/gm)];
    const registry = Object.fromEntries(
      rows.map(([, code, retryable]) => [code, { retryable: retryable === "true" }]),
    );
    expect(registry).toEqual(CODES);
  });

  it("limits", () => {
    const rust = source("limits.rs");
    const shared = Object.entries(limits).filter(([name]) => name.startsWith("MAX_"));
    expect(shared.length).toBeGreaterThan(5);
    for (const [name, value] of shared) {
      const found = new RegExp(`pub const ${name}: \\w+ = ([0-9_* ]+);`).exec(rust)?.[1] ?? "";
      const product = found.split("*").reduce((all, one) => all * Number(one.replaceAll("_", "")), 1);
      expect([name, product]).toEqual([name, value]);
    }
  });

  it("columns and choices", () => {
    const rust = source("column.rs");
    const names = [...rust.matchAll(/Self::\w+ => "(\w+)",/g)].map(([, name]) => name);
    expect(names).toEqual([...COLUMNS]);
    const choices = (name: string) =>
      JSON.parse(`[${new RegExp(`${name}: .*= \\[(.*)\\];`).exec(rust)?.[1]}]`);
    expect(choices("STATUSES")).toEqual([...STATUSES]);
    expect(choices("PRIORITIES")).toEqual([...PRIORITIES]);
  });

  it("frames, both ways", () => {
    const variants = (file: string, name: string) => {
      const text = readFileSync(fileURLToPath(new URL(`shared/protocol/src/${file}`, ROOT)), "utf8");
      const body = new RegExp(`pub enum ${name}[^{]*\\{(.*?)^\\}`, "ms").exec(text)?.[1] ?? "";
      return [...body.matchAll(/^ {4}([A-Z]\w*)(?=[ ({,])/gm)].map(([, variant]) => variant?.toLowerCase());
    };
    // The line form is for terminals; this client never sends it.
    expect(variants("client.rs", "ClientFrame").filter((name) => name !== "human")).toEqual(
      Object.keys(SENT),
    );
    // These two are written as text, from changes and notices that are text already.
    expect([...variants("server.rs", "ServerFrame"), "committed", "notification"].sort()).toEqual(
      Object.keys(RECEIVED).sort(),
    );
  });
});

/** The types of the frames; the compiler wants every one of them, and no other. */
const SENT: Record<ClientFrame["type"], true> = {
  hello: true,
  change: true,
  presence: true,
  replay: true,
  refresh: true,
  ping: true,
};
const RECEIVED: Record<ServerFrame["type"], true> = {
  welcome: true,
  committed: true,
  rejected: true,
  presence: true,
  joined: true,
  left: true,
  notification: true,
  pong: true,
  error: true,
};
