import type { Comment } from "@cyclesheet/client";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { fixtureApi } from "../src/dev/fixtureApi";
import { createFixture, type Fixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { CommentsPanel } from "../src/features/comments/CommentsPanel";
import { Composer } from "../src/features/comments/Composer";
import { commentOnCell } from "../src/features/comments/open";
import { markSeen, seenKey } from "../src/features/comments/seen";
import { commentText, named, objectionTo, offered, type Person, pieces, queryAt } from "../src/lib/mentions";
import { ago, remaining } from "../src/lib/time";
import { ApiProvider } from "../src/session/context";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { filtered, newIn, placeOf, quoteOf, threadIndex } from "../src/sheet/model/threads";
import { beginThread } from "../src/sheet/openThread";
import { createScreen } from "../src/sheet/screen";

const person = (id: string, name: string): Person => ({ id, name, color: "#2559b8" });
const ana = person("ana", "Ana");
const anaRuiz = person("ana.ruiz", "Ana Ruiz");
const jurgen = person("j", "Jürgen Groß");
const team = [ana, anaRuiz, jurgen];

describe("naming somebody", () => {
  test("begins at an @ and not inside an address", () => {
    expect(queryAt("ask @an", 7)).toEqual({ at: 4, query: "an" });
    expect(queryAt("mail ana@ex", 11)).toBeNull();
    expect(queryAt("ask @ ana", 9)).toBeNull();
    expect(queryAt("ask @ana\nruiz", 13)).toBeNull();
  });

  test("offers by any word of the name, without case and accents", () => {
    expect(offered(team, "jur")).toEqual([jurgen]);
    expect(offered(team, "GRO")).toEqual([jurgen]);
    expect(offered(team, "ruiz")).toEqual([anaRuiz]);
    expect(offered(team, "xyz")).toEqual([]);
  });

  test("puts the whole name where its beginning was, with one space behind it", () => {
    expect(named("ask @an about it", 7, anaRuiz)).toEqual({ text: "ask @Ana Ruiz about it", caret: 14 });
  });

  test("the longest name counts, and a name must end where it ends", () => {
    expect(commentText("@Ana Ruiz, @Ana and @Anabel", team, []).mentions).toEqual(["ana.ruiz", "ana"]);
    expect(pieces("to @Ana Ruiz!", team).map((piece) => piece.text)).toEqual(["to ", "@Ana Ruiz", "!"]);
  });

  test("of two people with one name the chosen one is mentioned", () => {
    const twin = person("ana.2", "Ana");
    expect(commentText("@Ana", [ana, twin], [twin]).mentions).toEqual(["ana.2"]);
  });

  test("what cannot be sent is explained before it is sent", () => {
    expect(objectionTo({ text: "x".repeat(4_001), mentions: [] })).toMatch(/at most 4000/);
    expect(objectionTo({ text: "x", mentions: Array.from({ length: 21 }, String) })).toMatch(/at most 20/);
    expect(objectionTo({ text: "", mentions: [] })).toBeNull();
  });
});

const thread = (change: Partial<Comment> = {}): Comment => ({
  commentId: "c1",
  taskId: "g1-3",
  column: "status",
  doc: null,
  anchor: null,
  author: "ben",
  text: "Is this done?",
  mentions: [],
  at: 1_000,
  version: 7,
  editedAt: null,
  deleted: false,
  resolved: null,
  replies: [],
  ...change,
});
const reply = (change: Partial<Comment["replies"][number]> = {}) => ({
  replyId: "r1",
  author: "ana",
  text: "Nearly.",
  mentions: [],
  at: 2_000,
  editedAt: null,
  deleted: false,
  ...change,
});

describe("threads", () => {
  test("what others said since one looked is new, one's own words never are", () => {
    const one = thread({ replies: [reply(), reply({ replyId: "r2", author: "ben", at: 3_000 })] });
    expect(newIn(one, "ana", 0)).toBe(2);
    expect(newIn(one, "ana", 1_000)).toBe(1);
    expect(newIn(one, "ana", 3_000)).toBe(0);
  });

  test("the one with the latest words comes first; resolved and deleted ones are not open", () => {
    const old = thread({ commentId: "old", replies: [reply({ at: 9_000 })] });
    const done = thread({ commentId: "done", resolved: { by: "ana", at: 1 } });
    const gone = thread({ commentId: "gone", deleted: true, text: "" });
    const list = [old, thread({ at: 5_000 }), done, gone];
    expect(filtered(list, "open").map((one) => one.commentId)).toEqual(["old", "c1"]);
    expect(filtered(list, "resolved").map((one) => one.commentId)).toEqual(["done"]);
    expect([...threadIndex(list).keys()]).toEqual(["g1-3:status"]);
  });

  test("a thread says what it is about, even when its row no longer exists", () => {
    const { tasks } = sampleSheet();
    const title = (column: string) => column.toUpperCase();
    expect(placeOf(thread(), tasks, title)).toMatchObject({ what: "STATUS", gone: false });
    expect(placeOf(thread({ taskId: "x" }), tasks, title).where).toBe("a row that was removed");
    expect(placeOf({ doc: "summary" }, tasks, title).what).toBe("Summary");
    expect(quoteOf('{"quote":"the words"}')).toBe("the words");
    expect(quoteOf("not json")).toBe("");
  });

  test("times are written as people say them", () => {
    expect(ago(1_000, 30_000)).toBe("just now");
    expect(ago(0, 5 * 60_000)).toBe("5 min ago");
    expect(remaining(64_001)).toBe("1:05");
    expect(remaining(-5)).toBe("0:00");
  });
});

function show(client: Fixture) {
  // The page's own means of noticing what is in sight; jsdom has none.
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  Element.prototype.scrollIntoView = () => {};
  const controller = new Controller(client, createScreen());
  render(
    <ControllerProvider value={controller}>
      <ApiProvider value={fixtureApi}>
        <CommentsPanel />
      </ApiProvider>
    </ControllerProvider>,
  );
  return controller;
}

describe("the panel of comments", () => {
  const sheet = (...comments: Comment[]) => ({ ...sampleSheet(), comments });

  test("a comment on a cell is one op, and mentions are ids", async () => {
    const peers = [
      ...createFixture(null).getState().peers,
      {
        user: { id: "ben", name: "Ben Okafor", color: "#b4491f" },
        role: "editor" as const,
        self: false,
        connections: ["c"],
        state: null,
      },
    ];
    const client = createFixture(sheet(), { peers });
    const controller = show(client);
    controller.select({ taskId: "g1-3", column: "status" });
    commentOnCell(controller);
    await userEvent.type(await screen.findByTestId("comment-field"), "Done, @be{Enter}?{Enter}");
    const [[op]] = client.changes as unknown as [[Record<string, unknown>]];
    expect(op).toMatchObject({
      op: "COMMENT_ADD",
      taskId: "g1-3",
      column: "status",
      text: "Done, @Ben Okafor ?",
      mentions: ["ben"],
    });
    expect(screen.getByText("@Ben Okafor")).toBeTruthy();
  });

  test("one edits and deletes one's own words, and nobody else's", async () => {
    const client = createFixture(sheet(thread({ replies: [reply()] })));
    show(client).turnSide("comments");
    const card = within(await screen.findByTestId("thread:c1"));
    expect(card.getAllByRole("button", { name: "Edit" })).toHaveLength(1);
    await userEvent.click(card.getByRole("button", { name: "Edit" }));
    await userEvent.clear(card.getByTestId("edit-field"));
    await userEvent.type(card.getByTestId("edit-field"), "Tomorrow.{Enter}");
    await userEvent.click(card.getByRole("button", { name: "Delete" }));
    await userEvent.click(card.getByRole("button", { name: "Delete" }));
    expect(client.changes).toEqual([
      [{ op: "COMMENT_EDIT", commentId: "c1", replyId: "r1", text: "Tomorrow.", mentions: [] }],
      [{ op: "COMMENT_DELETE", commentId: "c1", replyId: "r1" }],
    ]);
  });

  test("a resolved thread moves to the resolved ones and can be reopened", async () => {
    const client = createFixture(sheet(thread()));
    show(client).turnSide("comments");
    await userEvent.click(await screen.findByTestId("resolve"));
    expect(screen.queryByTestId("thread:c1")).toBeNull();
    await userEvent.click(screen.getByTestId("filter:resolved"));
    await userEvent.click(screen.getByTestId("reopen"));
    expect(client.changes.flat().map((op) => op.op)).toEqual(["COMMENT_RESOLVE", "COMMENT_REOPEN"]);
  });

  test("a viewer reads, and has nothing to press", async () => {
    const client = createFixture(sheet(thread()), { role: "viewer" });
    const controller = show(client);
    controller.turnSide("comments");
    expect(await screen.findByText("Is this done?")).toBeTruthy();
    expect(screen.queryByTestId("reply")).toBeNull();
    expect(screen.queryByTestId("resolve")).toBeNull();
    beginThread(controller, { taskId: "g1-3", column: null });
    expect(controller.screen.get().draft).toBeNull();
  });

  test("what is new is marked until the panel closes, and a browser remembers what was looked at", async () => {
    const client = createFixture(sheet(thread({ replies: [reply({ author: "ben", at: 3_000 })] })));
    markSeen(seenKey("ana", "platform/2026-W47"), "c1", 2_000);
    show(client).turnSide("comments");
    expect(await screen.findAllByText("new")).toHaveLength(1);
  });

  test("words full of markup show as themselves", async () => {
    const text = '<img src=x onerror=alert(1)> =HYPERLINK("x") \u202eevil';
    show(createFixture(sheet(thread({ text })))).turnSide("comments");
    const words = await screen.findByText(text);
    expect(words.tagName).toBe("BDI");
    expect(document.querySelector(".words img")).toBeNull();
  });
});

test("refused words come back into the field", async () => {
  let refuse: (ok: boolean) => void = () => {};
  const refusal = new Promise<boolean>((resolve) => {
    refuse = resolve;
  });
  render(<Composer label="Comment" placeholder="" submit="Send" people={[]} onSubmit={() => refusal} />);
  const field = screen.getByLabelText("Comment") as HTMLTextAreaElement;
  await userEvent.type(field, "My words{Enter}");
  expect(field.value).toBe("");
  refuse(false);
  await vi.waitFor(() => expect(field.value).toBe("My words"));
});

test("a draft survives closing the field", async () => {
  const props = { label: "Comment", placeholder: "", submit: "Send", people: [], onSubmit: async () => true };
  const first = render(<Composer {...props} draft="g1-3:status" />);
  await userEvent.type(screen.getByLabelText("Comment"), "Half a thou");
  first.unmount();
  render(<Composer {...props} draft="g1-3:status" />);
  expect((screen.getByLabelText("Comment") as HTMLTextAreaElement).value).toBe("Half a thou");
});
