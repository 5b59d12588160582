import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { memoryStorage, type QueueStorage } from "@cyclesheet/client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createStore } from "../src/lib/store";
import { type Keeping, watchedStorage } from "../src/session/keeping";
import { createSettings, type StoreOf, settings } from "../src/session/settings";
import { load, PLAIN, save } from "../src/sheet/model/arrangement";
import { createScreen } from "../src/sheet/screen";

/** A browser's storage in memory, with what it does badly. */
function browser(faults: Partial<Storage> = {}): StoreOf {
  const kept = { device: new Map<string, string>(), tab: new Map<string, string>() };
  return (area) => ({
    getItem: (key) => kept[area].get(key) ?? null,
    setItem: (key, value) => void kept[area].set(key, value),
    removeItem: (key) => void kept[area].delete(key),
    ...faults,
  });
}

const throwing = (name: string) => (): never => {
  throw new DOMException("no", name);
};

describe("settings", () => {
  test("are kept under the page's own names, each where it belongs", () => {
    const store = browser();
    const some = createSettings(store);
    expect([some.set("theme", "dark"), some.set("token", "a.b.c"), some.set("draft:new", "Hello")]).toEqual([
      true,
      true,
      true,
    ]);
    expect(store("device").getItem("cyclesheet.theme")).toBe("dark");
    expect(store("tab").getItem("cyclesheet.token")).toBe("a.b.c");
    expect(store("tab").getItem("cyclesheet.draft:new")).toBe("Hello");
    some.set("theme", null);
    expect(some.get("theme")).toBeNull();
  });

  test.each<[string, StoreOf]>([
    ["site data is blocked: the storage itself cannot be read", throwing("SecurityError")],
    ["nothing can be read or written", browser({ getItem: throwing("Error"), setItem: throwing("Error") })],
    [
      "the disk is full: reading works, writing does not",
      browser({ setItem: throwing("QuotaExceededError") }),
    ],
    ["there is no storage at all", () => undefined as never],
  ])("never throw and last as long as the page where %s", (_, store) => {
    const some = createSettings(store);
    const heard = vi.fn();
    some.subscribe("draft:", heard);
    expect(some.get("theme")).toBeNull();
    expect(some.json("widths", (value): value is object => value !== null, { a: 1 })).toEqual({ a: 1 });
    expect(some.set("draft:x", "words")).toBe(false);
    expect(some.get("draft:x")).toBe("words");
    expect(heard).toHaveBeenCalledTimes(1);
    some.set("draft:x", null);
    expect(some.get("draft:x")).toBeNull();
  });

  test("take what they can keep again once the browser lets them", () => {
    let isFull = true;
    const store = browser();
    const some = createSettings((area) => ({
      ...store(area),
      setItem: (key, value) => (isFull ? throwing("QuotaExceededError")() : store(area).setItem(key, value)),
    }));
    some.set("summary", "open");
    isFull = false;
    expect(some.set("summary", "closed")).toBe(true);
    expect(store("device").getItem("cyclesheet.summary")).toBe("closed");
  });

  test("tell those who watch a family, of this tab's changes and of another's, and of no other", () => {
    const heard = vi.fn();
    const stop = settings.subscribe("seen:", heard);
    settings.set("seen:jana:w47", "{}");
    settings.set("theme", "dark");
    window.dispatchEvent(new StorageEvent("storage", { key: "cyclesheet.seen:jana:w48" }));
    window.dispatchEvent(new StorageEvent("storage", { key: "another.page" }));
    expect(heard).toHaveBeenCalledTimes(2);
    window.dispatchEvent(new StorageEvent("storage", { key: null }));
    expect(heard).toHaveBeenCalledTimes(3);
    stop();
    settings.set("seen:jana:w47", "{}");
    expect(heard).toHaveBeenCalledTimes(3);
  });

  test("nobody but their own file touches the browser's storage", () => {
    const root = join(import.meta.dirname, "../src");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.tsx?$/.test(file),
    );
    const touching = files.filter((file) =>
      /\b(local|session)Storage\b/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(touching).toEqual(["session/settings.ts"]);
  });
});

describe("a page whose browser throws at every touch", () => {
  afterEach(() => vi.restoreAllMocks());
  test.each(["getItem", "setItem", "removeItem"] as const)("starts plain: %s", (method) => {
    vi.spyOn(Storage.prototype, method).mockImplementation(throwing("SecurityError"));
    expect(createScreen().get().arrangement).toEqual(PLAIN);
    const sorted = { ...PLAIN, sort: { column: "title" as const, direction: "asc" as const } };
    save(sorted);
    expect(load()).toEqual(sorted);
    save(PLAIN);
  });
});

describe("unsent edits", () => {
  const keeping = () => createStore<Keeping>({ isLasting: true });
  const failing = (): QueueStorage => {
    const fail = async () => throwing("QuotaExceededError")();
    return { names: fail, load: fail, save: fail, remove: fail };
  };

  test("are said to be kept only by a browser that takes them", async () => {
    const seen = keeping();
    await watchedStorage(memoryStorage(), seen).save("scope", "a", {});
    expect(seen.get().isLasting).toBe(true);
    // Memory is where there is no database: it answers, and keeps nothing.
    await watchedStorage(memoryStorage(), seen, false).save("scope", "a", {});
    expect(seen.get().isLasting).toBe(false);
  });

  test("a storage that refuses is seen, and still refuses; one that takes again is believed", async () => {
    const seen = keeping();
    const storage = failing();
    const watched = watchedStorage(storage, seen);
    await expect(watched.names("scope")).rejects.toThrow("no");
    expect(seen.get().isLasting).toBe(false);
    storage.save = async () => {};
    await watched.save("scope", "a", {});
    expect(seen.get().isLasting).toBe(true);
  });

  test("a storage that never answers counts as one that keeps nothing", () => {
    vi.useFakeTimers();
    const seen = keeping();
    void watchedStorage({ ...memoryStorage(), save: () => new Promise(() => {}) }, seen).save(
      "scope",
      "a",
      {},
    );
    expect(seen.get().isLasting).toBe(true);
    vi.advanceTimersByTime(3_000);
    expect(seen.get().isLasting).toBe(false);
    vi.useRealTimers();
  });
});
