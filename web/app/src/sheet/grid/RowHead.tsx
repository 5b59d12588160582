/** The narrow column of row numbers: shows the place, starts a drag, stands for the whole row. */
import type { Row } from "@cyclesheet/client";
import type { ICellRendererParams } from "ag-grid-community";
import { useEffect, useRef, useState } from "react";
import { GripIcon } from "../../ui/icons";
import { useController, useMayEdit, useScreen } from "../context";
import { barToMoving } from "../model/arrangement";
import { useSlots } from "./slots";
import { headingAbove } from "./useGroups";

/** Its width in CSS pixels; the style sheet cuts the layer at the same place. */
export const ROW_HEAD_PX = 46;

function RowMarks({ taskId }: { taskId: string }) {
  // The list is the same for the life of the page.
  return useSlots().rowMarks.map((Mark, place) => <Mark key={String(place)} taskId={taskId} />);
}

export function RowHead({ node, registerRowDragger, data }: ICellRendererParams<Row>) {
  const handle = useRef<HTMLSpanElement>(null);
  const [index, setIndex] = useState(node.rowIndex);
  useEffect(() => {
    const follow = () => setIndex(node.rowIndex);
    node.addEventListener("rowIndexChanged", follow);
    return () => node.removeEventListener("rowIndexChanged", follow);
  }, [node]);
  useEffect(() => {
    // Registered once for the life of the cell; the grid shows a drag only where dragging is allowed.
    if (handle.current) registerRowDragger(handle.current, 4, undefined, true);
  }, [registerRowDragger]);
  const number = (index ?? 0) + 1;
  const controller = useController();
  const heading = data && headingAbove(controller, data.taskId);
  const mayEdit = useMayEdit();
  const bar = useScreen(({ arrangement, find }) => barToMoving(arrangement, find));
  return (
    <div
      className="rowhead"
      title={mayEdit && bar ? bar : undefined}
      data-testid={data ? `row:${data.taskId}` : undefined}
    >
      {heading && (
        <span className="group-head" data-testid={`group:${heading.name}`}>
          <strong>
            <bdi>{heading.name}</bdi>
          </strong>{" "}
          <span className="muted">{heading.count}</span>
        </span>
      )}
      <span className="rowhead-number">{number}</span>
      {data && <RowMarks taskId={data.taskId} />}
      <span className="rowhead-grip" ref={handle} title="Drag to move the row">
        <GripIcon size={14} />
      </span>
    </div>
  );
}
