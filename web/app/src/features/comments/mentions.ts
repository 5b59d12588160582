/**
 * Mentions of this person, in whatever week: as the server delivers each once, the browser keeps them. Told nobody.
 */
import type { Notification } from "@cyclesheet/client";
import { useSyncExternalStore } from "react";
import { isolated } from "../../lib/bidi";
import { settings } from "../../session/settings";
import { useClient } from "../../sheet/context";
import type { Controller } from "../../sheet/controller";

export interface Mention {
  readonly team: string;
  readonly cycle: string;
  readonly version: number;
  /** The thread, or the document, that names this person. */
  readonly commentId?: string;
  readonly doc?: string;
  /** Its author's name. */
  readonly name: string;
  /** The beginning of what was written. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly isRead: boolean;
}

/** Mentions kept; older ones stand in their threads. */
const MAX_MENTIONS = 50;
const NONE: readonly Mention[] = [];
const parsed = new Map<string, { readonly text: string; readonly mentions: readonly Mention[] }>();

/** Returns a notification as a mention; null if it is no mention. */
export function mentionIn(notice: Notification): Mention | null {
  const { team, cycle, version, commentId, doc, name, by, text, at } = notice;
  if (typeof team !== "string" || typeof cycle !== "string") return null;
  const place = typeof commentId === "string" ? { commentId } : typeof doc === "string" ? { doc } : null;
  if (place === null) return null;
  if (typeof version !== "number" || typeof at !== "number") return null;
  const who = typeof name === "string" ? name : typeof by === "string" ? by : "Someone";
  return {
    team,
    cycle,
    version,
    ...place,
    name: who,
    text: typeof text === "string" ? text : "",
    at,
    isRead: false,
  };
}

const same = (a: Mention, b: Mention): boolean =>
  a.team === b.team && a.cycle === b.cycle && a.version === b.version && placeOf(a) === placeOf(b);

/** What is unique about a mention's place in its week. */
export const placeOf = ({ commentId, doc }: Mention): string => commentId ?? `doc:${doc}`;

/** Returns the list with the new mentions, newest first; a mention that arrived twice is in it once. */
export function withNews(known: readonly Mention[], news: readonly Mention[]): readonly Mention[] {
  const fresh = news.filter(
    (one, index) =>
      !known.some((other) => same(one, other)) && news.findIndex((other) => same(one, other)) === index,
  );
  return fresh.length === 0 ? known : [...fresh, ...known].sort((a, b) => b.at - a.at).slice(0, MAX_MENTIONS);
}

function load(user: string): readonly Mention[] {
  const text = settings.get(`mentions:${user}`);
  if (text === null) return NONE;
  const known = parsed.get(user);
  if (known?.text === text) return known.mentions;
  let mentions = NONE;
  try {
    const json: unknown = JSON.parse(text);
    if (Array.isArray(json)) mentions = json as Mention[];
  } catch {
    // Unreadable is as good as empty.
  }
  parsed.set(user, { text, mentions });
  return mentions;
}

function save(user: string, mentions: readonly Mention[]): void {
  settings.set(`mentions:${user}`, JSON.stringify(mentions));
}

const subscribe = (listener: () => void): (() => void) => settings.subscribe("mentions:", listener);

/** This person's mentions, newest first. */
export function useMentions(): readonly Mention[] {
  const user = useClient((state) => state.user?.id);
  return useSyncExternalStore(subscribe, () => (user ? load(user) : NONE));
}

export function markMentionsRead(user: string): void {
  const mentions = load(user);
  if (mentions.some((one) => !one.isRead))
    save(
      user,
      mentions.map((one) => ({ ...one, isRead: true })),
    );
}

function sentence({ name, text }: Mention): string {
  const who = `${isolated(name)} mentioned you`;
  return text === "" ? `${who} in a note.` : `${who}: “${isolated(text)}”`;
}

/** Starts keeping what is delivered, and saying it; returns how to stop. */
export function followMentions(controller: Controller): () => void {
  const { client } = controller;
  const take = () => {
    const { notifications, user } = client.getState();
    if (notifications.length === 0 || !user) return;
    const known = load(user.id);
    const all = withNews(
      known,
      notifications.flatMap((notice) => mentionIn(notice) ?? []),
    );
    if (all !== known) {
      save(user.id, all);
      const [latest] = all;
      if (latest) controller.say(sentence(latest));
    }
    client.dismiss("notifications");
  };
  take();
  return client.subscribe(take);
}
