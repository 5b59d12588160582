/**
 * Everything that this browser remembers for the page, under one list of names. No other file reads or writes
 * `localStorage` or `sessionStorage`: both may throw at every touch (site data blocked, a full disk, a private window),
 * and a page must not go blank over a remembered theme. What cannot be kept lasts as long as the page.
 */

/** Where a setting is kept: for every tab of this browser, or for this tab until it is closed. */
type Area = "device" | "tab";

/** The names. One that ends in a colon is a family: an id of the caller's follows. */
const AREAS = {
  arrangement: "device",
  "draft:": "tab",
  "mentions:": "device",
  "proposal:": "device",
  roomy: "device",
  "seen:": "device",
  "signing-in": "tab",
  summary: "device",
  theme: "device",
  token: "tab",
  "visited:": "device",
  way: "tab",
  welcomed: "device",
  widths: "device",
} as const satisfies { readonly [name: string]: Area };

type Name = keyof typeof AREAS;
export type SettingKey = { [N in Name]: N extends `${string}:` ? `${N}${string}` : N }[Name];

/** The beginning of every key in the browser's storage: the page may share its address with others. */
const PREFIX = "cyclesheet.";

/** What is used of the browser's storage. */
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
/** Gives the browser's storage; may throw, as reading `window.localStorage` does where site data is blocked. */
export type StoreOf = (area: Area) => Store;

export interface Settings {
  /** Returns the text kept under a key, or null. Never throws. */
  get(key: SettingKey): string | null;
  /** Keeps a text, or forgets it if null. Never throws; returns whether it will outlive the page. */
  set(key: SettingKey, text: string | null): boolean;
  /** Returns the JSON value kept under a key if `is` accepts it, else `otherwise`. */
  json<T>(key: SettingKey, is: (value: unknown) => value is T, otherwise: T): T;
  /** Calls `listener` when a setting whose key begins with `start` changes, in this tab or another; returns how to stop. */
  subscribe(start: SettingKey, listener: () => void): () => void;
}

const areaOf = (key: SettingKey): Area => {
  const colon = key.indexOf(":");
  return AREAS[(colon < 0 ? key : key.slice(0, colon + 1)) as Name];
};

export function createSettings(storeOf: StoreOf, events?: Pick<Window, "addEventListener">): Settings {
  /** What the browser would not take, null where it would not forget. */
  const unkept = new Map<string, string | null>();
  const listeners = new Set<{ readonly start: string; readonly call: () => void }>();
  const tell = (key: string) => {
    for (const { start, call } of [...listeners]) if (key.startsWith(start)) call();
  };
  events?.addEventListener("storage", (event) => {
    // Null: everything was cleared.
    if (event.key === null) for (const { call } of [...listeners]) call();
    else if (event.key.startsWith(PREFIX)) tell(event.key.slice(PREFIX.length));
  });

  const settings: Settings = {
    get(key) {
      const here = unkept.get(key);
      if (here !== undefined) return here;
      try {
        return storeOf(areaOf(key)).getItem(PREFIX + key);
      } catch {
        return null;
      }
    },
    set(key, text) {
      let isKept = true;
      try {
        const store = storeOf(areaOf(key));
        if (text === null) store.removeItem(PREFIX + key);
        else store.setItem(PREFIX + key, text);
        // Some browsers take a value in silence and keep nothing.
        if (store.getItem(PREFIX + key) !== text) throw new Error("not kept");
        unkept.delete(key);
      } catch {
        isKept = false;
        unkept.set(key, text);
      }
      tell(key);
      return isKept;
    },
    json(key, is, otherwise) {
      try {
        const value: unknown = JSON.parse(settings.get(key) ?? "null");
        return is(value) ? value : otherwise;
      } catch {
        // Text that is no JSON counts as nothing kept.
        return otherwise;
      }
    },
    subscribe(start, call) {
      const listener = { start, call };
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return settings;
}

/** The page's settings. */
export const settings: Settings = createSettings(
  (area) => (area === "device" ? localStorage : sessionStorage),
  typeof window === "undefined" ? undefined : window,
);
