/**
 * What a cell looks like at rest. Every text is rendered as text. Components here are given a cell and draw it; they
 * watch nothing but their own threads, so a remote change redraws the cells it touched and no other.
 */
import { type Cell, type Column, type Row, SYSTEM_ID } from "@cyclesheet/client";
import { type CSSProperties, memo, type ReactNode } from "react";
import { isIsoDate, shortDate } from "../../lib/dates";
import { initials, inkOn } from "../../lib/people";
import { sourceIds } from "../../ui/Chips";
import { CarriedIcon } from "../../ui/icons";
import { isUndated } from "../model/values";
import { cellKey } from "../screen";
import { useDirectory } from "../useDirectory";
import { Found } from "./Found";
import { Linked } from "./Linked";
import { useSlots } from "./slots";

/** The author of a cell's text. */
export function originOf(cell: Cell | undefined): "empty" | "model" | "corrected" | "person" {
  if (!cell) return "empty";
  if (cell.author === SYSTEM_ID) return cell.value === "" ? "empty" : "model";
  return cell.aiValue !== undefined && cell.aiValue !== cell.value ? "corrected" : "person";
}

const ORIGIN_WORDS = {
  empty: "",
  person: "",
  // Most cells are: said after every one, it would drown the text.
  model: "",
  corrected: "corrected by a person",
} as const;

/** The tooltip: the text in full, which a cell may cut off, and the meaning of its corner. */
const HINTS = {
  empty: "",
  person: "",
  model: "",
  corrected: "Corrected by a person: Details shows what the extraction wrote.",
} as const;

/** A person as the team knows them, whatever a message called them. */
function Assignee({ value }: { value: string }) {
  const { name, color } = useDirectory().face(value);
  return (
    <span className="assignee" title={name === value ? undefined : `${name}, written as “${value}”`}>
      <span
        className="assignee-mark"
        aria-hidden="true"
        style={{ "--person": color, "--person-ink": inkOn(color) } as CSSProperties}
      >
        {initials(name)}
      </span>
      <bdi className="ellipsis">
        <Found text={name} />
      </bdi>
    </span>
  );
}

/** How many messages a row came from; a click leads to them. */
function Messages({ value }: { value: string }) {
  const ids = sourceIds(value);
  if (ids.length === 0) return null;
  return (
    <span className="chip" title={ids.join(", ")}>
      {ids.length === 1 ? "1 message" : `${ids.length} messages`}
    </span>
  );
}

function Progress({ value }: { value: string }) {
  if (value === "") return null;
  const percent = Math.max(0, Math.min(100, Number(value) || 0));
  return (
    <span className="progress">
      <span className="progress-track" aria-hidden="true">
        <span
          className="progress-bar"
          style={{ width: `${percent}%` }}
          data-full={percent === 100 || undefined}
        />
      </span>
      <span className="progress-text">
        <Found text={`${value}%`} />
      </span>
    </span>
  );
}

/** One to four bars, by how urgent it is. */
function PriorityBars({ level }: { level: number }) {
  return (
    <svg className="bars" width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">
      {[0, 1, 2, 3].map((bar) => (
        <rect
          key={bar}
          x={bar * 3.6}
          y={8 - bar * 2.4}
          width="2.4"
          height={3.6 + bar * 2.4}
          rx="0.8"
          data-on={bar < level || undefined}
        />
      ))}
    </svg>
  );
}

const PRIORITY_LEVEL: { readonly [priority: string]: number } = { Low: 1, Medium: 2, High: 3, Urgent: 4 };
const slug = (text: string) => text.toLowerCase().replace(/\s+/g, "-");

export function Face({
  column,
  value,
  today,
  done,
  asOf = today,
  isBlocked = false,
}: {
  column: Column;
  value: string;
  today: string;
  done: boolean;
  /** The day at which a deadline counts as late; absent: today. */
  asOf?: string;
  isBlocked?: boolean;
}): ReactNode {
  if (value === "") return null;
  switch (column) {
    case "status":
      return (
        <span className="status" data-status={slug(value)}>
          <Found text={value} />
        </span>
      );
    case "priority":
      return (
        <span className="priority" data-priority={slug(value)}>
          <PriorityBars level={PRIORITY_LEVEL[value] ?? 0} />
          <Found text={value} />
        </span>
      );
    case "assignee":
      return <Assignee value={value} />;
    case "deadline": {
      const late = !done && isIsoDate(value) && value < asOf;
      // A row that is blocked says so already: one red a row.
      const tone = late ? (isBlocked ? "blocked" : "late") : undefined;
      const isFree = isUndated(value);
      return (
        <span className="deadline" data-late={tone} data-free={isFree || undefined}>
          <bdi className="ellipsis">
            <Found text={shortDate(value, today)} />
          </bdi>
          {isFree && (
            <span className="undated" title="Not a date: never overdue, and sorted after all dates">
              <span className="sr-only">, </span>not a date
            </span>
          )}
          {late && <span className="sr-only"> (late)</span>}
        </span>
      );
    }
    case "progress":
      return <Progress value={value} />;
    case "source":
      return <Messages value={value} />;
    default:
      return (
        <bdi className="longtext" dir="auto">
          <Linked text={value} />
        </bdi>
      );
  }
}

function CellMarks({ taskId, column }: { taskId: string; column: Column }) {
  // The list is the same for the life of the page.
  return useSlots().cellMarks.map((Mark, place) => (
    <Mark key={String(place)} taskId={taskId} column={column} />
  ));
}

export interface CellProps {
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell | undefined;
  readonly today: string;
  /** The day at which a deadline counts as late. */
  readonly asOf: string;
}

export const CellFace = memo(function CellFace({ row, column, cell, today, asOf }: CellProps) {
  const value = cell?.value ?? "";
  const origin = originOf(cell);
  const done = row.cells.status?.value === "Done";
  return (
    <div
      className="cell"
      data-origin={origin}
      data-done={(done && column === "title") || undefined}
      title={[value, HINTS[origin]].filter(Boolean).join("\n")}
    >
      {column === "title" && row.carriedFrom && (
        <span className="carried" title={`Carried over from ${row.carriedFrom}`}>
          <CarriedIcon size={12} />
        </span>
      )}
      <span className="cell-text" data-testid={`cell:${cellKey(row.taskId, column)}`} data-value={value}>
        <Face
          column={column}
          value={value}
          today={today}
          asOf={asOf}
          done={done}
          isBlocked={row.cells.status?.value === "Blocked"}
        />
      </span>
      <CellMarks taskId={row.taskId} column={column} />
      {ORIGIN_WORDS[origin] && <span className="sr-only">, {ORIGIN_WORDS[origin]}</span>}
    </div>
  );
});
