import { act, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fixtureApi } from "../src/dev/fixtureApi";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { NotePanel } from "../src/features/notes/NotePanel";
import { ApiProvider } from "../src/session/context";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { turnNote } from "../src/sheet/docs";
import { HistoryProvider } from "../src/sheet/log/context";
import { createScreen } from "../src/sheet/screen";

function show(role: "editor" | "viewer") {
  const client = createFixture(sampleSheet(), { role });
  const controller = new Controller(client, createScreen());
  render(
    <ControllerProvider value={controller}>
      <ApiProvider value={fixtureApi}>
        <HistoryProvider>
          <NotePanel />
        </HistoryProvider>
      </ApiProvider>
    </ControllerProvider>,
  );
  controller.select({ taskId: "g1-5", column: "title" });
  turnNote(controller);
  return { controller, client };
}

test("a row's note opens beside the sheet, with its tools, to be written in", async () => {
  show("editor");
  const text = await screen.findByTestId("text:notes:g1-5", {}, { timeout: 10_000 });
  expect(text.getAttribute("contenteditable")).toBe("true");
  expect(text.getAttribute("aria-label")).toMatch(/^Note on /);
  expect((await screen.findByRole("toolbar")).querySelectorAll("button").length).toBeGreaterThan(10);
});

test("a viewer's note has no tools and takes no text", async () => {
  show("viewer");
  const text = await screen.findByTestId("text:notes:g1-5", {}, { timeout: 10_000 });
  expect(text.getAttribute("contenteditable")).toBe("false");
  expect(screen.queryByRole("toolbar")).toBeNull();
});

test("a note whose row another removes stays, says who did, and does not become the next row's", async () => {
  const { client, controller } = show("editor");
  const text = await screen.findByTestId("text:notes:g1-5", {}, { timeout: 10_000 });
  client.remoteOps({ id: "ben", name: "Ben Okafor" }, [{ op: "ROW_REMOVE", taskId: "g1-5" }]);
  const card = await screen.findByTestId("note-removed");
  expect(card.textContent).toContain("Ben Okafor removed this row.");
  expect(screen.getByTestId("text:notes:g1-5")).toBe(text);
  expect(text.getAttribute("contenteditable")).toBe("true");
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  act(() => controller.select({ taskId: "g1-6", column: "title" }));
  act(() => void vi.advanceTimersByTime(10_000));
  vi.useRealTimers();
  expect(screen.queryByTestId("text:notes:g1-6")).toBeNull();
  expect(screen.getByRole("button", { name: "Copy the note" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Bring the row back" })).toBeTruthy();
});
