/** What a person can do with threads: each action is one change to the log. */
import { newId, type Op, type Outcome } from "@cyclesheet/client";
import { useMemo } from "react";
import type { CommentText } from "../../lib/mentions";
import { useController } from "../../sheet/context";
import type { Target } from "../../sheet/model/threads";

/** True once the log has it; false when it was refused, which has then been said. */
type Done = Promise<boolean>;

export interface CommentActions {
  add(target: Target, words: CommentText): Done;
  reply(commentId: string, words: CommentText): Done;
  /** `replyId` null: the words that began the thread. */
  edit(commentId: string, replyId: string | null, words: CommentText): Done;
  remove(commentId: string, replyId: string | null): Done;
  resolve(commentId: string): Done;
  reopen(commentId: string): Done;
}

export function commentActions(
  send: (ops: readonly Op[]) => Promise<Outcome>,
  makeId: () => string = newId,
): CommentActions {
  const done = async (op: Op): Done => (await send([op])).ok;
  return {
    add: (target, { text, mentions }) =>
      done({ op: "COMMENT_ADD", commentId: makeId(), ...targeted(target), text, mentions }),
    reply: (commentId, { text, mentions }) =>
      done({ op: "COMMENT_REPLY", commentId, replyId: makeId(), text, mentions }),
    edit: (commentId, replyId, { text, mentions }) =>
      done({ op: "COMMENT_EDIT", commentId, ...(replyId === null ? {} : { replyId }), text, mentions }),
    remove: (commentId, replyId) =>
      done({ op: "COMMENT_DELETE", commentId, ...(replyId === null ? {} : { replyId }) }),
    resolve: (commentId) => done({ op: "COMMENT_RESOLVE", commentId }),
    reopen: (commentId) => done({ op: "COMMENT_REOPEN", commentId }),
  };
}

const targeted = (target: Target) =>
  "doc" in target
    ? { doc: target.doc, ...(target.anchor === null ? {} : { anchor: target.anchor }) }
    : { taskId: target.taskId, ...(target.column === null ? {} : { column: target.column }) };

export function useCommentActions(): CommentActions {
  const controller = useController();
  return useMemo(() => commentActions((ops) => controller.send(ops)), [controller]);
}
