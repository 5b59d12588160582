/**
 * A substitute for a socket, for networks that block WebSockets. It takes the same frames and gives the same answers,
 * and asks for news every few seconds, over the HTTP interface. The machine does not know the difference: ids, retries
 * and healing are its own. What HTTP has no address for is missing: presence, and asking for an extraction.
 *
 * Pass it as `WebSocket` in the client's options.
 */
import type { Clock } from "./client.js";
import { isRecord } from "./fold/shape.js";
import { BEARER_SUBPROTOCOL } from "./generated/names.js";

/** How often news are asked for. Each asking is a request and a read of the log's tip. Milliseconds. */
export const POLL_MS = 2_000;
/** An answer takes less, or the network is as good as gone. Milliseconds. */
const TIMEOUT_MS = 15_000;
/** The most changes asked for at once. */
const LIMIT = 200;
/** What a browser says of a connection that broke. */
const ABNORMAL = 1006;

export interface OverHttpOptions {
  /** Origin of the HTTP interface, without `/api`; "" for the page's own. */
  readonly httpUrl: string;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** A class to be used in the place of `WebSocket`. */
export function overHttp(options: OverHttpOptions): typeof WebSocket {
  const made = class extends HttpSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(options, new URL(url), protocols);
    }
  };
  return made as unknown as typeof WebSocket;
}

/** An answer that is no success. */
class Refused extends Error {
  constructor(readonly body: Record<string, unknown>) {
    super(String(body.message ?? ""));
  }
}

class HttpSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  private readonly base: string;
  private readonly token: string;
  private readonly clock: Clock;
  private version = 0;
  private epoch = "";
  private timer: unknown;
  private isPolling = false;

  constructor(
    private readonly options: OverHttpOptions,
    url: URL,
    protocols: string | string[] = [],
  ) {
    const [team, cycle] = ["team", "cycle"].map((name) =>
      encodeURIComponent(url.searchParams.get(name) ?? ""),
    );
    this.base = `${options.httpUrl}/api/cycles/${team}/${cycle}`;
    const bearer = [protocols].flat().find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL));
    this.token = bearer?.slice(BEARER_SUBPROTOCOL.length) ?? "";
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.timer = this.clock.setTimeout(() => {
      this.readyState = HttpSocket.OPEN;
      this.onopen?.();
    }, 0);
  }

  send(text: string): void {
    const frame: unknown = JSON.parse(text);
    if (!isRecord(frame)) return;
    void this.answer(frame, text).catch((error: unknown) => {
      if (!(error instanceof Refused)) return this.end(ABNORMAL);
      const type = frame.type === "change" ? "rejected" : "error";
      this.tell({ version: 0, ...error.body, type, id: frame.id });
    });
  }

  close(): void {
    this.readyState = 3;
    this.clock.clearTimeout(this.timer);
  }

  private async answer(frame: Record<string, unknown>, text: string): Promise<void> {
    switch (frame.type) {
      case "hello":
        return this.greet(frame);
      case "change":
        return this.tell(await this.ask("/changes", text));
      case "replay":
      case "ping":
        return this.news(Number(frame.since ?? frame.version) || 0, frame.type === "ping");
      case "refresh":
        throw new Refused({
          code: "UNSUPPORTED",
          retryable: false,
          message: "an extraction can only be asked for over a live connection",
        });
    }
  }

  /** `welcome`, from a snapshot, or from the changes since what the client knows. */
  private async greet({ since, epoch, docs }: Record<string, unknown>): Promise<void> {
    const known = typeof since === "number" ? await this.ask(`/changes?since=${since}&limit=${LIMIT}`) : null;
    const fits =
      known !== null &&
      known.epoch === epoch &&
      Number(known.version) >= Number(since) &&
      Number(known.version) === Number(since) + (Array.isArray(known.changes) ? known.changes.length : 0);
    const told = fits ? known : await this.ask("");
    this.version = Number(told.version) || 0;
    this.epoch = String(told.epoch ?? "");
    const { sub, name, role } = claims(this.token);
    const user = { id: String(sub ?? ""), name: String(name ?? sub ?? ""), color: "#5a6068" };
    this.tell({
      type: "welcome",
      epoch: this.epoch,
      connectionId: "http",
      user,
      role,
      version: this.version,
      snapshot: fits ? null : told.snapshot,
      changes: fits ? told.changes : [],
      connections: [{ connectionId: "http", user, role }],
      // Documents have addresses of their own: "fetch it", as of one that is too large for a frame.
      docs: Object.fromEntries(Object.keys(isRecord(docs) ? docs : {}).map((doc) => [doc, null])),
    });
    this.wait();
  }

  private wait(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = this.clock.setTimeout(() => void this.poll(), POLL_MS);
  }

  private async poll(): Promise<void> {
    // One question at a time: an answer that is late must not meet the next one.
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      await this.news(this.version, false);
      this.wait();
    } catch (error) {
      if (!(error instanceof Refused)) return this.end(ABNORMAL);
      this.tell({ ...error.body, type: "error" });
      this.wait();
    } finally {
      this.isPolling = false;
    }
  }

  /** What followed a version; a `pong` where it was asked for, where there is nothing, and where the log is another. */
  private async news(since: number, isPing: boolean): Promise<void> {
    const { version, epoch, changes } = await this.ask(`/changes?since=${since}&limit=${LIMIT}`);
    const list: readonly unknown[] = Array.isArray(changes) ? changes : [];
    const other = epoch !== this.epoch || Number(version) < this.version;
    if (list.length > 0 && !other) this.tell({ type: "committed", changes: list });
    if (isPing || other) this.tell({ type: "pong", version, epoch });
    this.version = Math.min(Number(version) || 0, since + list.length);
  }

  private async ask(path: string, body?: string): Promise<Record<string, unknown>> {
    const answer = await (this.options.fetch ?? fetch)(this.base + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
      ...(body === undefined ? {} : { body }),
    });
    const json: unknown = await answer.json().catch(() => null);
    if (!isRecord(json)) throw new Error(`HTTP ${answer.status} without an answer that reads`);
    // A refused change has a body of its own; it is an answer like any other.
    if (!answer.ok && json.type !== "rejected") throw new Refused(json);
    return json;
  }

  private tell(frame: Record<string, unknown>): void {
    if (this.readyState !== HttpSocket.OPEN) return;
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  private end(code: number): void {
    if (this.readyState === 3) return;
    this.close();
    this.onclose?.({ code });
  }
}

/** What a token says of its holder. Only to show it: what it is worth, the server decides with every request. */
function claims(token: string): Record<string, unknown> {
  try {
    const part = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(part), (char) => char.charCodeAt(0));
    const said: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(said) ? said : {};
  } catch {
    return {};
  }
}
