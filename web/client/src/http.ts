/** The cycle over HTTP: its sheet, its changes, its documents. Every answer and every failure is a value. */
import { isRetryable } from "./codes.js";
import type { Sheet } from "./fold/model.js";
import { isRecord, isSheet } from "./fold/shape.js";
import { announcedIn, type DocumentUpdate, documentUpdate } from "./frames.js";
import type { ChangesResult, Failure, PostResult, SnapshotResult } from "./machine/types.js";

/** An answer takes less, or the network is as good as gone. Milliseconds. */
const TIMEOUT_MS = 15_000;

/** A document, now or at an earlier version. */
export type DocumentResult =
  | ({ readonly kind: "document" } & DocumentUpdate)
  | ({ readonly kind: "failed" } & Failure);

export interface DocumentQuery {
  /** What is known already: a state vector, base64. */
  readonly stateVector?: string;
  /** The document as it was at this version of the log. */
  readonly version?: number;
}

export interface Http {
  snapshot(url: string | null, etag: string | null): Promise<SnapshotResult>;
  changes(since: number, limit: number): Promise<ChangesResult>;
  /** Sends a change that is too large for a frame. */
  post(change: { readonly id: string }): Promise<PostResult>;
  document(doc: string, query: DocumentQuery): Promise<DocumentResult>;
}

/** Reads one cycle under `base` (`…/api/cycles/<team>/<cycle>`). */
export function http(base: string, token: () => Promise<string>, ask: typeof fetch): Http {
  const get = async (
    url: string,
    headers: Record<string, string> = {},
    sent: Pick<RequestInit, "method" | "body"> = {},
  ): Promise<Response | Failure> => {
    try {
      const identity = isOwn(base, url) ? { authorization: `Bearer ${await token()}` } : {};
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return await ask(url, { ...sent, headers: { ...headers, ...identity }, signal, cache: "no-store" });
    } catch (error) {
      return { status: null, code: null, message: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    async snapshot(url, etag) {
      const address = url === null ? base : resolve(base, url);
      const answer = await get(address, etag ? { "if-none-match": etag } : {});
      if (!(answer instanceof Response)) return { kind: "failed", ...answer };
      if (answer.status === 304) return { kind: "notModified" };
      const body = await json(answer);
      const sheet = isRecord(body) && isSheet(body.snapshot) ? body.snapshot : body;
      if (!answer.ok || !isSheet(sheet)) return { kind: "failed", ...failure(answer, body) };
      const epoch = isRecord(body) && typeof body.epoch === "string" ? body.epoch : null;
      return { kind: "sheet", epoch, sheet: sheet as Sheet };
    },
    async changes(since, limit) {
      const answer = await get(`${base}/changes?since=${since}&limit=${limit}`);
      if (!(answer instanceof Response)) return { kind: "failed", ...answer };
      const body = await json(answer);
      if (!answer.ok || !isRecord(body)) return { kind: "failed", ...failure(answer, body) };
      const changes = announcedIn(body.changes);
      const version = typeof body.version === "number" ? body.version : 0;
      return { kind: "changes", version, changes };
    },
    async post(change) {
      const headers = { "content-type": "application/json" };
      const answer = await get(`${base}/changes`, headers, { method: "POST", body: JSON.stringify(change) });
      if (!(answer instanceof Response)) return { kind: "failed", ...answer };
      const body = await json(answer);
      if (answer.ok && isRecord(body)) return { kind: "committed", changes: announcedIn(body.changes) };
      const { code, message, status } = failure(answer, body);
      if (code === null) return { kind: "failed", status, code, message };
      const told = isRecord(body) ? body : {};
      const retryable = typeof told.retryable === "boolean" ? told.retryable : isRetryable(code);
      const version = typeof told.version === "number" ? told.version : 0;
      return { kind: "refused", code, message, retryable, version };
    },
    async document(doc, { stateVector, version }) {
      const query = new URLSearchParams();
      if (stateVector !== undefined) query.set("sv", base64url(stateVector));
      if (version !== undefined) query.set("version", String(version));
      const asked = query.size === 0 ? "" : `?${query}`;
      const answer = await get(`${base}/docs/${encodeURIComponent(doc)}${asked}`);
      if (!(answer instanceof Response)) return { kind: "failed", ...answer };
      const body = await json(answer);
      const update = documentUpdate(body);
      if (!answer.ok || update === null) return { kind: "failed", ...failure(answer, body) };
      return { kind: "document", ...update };
    },
  };
}

/** An address that the server named: a path of its own, or a full one. */
function resolve(base: string, url: string): string {
  return url.startsWith("/") ? originOf(base) + url : url;
}

/** Whether an address belongs to the server that the token is for: nobody else gets to see it. */
function isOwn(base: string, url: string): boolean {
  return url.startsWith(`${originOf(base)}/api/`);
}

function originOf(base: string): string {
  return base.slice(0, Math.max(base.indexOf("/api/cycles/"), 0));
}

/** Base64 as it may be in an address. */
function base64url(base64: string): string {
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function json(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function failure({ status }: Response, body: unknown): Failure {
  const told = isRecord(body) ? body : {};
  const code = typeof told.code === "string" ? told.code : null;
  return { status, code, message: typeof told.message === "string" ? told.message : `HTTP ${status}` };
}
