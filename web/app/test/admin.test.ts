import type { Change, Op, Peer } from "@cyclesheet/client";
import { describe, expect, test } from "vitest";
import { listed } from "../src/features/admin/listed";
import { attemptsIn, callsOf, dollars, reportsIn } from "../src/features/admin/reports";
import {
  adviceOf,
  type Finding,
  probe,
  type Surroundings,
  type Verdict,
  verdictOf,
} from "../src/session/probe";
import { type Standings, standingsAfter } from "../src/sheet/log/standing";

const change = (...ops: Op[]): Change => ({
  version: 1,
  id: "c.1",
  author: { id: "jana", name: "Jana" },
  at: 7,
  ops,
});
const NOBODY: Standings = new Map();

describe("people", () => {
  test("are removed, let back and given roles by the log, in its order", () => {
    const removed = standingsAfter(NOBODY, change({ op: "MEMBER_REVOKE", userId: "tom" }));
    expect(removed.get("tom")).toEqual({ removed: { by: "Jana", at: 7 }, role: null });
    const back = standingsAfter(removed, change({ op: "MEMBER_RESTORE", userId: "tom" }));
    const role = standingsAfter(back, change({ op: "MEMBER_ROLE", userId: "tom", role: "viewer" }));
    expect(role.get("tom")).toEqual({ removed: null, role: "viewer" });
    expect(standingsAfter(role, change({ op: "ROW_REMOVE", taskId: "a" }))).toBe(role);
  });

  test("are listed once, from whichever source, with the role that the log set", () => {
    const member = { id: "tom", name: "Tomás", color: "#111", role: "editor", seenAt: 5 };
    const peer: Peer = {
      user: { id: "ana", name: "Ana", color: "#222" },
      role: "viewer",
      self: false,
      connections: ["c"],
      state: null,
    };
    const standings = standingsAfter(
      standingsAfter(NOBODY, change({ op: "MEMBER_ROLE", userId: "ana", role: "admin" })),
      change({ op: "MEMBER_REVOKE", userId: "gone" }),
    );
    const people = listed([member], [peer], standings, { gone: "Gerd" });
    expect(people.map(({ id, name, role, removed }) => [id, name, role, removed !== null])).toEqual([
      ["ana", "Ana", "admin", false],
      ["gone", "Gerd", "editor", true],
      ["tom", "Tomás", "editor", false],
    ]);
  });
});

describe("reports of extractions", () => {
  test("are read leniently: what is missing is nothing, what is strange is text", () => {
    const [begun, done] = reportsIn({
      generations: [
        { generation: 1 },
        {
          generation: 2,
          startedAt: 1,
          finishedAt: 2,
          usage: { inputTokens: 9 },
          dropped: [{ line: { a: 1 }, reason: "no title" }],
        },
      ],
    });
    expect(begun).toMatchObject({ generation: 1, isOver: false, dropped: [] });
    expect(done).toMatchObject({
      isOver: true,
      inputTokens: 9,
      dropped: [{ line: '{"a":1}', reason: "no title" }],
    });
    expect(reportsIn(null)).toEqual([]);
    expect(
      attemptsIn({ attempts: [{ prompt: { user: "u" }, outcome: { failure: { kind: "timeout" } } }, 3] }),
    ).toMatchObject([
      { user: "u", answer: null, failure: '{"kind":"timeout"}' },
      { user: "", answer: null, failure: null },
    ]);
    expect(dollars(12_345)).toBe("$0.0123");
  });

  test("count no call where a prepared answer stood in for the model", () => {
    expect(callsOf({ origin: "sample", calls: 1 })).toBe(0);
    expect(callsOf({ origin: "model", calls: 2 })).toBe(2);
    expect(callsOf({ origin: "fallback", calls: 3 })).toBe(3);
  });
});

describe("looking into the connection", () => {
  const found = (
    step: Finding["step"],
    ok: boolean,
    status: number | null = null,
    code: string | null = null,
  ) => ({
    step,
    ok,
    status,
    code,
    ms: 1,
  });
  const good = [found("network", true), found("server", true, 200), found("sign-in", true, 200)];

  test.each<[Verdict | null, Finding[]]>([
    ["noNetwork", [found("network", false)]],
    ["unreachable", [found("network", true), found("server", false)]],
    ["serverFault", [found("network", true), found("server", false, 502)]],
    ["signInEnded", [...good.slice(0, 2), found("sign-in", false, 401, "TOKEN_EXPIRED")]],
    ["removed", [...good.slice(0, 2), found("sign-in", false, 403, "REVOKED")]],
    ["notYours", [...good.slice(0, 2), found("sign-in", false, 403, "FORBIDDEN")]],
    ["serverFault", [...good.slice(0, 2), found("sign-in", false, 503, "BUSY")]],
    ["socketBlocked", [...good, found("socket", false)]],
    ["fine", [...good, found("socket", true)]],
    [null, good],
  ])("%s", (verdict, findings) => expect(verdictOf(findings)).toBe(verdict));

  test("stops at the first thing that explains everything, and keeps the token out of addresses", async () => {
    const asked: string[] = [];
    const around: Surroundings = {
      isOnline: () => true,
      fetch: async (input, init) => {
        asked.push(`${String(input)} ${new Headers(init?.headers).get("authorization") ?? "-"}`);
        return String(input).includes("api")
          ? new Response('{"code":"TOKEN_EXPIRED"}', { status: 401 })
          : new Response("{}");
      },
      WebSocket: class {
        constructor() {
          throw new Error("no socket is to be tried");
        }
      } as unknown as typeof WebSocket,
      token: async () => "secret",
      now: () => 0,
      configUrl: "config.json",
      cyclesUrl: "/api/cycles?team=t",
      socketUrl: "wss://h",
    };
    const told: Finding[] = [];
    expect(await probe(around, (finding) => told.push(finding))).toBe("signInEnded");
    expect(told.map(({ step }) => step)).toEqual(["network", "server", "sign-in"]);
    expect(asked).toEqual(["config.json -", "/api/cycles?team=t Bearer secret"]);
  });

  test("every verdict is a sentence, and unsaved edits are never forgotten in it", () => {
    const verdicts = [
      "fine",
      "noNetwork",
      "unreachable",
      "signInEnded",
      "removed",
      "notYours",
      "serverFault",
      "socketBlocked",
    ] as const;
    for (const verdict of verdicts) expect(adviceOf(verdict, "host", 0).text).toMatch(/\.$/);
    for (const verdict of [
      "noNetwork",
      "unreachable",
      "signInEnded",
      "serverFault",
      "socketBlocked",
    ] as const)
      expect(adviceOf(verdict, "host", 2).text).toContain("2 unsaved edits are kept");
    expect(adviceOf("socketBlocked", "sheet.example.org", 0).forAdmin).toContain("sheet.example.org");
  });
});
