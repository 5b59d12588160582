/**
 * What the page asks of the server over HTTP beside the client's own traffic: the log, files, people. The bearer goes
 * in a header, never into an address, which ends up in histories and logs.
 */
import type { Change } from "@cyclesheet/client";

/** A request that did not work out; `status` null: no answer came. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number | null,
    readonly code: string | null,
    message: string,
  ) {
    super(message);
  }
}

export interface ChangesPage {
  /** The tip of the log. */
  readonly version: number;
  readonly epoch: string;
  /** Oldest first. */
  readonly changes: readonly Change[];
}

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly role: string;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
}

export type ExportFormat = "csv" | "md" | "json";

export interface Api {
  /** Up to `limit` changes after `since`. */
  changes(since: number, limit: number): Promise<ChangesPage>;
  export(format: ExportFormat): Promise<{ readonly name: string; readonly file: Blob }>;
  /** The people of the team. */
  members(): Promise<readonly Member[]>;
  /** The JSON at an address below this week's own: `messages?generation=1`. */
  read(address: string): Promise<unknown>;
}

export interface ApiOptions {
  /** Origin of the HTTP interface, without `/api`. */
  readonly httpUrl: string;
  readonly team: string;
  readonly cycle: string;
  readonly token: () => Promise<string>;
  readonly fetch?: typeof fetch;
}

/**
 * What a spreadsheet program expects between the cells of a CSV file that is opened with a double click: a semicolon where
 * the reader's decimal sign is a comma, as Excel has it.
 */
export function listSeparator(locale?: string): "comma" | "semicolon" {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.some(({ type, value }) => type === "decimal" && value === ",") ? "semicolon" : "comma";
}

/** An answer takes less, or the network is as good as gone. Milliseconds. */
const TIMEOUT_MS = 20_000;

export function createApi({ httpUrl, team, cycle, token, fetch: ask }: ApiOptions): Api {
  const week = `${httpUrl}/api/cycles/${encodeURIComponent(team)}/${encodeURIComponent(cycle)}`;

  const get = async (url: string): Promise<Response> => {
    const headers = { authorization: `Bearer ${await token()}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await (ask ?? fetch)(url, { headers, signal, cache: "no-store" }).catch(() => {
      throw new ApiError(null, null, "The server could not be reached. Check the network, then try again.");
    });
    if (answer.ok) return answer;
    const told = (await answer.json().catch(() => null)) as { code?: unknown; message?: unknown } | null;
    const code = typeof told?.code === "string" ? told.code : null;
    const message =
      typeof told?.message === "string" ? told.message : `The server answered ${answer.status}.`;
    throw new ApiError(answer.status, code, message);
  };
  const json = async (url: string): Promise<Record<string, unknown>> => {
    const body: unknown = await (await get(url)).json().catch(() => null);
    if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
    throw new ApiError(200, null, "The server's answer could not be read.");
  };

  return {
    async changes(since, limit) {
      const { version, epoch, changes } = await json(`${week}/changes?since=${since}&limit=${limit}`);
      return {
        version: Number(version) || 0,
        epoch: String(epoch ?? ""),
        changes: Array.isArray(changes) ? (changes as Change[]) : [],
      };
    },
    async export(format) {
      const separated = format === "csv" ? `&separator=${listSeparator()}` : "";
      const answer = await get(`${week}/export?format=${format}${separated}`);
      return { name: `${team}-${cycle}.${format}`, file: await answer.blob() };
    },
    async members() {
      const { members } = await json(`${httpUrl}/api/members?team=${encodeURIComponent(team)}`);
      return Array.isArray(members) ? (members as Member[]) : [];
    },
    read: (address) => json(`${week}/${address}`),
  };
}
