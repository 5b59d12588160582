/** The messages that a sheet cites, and when a cell was written: asked for once, when somebody looks. */
import { useEffect, useState } from "react";
import { type Api, ApiError } from "../../session/api";
import { useApi } from "../../session/context";

/** A message as it was read, by the id that a sheet cites. */
export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  /** An ISO 8601 instant. */
  readonly at: string;
  readonly text: string;
}

/** What became of looking for cited messages. */
export type Cited =
  | { readonly kind: "loading" }
  /** In the order of the citation; `message` null: there is none with that id. */
  | {
      readonly kind: "found";
      readonly cited: readonly { readonly id: string; readonly message: Message | null }[];
    }
  /** This person's role does not read raw messages. */
  | { readonly kind: "forbidden" }
  | { readonly kind: "failed"; readonly reason: string };

type Read = ReadonlyMap<string, Message>;

/** Returns the messages in an answer; other values are left out. */
export function messagesIn(body: unknown): Message[] {
  const { messages } = (body ?? {}) as { messages?: unknown };
  const word = (json: unknown) => (typeof json === "string" ? json : "");
  return (Array.isArray(messages) ? messages : []).flatMap((item: Partial<Message> | null) => {
    if (typeof item?.id !== "string") return [];
    const { id, channel, author, at, text } = item;
    return [{ id, channel: word(channel), author: word(author), at: word(at), text: word(text) }];
  });
}

const generations = new WeakMap<Api, Map<number, Promise<Read>>>();

function readGeneration(api: Api, generation: number): Promise<Read> {
  const known = generations.get(api) ?? new Map<number, Promise<Read>>();
  generations.set(api, known);
  const asked =
    known.get(generation) ??
    api
      .read(`messages?generation=${generation}`)
      .then((body) => new Map(messagesIn(body).map((message) => [message.id, message])));
  known.set(generation, asked);
  // What failed, or is not there yet, is asked for again by the next look.
  asked.then(
    (read) => read.size === 0 && known.delete(generation),
    () => known.delete(generation),
  );
  return asked;
}

/** Finds messages by their ids: in the first of these generations, then in the next, as long as one is missing. */
export async function findCited(
  api: Api,
  ids: readonly string[],
  candidates: readonly number[],
): Promise<Extract<Cited, { kind: "found" }>> {
  const found = new Map<string, Message>();
  for (const generation of new Set(candidates.filter((n) => n > 0))) {
    for (const [id, message] of await readGeneration(api, generation))
      if (!found.has(id)) found.set(id, message);
    if (ids.every((id) => found.has(id))) break;
  }
  return { kind: "found", cited: ids.map((id) => ({ id, message: found.get(id) ?? null })) };
}

/** The messages behind ids, of the latest generation first. */
export function useCited(ids: readonly string[], latest: number, own: number | null): Cited {
  const api = useApi();
  const key = ids.join(",");
  const [cited, setCited] = useState<Cited>({ kind: "loading" });
  useEffect(() => {
    let isCurrent = true;
    const put = (next: Cited) => isCurrent && setCited(next);
    setCited({ kind: "loading" });
    // While a new extraction runs, the one before it is the one that is shown.
    findCited(api, key === "" ? [] : key.split(","), [latest, latest - 1, own ?? 0]).then(
      put,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === "FORBIDDEN") put({ kind: "forbidden" });
        else put({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [api, key, latest, own]);
  return cited;
}

const stamps = new WeakMap<Api, Map<number, Promise<number | null>>>();

/** When a version was committed, milliseconds since 1970; null as long as that is not known. */
export function useCommittedAt(version: number | null): number | null {
  const api = useApi();
  const [told, setTold] = useState<{ version: number; at: number | null } | null>(null);
  useEffect(() => {
    if (version === null) return;
    let isCurrent = true;
    const known = stamps.get(api) ?? new Map<number, Promise<number | null>>();
    stamps.set(api, known);
    const asked =
      known.get(version) ??
      api.changes(version - 1, 1).then(({ changes }) => {
        const [change] = changes;
        return change?.version === version ? change.at : null;
      });
    known.set(version, asked);
    asked.then(
      (at) => isCurrent && setTold({ version, at }),
      () => known.delete(version),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, version]);
  return told?.version === version ? told.at : null;
}
