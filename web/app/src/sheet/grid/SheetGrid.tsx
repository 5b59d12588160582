/**
 * The sheet on the screen. The grid library draws rows and columns, moves the focus and drags; the layer above it
 * draws selections, people and editors. Rows go in by `useRows`, so only rows that changed are looked at.
 */
import { COLUMNS, isColumn, type Row } from "@cyclesheet/client";
import { type FocusEvent, useEffect, useMemo, useRef } from "react";
import { flushSync } from "react-dom";

import { isWrittenIn } from "../../lib/fields";
import { fold } from "../../lib/fold";
import { useApi } from "../../session/context";
import { useClient, useController, useMayEdit, useScreen } from "../context";
import { barToMoving } from "../model/arrangement";
import { judgedOn } from "../model/health";
import { columnDefs } from "./columnDefs";
import { hosting } from "./hosted";
import { onCellKey, onHeadKey } from "./keys";
import { Layers } from "./Layer";
import { useSlots } from "./slots";
import { useCatcher } from "./useCatcher";
import { useColumnFit } from "./useColumnFit";
import { type GridEvents, useGrid } from "./useGrid";
import { useGroups } from "./useGroups";
import { useKeptFocus } from "./useKeptFocus";
import { useLayers } from "./useLayers";
import { cellAt, usePointer } from "./usePointer";
import { useRevealed } from "./useRevealed";
import { useRowDrag } from "./useRowDrag";
import { isArranged, useRows } from "./useRows";
import { useTitleWidth } from "./useTitleWidth";

export function SheetGrid({ label, cycle }: { label: string; cycle: string }) {
  const controller = useController();
  const isEmpty = useClient((state) => state.sheet?.tasks.length === 0);
  const loading = useClient((state) => state.sheet === null);
  /** Nothing will come: bars that promise rows would stand forever. */
  const isInVain = useClient((state) => state.status === "failed" || state.status === "removed");
  const roomy = useScreen((screen) => screen.roomy);
  const find = useScreen((screen) => screen.find);
  const arrangement = useScreen((screen) => screen.arrangement);
  const mayEdit = useMayEdit();
  const bar = barToMoving(arrangement, find);
  const root = useRef<HTMLDivElement>(null);
  const today = controller.today;
  const asOf = judgedOn(cycle, today);
  const catcher = useCatcher(controller, root);
  const slots = useSlots();
  const server = useApi();
  const { onKey } = slots;
  const frame = useRef<HTMLDivElement>(null);

  const defs = useMemo(
    () =>
      columnDefs(
        hosting(controller, server, slots),
        today,
        asOf,
        (event) => catcher.onKey(event) || onCellKey(event, controller, onKey),
        (event, column) => onHeadKey(event, column, controller),
      ),
    [today, asOf, controller, server, catcher, onKey, slots],
  );
  const groups = useGroups(controller);
  const rowDrag = useRowDrag(controller);
  const events = useRef<GridEvents>({ updated: () => {} });
  const api = useGrid(frame, controller, { defs, groups, rowDrag: rowDrag.handlers, events });
  useRows(api);
  useEffect(() => {
    api?.updateGridOptions({ quickFilterText: fold(find), suppressRowDrag: !mayEdit || bar !== null });
  }, [api, find, mayEdit, bar]);

  const { focusCell, keepFocus, hadFocus } = useKeptFocus(api, controller, root);
  events.current.updated = keepFocus;

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
      aria-busy={loading && !isInVain}
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
      <div ref={frame} className="ag-theme-cyclesheet" />
      {api && hosts && <Layers api={api} hosts={hosts} moved={moved} root={root} dropAt={rowDrag.line} />}
      {isEmpty && <EmptySheet mayEdit={mayEdit} />}
      {loading && !isInVain && <Skeleton />}
    </section>
  );
}

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
