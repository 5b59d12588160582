import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AnswerState, useAnswer } from "../src/sheet/answer";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Questions that a test answers when it likes. */
function questions() {
  const open: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const ask = () => new Promise<string>((resolve, reject) => open.push({ resolve, reject }));
  return { open, ask };
}

function Shown({ ask, version }: { ask: () => Promise<string>; version: number }) {
  const [answer, load] = useAnswer(ask, [version], 1_000);
  return (
    <>
      <AnswerState answer={answer} onRetry={load} />
      {answer.is === "here" && <b>{answer.value}</b>}
    </>
  );
}

const settled = (deed: () => void) => act(async () => deed());

test("an answer is waited for, shown, and kept while it is asked for again after a rest", async () => {
  const { open, ask } = questions();
  const { rerender } = render(<Shown ask={ask} version={1} />);
  expect(screen.getByText("Loading…")).toBeTruthy();
  await settled(() => open[0]?.resolve("first"));
  expect(screen.getByText("first")).toBeTruthy();
  for (const version of [2, 3, 4]) rerender(<Shown ask={ask} version={version} />);
  await act(async () => vi.advanceTimersByTime(999));
  expect(open).toHaveLength(1);
  await act(async () => vi.advanceTimersByTime(1));
  expect(open).toHaveLength(2);
  expect(screen.getByText("first")).toBeTruthy();
  await settled(() => open[1]?.resolve("second"));
  expect(screen.getByText("second")).toBeTruthy();
});

test("a failure says why and is asked again at once; an answer that was overtaken is dropped", async () => {
  const { open, ask } = questions();
  render(<Shown ask={ask} version={1} />);
  await settled(() => open[0]?.reject(new Error("The server does not answer.")));
  expect(screen.getByRole("alert").textContent).toContain("The server does not answer.");
  await settled(() => screen.getByText("Try again").click());
  await settled(() => screen.getByText("Try again").click());
  expect(open).toHaveLength(3);
  await settled(() => open[2]?.resolve("the later"));
  await settled(() => open[1]?.resolve("the earlier"));
  expect(screen.getByText("the later")).toBeTruthy();
});
