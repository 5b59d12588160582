/** The sample week beside the week before it, as the server answers. */
import type { Comparison } from "@cyclesheet/client";

const numbers = (rows: number, done: number, blocked: number, late: number) => ({
  rows,
  done,
  blocked,
  late,
  inTrouble: blocked + late,
  urgentInTrouble: 0,
});

export const sampleComparison: Comparison = {
  week: "2026-W47",
  before: "2026-W46",
  rows: [
    {
      taskId: "g1-4",
      title: "Approve the DNS change",
      assignee: "Dmitri Volkov",
      before: "t9",
      joinedBy: "lineage",
      differences: [
        { kind: "blocked", weeks: 2 },
        { kind: "slipped", from: "2026-11-13", to: "2026-11-20", days: 7, times: 2 },
      ],
    },
    {
      taskId: "g1-1",
      title: "Move logins to the new provider",
      assignee: "Ana Ruiz",
      before: "t8",
      joinedBy: "title",
      differences: [{ kind: "finished" }],
    },
  ],
  vanished: [{ taskId: "t7", title: "Rewrite the on-call guide", assignee: "" }],
  trend: [
    { week: "2026-W46", numbers: numbers(9, 2, 1, 0), health: "atRisk", slipped: 0, carriedOver: 0 },
    { week: "2026-W47", numbers: numbers(12, 4, 3, 2), health: "offTrack", slipped: 1, carriedOver: 8 },
  ],
};
