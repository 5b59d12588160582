/**
 * The users who may be mentioned: the team's members, and the users in the room, who are in the list of members a
 * little later.
 */
import type { Peer } from "@cyclesheet/client";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Person } from "../lib/mentions";
import type { Api, Member } from "../session/api";
import { useApi } from "../session/context";
import { useClient } from "./context";

/** How long a list of members is good for, milliseconds: people join a team by the week, not by the second. */
const FRESH_MS = 60_000;

interface Directory {
  members: readonly Member[];
  askedAt: number;
}

const NOBODY: readonly Member[] = [];
const directories = new WeakMap<Api, Directory>();
const listeners = new Set<() => void>();

/** Asks for the members unless that was done a moment ago; without an answer the people here are offered all the same. */
function ask(api: Api): void {
  const known = directories.get(api);
  const now = Date.now();
  if (known && now - known.askedAt < FRESH_MS) return;
  const directory = { members: known?.members ?? NOBODY, askedAt: now };
  directories.set(api, directory);
  api.members().then(
    (members) => {
      directory.members = members;
      for (const listener of [...listeners]) listener();
    },
    () => {
      directory.askedAt = 0;
    },
  );
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The team's members by name, oneself left out where `others` is asked for. */
export function usePeople(): readonly Person[] {
  const api = useApi();
  const peers = useClient((state) => state.peers);
  const members = useSyncExternalStore(subscribe, () => directories.get(api)?.members ?? NOBODY);
  useEffect(() => ask(api), [api]);
  return useMemo(() => together(members, peers), [members, peers]);
}

let made: {
  readonly members: readonly Member[];
  readonly peers: readonly Peer[];
  readonly people: readonly Person[];
} = { members: NOBODY, peers: [], people: [] };

/** Every cell with a name in it asks, and peers change with each step of a cursor: the list is made once for all. */
function together(members: readonly Member[], peers: readonly Peer[]): readonly Person[] {
  if (made.members === members && made.peers === peers) return made.people;
  const people = new Map<string, Person>();
  for (const { id, name, color } of members) people.set(id, { id, name, color });
  for (const { user } of peers) people.set(user.id, user);
  made = { members, peers, people: [...people.values()].sort((a, b) => a.name.localeCompare(b.name)) };
  return made.people;
}
