/** A document's past: which versions there are, how one differs from now, and the way back to it. */
import { type Change, MAX_PAGE_CHANGES } from "@cyclesheet/client";
import { plainText } from "@cyclesheet/client/notes";
import { diffWordsWithSpace } from "diff";
import { useEffect, useMemo, useState } from "react";
import type * as Y from "yjs";
import { ago, exactly } from "../../lib/time";
import { useApi } from "../../session/context";
import { useClient, useController, useMayEdit } from "../../sheet/context";
import { useServerNow } from "../../sheet/now";
import { CloseIcon, LeftIcon } from "../../ui/icons";
import { documentOf, restore } from "./contents";
import { type Moment, momentsOf, type Named, withNames } from "./moments";
import { notesOf, useNote } from "./provider";

/** Changes looked through for a document's past; what is older has a save point or is forgotten here. */
const MAX_CHANGES = 3_000;

interface Props {
  readonly name: string;
  /** Shows this version alone, without the list. */
  readonly version?: number;
  readonly onClose: () => void;
}

export default function NoteVersions({ name, version, onClose }: Props) {
  const [chosen, setChosen] = useState<number | null>(version ?? null);
  return (
    <section className="note-versions" aria-label="Past versions" data-testid={`versions:${name}`}>
      <header className="note-versions-head">
        {chosen !== null && version === undefined && (
          <button
            type="button"
            className="icon-button"
            aria-label="All versions"
            onClick={() => setChosen(null)}
          >
            <LeftIcon />
          </button>
        )}
        <h3>{chosen === null ? "Past versions" : `Version ${chosen}`}</h3>
        <button type="button" className="icon-button" aria-label="Close past versions" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {chosen === null ? (
        <Moments name={name} onChoose={setChosen} />
      ) : (
        <NoteAt name={name} version={chosen} onDone={onClose} />
      )}
    </section>
  );
}

const NO_POINTS: readonly Named[] = [];

function Moments({ name, onChoose }: { name: string; onChoose: (version: number) => void }) {
  const api = useApi();
  const tip = useClient((state) => state.sheet?.docs[name]?.version ?? 0);
  const points = useClient((state) => (state.sheet as { savePoints?: readonly Named[] } | null)?.savePoints);
  const now = useServerNow(30_000);
  const [changes, setChanges] = useState<readonly Change[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // Not again for every keystroke of others: what is listed is the past.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    let isHere = true;
    const load = async () => {
      const found: Change[] = [];
      for (let since = Math.max(0, tip - MAX_CHANGES); since < tip; ) {
        const page = await api.changes(since, MAX_PAGE_CHANGES);
        const last = page.changes.at(-1);
        if (last === undefined) break;
        found.push(...page.changes);
        since = last.version;
      }
      if (isHere) setChanges(found);
    };
    load().catch(
      (error: unknown) => isHere && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isHere = false;
    };
  }, [api]);
  const moments = useMemo(
    () => withNames(changes ? momentsOf(changes, name) : [], points ?? NO_POINTS),
    [changes, points, name],
  );
  if (problem !== null) return <p className="note-problem">{problem}</p>;
  if (changes === null) return <p className="muted note-waiting">Looking through the log…</p>;
  if (moments.length === 0) return <p className="muted note-waiting">Nobody has written here yet.</p>;
  return (
    <ol className="note-moments">
      {moments.map((moment) => (
        <li key={`${moment.version} ${moment.name ?? ""}`}>
          <button
            type="button"
            className="note-moment"
            data-testid={`moment:${moment.version}`}
            title={exactly(moment.at)}
            onClick={() => onChoose(moment.version)}
          >
            <span className="note-moment-at">
              {moment.name ? <bdi>{moment.name}</bdi> : ago(moment.at, now)}
            </span>
            <span className="muted">
              <bdi>{whoOf(moment)}</bdi>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

const whoOf = ({ authors, name, version }: Moment): string =>
  name === undefined ? authors.join(", ") : `save point, version ${version}`;

/** A document at an earlier version: its changes since, and the way back. */
export function NoteAt({ name, version, onDone }: { name: string; version: number; onDone?: () => void }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const opened = useNote(name);
  const [past, setPast] = useState<Y.Doc | "waiting" | "failed">("waiting");
  const [plain, setPlain] = useState(false);
  useEffect(() => {
    let isHere = true;
    setPast("waiting");
    void notesOf(controller.client)
      .at(name, version)
      .then((update) => isHere && setPast(update === null ? "failed" : documentOf(update)));
    return () => {
      isHere = false;
    };
  }, [controller, name, version]);

  if (past === "failed") return <p className="note-problem">This version could not be fetched. Try again.</p>;
  if (past === "waiting" || opened?.state.status !== "ready")
    return <p className="muted note-waiting">Fetching…</p>;
  const { doc } = opened.state;
  const [before, now] = [plainText(past), plainText(doc)];
  const take = () => {
    restore(doc, past);
    opened.note.flush();
    controller.say("The text is back as it was. Others see it as your change.");
    onDone?.();
  };
  return (
    <div className="note-at" data-testid={`note-at:${version}`}>
      <fieldset className="segments" aria-label="What is shown">
        <button type="button" className="segment" aria-pressed={!plain} onClick={() => setPlain(false)}>
          What changed since
        </button>
        <button type="button" className="segment" aria-pressed={plain} onClick={() => setPlain(true)}>
          As it was
        </button>
      </fieldset>
      <div className="note-diff" data-testid="note-diff">
        {plain ? (
          before || <span className="muted">It was empty.</span>
        ) : (
          <Changed before={before} now={now} />
        )}
      </div>
      {mayEdit && before !== now && (
        <button type="button" className="button button-small" data-testid="note-restore" onClick={take}>
          Restore this version
        </button>
      )}
    </div>
  );
}

function Changed({ before, now }: { before: string; now: string }) {
  const parts = useMemo(() => diffWordsWithSpace(before, now, { timeout: 500 }), [before, now]);
  if (before === now) return <span className="muted">It says the same now.</span>;
  // Two texts that have nothing in common: the library gave up, and so would a reader.
  if (!parts) return <ins>{now}</ins>;
  return parts.map(({ value, added, removed }, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one comparison have no other name
    if (added) return <ins key={index}>{value}</ins>;
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    if (removed) return <del key={index}>{value}</del>;
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    return <span key={index}>{value}</span>;
  });
}
