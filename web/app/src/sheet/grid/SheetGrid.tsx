/**
 * The sheet on the screen. The grid library draws rows and columns, moves the focus and drags; the layer above it
 * draws selections, people and editors. Rows go in by `useRows`, so only rows that changed are looked at.
 */
import { COLUMNS, isColumn, type Row } from "@cyclesheet/client";
import {
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  type ColumnResizedEvent,
  EventApiModule,
  ExternalFilterModule,
  type GridApi,
  ModuleRegistry,
  QuickFilterModule,
  RenderApiModule,
  RowApiModule,
  RowDragModule,
  RowStyleModule,
  ScrollApiModule,
} from "ag-grid-community";
import { AgGridReact } from "ag-grid-react";
import { type FocusEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { isWrittenIn } from "../../lib/fields";
import { fold } from "../../lib/fold";
import { useClient, useController, useMayEdit, useScreen } from "../context";
import { barToMoving, isFiltered } from "../model/arrangement";
import { judgedOn } from "../model/health";
import { ColumnHead } from "./ColumnHead";
import { columnDefs, saveWidth } from "./columnDefs";
import { onCellKey, onHeadKey } from "./keys";
import { Layers } from "./Layer";
import { useSlots } from "./slots";
import { useCatcher } from "./useCatcher";
import { useColumnFit } from "./useColumnFit";
import { useGroups } from "./useGroups";
import { useKeptFocus } from "./useKeptFocus";
import { useLayers } from "./useLayers";
import { cellAt, usePointer } from "./usePointer";
import { useRevealed } from "./useRevealed";
import { useRowDrag } from "./useRowDrag";
import { isArranged, useRows } from "./useRows";
import { useTitleWidth } from "./useTitleWidth";

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

export function SheetGrid({ label, cycle }: { label: string; cycle: string }) {
  const controller = useController();
  const isEmpty = useClient((state) => state.sheet?.tasks.length === 0);
  const loading = useClient((state) => state.sheet === null);
  const roomy = useScreen((screen) => screen.roomy);
  const find = useScreen((screen) => screen.find);
  const arrangement = useScreen((screen) => screen.arrangement);
  const mayEdit = useMayEdit();
  const bar = barToMoving(arrangement, find);
  const [api, setApi] = useState<GridApi<Row> | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const today = controller.today;
  const asOf = judgedOn(cycle, today);
  const catcher = useCatcher(controller, root);
  const { onKey } = useSlots();

  const defs = useMemo(
    () =>
      columnDefs(
        today,
        asOf,
        (event) => catcher.onKey(event) || onCellKey(event, controller, onKey),
        (event, column) => onHeadKey(event, column, controller),
      ),
    [today, asOf, controller, catcher, onKey],
  );
  const rowData = useRows(api);

  const { focusCell, keepFocus, hadFocus } = useKeptFocus(api, controller, root);

  useEffect(() => {
    if (!api) return;
    const columns = () =>
      api
        .getAllDisplayedColumns()
        .map((column) => column.getColId())
        .filter(isColumn);
    controller.attach({
      view() {
        const shown: Row[] = [];
        api.forEachNodeAfterFilterAndSort((node) => node.data && shown.push(node.data));
        return { rows: shown, columns: columns() };
      },
      focus: (place) => focusCell(place, controller.screen.get().selection?.rows ?? false),
      reveal(place) {
        const node = api.getRowNode(place.taskId);
        if (node?.rowIndex != null) api.ensureIndexVisible(node.rowIndex);
        api.ensureColumnVisible(place.column);
      },
      settle: () => keepFocus(true),
      draw: (update) => flushSync(update),
      arranged: () => isArranged(api),
    });
    return () => controller.attach(null);
  }, [api, controller, focusCell, keepFocus]);

  const { hosts, moved, move } = useLayers(api, root);

  // Keys and the pointer select by themselves, in their own turn. What is left is coming in from elsewhere on the page;
  // the grid also moves its focus when rows come and go, and that is not a person's choice.
  const onFocus = (event: FocusEvent) => {
    const found = cellAt(event.target, controller.screen.get().selection?.anchor.column ?? "title");
    hadFocus.current = found !== null;
    const cameIn =
      event.relatedTarget instanceof Element && !event.relatedTarget.closest(".ag-cell, .editor");
    if (found && (cameIn || !controller.screen.get().selection))
      controller.select(found.place, undefined, found.rows);
    catcher.take(event.target);
  };

  const rowDrag = useRowDrag(controller);
  const groups = useGroups(controller);

  // The same functions at every rendering: the grid filters again when they change, reports that its rows moved, and
  // would be drawn again for that, forever.
  const hasFilter = useCallback(() => isFiltered(controller.screen.get().arrangement), [controller]);
  const passes = useCallback(
    ({ data }: { readonly data?: Row | undefined }) => !data || controller.shows(data),
    [controller],
  );

  // How this person looks at the sheet, carried over to the grid.
  useEffect(() => {
    if (!api) return;
    const { sort, hidden } = arrangement;
    groups.forget();
    api.applyColumnState({
      state: COLUMNS.map((colId) => ({
        colId,
        hide: hidden.includes(colId),
        sort: sort?.column === colId ? sort.direction : null,
      })),
    });
    api.onFilterChanged();
    // Rows go back into the sheet's own order, or into groups, only when they are sorted again.
    api.refreshClientSideRowModel("sort");
    api.redrawRows();
  }, [api, arrangement, groups]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights follow `roomy`
  useEffect(() => {
    api?.resetRowHeights();
    move();
  }, [api, roomy]);

  const pointer = usePointer(controller, root);
  useColumnFit(api, root);
  useTitleWidth(api, root);
  useRevealed(api, controller, root);

  const clipboard = (take: () => string | null) => (event: React.ClipboardEvent) => {
    if (controller.screen.get().editing || isWrittenIn(event.target)) return;
    const table = controller.copiedTable() ?? "";
    const text = take();
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.clipboardData.setData("text/html", table);
    event.preventDefault();
  };

  return (
    <section
      ref={root}
      className="grid"
      data-testid="sheet"
      data-roomy={roomy || undefined}
      data-movable={(mayEdit && bar === null) || undefined}
      aria-label={label}
      aria-busy={loading}
      {...pointer}
      onFocusCapture={onFocus}
      onBlurCapture={(event) => {
        // Where the focus goes is known when a person moves it; a row that is taken away sends it nowhere.
        if (event.relatedTarget) hadFocus.current = false;
      }}
      onContextMenu={(event) => {
        const { selection, editing } = controller.screen.get();
        const head = event.target instanceof Element ? event.target.closest(".ag-header-cell") : null;
        const column = head?.getAttribute("col-id");
        if (head && isColumn(column)) {
          event.preventDefault();
          const { left, bottom } = head.getBoundingClientRect();
          controller.screen.set({ menu: { kind: "column", column, x: left, y: bottom } });
          return;
        }
        const found = cellAt(event.target, selection?.anchor.column ?? "title");
        if (!found || editing) return;
        event.preventDefault();
        if (!selection || !controller.isSelected(found.place, found.rows))
          controller.select(found.place, undefined, found.rows);
        const cell = (event.target as Element).closest(".ag-cell")?.getBoundingClientRect();
        // The menu key says no place, or the corner of the page.
        const byKey = event.clientX === 0 && event.clientY === 0;
        const x = byKey ? (cell?.left ?? 0) + 12 : event.clientX;
        const y = byKey ? (cell?.bottom ?? 0) : event.clientY;
        controller.screen.set({ menu: { kind: "row", x, y } });
      }}
      onCopy={clipboard(() => controller.copy())}
      onCut={clipboard(() => (controller.mayEdit ? controller.cut() : controller.copy()))}
      onPaste={(event) => {
        if (controller.screen.get().editing || isWrittenIn(event.target)) return;
        event.preventDefault();
        controller.paste(event.clipboardData.getData("text/plain"));
      }}
    >
      <AgGridReact<Row>
        theme="legacy"
        className="ag-theme-cyclesheet"
        rowData={rowData}
        columnDefs={defs}
        defaultColDef={DEFAULT_COLUMN}
        getRowId={rowId}
        getRowHeight={groups.height}
        rowClassRules={groups.classes}
        postSortRows={groups.arrange}
        headerHeight={32}
        quickFilterText={fold(find)}
        isExternalFilterPresent={hasFilter}
        doesExternalFilterPass={passes}
        onSortChanged={(event) => {
          const sorted = event.api.getColumnState().find((column) => column.sort);
          const column = sorted?.colId;
          const { sort } = controller.screen.get().arrangement;
          const next = isColumn(column) && sorted?.sort ? { column, direction: sorted.sort } : null;
          if (next?.column !== sort?.column || next?.direction !== sort?.direction)
            controller.arrange({ sort: next });
        }}
        cellFlashDuration={0}
        suppressRowDrag={!mayEdit || bar !== null}
        suppressMovableColumns
        suppressDragLeaveHidesColumns
        suppressColumnVirtualisation
        suppressScrollOnNewData
        suppressNoRowsOverlay
        suppressLoadingOverlay
        animateRows={false}
        ensureDomOrder
        rowBuffer={8}
        onGridReady={(event) => setApi(event.api)}
        onModelUpdated={(event) => {
          groups.settle(event.api);
          controller.screen.set({ shown: event.api.getDisplayedRowCount() });
          keepFocus();
        }}
        {...rowDrag.handlers}
        onCellDoubleClicked={() => flushSync(() => controller.edit())}
        onColumnResized={(event: ColumnResizedEvent<Row>) => {
          if (event.finished && event.source === "uiColumnResized" && event.column) {
            saveWidth(event.column.getColId(), event.column.getActualWidth());
          }
        }}
      />
      {api && hosts && <Layers api={api} hosts={hosts} moved={moved} root={root} dropAt={rowDrag.line} />}
      {isEmpty && <EmptySheet mayEdit={mayEdit} />}
      {loading && <Skeleton />}
    </section>
  );
}

const DEFAULT_COLUMN = {
  sortable: true,
  resizable: true,
  suppressHeaderMenuButton: true,
  headerComponentParams: { innerHeaderComponent: ColumnHead },
};
const rowId = ({ data }: { data: Row }) => data.taskId;

function EmptySheet({ mayEdit }: { mayEdit: boolean }) {
  const controller = useController();
  const started = useClient((state) => state.sheet?.generation?.state === "started");
  return (
    <div className="empty">
      <p>
        {started ? "Rows appear here as soon as the messages are read." : "This week’s sheet has no rows."}
      </p>
      {mayEdit && (
        <button type="button" className="button" onClick={() => controller.insertRow()}>
          Add the first row
        </button>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: 9 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical bars
        <span key={i} style={{ width: `${92 - ((i * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
