/** The week's changes, newest first, narrowed to a person, a row or a cell. */
import { useMemo, useState } from "react";
import { dayOf } from "../../lib/moments";
import { useClient, useController, useScreen } from "../../sheet/context";
import { inQuotes, useFollowLog, useHistory, useLog } from "../../sheet/log/context";
import { concerns, type Entry, type Filter, inStretches, narrowed } from "../../sheet/log/entry";
import { COLUMN_INFO } from "../../sheet/model/columns";
import type { Scope } from "../../sheet/screen";
import { EntryItem } from "./EntryItem";
import { SavePoints } from "./SavePoints";

/** Entries drawn at first, and more with each press: thousands at once would freeze the page. */
const SHOWN = 60;

export function HistoryPanel() {
  const controller = useController();
  const { log } = useHistory();
  useFollowLog();
  const place = useScreen((screen) => screen.selection?.anchor ?? null);
  const scope = useScreen((screen) => screen.scope);
  const [person, setPerson] = useState<string | null>(null);
  const [shown, setShown] = useState(SHOWN);
  const { status, entries, total, problem, unknownFrom } = useLog((state) => state);
  const title = useClient(
    (state) => state.sheet?.tasks.find((task) => task.taskId === place?.taskId)?.cells.title?.value ?? "",
  );

  const filter: Filter = {
    person,
    taskId: scope === "all" ? null : (place?.taskId ?? null),
    column: scope === "cell" ? (place?.column ?? null) : null,
  };
  const people = useMemo(() => peopleIn(entries), [entries]);
  const { taskId, column } = filter;
  const found = useMemo(
    () =>
      inStretches(
        entries
          .filter((entry) => concerns(entry, { person, taskId, column }))
          .map((entry) => narrowed(entry, { person, taskId, column }))
          .reverse(),
      ),
    [entries, person, taskId, column],
  );
  const needsPlace = scope !== "all" && place === null;
  const about =
    scope === "all" || needsPlace || !place
      ? null
      : scope === "row"
        ? inQuotes(title)
        : `${COLUMN_INFO[place.column].title} of ${inQuotes(title)}`;

  return (
    <div className="side" data-testid="history">
      <div className="history-filters">
        <Scopes scope={scope} onChoose={(next) => controller.screen.set({ scope: next })} />
        <label className="history-person">
          <span className="sr-only">Changes by</span>
          <select
            className="input"
            value={person ?? ""}
            data-testid="history-person"
            onChange={(event) => setPerson(event.target.value === "" ? null : event.target.value)}
          >
            <option value="">Everyone</option>
            {people.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {about && (
        <p className="history-about" data-testid="history-about">
          {about}
        </p>
      )}
      <SavePoints />
      {status === "loading" && entries.length < total && total > 0 && (
        <p className="history-progress" role="status">
          <progress max={total} value={entries.length} aria-label="Reading the history" />
          {entries.length.toLocaleString("en-GB")} of {total.toLocaleString("en-GB")} changes read
        </p>
      )}
      {status === "loading" && entries.length === 0 && <p className="side-note">Reading the history…</p>}
      {status === "failed" && (
        <p className="side-note" role="alert">
          {problem}{" "}
          <button type="button" className="link-button" onClick={() => void log.load()}>
            Try again
          </button>
        </p>
      )}
      {unknownFrom !== null && (
        <p className="side-note">
          Changes from version {unknownFrom} on were made by a newer Cyclesheet. Reload the page to see them.
        </p>
      )}
      {needsPlace && <p className="side-note">Select a cell in the sheet to see its history.</p>}
      {!needsPlace && status === "ready" && found.length === 0 && (
        <p className="side-note">
          {person ? "No change by this person here." : "Nothing was changed here yet."}
        </p>
      )}
      {!needsPlace && <Timeline entries={found.slice(0, shown)} />}
      {!needsPlace && found.length > shown && (
        <button
          type="button"
          className="button history-more"
          data-testid="history-more"
          onClick={() => setShown(shown + SHOWN)}
        >
          Show older changes ({(found.length - shown).toLocaleString("en-GB")})
        </button>
      )}
    </div>
  );
}

function Timeline({ entries }: { entries: readonly Entry[] }) {
  const now = Date.now();
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = dayOf(entry.at, now);
    const list = days.get(name);
    if (list) list.push(entry);
    else days.set(name, [entry]);
  }
  return [...days].map(([name, list]) => (
    <section key={name} className="history-day">
      <h3>{name}</h3>
      <ol>
        {list.map((entry) => (
          <EntryItem key={entry.version} entry={entry} />
        ))}
      </ol>
    </section>
  ));
}

const SCOPES: readonly (readonly [Scope, string])[] = [
  ["all", "Everything"],
  ["row", "This row"],
  ["cell", "This cell"],
];

function Scopes({ scope, onChoose }: { scope: Scope; onChoose: (scope: Scope) => void }) {
  return (
    <fieldset className="segments">
      <legend className="sr-only">Changes of</legend>
      {SCOPES.map(([value, name]) => (
        <label key={value}>
          <input
            type="radio"
            name="history-scope"
            value={value}
            checked={scope === value}
            onChange={() => onChoose(value)}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Everybody who changed something, by name. */
function peopleIn(entries: readonly Entry[]): [id: string, name: string][] {
  const names = new Map(entries.map(({ author }) => [author.id, author.name]));
  return [...names].sort(([, a], [, b]) => a.localeCompare(b));
}
