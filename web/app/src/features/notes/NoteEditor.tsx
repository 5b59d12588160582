/**
 * A rich-text document that several people write at once. Loaded when somebody needs it, not with the page.
 *
 * Owns the editor and the controls around it; what is in the document is the provider's, what may be in it
 * `extensions`'.
 */
import { FIELD, type Lost, type NoteState, type OpenNote, plainText } from "@cyclesheet/client/notes";
import { Editor } from "@tiptap/core";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import { lazy, useCallback, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { copyWords } from "../../sheet/copy";
import { rowOfNote } from "../../sheet/docs";
import { isAlive } from "../../sheet/model/threads";
import { useServerNow } from "../../sheet/now";
import { beginThread, openThread } from "../../sheet/openThread";
import { usePeople } from "../../sheet/people";
import { refusalText } from "../../sheet/refusalText";
import { useRestoreRow } from "../../sheet/useRestoreRow";
import { Later } from "../../ui/Later";
import { Mark } from "../../ui/Mark";
import { anchorOf, anchorsKey, rangeOf, type ThreadAnchor } from "./anchors";
import { say } from "./contents";
import { noteExtensions } from "./extensions";
import { MentionList } from "./MentionList";
import { mentionOptions, type Offer } from "./mentions";
import { NoteToolbar } from "./NoteToolbar";
import { useNote } from "./provider";
import { cleaned, plainly, safeHref } from "./safety";

/** The past is looked at rarely, and brings a comparison of texts with it. */
const NoteVersions = lazy(() => import("./NoteVersions"));

/** A person who has not typed for this long is not typing. */
const WRITING_MS = 3_000;

interface Props {
  /** `summary` or `notes:<taskId>` */
  readonly name: string;
  /** What it is, for those who hear it. */
  readonly label: string;
  readonly placeholder: string;
  readonly autoFocus?: boolean;
  /** Shown, not to be written in for now. */
  readonly readOnly?: boolean;
  /** What to begin with where nobody has written yet: a sheet from before there were documents. */
  readonly seed?: string;
  /** Escape was pressed in the text. */
  readonly onLeave?: () => void;
  /** The row of this note was removed, by the person of this name. The text stays, and waits for the row. */
  readonly removedBy?: string | null;
}

export default function NoteEditor(props: Props) {
  const opened = useNote(props.name);
  const [versions, setVersions] = useState(false);
  if (opened === null || opened.state.status === "loading")
    return (
      <p className="note-waiting muted" role="status">
        Opening…
      </p>
    );
  const { note, state } = opened;
  return (
    <div className="note" data-testid={`note:${props.name}`} data-status={state.status}>
      {props.removedBy != null && <RemovedRow name={props.name} by={props.removedBy} state={state} />}
      {state.lost && <LostWords lost={state.lost} onDismiss={() => note.dismiss()} />}
      {versions && (
        <Later>
          <NoteVersions name={props.name} onClose={() => setVersions(false)} />
        </Later>
      )}
      <div hidden={versions}>
        <Surface
          {...props}
          // A document that was taken back is another object: the editor is bound to it again.
          key={state.doc.guid}
          note={note}
          state={state}
          onHistory={() => setVersions(true)}
        />
      </div>
    </div>
  );
}

/** The other user who holds the note's row; null if nobody does, or if there is no row. */
function useHolder(name: string): string | null {
  const taskId = rowOfNote(name);
  const now = useServerNow(1_000);
  const lock = useClient((state) => state.sheet?.locks.find((held) => held.taskId === taskId));
  const own = useClient((state) => state.user?.id);
  const holder = useClient((state) => (lock && state.sheet?.authors[lock.holder]) || lock?.holder);
  return lock && lock.holder !== own && lock.expiresAt > now ? (holder ?? null) : null;
}

/** The open threads on this document. */
function useThreads(name: string): readonly ThreadAnchor[] {
  const comments = useClient((state) => state.sheet?.comments);
  const current = useScreen((screen) => screen.thread?.id);
  return useMemo(() => {
    const here = (comments ?? []).filter(
      (thread) => thread.doc === name && thread.anchor && thread.resolved === null && isAlive(thread),
    );
    return here.map(({ commentId, anchor }) => ({
      id: commentId,
      anchor: anchor ?? "",
      isCurrent: commentId === current,
    }));
  }, [comments, current, name]);
}

interface SurfaceProps extends Props {
  readonly note: OpenNote;
  readonly state: NoteState;
  readonly onHistory: () => void;
}

function Surface(props: SurfaceProps) {
  const { name, label, placeholder, autoFocus, readOnly = false, onLeave, state, onHistory } = props;
  const controller = useController();
  const host = useRef<HTMLDivElement>(null);
  const listId = useId();
  const [editor, setEditor] = useState<Editor | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);
  const holder = useHolder(name);
  const writing = useWriting();
  const isEditor = useMayEdit();
  const mayEdit = isEditor && !readOnly && holder === null && state.status === "ready";
  const people = usePeople();
  const own = useClient((client) => client.user?.id);
  const threads = useThreads(name);
  const asked = useScreen((screen) => screen.thread);
  // The editor is made once; what it asks for later is read from here.
  const latest = useRef({ people, own, onLeave, mayEdit, threads });
  latest.current = { people, own, onLeave, mayEdit, threads };

  const comment = useCallback(
    (made: Editor) => {
      const anchor = anchorOf(made.state);
      if (anchor === null) controller.say("Select the words to comment on first.");
      else beginThread(controller, { doc: name, anchor });
    },
    [controller, name],
  );

  const begin = () => {
    const known = controller.client.getState().sheet?.docs[name];
    if (props.seed && !known && state.doc.getXmlFragment(FIELD).length === 0) say(state.doc, props.seed);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: one editor per document, whatever else changes
  useEffect(() => {
    if (!host.current) return;
    const made = new Editor({
      element: host.current,
      injectCSS: false,
      editable: latest.current.mayEdit,
      extensions: noteExtensions({
        state,
        placeholder,
        threads: latest.current.threads,
        onThread: (id) => openThread(controller, id),
        mentions: mentionOptions(
          () => latest.current.people.filter(({ id }) => id !== latest.current.own),
          setOffer,
          (id) => props.note.mention(id),
        ),
      }),
      editorProps: {
        attributes: {
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": label,
          "data-testid": `text:${name}`,
        },
        transformPastedHTML: cleaned,
        transformPastedText: plainly,
        handleKeyDown(_, event) {
          const mod = event.ctrlKey || event.metaKey;
          if (event.key === "Escape") {
            latest.current.onLeave?.();
            return latest.current.onLeave !== undefined;
          }
          if ((mod && event.altKey && event.code === "KeyM") || (event.key === "F2" && event.shiftKey)) {
            comment(made);
            event.preventDefault();
            return true;
          }
          if (event.key === "F10" && event.altKey) {
            event.preventDefault();
            host.current?.closest(".note")?.querySelector<HTMLElement>(".note-tools [tabindex='0']")?.focus();
            return true;
          }
          if (mod && event.key.toLowerCase() === "k") {
            event.preventDefault();
            host.current
              ?.closest(".note")
              ?.querySelector<HTMLElement>("[data-testid='note-tool:link']")
              ?.click();
            return true;
          }
          return false;
        },
        handleClick(_, __, event) {
          const href = safeHref((event.target as Element | null)?.closest("a")?.getAttribute("href"));
          if (href === null || !(event.ctrlKey || event.metaKey)) return false;
          window.open(href, "_blank", "noopener,noreferrer");
          return true;
        },
      },
    });
    const written = (_: Uint8Array, origin: unknown) => origin === ySyncPluginKey && writing(name);
    state.doc.on("update", written);
    setEditor(made);
    if (latest.current.mayEdit) begin();
    if (autoFocus && latest.current.mayEdit) made.commands.focus("end", { scrollIntoView: false });
    return () => {
      state.doc.off("update", written);
      made.destroy();
      setEditor(null);
      setOffer(null);
    };
  }, [state.doc]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what `begin` reads is as it is when writing begins
  useEffect(() => {
    if (!editor || editor.isDestroyed || editor.isEditable === mayEdit) return;
    editor.setEditable(mayEdit, false);
    if (mayEdit) begin();
    if (mayEdit && autoFocus) editor.commands.focus("end", { scrollIntoView: false });
  }, [editor, mayEdit, autoFocus]);

  useEffect(() => {
    if (!editor || editor.isDestroyed) return;
    editor.view.dispatch(editor.state.tr.setMeta(anchorsKey, threads).setMeta("addToHistory", false));
  }, [editor, threads]);

  // A thread that was asked for shows the words it is about.
  useEffect(() => {
    const thread = asked && latest.current.threads.find(({ id }) => id === asked.id);
    if (!editor || editor.isDestroyed || !thread) return;
    const range = rangeOf(editor.state, thread.anchor);
    const node = range && editor.view.domAtPos(range.from).node;
    (node instanceof Element ? node : node?.parentElement)?.scrollIntoView({ block: "nearest" });
  }, [editor, asked]);

  useEffect(() => {
    const text = editor?.isDestroyed === false ? editor.view.dom : null;
    if (!text) return;
    if (offer) {
      text.setAttribute("aria-controls", listId);
      text.setAttribute("aria-activedescendant", `${listId}-${offer.active}`);
    } else {
      text.removeAttribute("aria-controls");
      text.removeAttribute("aria-activedescendant");
    }
  }, [editor, offer, listId]);

  return (
    <>
      {editor && mayEdit && (
        <NoteToolbar editor={editor} label={label} onComment={() => comment(editor)} onHistory={onHistory} />
      )}
      {holder !== null && (
        <p className="note-held" role="status">
          <bdi>{holder}</bdi> holds this row for the moment.
        </p>
      )}
      {/* A text that scrolls must be reachable by those who cannot write in it, too. */}
      <div
        className="note-text"
        ref={host}
        tabIndex={mayEdit ? undefined : 0}
        data-editable={mayEdit || undefined}
      />
      <Here name={name} state={state} />
      {offer && <MentionList offer={offer} id={listId} />}
    </>
  );
}

/** Says that one writes in a document, until one has rested a while. */
function useWriting(): (doc: string) => void {
  const { screen } = useController();
  const timer = useRef(0);
  const rest = useCallback(() => {
    clearTimeout(timer.current);
    screen.set({ writing: null });
  }, [screen]);
  useEffect(() => rest, [rest]);
  return useCallback(
    (doc) => {
      clearTimeout(timer.current);
      timer.current = window.setTimeout(rest, WRITING_MS);
      screen.set({ writing: doc });
    },
    [screen, rest],
  );
}

/** The other users in the document, and which of them writes. */
function Here({ name, state }: { name: string; state: NoteState }) {
  const { awareness } = state;
  const subscribe = useCallback(
    (listener: () => void) => {
      awareness.on("change", listener);
      return () => awareness.off("change", listener);
    },
    [awareness],
  );
  const ids = useSyncExternalStore(subscribe, () =>
    [...awareness.states.values()].map(({ user }) => user.id).join(),
  );
  const peers = useClient((state) => state.peers);
  if (ids === "") return null;
  const here = ids.split(",");
  const people = peers.filter(({ user }) => here.includes(user.id));
  const typing = people.filter((peer) => peer.state?.status === "typing" && peer.state.docs?.[name] != null);
  return (
    <p className="note-here" data-testid="note-here">
      {people.map(({ user }) => (
        <span key={user.id} data-typing={typing.some((one) => one.user.id === user.id) || undefined}>
          <Mark person={user} /> <bdi>{user.name}</bdi>
        </span>
      ))}
      <span className="muted">{hereWords(people.length, typing.length)}</span>
    </p>
  );
}

function hereWords(people: number, typing: number): string {
  if (typing === 0) return people === 1 ? "is here too" : "are here too";
  if (people === 1) return "is typing";
  return typing === people ? "are typing" : `are here too, ${typing} typing`;
}

/** The row is not there any more: what the text is now, and the ways on. */
function RemovedRow({ name, by, state }: { name: string; by: string; state: NoteState }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const { busy, restore } = useRestoreRow();
  const taskId = rowOfNote(name) ?? "";
  return (
    <div className="note-lost note-removed" role="alert" data-testid="note-removed">
      <p>
        <strong>
          <bdi>{by}</bdi> removed this row.
        </strong>{" "}
        {mayEdit
          ? "This browser keeps the note, and what you write in it now. It is saved when the row is back."
          : "This browser keeps the note as you see it."}
      </p>
      <div className="note-lost-actions">
        {mayEdit && (
          <button
            type="button"
            className="button button-small button-primary"
            data-testid="restore-row"
            aria-disabled={busy || undefined}
            onClick={() => !busy && void restore(taskId)}
          >
            {busy ? "Bringing it back…" : "Bring the row back"}
          </button>
        )}
        <button
          type="button"
          className="button button-small"
          onClick={() => void copyWords(controller, plainText(state.doc))}
        >
          Copy the note
        </button>
      </div>
    </div>
  );
}

/** What the server did not take, to be copied: nobody should have to type it twice. */
function LostWords({ lost, onDismiss }: { lost: Lost; onDismiss: () => void }) {
  const controller = useController();
  return (
    <div className="note-lost" role="alert" data-testid="note-lost">
      <p>
        <strong>These words were not saved.</strong> {refusalText(lost).text}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <bdi>{lost.words}</bdi>
      </pre>
      <div className="note-lost-actions">
        <button
          type="button"
          className="button button-small"
          onClick={() => void copyWords(controller, lost.words)}
        >
          Copy
        </button>
        <button type="button" className="button button-quiet button-small" onClick={onDismiss}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
