/** The time for what is shown of it: one timer per rhythm, however many watch, and none while nobody does. */
import { useSyncExternalStore } from "react";
import { useClient } from "./context";

interface Beat {
  now: number;
  timer: number;
  readonly listeners: Set<() => void>;
}

const beats = new Map<number, Beat>();

function beatOf(ms: number): Beat {
  const known = beats.get(ms);
  if (known) return known;
  const beat: Beat = { now: Date.now(), timer: 0, listeners: new Set() };
  beats.set(ms, beat);
  return beat;
}

function follow(ms: number): (listener: () => void) => () => void {
  return (listener) => {
    const beat = beatOf(ms);
    if (beat.listeners.size === 0) {
      beat.now = Date.now();
      beat.timer = window.setInterval(() => {
        beat.now = Date.now();
        for (const one of [...beat.listeners]) one();
      }, ms);
    }
    beat.listeners.add(listener);
    return () => {
      beat.listeners.delete(listener);
      if (beat.listeners.size === 0) clearInterval(beat.timer);
    };
  };
}

const follows = new Map<number, ReturnType<typeof follow>>();

/** This device's clock, looked at every `ms` milliseconds. */
export function useNow(ms: number): number {
  const known = follows.get(ms) ?? follow(ms);
  follows.set(ms, known);
  return useSyncExternalStore(known, () => {
    const beat = beatOf(ms);
    // While nobody watches, nothing moves it on.
    if (beat.listeners.size === 0) beat.now = Date.now() - (Date.now() % ms);
    return beat.now;
  });
}

/** The server's clock, as far as known. */
export function useServerNow(ms: number): number {
  return useNow(ms) + useClient((state) => state.clockOffset);
}
