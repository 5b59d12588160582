/** The sheet before the first change: what a log is folded from. */
import type { Sheet } from "./model.js";

/** An empty cycle. The server names the fiscal period; every later sheet of the cycle still says it. */
export function genesis({ cycleId, fiscalPeriod }: Pick<Sheet, "cycleId" | "fiscalPeriod">): Sheet {
  return {
    cycleId,
    fiscalPeriod,
    version: 0,
    status: "open",
    tasks: [],
    authors: {},
    executiveSummary: "",
    lastModifiedBy: null,
    generation: null,
    stale: null,
    removed: { sources: [], titles: [], docs: {} },
    createdAt: 0,
    updatedAt: 0,
    comments: [],
    locks: [],
    docs: {},
    savePoints: [],
  };
}
