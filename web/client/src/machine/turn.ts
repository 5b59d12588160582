/** The small moves every part of the machine makes. */
import type { Asker } from "../fold/precheck.js";
import type { ClientFrame } from "../frames.js";
import type { Timer, Turn } from "./types.js";

export function setTimer(turn: Turn, timer: Timer, ms: number): void {
  turn.effects.push({ type: "setTimer", timer, ms: Math.max(0, Math.round(ms)) });
}

export function clearTimer(turn: Turn, ...timers: Timer[]): void {
  for (const timer of timers) turn.effects.push({ type: "clearTimer", timer });
}

/** Sends over the socket in use; false when there is none. */
export function send(turn: Turn, frame: ClientFrame): boolean {
  const { link } = turn.state;
  if (link?.phase !== "live") return false;
  turn.effects.push({ type: "send", socket: link.socket, frame });
  return true;
}

/** The user, for checking ops before the server does. */
export function asker({ state, now }: Turn): Asker {
  const author = { id: state.user?.id ?? "", name: state.user?.name ?? "" };
  return { author, role: state.role ?? "editor", at: now + state.clockOffset };
}
