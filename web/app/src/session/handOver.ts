/**
 * Signing a new tab in from one that is signed in already.
 *
 * A token is kept in its tab's session storage alone, so that it goes when the tab does and is never on the disk. A tab
 * without one asks the other tabs of this origin over a `BroadcastChannel`, which no other origin can hear. Local storage
 * would be simpler and would leave the token behind on a shared computer; a cookie would be sent with every request.
 */
import { hasExpired, teamsOf } from "./places";

const CHANNEL = "cyclesheet.sign-in";

/** How long a tab is waited for, milliseconds: tabs in the background answer slowly, and a person looks at nothing meanwhile. */
const PATIENCE_MS = 400;

type Asked = { readonly ask: string; readonly team: string | null };
type Told = { readonly to: string; readonly token: string };

/** What is used of a channel. */
export type Channel = Pick<BroadcastChannel, "postMessage" | "addEventListener" | "close">;
const open = (): Channel | null =>
  typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);

/** Answers tabs that ask, as long as this tab's token is good; returns how to stop. */
export function lendToken(token: () => string | null, channel: Channel | null = open()): () => void {
  channel?.addEventListener("message", (event) => {
    const { ask, team } = (event.data ?? {}) as Partial<Asked>;
    const own = token();
    if (typeof ask !== "string" || own === null || hasExpired(own, Date.now())) return;
    // Tabs of several people may be open: only one who is in the team helps. A token that names no team leaves that to the server.
    const teams = teamsOf(own);
    if (team && teams.length > 0 && !teams.includes(team)) return;
    channel.postMessage({ to: ask, token: own } satisfies Told);
  });
  return () => channel?.close();
}

/** Returns another tab's token for a team, or null if no tab answers in time. */
export function borrowToken(
  team: string | null,
  channel: Channel | null = open(),
  ms = PATIENCE_MS,
): Promise<string | null> {
  if (channel === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const ask = crypto.randomUUID?.() ?? String(Math.random());
    const end = (token: string | null) => {
      clearTimeout(timer);
      channel.close();
      resolve(token);
    };
    const timer = setTimeout(() => end(null), ms);
    channel.addEventListener("message", (event) => {
      const { to, token } = (event.data ?? {}) as Partial<Told>;
      if (to === ask && typeof token === "string" && !hasExpired(token, Date.now())) end(token);
    });
    channel.postMessage({ ask, team } satisfies Asked);
  });
}
