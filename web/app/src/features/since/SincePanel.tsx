/** What changed since last week: stuck, finished, new and moved rows, those that are gone, and the trend of eight weeks. */
import type { Comparison } from "@cyclesheet/client";
import { useCallback } from "react";
import { useApi } from "../../session/context";
import { AnswerState, useAnswer } from "../../sheet/answer";
import { useClient, useController } from "../../sheet/context";
import { comparisonIn, HEALTH_WORDS, sectionsOf, sentenceOf } from "./comparison";

/** Somebody who types commits several times a second: one question for all of it, milliseconds after the last. */
const REST_MS = 1_000;

export function SincePanel() {
  const api = useApi();
  const version = useClient((state) => state.sheet?.version);
  const ask = useCallback(() => api.read("comparison").then(comparisonIn), [api]);
  // Another version may differ in other ways.
  const [answer, load] = useAnswer(ask, [version], REST_MS);
  return (
    <div className="side" data-testid="since">
      <h2 className="panel-title">What changed since last week</h2>
      <AnswerState answer={answer} onRetry={load} />
      {answer.is === "here" && <Changes comparison={answer.value} />}
    </div>
  );
}

function Changes({ comparison }: { comparison: Comparison }) {
  const { before, rows, vanished } = comparison;
  if (before === null)
    return <p className="side-note">This is the team's first sheet: there is no week to compare it with.</p>;
  return (
    <div className="since">
      {rows.length === 0 && vanished.length === 0 && (
        <p className="side-note">No row differs from {before}.</p>
      )}
      {sectionsOf(comparison).map((section) => (
        <section key={section.title} aria-label={section.title}>
          <h3>
            {section.title} <span className="since-count">{section.rows.length}</span>
          </h3>
          <ul>
            {section.rows.map((row) => (
              <ChangedRow key={row.taskId} row={row} />
            ))}
          </ul>
        </section>
      ))}
      {vanished.length > 0 && (
        <section aria-label="Gone without being done">
          <h3>
            Gone without being done <span className="since-count">{vanished.length}</span>
          </h3>
          <ul>
            {vanished.map((row) => (
              <li key={row.taskId}>
                {row.title || "A row without a title"} {row.assignee && <small>{row.assignee}</small>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Trend trend={comparison.trend} />
    </div>
  );
}

function ChangedRow({ row }: { row: Comparison["rows"][number] }) {
  const controller = useController();
  return (
    <li>
      <button
        type="button"
        className="link-button"
        onClick={() => controller.go({ taskId: row.taskId, column: "title" })}
      >
        {row.title || "A row without a title"}
      </button>{" "}
      {row.assignee && <small>{row.assignee}</small>}
      <p>{row.differences.map(sentenceOf).join(". ")}.</p>
    </li>
  );
}

/** A table with a bar in each number's cell, so that it reads as a chart and is none to a screen reader. */
function Trend({ trend }: { trend: Comparison["trend"] }) {
  if (trend.length < 2) return null;
  const most = Math.max(1, ...trend.flatMap((week) => [week.numbers.done, week.slipped, week.carriedOver]));
  const bar = (value: number) => (
    <td>
      <span className="since-bar" style={{ inlineSize: `${(value / most) * 100}%` }} aria-hidden="true" />
      {value}
    </td>
  );
  return (
    <section aria-label="Trend">
      <h3>Trend</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Week</th>
            <th scope="col">Done</th>
            <th scope="col">Slipped</th>
            <th scope="col">Carried over</th>
            <th scope="col">Health</th>
          </tr>
        </thead>
        <tbody>
          {trend.map((week) => (
            <tr key={week.week}>
              <th scope="row">{week.week.slice(5)}</th>
              {bar(week.numbers.done)}
              {bar(week.slipped)}
              {bar(week.carriedOver)}
              <td>{week.health ? HEALTH_WORDS[week.health] : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
