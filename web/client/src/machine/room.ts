/** Presence: the frames of others, and those sent to them. Never stored, never part of the sheet. */
import type { Role } from "../fold/model.js";
import type { Connection } from "../frames.js";
import { MAX_PRESENCE_BYTES } from "../generated/limits.js";
import { AWAY_MS, IDLE_MS } from "../generated/times.js";
import type { Peer, PresenceState } from "../state.js";
import { bytes } from "./coalesce.js";
import { clearTimer, send, setTimer } from "./turn.js";
import type { PeerConnection, Turn } from "./types.js";

/** A `hello` goes out: from here on, news may overtake the list that answers it. */
export function approach({ state, now }: Turn): void {
  state.greetedAt = now;
  state.departed = new Set();
}

/** Everybody in the room, as `welcome` lists them; what they told before, and the news since `hello`, stays known. */
export function enter(turn: Turn, connections: readonly Connection[]): void {
  const { connections: known, departed, greetedAt } = turn.state;
  const listed = connections
    .filter(({ connectionId }) => !departed.has(connectionId))
    .map((connection): [string, PeerConnection] => {
      const { state, at, heardAt } = known.get(connection.connectionId) ?? { state: null, at: 0, heardAt: 0 };
      return [connection.connectionId, { ...connection, state, at, heardAt }];
    });
  const here = new Map(listed);
  for (const [connectionId, connection] of known) {
    if (!here.has(connectionId) && connection.heardAt >= greetedAt) here.set(connectionId, connection);
  }
  setConnections(turn, here);
}

/** The socket is gone, and with it what it told about others. */
export function leave(turn: Turn): void {
  turn.state.connectionId = null;
  turn.state.presence = { ...turn.state.presence, sent: null, owed: false };
  clearTimer(turn, "presence");
  setConnections(turn, new Map());
}

export function joined(turn: Turn, connection: Connection): void {
  const { state, at } = turn.state.connections.get(connection.connectionId) ?? { state: null, at: 0 };
  put(turn, connection, state, at);
  if (connection.connectionId === turn.state.connectionId) return;
  // They do not know where anybody is: tell once, spread out so that a full room does not answer as one.
  turn.state.presence = { ...turn.state.presence, owed: true };
  tell(turn, turn.random * turn.state.presence.intervalMs);
}

export function left(turn: Turn, connectionId: string): void {
  turn.state.departed = new Set(turn.state.departed).add(connectionId);
  if (!turn.state.connections.has(connectionId)) return;
  const connections = new Map(turn.state.connections);
  connections.delete(connectionId);
  setConnections(turn, connections);
}

export function moved(turn: Turn, connection: Connection, state: PresenceState): void {
  // Frames may overtake each other: what somebody told before they left does not bring them back.
  if (turn.state.departed.has(connection.connectionId)) return;
  const wasAlone = isAlone(turn);
  put(turn, connection, state, turn.now);
  // Their `joined` was lost, or is late: they have not heard where this one is either.
  if (wasAlone) tell(turn, 0);
}

function put(turn: Turn, connection: Connection, state: PresenceState | null, at: number): void {
  const { connectionId, user } = connection;
  const role = connection.role ?? roleOf(turn, user.id);
  const connections = new Map(turn.state.connections);
  setConnections(
    turn,
    connections.set(connectionId, { connectionId, user, role, state, at, heardAt: turn.now }),
  );
}

/** What is known of a person's role from their other sockets. */
function roleOf({ state }: Turn, userId: string): Role | null {
  for (const { user, role } of state.connections.values())
    if (user.id === userId && role !== null) return role;
  return null;
}

function setConnections({ state }: Turn, connections: ReadonlyMap<string, PeerConnection>): void {
  state.connections = connections;
  const people = new Map<string, PeerConnection[]>();
  for (const connection of connections.values()) {
    people.set(connection.user.id, [...(people.get(connection.user.id) ?? []), connection]);
  }
  const before = new Map(state.peers.map((peer) => [peer.user.id, peer]));
  state.peers = [...people.values()].flatMap((tabs) => {
    const [first] = tabs;
    if (first === undefined) return [];
    const latest = tabs.reduce((a, b) => (b.state !== null && (a.state === null || b.at >= a.at) ? b : a));
    const peer: Peer = {
      user: first.user,
      role: tabs.find(({ role }) => role !== null)?.role ?? "editor",
      self: first.user.id === state.user?.id,
      connections: tabs.map(({ connectionId }) => connectionId),
      state: latest.state,
    };
    const known = before.get(first.user.id);
    return known && JSON.stringify(known) === JSON.stringify(peer) ? known : peer;
  });
}

/** One moved, typed, or came back. */
export function move(turn: Turn, wanted: PresenceState | null): void {
  const { presence } = turn.state;
  turn.state.presence = { ...presence, wanted: wanted ?? presence.wanted, movedAt: turn.now };
  setTimer(turn, "idle", IDLE_MS);
  tell(turn, 0);
}

/** Time passed without a movement. */
export function rest(turn: Turn): void {
  const still = turn.now - turn.state.presence.movedAt;
  if (still < AWAY_MS) setTimer(turn, "idle", (still < IDLE_MS ? IDLE_MS : AWAY_MS) - still);
  tell(turn, 0);
}

/** Tells the room where one is, if that is news: at once after quiet, else when the room's budget allows it. */
export function tell(turn: Turn, delay: number): void {
  const { presence, link } = turn.state;
  if (link?.phase !== "live" || presence.wanted === null || isAlone(turn)) return;
  const state = own(turn);
  const text = JSON.stringify(state);
  if ((text === presence.sent && !presence.owed) || bytes(text) > MAX_PRESENCE_BYTES) return;
  const wait = Math.max(delay, presence.sentAt + presence.intervalMs - turn.now);
  if (wait > 0) {
    setTimer(turn, "presence", wait);
    return;
  }
  send(turn, { type: "presence", state });
  turn.state.presence = { ...presence, sent: text, sentAt: turn.now, owed: false };
}

/** Returns whether nobody else is in the room: a movement would cost a message that nobody hears. */
function isAlone({ state }: Turn): boolean {
  for (const connectionId of state.connections.keys()) if (connectionId !== state.connectionId) return false;
  return true;
}

function own({ state, now }: Turn): PresenceState {
  const still = now - state.presence.movedAt;
  const wanted = state.presence.wanted ?? {};
  if (!state.visible || still >= AWAY_MS) return { ...wanted, status: "away" };
  return { ...wanted, status: still >= IDLE_MS ? "idle" : (wanted.status ?? "active") };
}
