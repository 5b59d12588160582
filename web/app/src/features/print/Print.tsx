/**
 * The sheet on paper: a plain table of every row that is shown, made when somebody prints. The grid on the screen draws
 * only the rows near the screen, so its own rows cannot be printed.
 */
import { COLUMNS, type Column, type Row } from "@cyclesheet/client";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { longDate } from "../../lib/dates";
import { momentOf } from "../../lib/moments";
import { useController } from "../../sheet/context";
import { SUMMARY } from "../../sheet/docs";
import { useHistory } from "../../sheet/log/context";
import { COLUMN_INFO } from "../../sheet/model/columns";

interface Paper {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly summary: string;
  /** What the paper shows other than the whole sheet of now. */
  readonly note: string;
}

export function Print({ title }: { title: string }) {
  const controller = useController();
  const { log, time } = useHistory();
  const [paper, setPaper] = useState<Paper | null>(null);

  useEffect(() => {
    const compose = (): Paper => {
      const { sheet } = controller.client.getState();
      const { viewing } = time.get();
      const then = viewing === null ? null : log.sheetAt(viewing);
      if (then) {
        const at = log.entryAt(viewing ?? 0)?.at;
        return {
          rows: then.tasks,
          columns: COLUMNS,
          summary: then.executiveSummary,
          note: `Version ${viewing}${at ? `, ${momentOf(at)}` : ""}`,
        };
      }
      const { rows, columns } = controller.view;
      const all = sheet?.tasks.length ?? 0;
      return {
        rows,
        columns,
        summary: summaryNow(sheet?.docs[SUMMARY]?.isManuallyEdited ? null : (sheet?.executiveSummary ?? "")),
        note: rows.length < all ? `${rows.length} of ${all} rows: the others are filtered out` : "",
      };
    };
    const begin = () => flushSync(() => setPaper(compose()));
    const end = () => setPaper(null);
    const media = matchMedia("print");
    const turn = () => (media.matches ? begin() : end());
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    // Some browsers, and previews, only say that the medium changed.
    media.addEventListener("change", turn);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
      media.removeEventListener("change", turn);
    };
  }, [controller, log, time]);

  if (!paper) return null;
  const { rows, columns, summary, note } = paper;
  return (
    <section className="paper" data-testid="paper">
      <h1>{title}</h1>
      {note && <p className="paper-note">{note}</p>}
      {summary && (
        <p className="paper-summary" dir="auto">
          {summary}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th className="paper-number">#</th>
            {columns.map((column) => (
              <th key={column} className={`paper-${column}`} scope="col">
                {COLUMN_INFO[column].title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.taskId}>
              <td className="paper-number">{index + 1}</td>
              {columns.map((column) => (
                <td key={column} dir="auto">
                  {printed(column, row.cells[column]?.value ?? "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The summary's words. A text that people wrote is in its editor, which is there while the summary is unfolded. */
function summaryNow(plain: string | null): string {
  if (plain !== null) return plain;
  const editor = document.querySelector<HTMLElement>(".summary [role='textbox']");
  if (!editor) return "People wrote the summary of this week. Unfold it on the page to print it.";
  return [...editor.querySelectorAll("p, h1, h2, h3, pre")].map((block) => block.textContent).join("\n");
}

function printed(column: Column, value: string): string {
  if (column === "progress" && value !== "") return `${value}%`;
  if (column === "deadline") return longDate(value);
  return value;
}
