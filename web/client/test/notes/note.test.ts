/** One note: what is sent, what is taken back, what a device keeps, who is seen in it. */
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { Row } from "../../src/fold/model.js";
import type { Op } from "../../src/fold/op.js";
import {
  createNotes,
  indexedDbNoteStorage,
  memoryNoteStorage,
  NoteAwareness,
  toBase64,
} from "../../src/notes/index.js";
import { blocks, FIELD, plainText, wordsOnlyIn } from "../../src/notes/text.js";
import { CALM, World } from "../world.js";
import { Desk, pass } from "./desk.js";

async function room(people = 2): Promise<{ world: World; desks: Desk[] }> {
  const world = new World(7, people, CALM);
  await pass(world, 1_000);
  const desks = world.members.map((member) => new Desk(world, member));
  await pass(world, 1_000);
  return { world, desks };
}

const updates = (world: World) =>
  world.log.flatMap(({ ops }) => ops.filter(({ op }) => op === "TEXT_UPDATE"));

describe("sending", () => {
  it("the first keystroke goes at once, what follows is gathered", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("a");
    await pass(world, 50);
    expect(updates(world)).toHaveLength(1);
    for (const key of "bcdefgh") {
      ana.type(key);
      await pass(world, 15);
    }
    expect(updates(world).length).toBeLessThanOrEqual(2);
    await pass(world, 1_000);
    expect(updates(world)).toHaveLength(2);
    expect(plainText(world.document("summary"))).toBe("hgfedcba");
  });

  it("what is written without a connection waits as one change", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    world.block(ana.member, true);
    world.cut(ana.member);
    for (let i = 0; i < 50; i += 1) {
      ana.type(`${i % 10}`);
      await pass(world, 200);
    }
    expect(ana.member.state.queue).toHaveLength(1);
    world.block(ana.member, false);
    await pass(world, 90_000);
    expect(updates(world)).toHaveLength(1);
    expect(desks[1]?.text).toBe(ana.text);
  });

  it("a pasted page that no frame takes goes over HTTP, once, although the answer is lost", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    world.weather = { ...CALM, loss: 1 };
    ana.type("x".repeat(40_000));
    await pass(world, 500);
    world.weather = CALM;
    await pass(world, 60_000);
    expect(updates(world)).toHaveLength(1);
    expect(bo.text).toHaveLength(40_000);
    expect(ana.member.state.calls.size).toBe(0);
  });

  it("a note that nobody types in costs nothing: no timer, no frame", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("quiet");
    await pass(world, 5_000);
    const tip = world.sheet.version;
    const timers = world.pending;
    await pass(world, 600_000, 1_000);
    expect(world.sheet.version).toBe(tip);
    expect(world.pending).toBeLessThanOrEqual(timers);
  });
});

describe("refusals", () => {
  it("are reported, the text goes back to the log's, and the words are there to be copied", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    bo.type("what stays");
    await pass(world, 2_000);
    world.demote(ana.member, "viewer");
    ana.type("what nobody may lose", 99);
    const before = ana.doc;
    await pass(world, 2_000);
    const { lost, doc } = ana.note.getState();
    expect(lost).toMatchObject({ code: "FORBIDDEN", words: "what nobody may lose" });
    expect(doc).not.toBe(before);
    expect(ana.text).toBe("what stays");
    expect(plainText(world.document("summary"))).toBe("what stays");
    ana.note.dismiss();
    expect(ana.note.getState().lost).toBeNull();
  });

  it("take along what was written on top, so that nothing waits at the server for a missing update", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    world.demote(ana.member, "viewer");
    for (const key of "abcdefgh") {
      ana.type(key);
      await pass(world, 100);
    }
    await pass(world, 5_000);
    world.demote(ana.member, "editor");
    ana.type("fresh");
    await pass(world, 5_000);
    expect(plainText(world.document("summary"))).toBe(ana.text);
    expect(world.document("summary").store.pendingStructs).toBeNull();
    expect(ana.text).toContain("fresh");
  });

  it("of an earlier page are reported when the note is opened", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    world.input(ana.member, { type: "online", online: false });
    world.cut(ana.member);
    ana.type("written before the reload");
    await pass(world, 500);
    world.demote(ana.member, "viewer");
    ana.reload();
    await pass(world, 10_000);
    expect(ana.note.getState().lost).toMatchObject({ code: "FORBIDDEN", words: "written before the reload" });
    expect(ana.text).toBe("");
  });

  it("a viewer's page sends nothing, and does not take back what nobody wrote", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    world.demote(ana.member, "viewer");
    ana.reload();
    await pass(world, 5_000);
    const before = ana.doc;
    ana.doc.getXmlFragment(FIELD).insert(0, [new Y.XmlElement("paragraph")]);
    await pass(world, 2_000);
    expect(ana.doc).toBe(before);
    ana.type("not mine to write", 99);
    await pass(world, 2_000);
    expect(updates(world)).toEqual([]);
    expect(ana.note.getState().lost).toMatchObject({ code: "FORBIDDEN", words: "not mine to write" });
    expect(ana.text).toBe("");
  });

  it("more than is sent in one go is refused here as one, and the words are kept", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("what was there");
    await pass(world, 2_000);
    ana.type("y".repeat(1_000_000), 99);
    await pass(world, 5_000);
    expect(ana.note.getState().lost).toMatchObject({ code: "TOO_LONG" });
    expect(ana.note.getState().lost?.words).toHaveLength(1_000_000);
    expect(ana.text).toBe("what was there");
    expect(updates(world)).toHaveLength(1);
  });

  it("what a full document cannot hold is refused as one", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    for (let n = 0; n < 2; n += 1) {
      ana.type("z".repeat(500_000), n);
      await pass(world, 30_000);
    }
    const full = ana.text.length;
    ana.type("w".repeat(100_000), 99);
    await pass(world, 5_000);
    expect(full).toBe(1_000_000);
    expect(ana.note.getState().lost).toMatchObject({ code: "TOO_FULL" });
    expect(ana.text).toHaveLength(full);
    // A megabyte is folded some sixty times.
  }, 30_000);
});

describe("a large paste", () => {
  /** Lines of a list in one transaction, as an editor writes them. */
  const paste = (desk: Desk, lines: readonly string[]) =>
    desk.doc.transact(() => {
      const list = new Y.XmlElement("bulletList");
      list.insert(
        0,
        lines.map((line) => {
          const [item, paragraph] = [new Y.XmlElement("listItem"), new Y.XmlElement("paragraph")];
          paragraph.insert(0, [new Y.XmlText(line)]);
          item.insert(0, [paragraph]);
          return item;
        }),
      );
      desk.doc.getXmlFragment(FIELD).push([list]);
    });

  it("goes in several changes, each of which leaves a list that can be shown", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    paste(
      ana,
      Array.from({ length: 900 }, (_, n) => `Line ${n}: ${"words ".repeat(7)}`),
    );
    const written = ana.text;
    expect(written.length).toBeGreaterThan(45_000);
    await pass(world, 10_000);
    expect(bo.text).toBe(written);
    expect(ana.note.getState().lost).toBeNull();
    const sent = updates(world).map((op) => (op.op === "TEXT_UPDATE" ? op.update : ""));
    expect(sent.length).toBeGreaterThan(1);
    const seen = new Y.Doc();
    for (const update of sent) {
      expect(update.length * 0.75).toBeLessThanOrEqual(65_536);
      Y.applyUpdate(seen, Buffer.from(update, "base64"));
      const [list] = seen.getXmlFragment(FIELD).toArray() as [Y.XmlElement];
      expect(seen.store.pendingStructs).toBeNull();
      for (const item of list.toArray() as Y.XmlElement[]) expect(item.length).toBe(1);
      expect(list.length).toBeGreaterThan(0);
    }
  });

  it("of one paragraph is cut between characters, not through them", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    const text = `a${"🚀".repeat(30_000)}`;
    ana.type(text);
    await pass(world, 10_000);
    expect(bo.text).toBe(text);
    expect(updates(world).length).toBeGreaterThan(1);
  });

  it("that replaces the earlier text takes it away with the last part", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    ana.type("old words");
    await pass(world, 2_000);
    ana.doc.transact(() => {
      ana.doc.getXmlFragment(FIELD).delete(0, 1);
      paste(
        ana,
        Array.from({ length: 2_000 }, () => "n".repeat(40)),
      );
    });
    await pass(world, 10_000);
    expect(bo.text).toBe(ana.text);
    expect(bo.text).not.toContain("old words");
  });

  it("that was cut offline is sent after a reload", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    world.block(ana.member, true);
    world.cut(ana.member);
    ana.type("q".repeat(150_000));
    const written = ana.text;
    await pass(world, 2_000);
    ana.reload();
    world.block(ana.member, false);
    await pass(world, 90_000);
    expect(bo.text).toBe(written);
  });
});

describe("the note of a removed row", () => {
  it("keeps what is written in it, and sends it when the row is back", async () => {
    const world = new World(7, 2, CALM);
    await pass(world, 1_000);
    const [ana, bo] = world.members.map((member) => new Desk(world, member, "notes:r1")) as [Desk, Desk];
    const change = (...ops: Op[]) => world.change(bo.member, ops);
    change({ op: "ROW_INSERT", taskId: "r1", after: null, cells: { title: "A row" } });
    await pass(world, 2_000);
    ana.type("before it went");
    await pass(world, 2_000);
    const restored = world.sheet.tasks.find(({ taskId }) => taskId === "r1") as Row;
    change({ op: "ROW_REMOVE", taskId: "r1" });
    await pass(world, 2_000);
    const sent = updates(world).length;
    ana.type("after it went, ");
    await pass(world, 5_000);
    expect(ana.text).toBe("after it went, before it went");
    expect(ana.note.getState().lost).toBeNull();
    expect(updates(world)).toHaveLength(sent);
    change({ op: "ROW_INSERT", taskId: "r1", after: null, cells: { title: "A row" }, restored });
    await pass(world, 5_000);
    expect(bo.text).toBe("after it went, before it went");
    expect(ana.note.getState().lost).toBeNull();
  });

  it("keeps what was on its way when the row went", async () => {
    const world = new World(7, 2, CALM);
    await pass(world, 1_000);
    const [ana, bo] = world.members.map((member) => new Desk(world, member, "notes:r1")) as [Desk, Desk];
    world.change(bo.member, [{ op: "ROW_INSERT", taskId: "r1", after: null, cells: { title: "A row" } }]);
    await pass(world, 2_000);
    ana.type("one ");
    await pass(world, 2_000);
    const restored = world.sheet.tasks.find(({ taskId }) => taskId === "r1") as Row;
    world.block(ana.member, true);
    world.cut(ana.member);
    ana.type("two ", 0, 4);
    await pass(world, 500);
    world.change(bo.member, [{ op: "ROW_REMOVE", taskId: "r1" }]);
    await pass(world, 2_000);
    world.block(ana.member, false);
    await pass(world, 90_000);
    ana.type("three", 0, 8);
    await pass(world, 2_000);
    expect([ana.text, ana.note.getState().lost]).toEqual(["one two three", null]);
    world.change(bo.member, [
      { op: "ROW_INSERT", taskId: "r1", after: null, cells: { title: "A row" }, restored },
    ]);
    await pass(world, 5_000);
    expect(bo.text).toBe("one two three");
  });
});

describe("what a device keeps", () => {
  it("shows the text after a reload without a network, and sends what was unsent", async () => {
    const { world, desks } = await room();
    const [ana, bo] = desks as [Desk, Desk];
    ana.type("before ");
    await pass(world, 2_000);
    world.block(ana.member, true);
    world.cut(ana.member);
    ana.type("offline ");
    ana.reload();
    await pass(world, 3_000);
    expect(ana.note.getState().status).toBe("cached");
    expect(ana.text).toContain("before");
    bo.type("meanwhile ");
    world.block(ana.member, false);
    await pass(world, 120_000, 200);
    expect(ana.note.getState().status).toBe("ready");
    expect(ana.text).toBe(bo.text);
    for (const words of ["before", "offline", "meanwhile"]) expect(bo.text).toContain(words);
  });

  it("an unchanged document is not asked for again", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("kept");
    await pass(world, 5_000);
    const asked = world.fetches;
    ana.reload();
    await pass(world, 5_000);
    expect(ana.text).toBe("kept");
    expect(world.fetches).toBe(asked);
  });

  it("IndexedDB gives back what it was given, and drops old entries", async () => {
    const storage = indexedDbNoteStorage(new IDBFactory());
    const record = {
      format: 1,
      confirmed: new Uint8Array([1, 2]),
      hash: "h",
      unsent: null,
      savedAt: 1_000,
    } as const;
    await storage.save("room", "summary", record);
    expect(await storage.load("room", "summary")).toEqual(record);
    expect(await storage.load("other room", "summary")).toBeNull();
    await storage.save("room", "notes:r1", { ...record, savedAt: 1_000 + 61 * 24 * 3_600_000 });
    expect(await storage.load("room", "summary")).toBeNull();
    expect(await storage.load("room", "notes:r1")).not.toBeNull();
  });

  it("a storage that fails or hangs costs the note nothing but its memory", async () => {
    const { world } = await room();
    const member = world.members[0] as World["members"][number];
    const hanging = {
      load: () => new Promise<null>(() => {}),
      save: () => Promise.reject(new Error("full")),
    };
    const notes = createNotes(world.client(member), { storage: hanging, clock: world.clock() });
    const note = notes.open("summary");
    await pass(world, 5_000);
    expect(note.getState().status).toBe("ready");
    notes.close();
  });
});

describe("opening", () => {
  it("gives everybody in one page the same document, which closes with the last of them", async () => {
    const { world } = await room();
    const member = world.members[0] as World["members"][number];
    const notes = createNotes(world.client(member), { storage: memoryNoteStorage(), clock: world.clock() });
    const [a, b] = [notes.open("notes:r1"), notes.open("notes:r1")];
    const { doc } = a.getState();
    expect(b.getState().doc).toBe(doc);
    a.close();
    a.close();
    expect(doc.isDestroyed).toBe(false);
    b.close();
    expect(doc.isDestroyed).toBe(true);
  });

  it("names the latest documents in a hello", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("known");
    await pass(world, 2_000);
    const { docs } = (
      world.client(ana.member).documents as unknown as { vectors(): { docs: object } }
    ).vectors();
    expect(docs).toEqual({ summary: toBase64(Y.encodeStateVector(ana.doc)) });
  });
});

describe("who is in it", () => {
  const peer = (id: string, docs: object | undefined, self = false) => ({
    user: { id, name: `Name of ${id}`, color: "#112233" },
    role: "editor" as const,
    self,
    connections: [id],
    state: docs ? { docs: docs as { [doc: string]: unknown } } : null,
  });

  function client(peers: readonly ReturnType<typeof peer>[]) {
    const listeners = new Set<() => void>();
    const places: unknown[] = [];
    const fake = {
      peers,
      places,
      getState: () => ({ peers: fake.peers }),
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      documents: { setPlace: (_: string, place: unknown) => void places.push(place) },
      tell: () => listeners.forEach((listener) => void listener()),
    };
    return fake;
  }

  function position(): { doc: Y.Doc; place: { anchor: string; head: string } } {
    const doc = new Y.Doc();
    const text = new Y.XmlText("some words");
    doc.getXmlFragment(FIELD).insert(0, [text]);
    const at = toBase64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, 4)));
    return { doc, place: { anchor: at, head: at } };
  }

  it("takes name and colour from the server, whatever the peer says of itself", () => {
    const { doc, place } = position();
    const told = { ...place, user: { name: "The boss", color: "#ff0000" } };
    const fake = client([peer("bo", { summary: told }), peer("me", { summary: place }, true)]);
    const awareness = new NoteAwareness(fake as never, "summary", doc.clientID);
    const [state] = [...awareness.getStates().values()];
    expect(awareness.getStates().size).toBe(1);
    expect(state?.user).toEqual({ id: "bo", name: "Name of bo", color: "#112233" });
    const at = state?.cursor && Y.createAbsolutePositionFromRelativePosition(state.cursor.head, doc);
    expect(at?.index).toBe(4);
  });

  it("a place that makes no sense is no place, and nothing throws", () => {
    for (const anchor of ["", "%%%", "AAAA////", 7, null, "/w=="]) {
      const fake = client([peer("bo", { summary: { anchor, head: anchor } })]);
      const awareness = new NoteAwareness(fake as never, "summary", 1);
      for (const { cursor } of awareness.getStates().values()) {
        if (cursor) Y.createAbsolutePositionFromRelativePosition(cursor.head, new Y.Doc());
      }
    }
  });

  it("tells listeners only when somebody moved in this document", () => {
    const { place } = position();
    const fake = client([]);
    const awareness = new NoteAwareness(fake as never, "summary", 1);
    let told = 0;
    awareness.on("change", () => {
      told += 1;
    });
    fake.peers = [peer("bo", { "notes:r1": place })];
    fake.tell();
    expect(told).toBe(0);
    fake.peers = [peer("bo", { summary: place })];
    fake.tell();
    fake.tell();
    expect(told).toBe(1);
    fake.peers = [];
    fake.tell();
    expect(told).toBe(2);
    expect(awareness.getStates().size).toBe(0);
  });

  it("tells the room the own place, and that one has left it", () => {
    const { doc, place } = position();
    const fake = client([]);
    const awareness = new NoteAwareness(fake as never, "summary", doc.clientID);
    const text = doc.getXmlFragment(FIELD).get(0) as Y.XmlText;
    const at = Y.createRelativePositionFromTypeIndex(text, 4);
    awareness.setLocalStateField("user", { name: "The boss" });
    awareness.setLocalStateField("cursor", { anchor: at, head: at });
    awareness.setLocalStateField("cursor", null);
    expect(fake.places).toEqual([place, null]);
  });
});

describe("naming somebody", () => {
  /** Puts a mention into the text as an editor does, and says so. */
  const name = (desk: Desk, id: string) => {
    const fragment = desk.doc.getXmlFragment(FIELD);
    const paragraph = new Y.XmlElement("paragraph");
    const mention = new Y.XmlElement("mention");
    mention.setAttribute("id", id);
    paragraph.insert(0, [mention]);
    fragment.insert(fragment.length, [paragraph]);
    desk.note.mention(id);
  };
  const told = (world: World) => updates(world).map((op) => (op.op === "TEXT_UPDATE" && op.mentions) || []);

  it("goes with the update that brings the name, and once", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("Look, ");
    await pass(world, 1_000);
    name(ana, "bo");
    await pass(world, 1_000);
    ana.type("more ");
    await pass(world, 1_000);
    expect(told(world)).toEqual([[], ["bo"], []]);
    expect(updates(world)[0]).not.toHaveProperty("mentions");
  });

  it("is no naming where the name was taken back before it left, nor where it is undone and done again", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    ana.type("a");
    await pass(world, 10);
    name(ana, "bo");
    ana.doc.getXmlFragment(FIELD).delete(1, 1);
    await pass(world, 1_000);
    const undo = new Y.UndoManager(ana.doc.getXmlFragment(FIELD));
    name(ana, "cy");
    await pass(world, 1_000);
    undo.undo();
    await pass(world, 1_000);
    undo.redo();
    await pass(world, 1_000);
    expect(told(world).flat()).toEqual(["cy"]);
  });

  it("waits with the words without a connection, through a reload, and more than a change takes go with the next", async () => {
    const { world, desks } = await room();
    const [ana] = desks as [Desk];
    world.block(ana.member, true);
    world.cut(ana.member);
    const ids = Array.from({ length: 23 }, (_, n) => `u${n}`);
    for (const id of ids) {
      name(ana, id);
      await pass(world, 200);
    }
    ana.reload();
    await pass(world, 1_000);
    world.block(ana.member, false);
    await pass(world, 90_000);
    expect(told(world).flat().sort()).toEqual([...ids].sort());
    expect(Math.max(...told(world).map(({ length }) => length))).toBeLessThanOrEqual(20);
  });
});

describe("words", () => {
  it("are read block by block, marks and all left out", () => {
    const doc = new Y.Doc();
    const list = new Y.XmlElement("bulletList");
    const item = new Y.XmlElement("listItem");
    const inItem = new Y.XmlElement("paragraph");
    const bold = new Y.XmlText();
    bold.insert(0, "bold", { bold: {} });
    bold.insert(4, " plain");
    const mention = new Y.XmlElement("mention");
    mention.setAttribute("label", "Ana Ruiz");
    inItem.insert(0, [bold, mention]);
    item.insert(0, [inItem]);
    list.insert(0, [item]);
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText("first")]);
    doc.getXmlFragment(FIELD).insert(0, [paragraph, list]);
    expect(blocks(doc)).toEqual(["first", "bold plain@Ana Ruiz"]);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    const more = new Y.XmlElement("paragraph");
    more.insert(0, [new Y.XmlText("only here")]);
    other.getXmlFragment(FIELD).insert(2, [more]);
    expect(wordsOnlyIn(other, doc)).toBe("only here");
  });
});
