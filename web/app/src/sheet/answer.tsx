/** What the server is asked for while a panel is open: on its way, refused, or here. */
import { useCallback, useEffect, useRef, useState } from "react";

export type Answer<T> =
  | { readonly is: "loading" }
  | { readonly is: "failed"; readonly why: string }
  | { readonly is: "here"; readonly value: T };

/**
 * Asks, and asks again when one of `again` changes, `restMs` after it last did. What is here stays until the next answer is. An
 * answer that a later question has overtaken is dropped. `ask` is the same function as long as it asks for the same; null
 * asks for nothing. Returns the answer, and how to ask at once.
 */
export function useAnswer<T>(
  ask: (() => Promise<T>) | null,
  again: readonly unknown[],
  restMs = 0,
): readonly [Answer<T>, () => void] {
  const [answer, setAnswer] = useState<Answer<T>>({ is: "loading" });
  const asked = useRef(0);
  const load = useCallback(() => {
    if (ask === null) return;
    const question = ++asked.current;
    const settle = (next: Answer<T>) => {
      if (question === asked.current) setAnswer(next);
    };
    ask().then(
      (value) => settle({ is: "here", value }),
      (error: unknown) =>
        settle({ is: "failed", why: error instanceof Error ? error.message : "It could not be loaded." }),
    );
  }, [ask]);
  const isHere = answer.is === "here";
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` says that there may be another answer; that one came is no reason to ask
  useEffect(() => {
    if (!isHere || restMs === 0) {
      load();
      return;
    }
    const later = setTimeout(load, restMs);
    return () => clearTimeout(later);
  }, [load, ...again]);
  useEffect(
    () => () => {
      asked.current = -1;
    },
    [],
  );
  return [answer, load];
}

/** Says that an answer is on its way or failed, with a way to ask again; nothing once it is here. `failed` replaces the reason. */
export function AnswerState({
  answer,
  onRetry,
  failed,
}: {
  answer: Answer<unknown>;
  onRetry: () => void;
  failed?: string;
}) {
  if (answer.is === "loading") return <p className="side-note">Loading…</p>;
  if (answer.is === "here") return null;
  return (
    <p className="side-note" role="alert">
      {failed ?? answer.why}{" "}
      <button type="button" className="link-button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
