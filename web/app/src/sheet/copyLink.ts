/** The address of a row, or of a cell, to be sent to somebody. */
import type { Column } from "@cyclesheet/client";
import type { Controller } from "./controller";

/** Returns the address of this week with a row in it, and a cell if one is meant; nothing else of what is open. */
export function linkTo(
  { origin, pathname, search }: Pick<Location, "origin" | "pathname" | "search">,
  taskId: string,
  column: Column | null,
): string {
  const now = new URLSearchParams(search);
  const query = new URLSearchParams();
  for (const name of ["team", "cycle"]) {
    const value = now.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("row", taskId);
  if (column !== null) query.set("cell", column);
  return `${origin}${pathname}?${query}`;
}

export async function copyLink(controller: Controller, taskId: string, column: Column | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(linkTo(location, taskId, column));
    controller.say(
      column === null ? "The link to this row is copied." : "The link to this cell is copied.",
      "good",
    );
  } catch {
    controller.say("The browser did not let the page copy. Copy the address of the page instead.", "bad");
  }
}
