/** Ways to the comments: from a cell, a row, a marker, a mention. */

import type { Controller } from "../../sheet/controller";
import { openDoc } from "../../sheet/docs";
import { threadIndex } from "../../sheet/model/threads";
import { beginThread, openThread } from "../../sheet/openThread";

/** What the key does on a cell: its thread if there is one, else the field for a new one. With `asRow`, on the whole row. */
export function commentOnCell(
  controller: Controller,
  asRow = controller.screen.get().selection?.rows ?? false,
): void {
  const { selection } = controller.screen.get();
  if (!selection) return;
  const { taskId, column } = selection.anchor;
  const about = asRow ? null : column;
  const { comments } = controller.client.getState().sheet ?? {};
  const there = threadIndex(comments)
    .get(`${taskId}:${about ?? ""}`)
    ?.at(-1);
  if (there) openThread(controller, there.commentId, controller.mayEdit);
  else beginThread(controller, { taskId, column: about });
}

/** Opens the thread, or the document, that the page's address names, as soon as the sheet is there; the address then forgets it. */
export function followLink(controller: Controller): () => void {
  const query = new URLSearchParams(location.search);
  const [wanted, doc] = [query.get("comment"), query.get("note")];
  if (!wanted && !doc) return () => {};
  const look = () => {
    const { sheet } = controller.client.getState();
    if (!sheet) return;
    stop();
    if (doc) openDoc(controller, doc);
    if (wanted && sheet.comments.some((thread) => thread.commentId === wanted))
      openThread(controller, wanted);
    else if (wanted) controller.say("The comment that the link leads to is not in this week.", "bad");
    query.delete("comment");
    query.delete("note");
    history.replaceState(history.state, "", `?${query}`);
  };
  const stop = controller.client.subscribe(look);
  look();
  return stop;
}
