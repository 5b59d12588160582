/** Everything known about the active cell: its text in full, who wrote it, what the model said, where it came from. */
import type { ReactNode } from "react";
import { Chips, sourceIds } from "../chrome/Chips";
import { CloseIcon, HistoryIcon, SparkIcon } from "../chrome/icons";
import { MODEL_AUTHOR, originOf } from "../grid/cells";
import { COLUMN_INFO } from "../model/columns";
import { useClient, useController, useMayEdit, useScreen } from "../state/context";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Details() {
  const controller = useController();
  const open = useScreen((screen) => screen.side === "details");
  const place = useScreen((screen) => screen.selection?.anchor ?? null);
  const row = useClient((state) => state.sheet?.tasks.find((task) => task.taskId === place?.taskId));
  const authors = useClient((state) => state.sheet?.authors);
  const pending = useClient((state) =>
    state.confirmedSheet?.tasks.find((task) => task.taskId === place?.taskId),
  );
  const mayEdit = useMayEdit();
  if (!open) return null;
  const cell = row && place ? row.cells[place.column] : undefined;
  const origin = originOf(cell);
  const name = (id: string) => (id === MODEL_AUTHOR ? "the model" : (authors?.[id] ?? id));
  const sources = sourceIds(row?.cells.source?.value ?? "");
  const isPending = place && cell && pending?.cells[place.column] !== cell;

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
    <aside className="details" aria-label="Cell details" data-testid="details">
      <header className="details-head">
        <h2>{place ? COLUMN_INFO[place.column].title : "Cell details"}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close details"
          onClick={() => {
            controller.screen.set({ side: null });
            if (place) controller.go(place);
          }}
        >
          <CloseIcon />
        </button>
      </header>
      {!place || !row ? (
        <p className="muted details-body">Select a cell to see who wrote it and where it came from.</p>
      ) : (
        <div className="details-body">
          <p className="details-task">{row.cells.title?.value || "Untitled row"}</p>
          <dl>
            <Fact name="Stands here">
              <span className="details-value" data-testid="detail-value">
                {cell?.value || <span className="muted">nothing</span>}
              </span>
            </Fact>
            <Fact name="Written by">
              <span data-testid="detail-author">
                {!cell ? "nobody yet" : name(cell.author)}
                {cell && (
                  <span className="muted">{isPending ? ", being saved" : `, version ${cell.version}`}</span>
                )}
              </span>
            </Fact>
            {cell?.aiValue !== undefined && origin === "corrected" && (
              <Fact name="The model wrote">
                <span className="details-ai" data-testid="detail-ai">
                  <SparkIcon size={12} /> {cell.aiValue || "nothing"}
                </span>
                {mayEdit && place.column !== "source" && (
                  <button type="button" className="link-button" onClick={takeModelValue}>
                    Take the model’s
                  </button>
                )}
              </Fact>
            )}
            {cell?.aiValue !== undefined && cell.author !== MODEL_AUTHOR && origin === "person" && (
              <Fact name="The model">wrote the same</Fact>
            )}
            <Fact name="From messages">
              {sources.length === 0 ? (
                <span className="muted">
                  {row.generation === null ? "none, a person added this row" : "none cited"}
                </span>
              ) : (
                <Chips ids={sources} testId="detail-sources" />
              )}
            </Fact>
            {row.carriedFrom && <Fact name="Carried over from">{row.carriedFrom}</Fact>}
            <Fact name="Row">
              {row.generation === null ? "added by a person" : `from extraction ${row.generation}`}
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
    </aside>
  );
}
