/**
 * The sheet on paper: a plain table of every row that is shown, made when somebody prints. The grid on the screen draws
 * only the rows near the screen, so its own rows cannot be printed.
 */
import { COLUMNS, type Column, type Row, type Sheet } from "@cyclesheet/client";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { shortDate } from "../../lib/dates";
import { momentOf } from "../../lib/moments";
import { useController } from "../../sheet/context";
import { lastDirectory } from "../../sheet/directory";
import { SUMMARY } from "../../sheet/docs";
import { useHistory } from "../../sheet/log/context";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { HEALTH_WORDS, healthShown, numbersOf } from "../../sheet/model/health";
import { filtered, placeOf, saidIn } from "../../sheet/model/threads";
import { fallbackWords } from "../../sheet/refusalText";
import { sourceIds } from "../../ui/Chips";

type Generation = NonNullable<Sheet["generation"]>;

interface Paper {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly summary: string;
  /** What the paper shows other than the whole sheet of now. */
  readonly note: string;
  /** The week in one word and three numbers. */
  readonly brief: string;
  /** Where the rows come from. */
  readonly origin: string;
  /** Comments that are open, each as one line. */
  readonly talk: readonly string[];
}

/** Says where the rows come from, as far as the sheet knows. */
function originOf(generation: Generation | null | undefined): string {
  if (!generation) return "Written by people.";
  const from = `${generation.messages.toLocaleString("en-GB")} ${generation.messages === 1 ? "message" : "messages"}`;
  switch (generation.origin) {
    case "model":
      return `Filled in by ${generation.model ?? "the model"} from ${from}. ${generation.note ?? ""}`.trim();
    case "fallback":
      return `${fallbackWords(generation.note ?? "", generation.messages)} Rows may be missing.`;
    case "sample":
      return "Sample data – no model was asked.";
    default:
      return "";
  }
}

function talkIn(sheet: Sheet): readonly string[] {
  return filtered(sheet.comments, "open").map((thread) => {
    const { what, where } = placeOf(thread, sheet.tasks, (column) => COLUMN_INFO[column].title);
    const said = saidIn(thread)
      .filter((one) => !one.deleted)
      .map((one) => `${sheet.authors[one.author] ?? one.author}: ${one.text}`);
    return `${[where, what].filter(Boolean).join(", ")} – ${said.join(" / ")}`;
  });
}

function briefOf(rows: readonly Row[], sheet: Sheet, asOf: string): string {
  const numbers = numbersOf(rows, asOf);
  const health = healthShown(sheet, numbers);
  const { done, blocked, late } = numbers;
  return health === null
    ? ""
    : `${HEALTH_WORDS[health]} – ${done} of ${numbers.rows} done, ${blocked} blocked, ${late} late`;
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
          brief: briefOf(then.tasks, then, controller.asOf),
          origin: originOf(then.generation),
          talk: talkIn(then),
          note: `Version ${viewing}${at ? `, ${momentOf(at)}` : ""}`,
        };
      }
      const { rows, columns } = controller.view;
      const all = sheet?.tasks.length ?? 0;
      return {
        rows,
        columns,
        summary: summaryNow(sheet?.docs[SUMMARY]?.isManuallyEdited ? null : (sheet?.executiveSummary ?? "")),
        brief: sheet ? briefOf(sheet.tasks, sheet, controller.asOf) : "",
        origin: originOf(sheet?.generation),
        talk: sheet ? talkIn(sheet) : [],
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
  const { rows, columns, summary, note, brief, origin, talk } = paper;
  return (
    <section className="paper" data-testid="paper">
      <h1>{title}</h1>
      {brief && <p className="paper-brief">{brief}</p>}
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
                  {printed(column, row.cells[column]?.value ?? "", controller.asOf)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {talk.length > 0 && (
        <>
          <h2>Open comments</h2>
          <ul className="paper-talk">
            {talk.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a paper have no other name
              <li key={index} dir="auto">
                {line}
              </li>
            ))}
          </ul>
        </>
      )}
      {origin && <p className="paper-note">{origin}</p>}
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

function printed(column: Column, value: string, asOf: string): string {
  if (column === "source") {
    const { length } = sourceIds(value);
    return length === 0 ? "" : String(length);
  }
  if (column === "assignee" && value !== "") return lastDirectory().face(value).name;
  if (column === "progress" && value !== "") return `${value}%`;
  if (column === "deadline") return shortDate(value, asOf);
  return value;
}
