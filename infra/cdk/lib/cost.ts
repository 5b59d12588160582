/**
 * What a month costs, line by line: how often each thing happens, what each is made of (counted by
 * tests/protocol/tests/main/counts.rs, which this package's tests hold against `CALLS`), and prices.json.
 *
 * Free tiers are left out, and so is what a page's files cost (cents).
 */

/** What a stage's people do. */
export interface Load {
  /** Teams with a sheet each week. */
  readonly teams: number;
  /** People in a room at once. */
  readonly room: number;
  /** Hours that a room is open a week. */
  readonly hours: number;
  /** Changes of a person a minute. */
  readonly changes: number;
  /** Presence frames of a person a minute: a cursor that moves. */
  readonly presence: number;
}

export interface Prices {
  readonly region: string;
  readonly asOf: string;
  readonly gatewayMessagesPerMillion: number;
  readonly gatewayConnectionMinutesPerMillion: number;
  readonly lambdaRequestsPerMillion: number;
  readonly lambdaArmPerGbSecond: number;
  readonly tableWritesPerMillion: number;
  readonly tableReadsPerMillion: number;
  readonly logsPerGb: number;
  readonly secretMonth: number;
  readonly alarmMonth: number;
  readonly metricMonth: number;
  readonly modelInputPerMillionTokens: number;
  readonly modelOutputPerMillionTokens: number;
}

/** One thing in a room of `n`. A frame that arrives is a message; so is each post. */
interface Calls {
  readonly frames: number;
  readonly posts: (n: number) => number;
  readonly writes: number;
  /** Strongly consistent reads of one small item: one read unit. */
  readonly gets: number;
  /** Strongly consistent reads of several rows, at most those of a room. */
  readonly queries: number;
  readonly invocations: number;
}

export const CALLS = {
  change: { frames: 1, posts: (n) => n, writes: 1, gets: 1, queries: 0, invocations: 1 },
  presence: { frames: 1, posts: (n) => n - 1, writes: 0, gets: 1, queries: 0, invocations: 1 },
  ping: { frames: 1, posts: () => 1, writes: 0, gets: 1, queries: 1, invocations: 1 },
  // `$connect` with its authorizer, and `hello`.
  connect: { frames: 0, posts: () => 0, writes: 2, gets: 1, queries: 1, invocations: 2 },
  hello: { frames: 1, posts: (n) => n, writes: 2, gets: 0, queries: 4, invocations: 1 },
  leave: { frames: 0, posts: (n) => n - 1, writes: 3, gets: 1, queries: 1, invocations: 1 },
} as const satisfies Record<string, Calls>;

/** Posts of presence in a room a second, at the most: `PRESENCE_POSTS_PER_SECOND` of shared/protocol/src/limits.rs. */
export const PRESENCE_POSTS_PER_SECOND = 75;
/** Milliseconds between two presence frames of one client, at least: `MIN_PRESENCE_INTERVAL_MS` of the same file. */
export const MIN_PRESENCE_INTERVAL_MS = 1_000;
/** Weeks of a month. */
const WEEKS = 52 / 12;
/** Minutes between two pings of a client. */
const PING_MINUTES = 5;
/** Minutes after which the gateway ends a socket, and its client comes back. */
const SOCKET_MINUTES = 120;
/** Of an invocation: 512 MB for some 20 ms, most of it the waiting for posts. */
const GB_SECONDS = 0.5 * 0.02;
/** Bytes that a query of a room's sockets reads of each. A read unit is 4 KB. */
const SOCKET_BYTES = 300;
const READ_UNIT_BYTES = 4096;
/** Bytes of log of an invocation: START, END and REPORT of the platform, and what a function says. */
const LOG_BYTES = 500;
/** Metrics that the functions write of what is well: the counts and durations of shared/platform/src/metrics.rs. Those of what is wrong cost something in the hours in which something is wrong. */
export const METRICS = 16;
/** Hours of a month. CloudWatch bills a metric by the hour in which it was written. */
const MONTH_HOURS = 730;
/** Tokens of a week's question and answer: a team of ten that writes some 300 messages. */
const [INPUT_TOKENS, OUTPUT_TOKENS] = [20_000, 3_000];
/** Bytes of a sheet, and of what one message of the gateway's bill holds. */
const [SHEET_BYTES, MESSAGE_BYTES] = [60_000, 32_768];

export interface Line {
  readonly what: string;
  readonly dollars: number;
}

/** How often each thing happens in a month. */
function happens(load: Load): Readonly<Record<keyof typeof CALLS, number>> {
  const minutes = load.teams * load.room * load.hours * 60 * WEEKS;
  const sessions = Math.max(minutes / SOCKET_MINUTES, load.teams * load.room * WEEKS);
  return {
    change: minutes * load.changes,
    // Faster movements share a frame; beyond the room's budget the posts of a frame go out later, together with the next one's.
    presence: Math.min(
      minutes * Math.min(load.presence, 60_000 / MIN_PRESENCE_INTERVAL_MS),
      (load.teams * load.hours * 3600 * WEEKS * PRESENCE_POSTS_PER_SECOND) / Math.max(1, load.room - 1),
    ),
    ping: minutes / PING_MINUTES,
    connect: sessions,
    hello: sessions,
    leave: sessions,
  };
}

/** A month of a stage, by what is billed. */
export function month(load: Load, prices: Prices, alarms: number): readonly Line[] {
  const times = happens(load);
  const all = (of: (calls: Calls) => number) =>
    Object.entries(CALLS).reduce(
      (sum, [name, calls]) => sum + times[name as keyof typeof CALLS] * of(calls),
      0,
    );
  const messages = (name: keyof typeof CALLS) =>
    (times[name] * (CALLS[name].frames + CALLS[name].posts(load.room)) * prices.gatewayMessagesPerMillion) /
    1e6;
  const units = Math.max(1, Math.ceil((load.room * SOCKET_BYTES) / READ_UNIT_BYTES));
  const minutes = load.teams * load.room * load.hours * 60 * WEEKS;
  const invocations = all((calls) => calls.invocations);
  const runs = load.teams * WEEKS;
  return [
    { what: "Gateway: changes", dollars: messages("change") },
    { what: "Gateway: presence", dollars: messages("presence") },
    {
      what: "Gateway: pings, joins, leaves",
      dollars: messages("ping") + messages("hello") + messages("leave"),
    },
    {
      what: "Gateway: open sockets",
      dollars: (minutes * prices.gatewayConnectionMinutesPerMillion) / 1e6,
    },
    {
      what: "Lambda",
      dollars:
        invocations * (prices.lambdaRequestsPerMillion / 1e6 + GB_SECONDS * prices.lambdaArmPerGbSecond),
    },
    { what: "Table: writes", dollars: (all((calls) => calls.writes) * prices.tableWritesPerMillion) / 1e6 },
    {
      what: "Table: reads",
      dollars: (all((calls) => calls.gets + calls.queries * units) * prices.tableReadsPerMillion) / 1e6,
    },
    {
      what: "Metrics",
      // At the most: teams whose hours fall together share them.
      dollars: METRICS * prices.metricMonth * Math.min(1, (load.teams * load.hours * WEEKS) / MONTH_HOURS),
    },
    { what: "Logs", dollars: ((invocations * LOG_BYTES) / 1e9) * prices.logsPerGb },
    {
      what: "Model: one question a week and team",
      dollars:
        (runs *
          (INPUT_TOKENS * prices.modelInputPerMillionTokens +
            OUTPUT_TOKENS * prices.modelOutputPerMillionTokens)) /
        1e6,
    },
    ...idle(load.teams, prices, alarms),
  ];
}

/** What a stage costs that nobody uses. */
export function idle(teams: number, prices: Prices, alarms: number): readonly Line[] {
  // One for the model's key, and one a team where each has a bot of its own.
  const secrets = 1 + teams;
  const sweeps = 4 * 24 * 30;
  return [
    { what: "Idle: secrets", dollars: secrets * prices.secretMonth },
    { what: "Idle: alarms", dollars: alarms * prices.alarmMonth },
    {
      what: "Idle: sweeps",
      dollars:
        sweeps * (prices.lambdaRequestsPerMillion / 1e6 + GB_SECONDS * prices.lambdaArmPerGbSecond) +
        (sweeps * teams * 3 * prices.tableReadsPerMillion) / 1e6,
    },
  ];
}

/**
 * The same load on a design that is common in the field: the whole sheet is posted to everybody after each change, and
 * the model is asked whenever somebody opens the sheet.
 */
export function otherwise(load: Load, prices: Prices): readonly Line[] {
  const times = happens(load);
  const each = 1 + load.room * Math.ceil(SHEET_BYTES / MESSAGE_BYTES);
  return [
    {
      what: "Gateway: the sheet to everybody after each change",
      dollars: (times.change * each * prices.gatewayMessagesPerMillion) / 1e6,
    },
    {
      what: "Model: one question whenever somebody opens the sheet",
      dollars:
        (times.connect *
          (INPUT_TOKENS * prices.modelInputPerMillionTokens +
            OUTPUT_TOKENS * prices.modelOutputPerMillionTokens)) /
        1e6,
    },
  ];
}

export const total = (lines: readonly Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);
