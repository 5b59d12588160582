import type { ClientState, Conflict } from "@cyclesheet/client";
import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, test, vi } from "vitest";
import { fixtureApi } from "../src/dev/fixtureApi";
import { createFixture, type Fixture } from "../src/dev/fixtureClient";
import { sampleMessages, sampleSheet } from "../src/dev/sampleSheet";
import { Conflicts } from "../src/features/conflicts/Conflicts";
import { connectionWords } from "../src/features/connection/Connection";
import { Details } from "../src/features/details/Details";
import { findCited } from "../src/features/details/messages";
import { initials, inkOn } from "../src/lib/people";
import { ApiError } from "../src/session/api";
import { ApiProvider } from "../src/session/context";
import { enter, firstTeam, hasExpired, teamsHere, tokenIn } from "../src/session/places";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { originOf } from "../src/sheet/grid/cells";
import { changedByOthers } from "../src/sheet/grid/useFlashes";
import { createScreen } from "../src/sheet/screen";
import { describe as inWords } from "../src/shell/Announcer";
import { Strip, stripNotices } from "../src/shell/Strip";

function show(client: Fixture, children: ReactNode) {
  const controller = new Controller(client, createScreen());
  render(<ControllerProvider value={controller}>{children}</ControllerProvider>);
  return controller;
}

const conflict: Conflict = {
  id: "k1",
  taskId: "g1-3",
  column: "description",
  base: "old words",
  mine: "my words",
  theirs: "<b>their</b> words",
  theirAuthor: { id: "ben", name: "Ben Okafor" },
  theirVersion: 58,
};

describe("the conflict panel", () => {
  test("shows base, yours and theirs as text, and waits", () => {
    show(createFixture(sampleSheet(), { conflicts: [conflict] }), <Conflicts />);
    const card = within(screen.getByTestId("conflict:g1-3:description"));
    expect(card.getByTestId("conflict-mine").textContent).toBe("my words");
    expect(card.getByTestId("conflict-theirs").textContent).toBe("<b>their</b> words");
    expect(card.getByText("old words")).toBeTruthy();
    expect(card.getByText("Ben Okafor")).toBeTruthy();
  });

  test("keep mine writes one's own text over theirs; the card goes", async () => {
    const client = createFixture(sampleSheet(), { conflicts: [conflict] });
    show(client, <Conflicts />);
    await userEvent.click(screen.getByTestId("keep-mine"));
    expect(client.changes).toEqual([
      [
        {
          op: "CELL_MODIFY",
          taskId: "g1-3",
          column: "description",
          oldValue: "<b>their</b> words",
          newValue: "my words",
        },
      ],
    ]);
    expect(screen.queryByTestId("conflicts")).toBeNull();
  });

  test("keep theirs lets theirs stand and keeps one's own text beside the cell; each is decided by itself", async () => {
    const client = createFixture(sampleSheet(), {
      conflicts: [conflict, { ...conflict, id: "k2", column: "title" }],
    });
    show(client, <Conflicts />);
    await userEvent.click(within(screen.getByTestId("conflict:g1-3:description")).getByTestId("keep-theirs"));
    const [ops] = client.changes;
    expect(ops?.map((op) => op.op)).toEqual(["COMMENT_ADD", "COMMENT_RESOLVE"]);
    expect(ops?.[0]).toMatchObject({
      taskId: "g1-3",
      column: "description",
      text: "This text was not kept:\nmy words",
    });
    expect(screen.getByTestId("conflict:g1-3:title")).toBeTruthy();
  });

  test("merge opens the cell on one's own text, guarded by theirs; the conflict waits until it is stored", async () => {
    const client = createFixture(sampleSheet(), { conflicts: [conflict] });
    const controller = show(client, <Conflicts />);
    await userEvent.click(screen.getByRole("button", { name: "Merge…" }));
    expect(controller.screen.get().editing).toEqual({
      taskId: "g1-3",
      column: "description",
      base: "<b>their</b> words",
      initial: "my words",
      settles: "k1",
    });
    controller.cancel();
    expect(screen.getByTestId("conflicts")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Merge…" }));
    act(() => void controller.commit("their and my words", null));
    expect(client.changes).toEqual([
      [
        {
          op: "CELL_MODIFY",
          taskId: "g1-3",
          column: "description",
          oldValue: "<b>their</b> words",
          newValue: "their and my words",
        },
      ],
    ]);
    expect(screen.queryByTestId("conflicts")).toBeNull();
  });
});

describe("the strip", () => {
  const sheet = sampleSheet();
  const generation = sheet.generation as NonNullable<typeof sheet.generation>;
  const kinds = (change: Partial<ClientState>) =>
    stripNotices({ status: "live", unsaved: 0, sheet, error: null, ...change }).map((notice) => notice.kind);

  test.each([
    [{}, ["model"]],
    [{ status: "offline" as const }, ["offline", "model"]],
    [{ status: "removed" as const }, ["removed", "model"]],
    [{ sheet: { ...sheet, generation: null } }, ["byHand"]],
    [{ sheet: { ...sheet, stale: { messages: 3, at: 0 } } }, ["stale", "model"]],
    [
      { sheet: { ...sheet, generation: { ...generation, state: "started" as const, origin: null } } },
      ["started"],
    ],
    [
      { sheet: { ...sheet, generation: { ...generation, state: "failed" as const, origin: null } } },
      ["generationFailed"],
    ],
    [{ sheet: { ...sheet, generation: { ...generation, origin: "fallback" as const } } }, ["fallback"]],
    [{ sheet: { ...sheet, generation: { ...generation, origin: "sample" as const } } }, ["sample"]],
    [{ sheet: { ...sheet, generation: { ...generation, origin: "empty" as const } } }, ["empty"]],
  ])("%#: the most pressing first", (change, wanted) => {
    expect(kinds(change)).toEqual(wanted);
  });

  test("when the week's extractions are used up, it says so and offers no button that can only be refused", () => {
    const spent = {
      ...sheet,
      generation: { ...generation, number: 3, state: "failed" as const, origin: null },
    };
    const notices = stripNotices({ status: "live", unsaved: 0, error: null, sheet: spent });
    expect(notices.map(({ kind, action }) => [kind, action])).toEqual([
      ["generationFailed", undefined],
      ["budget", undefined],
    ]);
    const stale = { ...sheet, generation: { ...generation, number: 3 }, stale: { messages: 1, at: 0 } };
    expect(kinds({ sheet: stale })).toEqual(["stale", "budget", "model"]);
  });

  test("offline, it promises editing only where something can be kept", () => {
    const offline = { status: "offline" as const, sheet, error: null };
    const text = (change: object) => stripNotices({ ...offline, unsaved: 0, ...change })[0]?.text;
    expect(text({ unsaved: 2, user: { id: "a", name: "A", color: "" } })).toContain("2 edits will be sent");
    // After a reload nobody is known until the room answers.
    expect(text({ unsaved: 2, user: null })).toContain("your 2 unsaved edits are kept, and editing begins");
    expect(text({ user: null })).toBe(
      "You are offline. You can read the sheet; editing begins when the network is back.",
    );
  });

  test("where this browser keeps nothing, it says so instead of promising that edits are kept", () => {
    const user = { id: "a", name: "A", color: "" };
    const text = (change: object) =>
      stripNotices({ status: "offline", sheet, error: null, isKept: false, unsaved: 1, user, ...change })[0]
        ?.text;
    const warning = "This browser keeps nothing: do not close the tab.";
    expect(text({})).toBe(
      `You are offline. ${warning} Go on editing: 1 edit will be sent when the network is back.`,
    );
    expect(text({ status: "sessionEnded" })).toContain(`${warning} Your 1 edit would be lost.`);
    expect(text({ status: "removed", unsaved: 0 })).not.toContain(warning);
    expect(text({ user: null })).not.toContain("are kept");
  });

  test("a fallback says that the model had no part in it, and why", () => {
    const [notice] = stripNotices({
      status: "live",
      unsaved: 0,
      error: null,
      sheet: { ...sheet, generation: { ...generation, origin: "fallback", note: "There is no key." } },
    });
    expect(notice?.text).toBe("There is no key. One row per Slack thread instead (162 messages).");
  });

  test.each([
    ["sample", null, "Sample data – no model was asked."],
    [
      "fallback",
      "Made without the model: no model is set up.",
      "No model is set up. One row per Slack thread instead (162 messages).",
    ],
    ["fallback", null, "No model answered. One row per Slack thread instead (162 messages)."],
  ] as const)("a week of origin %s with the note %s is shown once", (origin, note, wanted) => {
    const [notice] = stripNotices({
      status: "live",
      unsaved: 0,
      error: null,
      sheet: { ...sheet, generation: { ...generation, origin, note } },
    });
    expect(notice?.text).toBe(wanted);
  });

  test.each([
    ["2026-W60", "a cycle is an ISO week such as 2026-W47", "There is no week 2026-W60."],
    [
      "2031-W10",
      "platform has no cycle 2031-W10: only this week's and next week's begin",
      "W10 has no sheet yet. Sheets start with the current or next week.",
    ],
    ["2026-W47", "there is no team nowhere", "There is no team nowhere."],
  ])("a page of %s that is refused with “%s”", (cycle, message, wanted) => {
    const error = { code: "NOT_FOUND", message } as ClientState["error"];
    const [notice] = stripNotices({ status: "failed", unsaved: 0, error, sheet: null, cycle });
    expect(notice?.text).toBe(wanted);
  });

  test("who is signed out hears how many edits are kept, and signs in without leaving the page", async () => {
    const client = createFixture(sheet, { status: "sessionEnded", unsaved: 2 });
    show(client, <Strip />);
    expect(screen.getByText(/Your 2 unsaved edits are kept/)).toBeTruthy();
    await userEvent.type(
      screen.getByLabelText("Sign-in link"),
      "http://127.0.0.1:4510/?team=a&cycle=2026-W47#token=aaa.bbb.ccc",
    );
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(sessionStorage.getItem("cyclesheet.token")).toBe("aaa.bbb.ccc");
    expect(client.getState().status).toBe("live");
  });

  test("a viewer sees that the sheet is stale and has no button for it", () => {
    const stale = { ...sheet, stale: { messages: 12, at: 0 } };
    show(createFixture(stale, { role: "viewer" }), <Strip />);
    expect(screen.getByText("12 new messages since the extraction.")).toBeTruthy();
    expect(screen.queryByTestId("refresh")).toBeNull();
  });

  test("refresh asks once", async () => {
    const client = createFixture({ ...sheet, stale: { messages: 12, at: 0 } });
    show(client, <Strip />);
    await userEvent.click(screen.getByTestId("refresh"));
    expect(client.getState().sheet?.generation?.state).toBe("started");
    expect(screen.queryByTestId("refresh")).toBeNull();
  });
});

test.each([
  ["live", 0, true, false, "Live"],
  ["live", 2, true, false, "Live"],
  ["live", 2, true, true, "Saving 2…"],
  ["connecting", 0, false, false, "Connecting…"],
  ["connecting", 2, false, true, "Connecting… · 2 unsaved edits"],
  ["connecting", 1, true, true, "Reconnecting… · 1 unsaved edit"],
  ["offline", 3, true, true, "Offline · 3 unsaved edits"],
  ["sessionEnded", 0, true, false, "Signed out"],
  ["removed", 0, true, false, "Access withdrawn"],
  ["failed", 0, false, false, "Not available"],
] as const)(
  "the connection %s with %i unsaved is shown in words",
  (status, unsaved, loaded, saving, words) => {
    expect(connectionWords({ status, unsaved, loaded }, saving).text).toBe(words);
  },
);

describe("the cell's details", () => {
  const read = (taskId: string, column: "status" | "title", api = fixtureApi) => {
    const client = createFixture(sampleSheet());
    const controller = new Controller(client, createScreen());
    controller.select({ taskId, column });
    controller.turnSide("details");
    render(
      <ControllerProvider value={controller}>
        <ApiProvider value={api}>
          <Details />
        </ApiProvider>
      </ControllerProvider>,
    );
    return client;
  };

  test("tell the model's words from a person's, who wrote it and when", async () => {
    const at = Date.UTC(2026, 10, 18, 14, 3);
    const client = read("g1-7", "status", {
      ...fixtureApi,
      changes: async (since) => ({
        version: 57,
        epoch: "",
        changes: [{ version: since + 1, id: "c.1", author: { id: "ana", name: "Ana" }, at, ops: [] }],
      }),
    });
    expect((await screen.findByTestId("detail-value")).textContent).toBe("Blocked");
    expect(screen.getByTestId("detail-author").textContent).toContain("Ana Ruiz");
    expect(screen.getByTestId("detail-ai").textContent).toContain("In progress");
    expect(await screen.findByText(/18 November 2026/)).toBeTruthy();
    await userEvent.click(screen.getByTestId("take-model"));
    expect(client.changes).toEqual([
      [{ op: "CELL_MODIFY", taskId: "g1-7", column: "status", oldValue: "Blocked", newValue: "In progress" }],
    ]);
  });

  test("show the cited messages word for word, and flag an id that no message has", async () => {
    read("g1-1", "title");
    const message = within(await screen.findByTestId("source:m7"));
    expect(message.getByText("Dmitri Volkov")).toBeTruthy();
    expect(message.getByText("#infra")).toBeTruthy();
    expect(message.getByText(/<b>Not bold<\/b>/)).toBeTruthy();
    expect(screen.getByTestId("source-missing:m21").textContent).toMatch(/no such message/);
  });

  test("say plainly that a viewer may not read raw messages", async () => {
    const refused = new ApiError(403, "FORBIDDEN", "an editor reads raw messages");
    read("g1-1", "title", { ...fixtureApi, read: () => Promise.reject(refused) });
    expect((await screen.findByTestId("sources-forbidden")).textContent).toMatch(/m3, m7, m21.*Your role/);
  });

  test("an id that the latest extraction lacks is looked for in the one that made the row", async () => {
    const api = {
      ...fixtureApi,
      read: async (address: string) =>
        address === "messages?generation=1" ? { messages: sampleMessages } : { messages: [] },
    };
    const found = await findCited(api, ["m3"], [3, 2, 1]);
    expect(found.cited[0]?.message?.author).toBe("Ana Ruiz");
  });

  test.each([
    [undefined, "empty"],
    [{ value: "x", version: 1, author: "cyclesheet", aiValue: "x" }, "model"],
    [{ value: "y", version: 2, author: "ana", aiValue: "x" }, "corrected"],
    [{ value: "y", version: 2, author: "ana" }, "person"],
  ] as const)("%#: a cell shows who stands behind it", (cell, origin) => {
    expect(originOf(cell)).toBe(origin);
  });
});

describe("what others change", () => {
  test("is found by cell, without one's own and without what did not change", () => {
    const client = createFixture(sampleSheet());
    const before = client.getState().sheet?.tasks ?? [];
    client.remote({ id: "ben", name: "Ben" }, "g1-4", "title", "New title");
    void client.change([
      { op: "CELL_MODIFY", taskId: "g1-5", column: "title", oldValue: "", newValue: "Mine" },
    ]);
    const after = client.getState().sheet?.tasks ?? [];
    expect(changedByOthers(before, after, "ana")).toEqual([
      { taskId: "g1-4", column: "title", author: "ben" },
    ]);
  });

  test("is announced by person, gathered", () => {
    const name = (id: string) => ({ ben: "Ben", emi: "Emi" })[id] ?? id;
    const words = inWords(
      [
        { taskId: "a", column: "status", author: "ben" },
        { taskId: "a", column: "title", author: "emi" },
        { taskId: "b", column: "title", author: "emi" },
      ],
      name,
      () => "Fix login",
    );
    expect(words).toBe("Ben changed Status of Fix login. Emi changed 2 cells.");
  });
});

describe("coming in", () => {
  test("the token leaves the address at once and stays in this tab", () => {
    history.replaceState(null, "", "/?team=platform&cycle=2026-W47#token=aaa.bbb.ccc");
    expect(enter(location, history)).toEqual({ team: "platform", cycle: "2026-W47" });
    expect(location.hash).toBe("");
    expect(location.href).not.toContain("aaa");
    expect(sessionStorage.getItem("cyclesheet.token")).toBe("aaa.bbb.ccc");
  });

  test("an address that could break a key names nothing", () => {
    history.replaceState(null, "", "/?team=a%2Fb&cycle=next");
    expect(enter(location, history)).toEqual({ team: null, cycle: null });
  });

  test("a sign-in link, its fragment and a bare token are the same; anything else is none", () => {
    for (const text of ["http://x/?team=a#token=a.b.c", "#token=a.b.c", " a.b.c "])
      expect(tokenIn(text)).toBe("a.b.c");
    for (const text of ["", "hello", "#token=", "a.b"]) expect(tokenIn(text)).toBeNull();
  });

  test("the first team of a token, and none of one that cannot be read", () => {
    const payload = btoa(JSON.stringify({ teams: ["platform", "web"] }));
    expect(firstTeam(`x.${payload}.y`)).toBe("platform");
    expect(firstTeam("x.!.y")).toBeNull();
    expect(firstTeam(`x.${btoa("null")}.y`)).toBeNull();
  });

  test("asks the server for the teams of somebody whose token names none", async () => {
    const asked: string[] = [];
    const answers = [
      Response.json({ role: "editor", teams: ["platform", "no team!", 7] }),
      Response.json({ role: "viewer" }),
      new Response("", { status: 401 }),
    ];
    vi.stubGlobal("fetch", (url: string, { headers }: { headers: { authorization: string } }) => {
      asked.push(`${url} ${headers.authorization}`);
      return Promise.resolve(answers.shift());
    });
    expect(await teamsHere("https://api.example", "t")).toEqual(["platform"]);
    expect(await teamsHere("https://api.example", "t")).toEqual([]);
    expect(await teamsHere("https://api.example", "t")).toEqual([]);
    expect(asked[0]).toBe("https://api.example/api/me Bearer t");
    vi.unstubAllGlobals();
  });

  test("a token that has run out is known before a socket is refused", () => {
    const token = `x.${btoa(JSON.stringify({ exp: 1_000 }))}.y`;
    expect(hasExpired(token, 999_999)).toBe(false);
    expect(hasExpired(token, 1_000_000)).toBe(true);
    expect(hasExpired("x.!.y", 1_000_000)).toBe(false);
  });
});

test("people's marks can be read on their colours", () => {
  expect(inkOn("#ffffff")).toBe("#000000");
  expect(inkOn("#2559b8")).toBe("#ffffff");
  expect(initials("Chloé van Martin")).toBe("CM");
  expect(initials("")).toBe("?");
});
