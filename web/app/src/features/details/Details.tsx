/** Everything known about the active cell: its text in full, who wrote it, what the model said, where it came from. */
import { SYSTEM_ID } from "@cyclesheet/client";
import type { ReactNode } from "react";
import { exactly } from "../../lib/time";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { originOf } from "../../sheet/grid/cells";
import { Linked } from "../../sheet/grid/Linked";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { sourceIds } from "../../ui/Chips";
import { HistoryIcon, SparkIcon } from "../../ui/icons";
import { useCommittedAt } from "./messages";
import { Sources } from "./Sources";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the extraction's words are to be called: only what a model answered is the model's. */
const EXTRACTION_WORDS = {
  model: "Written by the model",
  sample: "From sample data",
  fallback: "Taken from the messages, without a model",
  empty: "Written by the extraction",
} as const;

export function Details() {
  const controller = useController();
  const place = useScreen((screen) => screen.selection?.anchor ?? null);
  const row = useClient((state) => state.sheet?.tasks.find((task) => task.taskId === place?.taskId));
  const authors = useClient((state) => state.sheet?.authors);
  const generation = useClient((state) => state.sheet?.generation);
  const confirmed = useClient((state) =>
    state.confirmedSheet?.tasks.find((task) => task.taskId === place?.taskId),
  );
  const mayEdit = useMayEdit();
  const cell = row && place ? row.cells[place.column] : undefined;
  const isPending = cell !== undefined && place !== null && confirmed?.cells[place.column] !== cell;
  const at = useCommittedAt(cell && !isPending ? cell.version : null);
  const origin = originOf(cell);
  const isModels = (generation?.origin ?? "model") === "model";
  const isExtracted = cell?.author === SYSTEM_ID;
  const sources = sourceIds(row?.cells.source?.value ?? "");

  const takeModelValue = () => {
    if (!place || cell?.aiValue === undefined) return;
    void controller.send([
      {
        op: "CELL_MODIFY",
        taskId: place.taskId,
        column: place.column,
        oldValue: cell.value,
        newValue: cell.aiValue,
      },
    ]);
  };

  return (
    <div className="details" data-testid="details">
      <h2 className="panel-title">{place ? COLUMN_INFO[place.column].title : "Cell details"}</h2>
      {!place || !row ? (
        <p className="muted details-body">Select a cell to see who wrote it and where it came from.</p>
      ) : (
        <div className="details-body">
          <p className="details-task">
            <bdi>{row.cells.title?.value || "Untitled row"}</bdi>
          </p>
          <dl>
            <Fact name="Current value">
              <span className="details-value" data-testid="detail-value" dir="auto">
                {cell?.value ? (
                  <Linked text={cell.value} isReachable />
                ) : (
                  <span className="muted">nothing</span>
                )}
              </span>
              <span className="details-by" data-origin={origin} data-testid="detail-author">
                {isExtracted && <SparkIcon size={12} />}
                {!cell ? (
                  "Nobody has written here yet."
                ) : (
                  <span>
                    {isExtracted ? (
                      EXTRACTION_WORDS[generation?.origin ?? "model"]
                    ) : (
                      <>
                        Written by <bdi>{authors?.[cell.author] ?? cell.author}</bdi>
                      </>
                    )}
                    {isPending ? ", being saved" : at !== null && `, ${exactly(at)}`}
                    <span className="muted">{isPending ? "" : ` (version ${cell.version})`}</span>
                  </span>
                )}
              </span>
            </Fact>
            {cell?.aiValue !== undefined && origin === "corrected" && (
              <Fact name={isModels ? "The model wrote" : "Original value"}>
                <span className="details-ai" data-testid="detail-ai" dir="auto">
                  <SparkIcon size={12} /> {cell.aiValue || "nothing"}
                </span>
                {mayEdit && place.column !== "source" && (
                  <button
                    type="button"
                    className="button button-small"
                    data-testid="take-model"
                    onClick={takeModelValue}
                  >
                    Restore
                  </button>
                )}
              </Fact>
            )}
            {cell?.aiValue !== undefined && !isExtracted && origin === "person" && (
              <Fact name="The extraction">wrote the same</Fact>
            )}
            <Fact name={sources.length > 1 ? `From ${sources.length} messages` : "From the message"}>
              {sources.length === 0 ? (
                <span className="muted">
                  {row.generation === null ? "None: a person added this row." : "None is cited."}
                </span>
              ) : (
                <Sources ids={sources} latest={generation?.number ?? 0} own={row.generation} />
              )}
            </Fact>
            {row.carriedFrom && <Fact name="Carried over from">{row.carriedFrom}</Fact>}
            <Fact name="Row">
              {row.generation === null ? "Added by a person" : `From extraction ${row.generation}`}
              {row.isManuallyEdited && row.generation !== null && ", edited by people"}
            </Fact>
          </dl>
          <button
            type="button"
            className="button button-small details-history"
            data-testid="cell-history"
            onClick={() => controller.openHistory("cell")}
          >
            <HistoryIcon size={14} /> History of this cell
          </button>
        </div>
      )}
    </div>
  );
}
