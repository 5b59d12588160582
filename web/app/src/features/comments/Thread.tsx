/**
 * One thread: what was said, by whom and when, and what one may do about it. Takes everything it shows and every action
 * as props, so that it stands beside a cell, a row or a document alike. Every text is rendered as text.
 */
import type { Comment } from "@cyclesheet/client";
import { type ReactNode, useState } from "react";
import { type Person, pieces } from "../../lib/mentions";
import { ago, exactly } from "../../lib/time";
import { Linked } from "../../sheet/grid/Linked";
import { type Said, saidIn } from "../../sheet/model/threads";
import { CheckIcon, RefreshIcon } from "../../ui/icons";
import { Mark } from "../../ui/Mark";
import { Composer } from "./Composer";
import type { CommentActions } from "./commentActions";

/** Replies shown before the earlier ones fold into a button. */
const MAX_SHOWN_REPLIES = 4;

export interface ThreadProps {
  readonly thread: Comment;
  /** The id of the person who looks. */
  readonly own: string | undefined;
  /** The users who may be mentioned. */
  readonly people: readonly Person[];
  /** Everybody who may have said something, the removed included. */
  readonly personOf: (id: string) => Person;
  readonly actions: CommentActions;
  readonly mayWrite: boolean;
  /** Milliseconds since 1970, by the server's clock. */
  readonly now: number;
  /** What it is about, above the words. */
  readonly heading?: ReactNode;
  /** Words of others later than this are marked as new. */
  readonly seenAt?: number;
  readonly isCurrent?: boolean;
  /** Whether the answer's field opens with the thread. */
  readonly answering?: boolean;
  onWriting?(isWriting: boolean): void;
}

export function Thread(props: ThreadProps) {
  const { thread, people, personOf, actions, mayWrite, now, heading, isCurrent, onWriting } = props;
  const [answering, setAnswering] = useState(props.answering ?? false);
  const [unfolded, setUnfolded] = useState(false);
  const { commentId, resolved } = thread;
  const said = saidIn(thread).filter((item) => !item.deleted || item.replyId === null);
  const hidden = unfolded ? 0 : Math.max(0, said.length - 1 - MAX_SHOWN_REPLIES);
  const shown = hidden > 0 ? [...said.slice(0, 1), ...said.slice(1 + hidden)] : said;
  return (
    <article
      className="thread"
      data-testid={`thread:${commentId}`}
      data-current={isCurrent || undefined}
      data-resolved={resolved !== null || undefined}
      aria-label={`Thread begun by ${personOf(thread.author).name}`}
      tabIndex={-1}
    >
      <header className="thread-head">
        <div className="thread-heading">{heading}</div>
        {mayWrite && resolved === null && (
          <button
            type="button"
            className="icon-button"
            aria-label="Resolve"
            title="Resolve: it moves to the resolved threads"
            data-testid="resolve"
            onClick={() => void actions.resolve(commentId)}
          >
            <CheckIcon />
          </button>
        )}
      </header>
      <ol className="thread-said">
        {shown.map((item, index) => (
          <li key={item.replyId ?? ""}>
            <CommentBody {...props} item={item} />
            {index === 0 && hidden > 0 && (
              <button type="button" className="link-button thread-more" onClick={() => setUnfolded(true)}>
                Show {hidden} earlier {hidden === 1 ? "reply" : "replies"}
              </button>
            )}
          </li>
        ))}
      </ol>
      {resolved !== null ? (
        <p className="thread-resolved">
          <CheckIcon size={14} />
          <span>
            Resolved by <bdi>{personOf(resolved.by).name}</bdi>, <When at={resolved.at} now={now} />
          </span>
          {mayWrite && (
            <button
              type="button"
              className="button button-small"
              data-testid="reopen"
              onClick={() => void actions.reopen(commentId)}
            >
              <RefreshIcon size={13} /> Reopen
            </button>
          )}
        </p>
      ) : !mayWrite ? null : answering ? (
        <Composer
          label="Reply"
          placeholder="Reply"
          submit="Reply"
          people={people}
          autoFocus
          draft={`reply:${commentId}`}
          testId="reply-field"
          onSubmit={(words) => {
            setAnswering(false);
            return actions.reply(commentId, words).then((ok) => {
              if (!ok) setAnswering(true);
              return ok;
            });
          }}
          onCancel={() => setAnswering(false)}
          {...(onWriting ? { onWriting } : {})}
        />
      ) : (
        <button
          type="button"
          className="thread-answer"
          data-testid="reply"
          onClick={() => setAnswering(true)}
        >
          Reply…
        </button>
      )}
    </article>
  );
}

function When({ at, now }: { at: number; now: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at)}>
      {ago(at, now)}
    </time>
  );
}

/** One person's words; their author may change them or take them back. */
function CommentBody({
  thread,
  item,
  own,
  people,
  personOf,
  actions,
  mayWrite,
  now,
  seenAt,
  onWriting,
}: ThreadProps & { item: Said }) {
  const [mode, setMode] = useState<"read" | "edit" | "remove">("read");
  const author = personOf(item.author);
  const isNew = seenAt !== undefined && item.author !== own && item.at > seenAt;
  const { commentId } = thread;
  if (item.deleted) return <p className="words-deleted muted">This comment was deleted.</p>;
  return (
    <div className="words" data-new={isNew || undefined}>
      <Mark person={author} />
      <div className="words-head">
        <bdi className="words-author">{author.name}</bdi>
        <span className="words-when">
          <When at={item.at} now={now} />
          {item.editedAt !== null && <span title={exactly(item.editedAt)}>, edited</span>}
        </span>
        {isNew && <span className="tag tag-new">new</span>}
      </div>
      {mode === "edit" ? (
        <Composer
          label="Edit the comment"
          placeholder="Comment"
          submit="Save"
          people={people}
          initial={item.text}
          autoFocus
          testId="edit-field"
          onSubmit={(words) => {
            setMode("read");
            return words.text === item.text
              ? Promise.resolve(true)
              : actions.edit(commentId, item.replyId, words);
          }}
          onCancel={() => setMode("read")}
          {...(onWriting ? { onWriting } : {})}
        />
      ) : (
        <p className="words-text" dir="auto">
          {pieces(
            item.text,
            item.mentions.map((id) => personOf(id)),
          ).map((piece, index) =>
            piece.person ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
              <bdi key={index} className="mention" data-self={piece.person.id === own || undefined}>
                {piece.text}
              </bdi>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <bdi key={index}>
                <Linked text={piece.text} isReachable />
              </bdi>
            ),
          )}
        </p>
      )}
      {mode === "read" && mayWrite && item.author === own && (
        <div className="words-actions">
          <button type="button" className="link-button" onClick={() => setMode("edit")}>
            Edit
          </button>
          <button type="button" className="link-button" onClick={() => setMode("remove")}>
            Delete
          </button>
        </div>
      )}
      {mode === "remove" && (
        <div className="words-actions words-asked">
          <span>Delete this comment for everyone?</span>
          <button
            type="button"
            className="button button-small button-bad"
            // biome-ignore lint/a11y/noAutofocus: it answers the button that was just pressed and is gone
            autoFocus
            onClick={() => void actions.remove(commentId, item.replyId)}
          >
            Delete
          </button>
          <button type="button" className="button button-small" onClick={() => setMode("read")}>
            Keep
          </button>
        </div>
      )}
    </div>
  );
}
