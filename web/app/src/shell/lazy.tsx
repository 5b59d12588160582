/** The doors to `rare`. */
import { type ComponentType, lazy } from "react";
import { Later } from "../ui/Later";

type Rare = typeof import("./rare");

function door(pick: (rare: Rare) => ComponentType) {
  const Loaded = lazy(async () => ({ default: pick(await import("./rare")) }));
  return () => (
    <Later>
      <Loaded />
    </Later>
  );
}

export const AuditPanel = door((rare) => rare.AuditPanel);
export const Conflicts = door((rare) => rare.Conflicts);
export const Details = door((rare) => rare.Details);
export const HistoryPanel = door((rare) => rare.HistoryPanel);
export const MembersPanel = door((rare) => rare.MembersPanel);
export const VersionBar = door((rare) => rare.VersionBar);
export const VersionView = door((rare) => rare.VersionView);
