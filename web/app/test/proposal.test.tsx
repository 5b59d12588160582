/** What the model proposes for a summary that people have written: beside it, never over it. */
import { plainText, toBase64 } from "@cyclesheet/client/notes";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { say } from "../src/features/notes/contents";
import Proposal from "../src/features/notes/Proposal";
import { notesOf } from "../src/features/notes/provider";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { createScreen } from "../src/sheet/screen";

const PEOPLES = "What people wrote.";
const MODELS = "What the model says now.";

interface Told {
  /** Whether a person has written in the summary. */
  readonly touched?: boolean;
  /** Which extraction this is. */
  readonly number?: number;
  readonly role?: "editor" | "viewer";
  /** What the document said when the extraction was committed. */
  readonly written?: string;
}

function update(text: string): string {
  const doc = new Y.Doc();
  if (text) say(doc, text);
  return toBase64(Y.encodeStateAsUpdate(doc));
}

function show({ touched = true, number = 2, role = "editor", written = PEOPLES }: Told = {}) {
  const sheet = sampleSheet();
  const generation = { ...sheet.generation, number, state: "generated" } as typeof sheet.generation;
  const entry = { hash: "0".repeat(64), version: 1, updates: 1, bytes: 10, isManuallyEdited: touched };
  const client = createFixture(
    { ...sheet, executiveSummary: MODELS, generation, docs: { summary: entry } },
    { role },
  );
  // The document as it was, where a version is asked for; else as it is.
  const compared: number[] = [];
  client.documents.fetch = async (_, query) => {
    if (query?.version !== undefined) compared.push(query.version);
    return {
      kind: "document",
      update: update(query?.version === undefined ? PEOPLES : written),
      version: 1,
    };
  };
  const controller = new Controller(client, createScreen());
  render(
    <ControllerProvider value={controller}>
      <Proposal />
    </ControllerProvider>,
  );
  const note = notesOf(client).open("summary");
  const ready = () => waitFor(() => expect(note.getState().status).toBe("ready"));
  return { words: () => plainText(note.getState().doc), ready, compared };
}

test("stands beside the people's words, which stay as they are until somebody takes it", async () => {
  const { words } = show();
  const proposal = await screen.findByTestId("proposal");
  expect(proposal.textContent).toContain(MODELS);
  expect(words()).toBe(PEOPLES);
  await userEvent.click(screen.getByTestId("proposal-use"));
  expect(words()).toBe(MODELS);
  expect(screen.queryByTestId("proposal")).toBeNull();
});

test("that was dismissed does not come back, but the next extraction's does", async () => {
  const first = show();
  await screen.findByTestId("proposal");
  await userEvent.click(screen.getByTestId("proposal-dismiss"));
  expect(screen.queryByTestId("proposal")).toBeNull();
  expect(first.words()).toBe(PEOPLES);
  cleanup();
  await show().ready();
  expect(screen.queryByTestId("proposal")).toBeNull();
  cleanup();
  show({ number: 3 });
  await screen.findByTestId("proposal");
});

test("is a viewer's to read and to put away, not to take", async () => {
  show({ role: "viewer" });
  await screen.findByTestId("proposal");
  expect(screen.queryByTestId("proposal-use")).toBeNull();
  expect(screen.getByTestId("proposal-dismiss")).toBeTruthy();
});

test("is none where the text is the model's own", async () => {
  const { ready, compared } = show({ touched: false });
  await ready();
  expect(compared).toEqual([]);
  expect(screen.queryByTestId("proposal")).toBeNull();
});

test("is none where people changed what this extraction had written itself", async () => {
  const { ready, compared } = show({ written: MODELS });
  await ready();
  await waitFor(() => expect(compared).toHaveLength(1));
  await act(async () => {});
  expect(screen.queryByTestId("proposal")).toBeNull();
});
