/** What the comment ops do. Total: an op whose thread is gone does nothing. */
import type { Comment, Sheet } from "./model.js";
import type {
  Change,
  CommentAdd,
  CommentDelete,
  CommentEdit,
  CommentReopen,
  CommentReply,
  CommentResolve,
} from "./op.js";

/** An op on threads. */
export type CommentOp =
  | CommentAdd
  | CommentReply
  | CommentEdit
  | CommentDelete
  | CommentResolve
  | CommentReopen;

/** The sheet after an op on its threads. */
export function comment(sheet: Sheet, change: Change, op: CommentOp): Sheet {
  const { at, author } = change;
  switch (op.op) {
    case "COMMENT_ADD":
      return add(sheet, change, op);
    case "COMMENT_REPLY": {
      const { replyId, text, mentions = [] } = op;
      const reply = { replyId, author: author.id, text, mentions, at, editedAt: null, deleted: false };
      return onThread(sheet, op.commentId, (thread) => ({ ...thread, replies: [...thread.replies, reply] }));
    }
    case "COMMENT_EDIT":
      return words(sheet, op, { text: op.text, mentions: op.mentions ?? [], editedAt: at, deleted: false });
    case "COMMENT_DELETE":
      return words(sheet, op, { text: "", mentions: [], editedAt: at, deleted: true });
    case "COMMENT_RESOLVE":
      return onThread(sheet, op.commentId, (thread) => ({ ...thread, resolved: { by: author.id, at } }));
    case "COMMENT_REOPEN":
      return onThread(sheet, op.commentId, (thread) => ({ ...thread, resolved: null }));
  }
}

function add(sheet: Sheet, change: Change, op: CommentAdd): Sheet {
  if (sheet.comments.some((thread) => thread.commentId === op.commentId)) return sheet;
  const thread: Comment = {
    commentId: op.commentId,
    taskId: op.taskId ?? null,
    column: op.column ?? null,
    doc: op.doc ?? null,
    anchor: op.anchor ?? null,
    author: change.author.id,
    text: op.text,
    mentions: op.mentions ?? [],
    at: change.at,
    version: change.version,
    editedAt: null,
    deleted: false,
    resolved: null,
    replies: [],
  };
  const before = (a: Comment, b: Comment) => a.version - b.version || (a.commentId < b.commentId ? -1 : 1);
  return { ...sheet, comments: [...sheet.comments, thread].sort(before) };
}

function onThread(sheet: Sheet, commentId: string, alter: (thread: Comment) => Comment): Sheet {
  if (!sheet.comments.some((thread) => thread.commentId === commentId)) return sheet;
  const comments = sheet.comments.map((thread) => (thread.commentId === commentId ? alter(thread) : thread));
  return { ...sheet, comments };
}

/** Other words for a thread's first comment or for one of its replies. */
function words(
  sheet: Sheet,
  op: CommentEdit | CommentDelete,
  said: Pick<Comment, "text" | "mentions" | "editedAt" | "deleted">,
): Sheet {
  return onThread(sheet, op.commentId, (thread) => {
    if (op.replyId == null) return { ...thread, ...said };
    const replies = thread.replies.map((reply) =>
      reply.replyId === op.replyId ? { ...reply, ...said } : reply,
    );
    return { ...thread, replies };
  });
}
