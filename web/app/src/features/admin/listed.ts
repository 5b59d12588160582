/** Everybody a list of people names, from the three places that know of them. Pure. */
import type { Peer, Role } from "@cyclesheet/client";
import type { Member } from "../../session/api";
import type { Standing, Standings } from "../../sheet/log/standing";

export const ROLES: readonly Role[] = ["viewer", "editor", "admin"];

export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly peer: Peer | null;
  /** Milliseconds since 1970; 0: not known. */
  readonly seenAt: number;
  readonly removed: Standing["removed"];
}

/** The server's members, who is in the room, and whom the log speaks of; by name. */
export function listed(
  members: readonly Member[],
  peers: readonly Peer[],
  standings: Standings,
  authors: { readonly [id: string]: string },
): Listed[] {
  const known = new Map(members.map((member) => [member.id, member]));
  const here = new Map(peers.map((peer) => [peer.user.id, peer]));
  const removed = [...standings].flatMap(([id, standing]) => (standing.removed ? [id] : []));
  return [...new Set([...known.keys(), ...here.keys(), ...removed])]
    .map((id): Listed => {
      const [member, peer, standing] = [known.get(id), here.get(id) ?? null, standings.get(id)];
      return {
        id,
        name: member?.name ?? peer?.user.name ?? authors[id] ?? id,
        role: standing?.role ?? peer?.role ?? member?.role ?? "editor",
        peer,
        seenAt: member?.seenAt ?? 0,
        removed: standing?.removed ?? null,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
