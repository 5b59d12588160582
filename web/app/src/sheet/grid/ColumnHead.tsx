/** A column's name, whether it is filtered, and the way to its menu. */
import { isColumn, type Row } from "@cyclesheet/client";
import type { IHeaderParams } from "ag-grid-community";
import { useEffect, useRef } from "react";
import { ChevronIcon, FilterIcon } from "../../ui/icons";
import { useController, useScreen } from "../context";

export function ColumnHead({ displayName, column }: IHeaderParams<Row>) {
  const controller = useController();
  const id = column.getColId();
  const filtered = useScreen((screen) => isColumn(id) && screen.arrangement.filters[id] !== undefined);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const element = button.current;
    if (!element) return;
    // The library sorts by a click anywhere on the head and listens below React.
    const open = (event: Event) => {
      event.stopPropagation();
      if (event.type !== "click" || !isColumn(id)) return;
      const { left, bottom } = element.getBoundingClientRect();
      controller.screen.set({ menu: { kind: "column", column: id, x: left, y: bottom + 6 } });
    };
    for (const type of ["click", "mousedown", "touchstart"] as const)
      element.addEventListener(type, open, { passive: true });
    return () => {
      for (const type of ["click", "mousedown", "touchstart"] as const)
        element.removeEventListener(type, open);
    };
  }, [controller, id]);
  return (
    <span className="column-head" data-filtered={filtered || undefined}>
      <span className="column-name">{displayName}</span>
      {filtered && (
        <>
          <FilterIcon size={12} />
          <span className="sr-only">, filtered</span>
        </>
      )}
      <button
        ref={button}
        type="button"
        className="column-menu"
        tabIndex={-1}
        aria-label={`${displayName}: sort, filter, hide`}
        title="Sort, filter, hide (Alt+↓)"
        data-testid={`column:${id}`}
      >
        <ChevronIcon size={12} />
      </button>
    </span>
  );
}
