/** A week of work to look at. */
import { type Cell, type Cells, type Column, type Row, type Sheet, SYSTEM_ID } from "@cyclesheet/client";

type Line = readonly [
  title: string,
  description: string,
  status: string,
  priority: string,
  assignee: string,
  deadline: string,
  progress: string,
  blockers: string,
  source: string,
];

const LINES: readonly Line[] = [
  [
    "Move login to the new identity provider",
    "Staging runs since Monday; production needs the DNS change and a rollback note before Thursday's window.",
    "In progress",
    "Urgent",
    "Ana Ruiz",
    "2026-11-19",
    "60",
    "DNS change waits for infra approval",
    "m3, m7, m21",
  ],
  [
    "Fix the double charge on retried payments",
    "Idempotency keys were dropped by the proxy. Patch is in review, refunds are listed in the finance sheet.",
    "Blocked",
    "Urgent",
    "Ben Okafor",
    "2026-11-20",
    "40",
    "Finance has to confirm the refund list",
    "m12, m15",
  ],
  [
    "Write the migration guide for API v3",
    "Two of five sections are drafted; pagination and errors are missing.",
    "In progress",
    "High",
    "Chloé Martin",
    "2026-11-27",
    "35",
    "",
    "m9",
  ],
  [
    "Upgrade Postgres 14 to 16",
    "Rehearsed on the replica: 11 minutes of read-only.",
    "Not started",
    "High",
    "Dmitri Volkov",
    "when the audit ends",
    "",
    "Audit freeze",
    "m31, m32",
  ],
  [
    "Nightly export misses the last hour",
    "Off by one time zone in the scheduler.",
    "Done",
    "Medium",
    "Emi Tanaka",
    "2026-11-18",
    "100",
    "",
    "m18",
  ],
  [
    "Onboarding checklist for the two new hires",
    "Laptops ordered, accounts open. Buddy for week one still to be named.",
    "In progress",
    "Medium",
    "Farah Haddad",
    "2026-11-23",
    "70",
    "",
    "m2, m44",
  ],
  [
    "Reduce the size of the mobile bundle",
    "Maps library is 40 % of it. Lazy loading is on a branch.",
    "In progress",
    "Medium",
    "Gustav Lind",
    "2026-12-04",
    "25",
    "",
    "m27",
  ],
  ["Quarterly access review", "", "Not started", "Low", "", "2026-12-11", "", "", "m50"],
  [
    "Alert noise on the ingest queue",
    "37 pages last week, 31 of them for the same backlog threshold. Raise it and page on age instead.",
    "Done",
    "High",
    "Hana Kim",
    "2026-11-17",
    "100",
    "",
    "m5, m6, m8",
  ],
  [
    "Replace the deprecated PDF renderer",
    "Vendor ends support in January; two candidates measured.",
    "Not started",
    "Medium",
    "Ben Okafor",
    "2027-01-15",
    "0",
    "",
    "m33",
  ],
  [
    "Customer interview notes into the research folder",
    "Six of nine interviews are transcribed.",
    "In progress",
    "Low",
    "Chloé Martin",
    "",
    "65",
    "",
    "m39",
  ],
  [
    "Decide on feature flags",
    "Options and costs are in the proposal; vote on Friday.",
    "Blocked",
    "Medium",
    "Ana Ruiz",
    "2026-11-20",
    "50",
    "Nobody from design has voted yet",
    "m41, m42",
  ],
  [
    "Rate limits for the public search",
    "Token bucket per key; dashboards first.",
    "Not started",
    "High",
    "Dmitri Volkov",
    "2026-12-01",
    "",
    "",
    "m55",
  ],
  [
    "Accessibility fixes on the invoice page",
    "Contrast and focus order; four of seven issues closed.",
    "In progress",
    "High",
    "Emi Tanaka",
    "2026-11-25",
    "55",
    "",
    "m60, m61",
  ],
  [
    "Renew the wildcard certificate",
    "Automation covers all but the legacy host.",
    "Done",
    "Urgent",
    "Hana Kim",
    "2026-11-16",
    "100",
    "",
    "m1",
  ],
  [
    "Translate the release notes",
    "German and Spanish are done; Japanese waits for the glossary.",
    "In progress",
    "Low",
    "Farah Haddad",
    "2026-11-30",
    "66",
    "Glossary",
    "m70",
  ],
  [
    "<script>alert('x')</script> in message titles",
    'Reported by support: a message full of HTML must show as itself.\n=HYPERLINK("http://example.invalid")',
    "Not started",
    "Medium",
    "Gustav Lind",
    "2026-11-24",
    "",
    "",
    "m71",
  ],
  [
    "Backfill of the events table",
    "Batches of 50k rows at night.",
    "In progress",
    "Medium",
    "Ben Okafor",
    "2026-12-02",
    "80",
    "",
    "m73",
  ],
];

const COLUMN_ORDER: readonly Column[] = [
  "title",
  "description",
  "status",
  "priority",
  "assignee",
  "deadline",
  "progress",
  "blockers",
  "source",
];

function row(line: Line, index: number): Row {
  const cells = Object.fromEntries(
    line.map((value, at): [Column, Cell] => [
      COLUMN_ORDER[at] ?? "title",
      { value, version: 2, author: SYSTEM_ID, aiValue: value },
    ]),
  ) as Cells;
  return {
    taskId: `g1-${index + 1}`,
    position: String(index),
    cells,
    isManuallyEdited: false,
    carriedFrom: index % 6 === 0 ? `2026-W46/g1-${index + 2}` : null,
    generation: 1,
  };
}

function by(tasks: Row[], index: number, column: Column, value: string, author: string): void {
  const task = tasks[index];
  const old = task?.cells[column];
  if (task && old)
    tasks[index] = {
      ...task,
      isManuallyEdited: true,
      cells: { ...task.cells, [column]: { ...old, value, author, version: 5 } },
    };
}

export function sampleSheet(rows: number = LINES.length): Sheet {
  const tasks = Array.from({ length: rows }, (_, index) => row(LINES[index % LINES.length] as Line, index));
  if (rows > 14) {
    by(tasks, 0, "deadline", "2026-11-26", "ben");
    by(tasks, 1, "assignee", "Chloé Martin", "ana");
    by(tasks, 2, "progress", "45", "chloe");
    by(tasks, 6, "status", "Blocked", "ana");
    by(tasks, 6, "blockers", "Waiting for the maps licence", "ana");
    by(tasks, 13, "priority", "Urgent", "ben");
  }
  return {
    cycleId: "platform/2026-W47",
    fiscalPeriod: "2026-Q4",
    version: 57,
    status: "open",
    tasks,
    authors: { cyclesheet: "Cyclesheet", ana: "Ana Ruiz", ben: "Ben Okafor", chloe: "Chloé Martin" },
    executiveSummary:
      "The identity move is on track for Thursday and depends on one DNS change. Two payments issues are fixed or in review; refunds wait for finance. The audit freeze pushes the database upgrade. Alert noise fell by four fifths after the ingest threshold changed.",
    lastModifiedBy: "ben",
    generation: {
      number: 1,
      state: "generated",
      origin: "model",
      model: "command-a-03-2025",
      messages: 162,
      note: null,
      startedAt: 1_763_967_600_000,
      finishedAt: 1_763_967_624_000,
    },
    stale: null,
    removed: { sources: [], titles: [] },
    createdAt: 1_763_967_600_000,
    updatedAt: 1_763_967_624_000,
    comments: [],
    locks: [],
    docs: {},
  };
}

/** The messages of the week, as far as somebody wants to see one; `m21` is cited and missing. */
export const sampleMessages = [
  {
    id: "m3",
    channel: "identity",
    thread: null,
    author: "Ana Ruiz",
    at: "2026-11-16T09:12:00Z",
    text: "Staging logs in through the new provider since this morning. Production waits for the DNS change.",
  },
  {
    id: "m7",
    channel: "infra",
    thread: null,
    author: "Dmitri Volkov",
    at: "2026-11-17T14:03:00Z",
    text: "Somebody has to approve the DNS change before Thursday.\n<b>Not bold</b>, and not =SUM(1) either.",
  },
] as const;
