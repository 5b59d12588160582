import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { fixtureApi } from "../src/dev/fixtureApi";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { ApiProvider } from "../src/network/context";
import { NotePanel } from "../src/notes/NotePanel";
import { turnNote } from "../src/notes/names";
import { ControllerProvider } from "../src/state/context";
import { Controller } from "../src/state/controller";
import { createScreen } from "../src/state/screen";

function show(role: "editor" | "viewer") {
  const controller = new Controller(createFixture(sampleSheet(), { role }), createScreen());
  render(
    <ControllerProvider value={controller}>
      <ApiProvider value={fixtureApi}>
        <NotePanel />
      </ApiProvider>
    </ControllerProvider>,
  );
  controller.select({ taskId: "g1-5", column: "title" });
  turnNote(controller);
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
