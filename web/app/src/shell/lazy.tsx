/** The doors to `rare`. */
import { type ComponentType, lazy } from "react";
import { Later } from "../ui/Later";

type Rare = typeof import("./rare");

function door<P extends object>(pick: (rare: Rare) => ComponentType<P>) {
  const Loaded: ComponentType<P> = lazy(async () => ({ default: pick(await import("./rare")) }));
  return (props: P) => (
    <Later>
      <Loaded {...props} />
    </Later>
  );
}

/** The sheet comes first: milliseconds after it before the rest is loaded, so that it is there when the network is not. */
const AHEAD_MS = 3_000;

/** Loads what is rare before somebody asks for it; returns how to stop. */
export function loadAhead(): () => void {
  const timer = window.setTimeout(() => void import("./rare").catch(() => {}), AHEAD_MS);
  return () => clearTimeout(timer);
}

export const AuditPanel = door((rare) => rare.AuditPanel);
export const Board = door((rare) => rare.Board);
export const Conflicts = door((rare) => rare.Conflicts);
export const Diagnosis = door((rare) => rare.Diagnosis);
export const Details = door((rare) => rare.Details);
export const Help = door((rare) => rare.Help);
export const HistoryPanel = door((rare) => rare.HistoryPanel);
export const MembersPanel = door((rare) => rare.MembersPanel);
export const Palette = door((rare) => rare.Palette);
export const RescueCards = door((rare) => rare.RescueCards);
export const RowPage = door((rare) => rare.RowPage);
export const SincePanel = door((rare) => rare.SincePanel);
export const VersionBar = door((rare) => rare.VersionBar);
export const VersionView = door((rare) => rare.VersionView);
