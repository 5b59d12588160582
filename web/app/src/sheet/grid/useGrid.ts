/** The grid library: which of its parts are used, and how it is set up for the sheet. */
import { isColumn, type Row } from "@cyclesheet/client";
import {
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  type ColDef,
  ColumnApiModule,
  createGrid,
  EventApiModule,
  ExternalFilterModule,
  type GridApi,
  type GridOptions,
  ModuleRegistry,
  QuickFilterModule,
  RenderApiModule,
  RowApiModule,
  RowDragModule,
  RowStyleModule,
  ScrollApiModule,
} from "ag-grid-community";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Controller } from "../controller";
import { isFiltered } from "../model/arrangement";
import { saveWidth } from "./columnDefs";
import type { useGroups } from "./useGroups";
import type { useRowDrag } from "./useRowDrag";

ModuleRegistry.registerModules([
  ClientSideRowModelModule,
  ClientSideRowModelApiModule,
  RowDragModule,
  RowApiModule,
  RowStyleModule,
  ScrollApiModule,
  ColumnApiModule,
  CellStyleModule,
  EventApiModule,
  RenderApiModule,
  QuickFilterModule,
  ExternalFilterModule,
]);

/** What is called as it is at the time. */
export interface GridEvents {
  /** Rows came, went or moved. */
  updated(): void;
}

interface Setting {
  readonly defs: ColDef<Row, Row>[];
  readonly groups: ReturnType<typeof useGroups>;
  readonly rowDrag: ReturnType<typeof useRowDrag>["handlers"];
  readonly events: RefObject<GridEvents>;
}

function optionsOf(controller: Controller, { defs, groups, rowDrag, events }: Setting): GridOptions<Row> {
  return {
    theme: "legacy",
    columnDefs: defs,
    defaultColDef: { sortable: true, resizable: true, suppressHeaderMenuButton: true },
    getRowId: ({ data }) => data.taskId,
    getRowHeight: groups.height,
    rowClassRules: groups.classes,
    postSortRows: groups.arrange,
    headerHeight: 32,
    isExternalFilterPresent: () => isFiltered(controller.screen.get().arrangement),
    doesExternalFilterPass: ({ data }) => !data || controller.shows(data),
    cellFlashDuration: 0,
    suppressMovableColumns: true,
    suppressDragLeaveHidesColumns: true,
    suppressColumnVirtualisation: true,
    suppressScrollOnNewData: true,
    suppressNoRowsOverlay: true,
    suppressLoadingOverlay: true,
    animateRows: false,
    ensureDomOrder: true,
    rowBuffer: 8,
    ...rowDrag,
    onSortChanged(event) {
      const sorted = event.api.getColumnState().find((column) => column.sort);
      const column = sorted?.colId;
      const { sort } = controller.screen.get().arrangement;
      const next = isColumn(column) && sorted?.sort ? { column, direction: sorted.sort } : null;
      if (next?.column !== sort?.column || next?.direction !== sort?.direction)
        controller.arrange({ sort: next });
    },
    onModelUpdated(event) {
      groups.settle(event.api);
      controller.screen.set({ shown: event.api.getDisplayedRowCount() });
      events.current.updated();
    },
    onCellDoubleClicked: () => flushSync(() => controller.edit()),
    onColumnResized(event) {
      if (event.finished && event.source === "uiColumnResized" && event.column)
        saveWidth(event.column.getColId(), event.column.getActualWidth());
    },
  };
}

/** Makes the grid in `frame`, once; returns it as soon as it is there. */
export function useGrid(
  frame: RefObject<HTMLElement | null>,
  controller: Controller,
  setting: Setting,
): GridApi<Row> | null {
  const [api, setApi] = useState<GridApi<Row> | null>(null);
  const first = useRef(setting);
  useLayoutEffect(() => {
    if (!frame.current) return;
    const made = createGrid<Row>(frame.current, optionsOf(controller, first.current));
    setApi(made);
    return () => {
      setApi(null);
      made.destroy();
    };
  }, [frame, controller]);
  const { defs } = setting;
  useEffect(() => {
    if (defs !== first.current.defs) api?.setGridOption("columnDefs", defs);
  }, [api, defs]);
  return api;
}
