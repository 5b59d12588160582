/**
 * The sheet's rows for the grid. Where rows come, go or move, it gets all of them; where only cells changed, which is
 * nearly always, it is handed those rows alone, and neither sorts, filters nor lays out the others.
 */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useController } from "../context";
import { changedInPlace } from "../model/change";

const NO_ROWS: readonly Row[] = [];

/** Whether a person sorted or filtered: then a cell that changes may move its row, or hide it. */
export function isArranged(api: GridApi<Row>): boolean {
  return api.isAnyFilterPresent() || api.getColumnState().some((column) => column.sort);
}

export function useRows(api: GridApi<Row> | null): void {
  const { client, screen } = useController();
  const tasks = () => client.getState().sheet?.tasks ?? NO_ROWS;
  const [rows, setRows] = useState(() => [...tasks()]);
  /** What the grid shows, or is about to. */
  const drawn = useRef<readonly Row[]>(rows);
  /** All rows, as last handed over, and as last taken: between the two, a single one would be undone by the rest. */
  const handed = useRef(rows);
  const taken = useRef(rows);
  // Before anything else happens: the next key must find a row that was just added.
  useLayoutEffect(() => {
    api?.setGridOption("rowData", rows);
    taken.current = rows;
  }, [api, rows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tasks` reads the client
  useEffect(() => {
    const follow = () => {
      const now = tasks();
      if (now === drawn.current) return;
      const mayTouch =
        api !== null &&
        handed.current === taken.current &&
        !isArranged(api) &&
        screen.get().arrangement.group === null;
      const changed = mayTouch ? changedInPlace(drawn.current, now) : null;
      const nodes = changed?.map(([, row]) => [api?.getRowNode(row.taskId), row] as const);
      drawn.current = now;
      if (nodes?.every(([node]) => node)) for (const [node, row] of nodes) node?.updateData(row);
      else {
        handed.current = [...now];
        setRows(handed.current);
      }
    };
    follow();
    return client.subscribe(follow);
  }, [client, screen, api]);
}
