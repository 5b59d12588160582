/** Tells the room where this person is and whether they are at it. The client spaces the messages out. */
import type { PresenceState } from "@cyclesheet/client";
import type { Controller } from "./controller";

/** Milliseconds without a sign of life after which a person counts as idle, and as away. */
export const IDLE_MS = 60_000;
export const AWAY_MS = 5 * 60_000;

/** Starts telling; returns how to stop. */
export function followPresence({ client, screen }: Controller): () => void {
  let seen = Date.now();
  let last = "";

  const tell = () => {
    const { selection, editing, composing, writing } = screen.get();
    const quiet = Date.now() - seen;
    const status =
      document.hidden || quiet >= AWAY_MS
        ? "away"
        : quiet >= IDLE_MS
          ? "idle"
          : editing || composing || writing
            ? "typing"
            : "active";
    const cursor = selection ? { taskId: selection.anchor.taskId, column: selection.anchor.column } : null;
    const state: PresenceState = { cursor, status };
    const text = JSON.stringify(state);
    if (text === last) return;
    last = text;
    client.setPresence(state);
  };
  const alive = () => {
    seen = Date.now();
    tell();
  };

  // Checked often enough that idle and away are sent within a quarter of a minute.
  const timer = setInterval(tell, 15_000);
  const stops = [screen.subscribe(alive)];
  // A new connection knows nothing of this person yet.
  let { status } = client.getState();
  stops.push(
    client.subscribe(() => {
      const now = client.getState().status;
      if (now === status) return;
      status = now;
      if (now !== "live") return;
      last = "";
      tell();
    }),
  );
  const signs = ["pointerdown", "keydown", "wheel", "focus"] as const;
  for (const sign of signs) window.addEventListener(sign, alive, { passive: true });
  document.addEventListener("visibilitychange", tell);
  tell();
  return () => {
    clearInterval(timer);
    for (const stop of stops) stop();
    for (const sign of signs) window.removeEventListener(sign, alive);
    document.removeEventListener("visibilitychange", tell);
  };
}
