/** Tells screen readers what others changed: politely, gathered, and never more than a few words. */
import { useEffect, useState } from "react";
import { isolated } from "../lib/bidi";
import { useController } from "../sheet/context";
import { changedByOthers } from "../sheet/grid/useFlashes";
import { COLUMN_INFO } from "../sheet/model/columns";
import { commentsByOthers } from "../sheet/model/threads";
import type { Place } from "../sheet/screen";

/** Changes are gathered this long, in milliseconds, so that a busy room stays bearable to listen to. */
const GATHER_MS = 4_000;

/** One sentence for what several people changed. */
export function describe(
  changes: readonly (Place & { author: string })[],
  nameOf: (id: string) => string,
  titleOf: (taskId: string) => string,
): string {
  const byAuthor = new Map<string, (Place & { author: string })[]>();
  for (const change of changes) byAuthor.set(change.author, [...(byAuthor.get(change.author) ?? []), change]);
  return [...byAuthor]
    .map(([author, list]) => {
      const [only] = list;
      if (list.length === 1 && only)
        return `${isolated(nameOf(author))} changed ${COLUMN_INFO[only.column].title} of ${isolated(titleOf(only.taskId))}.`;
      return `${isolated(nameOf(author))} changed ${list.length} cells.`;
    })
    .join(" ");
}

/** One sentence for who commented. */
export function describeComments(authors: readonly string[], nameOf: (id: string) => string): string {
  const names = [...new Set(authors)].map((id) => isolated(nameOf(id)));
  if (names.length === 0) return "";
  const many = authors.length === 1 ? "a comment" : `${authors.length} comments`;
  return `${names.join(" and ")} wrote ${many}.`;
}

export function Announcer() {
  const { client } = useController();
  const [text, setText] = useState("");
  useEffect(() => {
    let previous = client.getState().sheet?.tasks ?? null;
    let threads = client.getState().sheet?.comments ?? [];
    let gathered = new Map<string, Place & { author: string }>();
    let commented: string[] = [];
    let timer = 0;
    const tell = () => {
      timer = 0;
      const { sheet } = client.getState();
      const name = (id: string) => sheet?.authors[id] ?? id;
      const title = (id: string) =>
        sheet?.tasks.find((task) => task.taskId === id)?.cells.title?.value || "a row";
      setText(
        [describe([...gathered.values()], name, title), describeComments(commented, name)]
          .filter(Boolean)
          .join(" "),
      );
      gathered = new Map();
      commented = [];
    };
    const stop = client.subscribe(() => {
      const { sheet, user } = client.getState();
      const next = sheet?.tasks ?? null;
      if (previous && next) {
        for (const change of changedByOthers(previous, next, user?.id))
          gathered.set(`${change.taskId}:${change.column}`, change);
      }
      previous = next;
      commented.push(...commentsByOthers(threads, sheet?.comments ?? [], user?.id));
      threads = sheet?.comments ?? [];
      if ((gathered.size > 0 || commented.length > 0) && timer === 0)
        timer = window.setTimeout(tell, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client]);
  return (
    <div className="sr-only" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
