/**
 * The page's address names the cell, the view (filters, order, groups, the board), the row's page and the comment that one looks at, so that it can be sent to
 * somebody and Back leads back; a link opens where it points.
 */
import { isColumn } from "@cyclesheet/client";
import type { Controller } from "../sheet/controller";
import {
  isPlain,
  LOOK_PARAMETERS,
  type Look,
  lookText,
  PLAIN_LOOK,
  readLook,
  writeLook,
} from "../sheet/model/look";
import { openThread } from "../sheet/openThread";
import type { Place, Screen } from "../sheet/screen";

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

/** What of the page an address names beside the week. */
export interface Spot {
  readonly place: Place | null;
  readonly look: Look;
  /** Whether the row stands beside the sheet as a page. */
  readonly isRowOpen: boolean;
  readonly comment: string | null;
}

const PARAMETERS = ["row", "cell", "open", "comment", ...LOOK_PARAMETERS] as const;

/** Reads an address; what makes no sense in it is left out. */
export function spotIn(search: string): Spot {
  const query = new URLSearchParams(search);
  return {
    place: placeIn(search),
    look: readLook(query),
    isRowOpen: query.get("open") === "row",
    comment: query.get("comment"),
  };
}

/** Returns the same address with another spot in it. */
export function addressOf(search: string, spot: Partial<Spot>): string {
  const query = new URLSearchParams(search);
  for (const name of PARAMETERS) query.delete(name);
  const { place, look = PLAIN_LOOK, isRowOpen, comment } = spot;
  if (place) {
    query.set("row", place.taskId);
    query.set("cell", place.column);
  }
  writeLook(query, look);
  if (isRowOpen) query.set("open", "row");
  if (comment) query.set("comment", comment);
  return `?${query}`;
}

const spotOf = ({ selection, board, side, thread, arrangement }: Screen): Spot => ({
  place: selection?.anchor ?? null,
  look: { arrangement, isBoard: board },
  isRowOpen: side === "row",
  comment: side === "comments" ? (thread?.id ?? null) : null,
});

/** Whether Back is to lead from one spot to the other: a step between cells is none, another view or panel is. */
export const isStep = (from: Spot, to: Spot): boolean =>
  from.isRowOpen !== to.isRowOpen || from.comment !== to.comment || lookText(from.look) !== lookText(to.look);

/** Goes to the spot that the address names as soon as the sheet is drawn, then follows what is done; returns how to stop. */
export function followAddress(controller: Controller): () => void {
  const { client, screen } = controller;
  let wanted: Spot | null = spotIn(location.search);
  let timer = 0;
  let written = spotOf(screen.get());
  const show = (spot: Spot) => {
    const { look: wantedLook, isRowOpen, comment } = spot;
    const { side, thread } = screen.get();
    if (lookText(wantedLook) !== lookText(spotOf(screen.get()).look)) controller.show(wantedLook);
    screen.set({
      side: isRowOpen ? "row" : side === "row" || (side === "comments" && thread && !comment) ? null : side,
    });
  };
  const look = () => {
    if (!wanted || !client.getState().sheet || controller.view.rows.length === 0) return;
    const spot = wanted;
    wanted = null;
    // An address that names no view leaves the one that this person had last time.
    if (!isPlain(spot.look)) show(spot);
    else if (spot.isRowOpen) screen.set({ side: "row" });
    if (!spot.place) return;
    const { taskId } = spot.place;
    if (client.getState().sheet?.tasks.some((row) => row.taskId === taskId)) controller.go(spot.place);
    else controller.say("The row that the link leads to is not in this week.", "bad");
  };
  const write = () => {
    if (wanted) return;
    const spot = spotOf(screen.get());
    const isFar = isStep(written, spot);
    const { place } = spot;
    if (!isFar && place === written.place) return;
    written = spot;
    clearTimeout(timer);
    const put = () => {
      const address = addressOf(location.search, spot);
      if (address === location.search) return;
      if (isFar) history.pushState(history.state, "", address);
      else history.replaceState(history.state, "", address);
    };
    if (isFar) put();
    else timer = window.setTimeout(put, REST_MS);
  };
  const back = () => {
    const spot = spotIn(location.search);
    clearTimeout(timer);
    // What is shown for the address is not written into it again.
    written = spot;
    show(spot);
    if (spot.comment) openThread(controller, spot.comment);
    written = spotOf(screen.get());
  };
  const stops = [client.subscribe(look), screen.subscribe(look), screen.subscribe(write)];
  window.addEventListener("popstate", back);
  look();
  return () => {
    clearTimeout(timer);
    window.removeEventListener("popstate", back);
    for (const stop of stops) stop();
  };
}
