import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { QueueRecord } from "../../src/machine.js";
import { claim, newId } from "../../src/names.js";
import { indexedDbStorage, memoryStorage } from "../../src/storage.js";
import { fakeLocks } from "./surroundings.js";

const record = (nextSeq: number): QueueRecord => ({ format: 1, user: "ana", nextSeq, sent: [], queue: [] });

describe.each([
  ["memory", () => memoryStorage()],
  ["IndexedDB", () => indexedDbStorage(indexedDB, `db-${newId()}`)],
])("a queue in %s", (_, make) => {
  it("keeps records by scope and name", async () => {
    const storage = make();
    await storage.save("s1", "a", record(1));
    await storage.save("s1", "b", record(2));
    await storage.save("s2", "a", record(3));
    expect([...(await storage.names("s1"))].sort()).toEqual(["a", "b"]);
    expect(await storage.load("s1", "b")).toEqual(record(2));
    expect(await storage.load("s1", "c")).toBeUndefined();
    await storage.save("s1", "a", record(9));
    expect(await storage.load("s1", "a")).toEqual(record(9));
    await storage.remove("s1", "a");
    expect(await storage.names("s1")).toEqual(["b"]);
    expect(await storage.names("s2")).toEqual(["a"]);
  });
});

describe("a client name", () => {
  it("is new and random where nothing was left", async () => {
    const [a, b] = await Promise.all([1, 2].map(() => claim("s", memoryStorage(), fakeLocks(), undefined)));
    expect(a?.name).toMatch(/^[0-9a-z]{16}$/);
    expect(a?.name).not.toBe(b?.name);
    expect(a?.records).toEqual([]);
  });

  it("is taken over from a tab that is gone, with what it left", async () => {
    const [storage, locks] = [memoryStorage(), fakeLocks()];
    const first = await claim("s", storage, locks, undefined);
    await storage.save("s", first.name, record(7));
    first.release();
    const second = await claim("s", storage, locks, undefined);
    expect(second).toMatchObject({ name: first.name, records: [{ record: record(7) }] });
  });

  it("is never taken from a tab that lives", async () => {
    const [storage, locks] = [memoryStorage(), fakeLocks()];
    const first = await claim("s", storage, locks, undefined);
    await storage.save("s", first.name, record(7));
    const copy = await claim("s", storage, locks, undefined);
    expect(copy.name).not.toBe(first.name);
    expect(copy.records).toEqual([]);
  });

  it("takes along what several closed tabs left", async () => {
    const [storage, locks] = [memoryStorage(), fakeLocks()];
    await storage.save("s", "a", record(1));
    await storage.save("s", "b", record(2));
    const { records } = await claim("s", storage, locks, undefined);
    expect(records.map(({ name }) => name).sort()).toEqual(["a", "b"]);
  });

  it("leaves other tabs alone where there are no locks", async () => {
    const storage = memoryStorage();
    await storage.save("s", "a", record(1));
    expect((await claim("s", storage, undefined, undefined)).records).toEqual([]);
  });

  it("that the caller answers for gets back what it left", async () => {
    const storage = memoryStorage();
    await storage.save("s", "script", record(4));
    const { name, records } = await claim("s", storage, undefined, "script");
    expect([name, records[0]?.record.nextSeq]).toEqual(["script", 4]);
  });

  it("does not trip over a record of another format", async () => {
    const storage = memoryStorage();
    for (const [i, odd] of [
      null,
      7,
      { format: 2 },
      { format: 1, sent: 3 },
      { ...record(1), queue: [{}] },
    ].entries()) {
      await storage.save("s", `odd-${i}`, odd);
    }
    expect((await claim("s", storage, fakeLocks(), undefined)).records).toEqual([]);
  });
});
