/** What was sent to the model, what came back, and what was dropped and why. For admins; everything is shown as text. */
import { type ReactNode, useCallback, useState } from "react";
import { momentOf } from "../../lib/moments";
import { useApi } from "../../session/context";
import { AnswerState, useAnswer } from "../../sheet/answer";
import { useClient } from "../../sheet/context";
import { type Attempt, attemptsIn, callsOf, dollars, type Report, reasonWords, reportsIn } from "./reports";

export function AuditPanel() {
  const generation = useClient((state) => state.sheet?.generation);
  const api = useApi();
  const ask = useCallback(() => api.read("generations").then(reportsIn), [api]);
  const [loaded, load] = useAnswer(ask, [generation?.number, generation?.state]);
  return (
    <div className="side" data-testid="audit">
      <h2 className="panel-title">What the model was told</h2>
      <AnswerState answer={loaded} onRetry={load} />
      {loaded.is === "here" && loaded.value.length === 0 && (
        <p className="side-note">Nothing has been extracted into this week.</p>
      )}
      {loaded.is === "here" &&
        [...loaded.value].reverse().map((report) => <Generation key={report.generation} report={report} />)}
    </div>
  );
}

const ORIGINS: { readonly [origin: string]: string } = {
  model: "Made by the model",
  sample: "Sample data – no model was asked",
  fallback: "Made without the model",
  empty: "There were no messages",
};

function Generation({ report }: { report: Report }) {
  if (!report.isOver) {
    return (
      <section className="report">
        <h3>Extraction {report.generation}</h3>
        <p>In progress, or it ended without a report.</p>
      </section>
    );
  }
  const seconds = (report.finishedAt - report.startedAt) / 1_000;
  const leftOut = report.smallTalk + report.otherLeftOut;
  return (
    <section className="report" data-testid={`report:${report.generation}`}>
      <h3>
        Extraction {report.generation}, {momentOf(report.startedAt)}
      </h3>
      <p>
        {ORIGINS[report.origin] ?? report.origin}
        {report.model && report.origin === "model" && ` (${report.model})`}.
        {report.reason && ` ${reasonWords(report.reason)}`}
      </p>
      <dl className="report-facts">
        <Fact name="Messages read">{report.messages}</Fact>
        <Fact name="Rows">
          {report.rows}
          {report.carried > 0 && `, ${report.carried} of them carried over`}
        </Fact>
        <Fact name="Left out of the prompt">
          {leftOut === 0
            ? "none"
            : `${leftOut} (${report.smallTalk} small talk, ${report.otherLeftOut} for room)`}
        </Fact>
        <Fact name="Credentials masked">{report.masked}</Fact>
        <Fact name="Model calls">
          {callsOf(report)}
          {callsOf(report) > 0 &&
            `, ${report.inputTokens} tokens in, ${report.outputTokens} out, ${dollars(report.costMicrodollars)}`}
        </Fact>
        <Fact name="Took">{seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`}</Fact>
      </dl>
      <Dropped report={report} />
      <Sent number={report.generation} isSample={report.origin === "sample"} />
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Dropped({ report }: { report: Report }) {
  const { dropped, warnings, missingCitations, problems } = report;
  const lines = [
    ...warnings,
    ...problems,
    ...(missingCitations.length > 0
      ? [`Cited, but there are no such messages: ${missingCitations.join(", ")}.`]
      : []),
  ];
  return (
    <>
      <h4>What was dropped, and why</h4>
      {dropped.length === 0 ? (
        <p className="muted">Nothing.</p>
      ) : (
        <ul className="report-dropped">
          {dropped.map(({ line, reason }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a report never changes
            <li key={i}>
              {reason}
              <code>{line}</code>
            </li>
          ))}
        </ul>
      )}
      {lines.length > 0 && (
        <>
          <h4>What was noticed</h4>
          <ul className="report-dropped">
            {lines.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <li key={i}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Sent({ number, isSample }: { number: number; isSample: boolean }) {
  const [open, setOpen] = useState(false);
  const api = useApi();
  const ask = useCallback(() => api.read(`generations/${number}`).then(attemptsIn), [api, number]);
  const [loaded, load] = useAnswer(open ? ask : null, [open]);
  return (
    <details className="report-sent" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid={`sent:${number}`}>
        {isSample
          ? "What a model would be sent, and the prepared answer"
          : "What was sent and what came back"}
      </summary>
      {open && <AnswerState answer={loaded} onRetry={load} />}
      {open && loaded.is === "here" && loaded.value.length === 0 && <p>The model was not asked.</p>}
      {open &&
        loaded.is === "here" &&
        loaded.value.map((attempt, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attempts are shown in their order
          <One key={i} attempt={attempt} number={i + 1} of={loaded.value.length} />
        ))}
    </details>
  );
}

function One({ attempt, number, of }: { attempt: Attempt; number: number; of: number }) {
  const { system, user, schema, answer, failure, tookMs } = attempt;
  return (
    <div className="report-attempt">
      {of > 1 && (
        <h4>
          Attempt {number} of {of}
        </h4>
      )}
      <Raw name="Instructions" text={system} />
      <Raw name="Messages, as sent" text={user} />
      {schema && <Raw name="Shape that was asked for" text={schema} />}
      {answer !== null && (
        <Raw
          name={`Answer${tookMs === null ? "" : `, after ${(tookMs / 1_000).toFixed(1)} s`}`}
          text={answer}
        />
      )}
      {failure !== null && <Raw name="Failure" text={failure} />}
      {answer === null && failure === null && <p>No answer was stored.</p>}
    </div>
  );
}

/** Words of others, as text and nothing else. */
function Raw({ name, text }: { name: string; text: string }) {
  return (
    <figure className="report-raw">
      <figcaption>{name}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reached by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
