/** All threads of the week beside the sheet: the newest first, the one of the active cell marked. */
import type { Comment } from "@cyclesheet/client";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Person } from "../../lib/mentions";
import { settings } from "../../session/settings";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { openDoc, rowOfNote } from "../../sheet/docs";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { type Filter, filtered, lastAt, placeOf, quoteOf, type Target } from "../../sheet/model/threads";
import { useServerNow } from "../../sheet/now";
import { beginThread } from "../../sheet/openThread";
import { usePeople } from "../../sheet/people";
import { CommentIcon } from "../../ui/icons";
import { Composer } from "./Composer";
import { type CommentActions, useCommentActions } from "./commentActions";
import { markSeen, type Seen, useSeen, useSeenKey } from "./seen";
import { Thread } from "./Thread";

/** How long words must have been on the screen to count as looked at, milliseconds. */
const LOOKED_MS = 800;

interface Props {
  /** Shows a thread's place in a document. */
  readonly onDoc?: (thread: Comment) => void;
}

/** Every user by id: members and users in the room, then authors in the log. */
export function usePersonOf(people: readonly Person[]): (id: string) => Person {
  const authors = useClient((state) => state.sheet?.authors);
  return useMemo(() => {
    const known = new Map(people.map((person) => [person.id, person]));
    return (id) => known.get(id) ?? { id, name: authors?.[id] ?? id, color: "" };
  }, [people, authors]);
}

export function CommentsPanel({ onDoc }: Props) {
  const controller = useController();
  const comments = useClient((state) => state.sheet?.comments);
  const tasks = useClient((state) => state.sheet?.tasks);
  const own = useClient((state) => state.user?.id);
  const pointed = useScreen((screen) => screen.thread);
  const draft = useScreen((screen) => screen.draft);
  const place = useScreen((screen) => screen.selection?.anchor ?? null);
  const mayWrite = useMayEdit();
  const people = usePeople();
  const personOf = usePersonOf(people);
  const plain = useCommentActions();
  const list = useRef<HTMLDivElement>(null);
  // A thread that leaves the list takes the focus with it, which the list then keeps.
  const actions = useMemo<CommentActions>(() => {
    const leaving = (done: Promise<boolean>, words: string) => {
      list.current?.focus({ preventScroll: true });
      controller.say(words);
      return done;
    };
    return {
      ...plain,
      resolve: (id) => leaving(plain.resolve(id), "Resolved. You find the thread under Resolved."),
      reopen: (id) => leaving(plain.reopen(id), "Reopened."),
      remove: (id, replyId) => leaving(plain.remove(id, replyId), "Deleted."),
    };
  }, [plain, controller]);
  const now = useServerNow(30_000);
  const seen = useSeen();
  // What was new when the panel opened stays marked as new while it is open.
  const [seenBefore] = useState<Seen>(seen);
  const [filter, setFilter] = useState<Filter>("open");
  const threads = filtered(comments ?? [], filter);
  const counts = { open: filtered(comments ?? [], "open").length, resolved: 0 };
  counts.resolved = filtered(comments ?? [], "resolved").length;
  const others = people.filter((person) => person.id !== own);

  // A thread that was asked for is shown, whatever was shown before.
  useEffect(() => {
    if (!pointed) return;
    const thread = controller.client.getState().sheet?.comments.find((one) => one.commentId === pointed.id);
    if (thread) setFilter(thread.resolved === null ? "open" : "resolved");
  }, [pointed, controller]);

  /** A comment on words of a note leads back to the note, any other to the cell. */
  const back = (about: Target) => {
    if ("doc" in about && rowOfNote(about.doc)) openDoc(controller, about.doc);
    else if (place) controller.go(place);
  };
  const onWriting = (isWriting: boolean) => controller.screen.set({ composing: isWriting });
  const headingOf = (about: Comment | Target) => <Heading about={about} onDoc={onDoc} titles={tasks ?? []} />;

  return (
    <div className="comments" data-testid="comments">
      <div className="comments-bar">
        <fieldset className="comment-filters" aria-label="Which threads">
          {(["open", "resolved"] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              className="comment-filter"
              aria-pressed={filter === kind}
              data-testid={`filter:${kind}`}
              onClick={() => setFilter(kind)}
            >
              {kind === "open" ? "Open" : "Resolved"}{" "}
              <span className="comment-filter-count">{counts[kind]}</span>
            </button>
          ))}
        </fieldset>
        {mayWrite && !draft && (
          <button
            type="button"
            className="button button-small"
            data-testid="comment-here"
            title={place ? `Comment on ${COLUMN_INFO[place.column].title}` : "Comment on a cell"}
            onClick={() => {
              if (place) beginThread(controller, { taskId: place.taskId, column: place.column });
              else controller.say("Select the cell that the comment is about, then press New.");
            }}
          >
            <CommentIcon size={14} /> New
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keys too */}
      <div className="comments-list" ref={list} tabIndex={0}>
        {draft && (
          <section className="thread thread-draft" aria-label="New comment" data-current>
            <div className="thread-heading">{headingOf(draft)}</div>
            {"column" in draft && draft.column !== null && (
              <button
                type="button"
                className="link-button thread-scope"
                onClick={() => controller.screen.set({ draft: { taskId: draft.taskId, column: null } })}
              >
                Comment on the whole row instead
              </button>
            )}
            <Composer
              key={draftName(draft)}
              label="New comment"
              placeholder="Write a comment… @ to mention"
              submit="Comment"
              people={others}
              autoFocus
              asked={draft}
              draft={draftName(draft)}
              testId="comment-field"
              onSubmit={(words) => {
                controller.screen.set({ draft: null });
                setFilter("open");
                back(draft);
                return actions.add(draft, words).then((ok) => {
                  if (!ok) {
                    settings.set(`draft:${draftName(draft)}`, words.text);
                    controller.screen.set({ draft, side: "comments" });
                  }
                  return ok;
                });
              }}
              onCancel={() => {
                controller.screen.set({ draft: null });
                back(draft);
              }}
              onWriting={onWriting}
            />
          </section>
        )}
        {threads.length === 0 && !draft && <Nothing filter={filter} mayWrite={mayWrite} />}
        {threads.map((thread) => (
          <Shown key={thread.commentId} thread={thread} asked={pointed}>
            <Thread
              key={pointed?.id === thread.commentId ? `${pointed.asked}` : ""}
              thread={thread}
              own={own}
              people={others}
              personOf={personOf}
              actions={actions}
              mayWrite={mayWrite}
              now={now}
              heading={headingOf(thread)}
              seenAt={seenBefore[thread.commentId] ?? 0}
              isCurrent={
                pointed?.id === thread.commentId ||
                (thread.taskId !== null &&
                  thread.taskId === place?.taskId &&
                  (thread.column ?? place.column) === place.column)
              }
              answering={pointed?.id === thread.commentId && pointed.answering}
              onWriting={onWriting}
            />
          </Shown>
        ))}
      </div>
    </div>
  );
}

const draftName = (target: Target) =>
  "doc" in target ? `doc:${target.doc}` : `${target.taskId}:${target.column ?? ""}`;

/** What a thread is about, and the way there. */
function Heading({
  about,
  titles,
  onDoc,
}: {
  about: Comment | Target;
  titles: Parameters<typeof placeOf>[1];
  onDoc: Props["onDoc"];
}) {
  const controller = useController();
  const { what, where, gone } = placeOf(about, titles, (column) => COLUMN_INFO[column].title);
  const quote = quoteOf("anchor" in about ? (about.anchor ?? null) : null);
  const taskId = "taskId" in about ? about.taskId : null;
  const go = () => {
    if (taskId && !gone) controller.go({ taskId, column: ("column" in about && about.column) || "title" });
    else if ("commentId" in about) onDoc?.(about);
  };
  const words: ReactNode = (
    <>
      <span className="thread-what">{what}</span>
      {where && <bdi className="thread-where ellipsis">{where}</bdi>}
    </>
  );
  const leads = (taskId && !gone) || ("doc" in about && about.doc && onDoc && "commentId" in about);
  return (
    <>
      {leads ? (
        <button type="button" className="thread-place" title={`${what}: ${where}`} onClick={go}>
          {words}
        </button>
      ) : (
        <span className="thread-place">{words}</span>
      )}
      {quote && (
        <q className="thread-quote">
          <bdi>{quote}</bdi>
        </q>
      )}
    </>
  );
}

/** Notes when a thread has been looked at, and comes into sight when it was asked for. */
function Shown({
  thread,
  asked,
  children,
}: {
  thread: Comment;
  asked: { readonly id: string; readonly answering: boolean; readonly asked: number } | null;
  children: ReactNode;
}) {
  const key = useSeenKey();
  const box = useRef<HTMLDivElement>(null);
  const latest = lastAt(thread);
  useEffect(() => {
    const element = box.current;
    if (!key || !element) return;
    let timer = 0;
    const look = (isVisible: boolean) => {
      clearTimeout(timer);
      if (isVisible && !document.hidden)
        timer = window.setTimeout(() => markSeen(key, thread.commentId, latest), LOOKED_MS);
    };
    const observer = new IntersectionObserver(([entry]) => look(entry?.isIntersecting ?? false));
    const back = () => {
      observer.unobserve(element);
      observer.observe(element);
    };
    observer.observe(element);
    document.addEventListener("visibilitychange", back);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("visibilitychange", back);
    };
  }, [key, thread.commentId, latest]);

  useEffect(() => {
    if (asked?.id !== thread.commentId) return;
    box.current?.scrollIntoView({ block: "nearest" });
    if (!asked.answering) box.current?.querySelector<HTMLElement>(".thread")?.focus();
  }, [asked, thread.commentId]);
  return <div ref={box}>{children}</div>;
}

function Nothing({ filter, mayWrite }: { filter: Filter; mayWrite: boolean }) {
  return (
    <div className="comments-none">
      <CommentIcon size={22} />
      <p>
        {filter === "resolved"
          ? "Nothing has been resolved yet."
          : mayWrite
            ? "No open comments. Select a cell and press New, or right-click it."
            : "No open comments."}
      </p>
    </div>
  );
}
