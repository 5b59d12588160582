/** The doors to `rare`. */
import { type ComponentType, lazy, useEffect, useState } from "react";
import { Later } from "../ui/Later";

type Rare = typeof import("./rare");

/** What is rare, once it is here: from then on it is drawn in the turn in which it is asked for. */
let rare: Rare | null = null;

async function load(): Promise<Rare> {
  rare ??= await import("./rare");
  return rare;
}

/** Draws at once what is here already; what was begun to be loaded is not drawn again when it is. */
function Door<P extends object>({ now, later, props }: DoorProps<P>) {
  const [Inside] = useState<ComponentType<P>>(() => now() ?? later);
  return (
    <Later>
      <Inside {...props} />
    </Later>
  );
}

interface DoorProps<P> {
  readonly now: () => ComponentType<P> | null;
  readonly later: ComponentType<P>;
  readonly props: P;
}

function door<P extends object>(pick: (rare: Rare) => ComponentType<P>) {
  const later: ComponentType<P> = lazy(async () => ({ default: pick(await load()) }));
  const now = () => rare && pick(rare);
  return (props: P) => <Door now={now} later={later} props={props} />;
}

/**
 * Loads what is rare as soon as the sheet is drawn and before somebody asks for it, so that it is there when the network is
 * not. Returns whether it is.
 */
export function useLoadedAhead(isDrawn: boolean): boolean {
  const [isHere, setHere] = useState(rare !== null);
  useEffect(() => {
    if (!isDrawn || isHere) return;
    // After a paint: the sheet comes first.
    const timer = setTimeout(() =>
      load().then(
        () => setHere(true),
        () => {},
      ),
    );
    return () => clearTimeout(timer);
  }, [isDrawn, isHere]);
  return isHere;
}

export const Board = door((rare) => rare.Board);
export const Conflicts = door((rare) => rare.Conflicts);
export const Diagnosis = door((rare) => rare.Diagnosis);
export const Help = door((rare) => rare.Help);
export const Palette = door((rare) => rare.Palette);
export const Panel = door((rare) => rare.Panel);
export const RescueCards = door((rare) => rare.RescueCards);
export const VersionBar = door((rare) => rare.VersionBar);
export const VersionView = door((rare) => rare.VersionView);
