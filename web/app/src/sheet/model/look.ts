/**
 * A way to look at the sheet as a text: what the page's address says of it, and what a view with a name holds. The two are
 * the same, so that a view is a link and a link can become a view. Pure.
 */
import { type Arrangement, PLAIN, read } from "./arrangement";

export interface Look {
  readonly arrangement: Arrangement;
  readonly isBoard: boolean;
}

/** The parameters of an address that a look is made of. */
export const LOOK_PARAMETERS = ["view", "show", "group", "sort", "hide", "filter"] as const;

/** Writes a look into an address; what is plain is left out. */
export function writeLook(query: URLSearchParams, { arrangement, isBoard }: Look): void {
  for (const name of LOOK_PARAMETERS) query.delete(name);
  const { quick, group, sort, hidden, filters } = arrangement;
  if (isBoard) query.set("view", "board");
  if (quick.length > 0) query.set("show", quick.join(","));
  if (group) query.set("group", group);
  if (sort) query.set("sort", `${sort.column}-${sort.direction}`);
  if (hidden.length > 0) query.set("hide", hidden.join(","));
  if (Object.keys(filters).length > 0) query.set("filter", JSON.stringify(filters));
}

/** Reads a look; what makes no sense in it is left out. */
export function readLook(query: URLSearchParams): Look {
  const list = (name: string) => (query.get(name) ?? "").split(",").filter(Boolean);
  const [column, direction] = (query.get("sort") ?? "").split("-");
  const arrangement = read(
    JSON.stringify({
      quick: list("show"),
      group: query.get("group"),
      hidden: list("hide"),
      sort: column && direction ? { column, direction } : null,
      filters: parsed(query.get("filter")),
    }),
  );
  return { arrangement, isBoard: query.get("view") === "board" };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    // Somebody's own text in the address.
    return null;
  }
}

/** Returns a look as one text. */
export function lookText(look: Look): string {
  const query = new URLSearchParams();
  writeLook(query, look);
  return query.toString();
}

export const isPlain = (look: Look): boolean => lookText(look) === "";
export const PLAIN_LOOK: Look = { arrangement: PLAIN, isBoard: false };
