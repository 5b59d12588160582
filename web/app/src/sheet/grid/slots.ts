/** What features draw into the grid: marks in cells and row heads, and layers over the cells. The shell fills it in. */
import type { Column } from "@cyclesheet/client";
import { type ComponentType, createContext, useContext } from "react";
import type { Geometry } from "./geometry";

export interface Slots {
  /** Stand in every cell, so each watches one thing only until there is something to show. */
  readonly cellMarks: readonly ComponentType<{ readonly taskId: string; readonly column: Column }>[];
  readonly rowMarks: readonly ComponentType<{ readonly taskId: string }>[];
  /** Drawn below the selection. */
  readonly layers: readonly ComponentType<{ readonly geometry: Geometry }>[];
  /** Performs what a key on a cell stands for; false if it stands for nothing. */
  onKey(event: KeyboardEvent): boolean;
}

const EMPTY: Slots = { cellMarks: [], rowMarks: [], layers: [], onKey: () => false };

const SlotsContext = createContext<Slots>(EMPTY);
export const SlotsProvider = SlotsContext.Provider;

export const useSlots = (): Slots => useContext(SlotsContext);
