/** The page's address names the cell one is in, so that it can be sent to somebody; a link to a cell opens there. */
import { isColumn } from "@cyclesheet/client";
import type { Controller } from "../sheet/controller";
import type { Place } from "../sheet/screen";

/**
 * A selection that rests this long goes into the address, milliseconds: browsers allow some hundred changes in half a
 * minute.
 */
const REST_MS = 400;

/** The cell that an address names, if it names one. */
export function placeIn(search: string): Place | null {
  const query = new URLSearchParams(search);
  const [taskId, column] = [query.get("row"), query.get("cell") ?? "title"];
  return taskId && isColumn(column) ? { taskId, column } : null;
}

/** The same address with another cell in it, or with none. */
export function addressOf(search: string, place: Place | null): string {
  const query = new URLSearchParams(search);
  query.delete("row");
  query.delete("cell");
  if (place) {
    query.set("row", place.taskId);
    query.set("cell", place.column);
  }
  return `?${query}`;
}

/** Goes to the cell that the address names as soon as the sheet is drawn, then follows the selection; returns how to stop. */
export function followAddress(controller: Controller): () => void {
  const { client, screen } = controller;
  let wanted = placeIn(location.search);
  let timer = 0;
  let shown = screen.get().selection?.anchor ?? null;
  const look = () => {
    if (!wanted || !client.getState().sheet || controller.view.rows.length === 0) return;
    const place = wanted;
    wanted = null;
    if (client.getState().sheet?.tasks.some(({ taskId }) => taskId === place.taskId)) controller.go(place);
    else controller.say("The row that the link leads to is not in this week.", "bad");
  };
  const write = () => {
    const place = screen.get().selection?.anchor ?? null;
    if (place === shown || wanted) return;
    shown = place;
    clearTimeout(timer);
    timer = window.setTimeout(
      () => history.replaceState(history.state, "", addressOf(location.search, place)),
      REST_MS,
    );
  };
  const stops = [client.subscribe(look), screen.subscribe(look), screen.subscribe(write)];
  look();
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
