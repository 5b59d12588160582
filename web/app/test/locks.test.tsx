import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { ActionsProvider } from "../src/actions/context";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { planPaste } from "../src/sheet/model/block";
import { heldRow, heldRows, refusal } from "../src/sheet/model/locks";
import { createScreen } from "../src/sheet/screen";
import { ACTIONS } from "../src/shell/actions";
import { RowMenu } from "../src/shell/RowMenu";

const NOW = Date.UTC(2026, 10, 18, 12);
const locked = (holder: string, leftMs = 247_000) => ({
  ...sampleSheet(),
  locks: [{ taskId: "g1-3", holder, expiresAt: NOW + leftMs }],
});

describe("a held row", () => {
  test("says who holds it and for how long still; an expired lock holds nothing", () => {
    const held = heldRow(locked("ben"), "g1-3", "ana", NOW);
    expect(held && refusal(held)).toBe(
      "Ben Okafor holds this row for another 4:07. You can comment on it meanwhile.",
    );
    expect(heldRows(locked("ben", 0), "ana", NOW)).toEqual([]);
    expect(heldRow(locked("ana"), "g1-3", "ana", NOW)?.isOwn).toBe(true);
  });

  test("is left out of a pasted block and explained, and the rest of the block is taken", () => {
    const { tasks } = sampleSheet();
    const view = {
      rows: tasks.slice(0, 4),
      columns: ["title"] as const,
      lockOf: (taskId: string) => (taskId === "g1-3" ? "Held." : null),
    };
    const plan = planPaste(
      view,
      { top: 1, bottom: 2, left: 0, right: 0 },
      [["a"], ["b"]],
      "2026-11-18",
      () => "new",
    );
    expect(plan.ops).toHaveLength(1);
    expect(plan.problems).toEqual([{ taskId: "g1-3", column: "title", problem: "Held." }]);
  });
});

function menu(holder: string | null, role: "editor" | "admin" | "viewer" = "editor") {
  const sheet = holder ? locked(holder) : sampleSheet();
  const client = createFixture(sheet, { role });
  // The device's clock is an hour slow; the server's counts.
  client.set({ clockOffset: 3_600_000 });
  const controller = new Controller(client, createScreen(), () => new Date(NOW - 3_600_000));
  controller.attach({
    view: () => ({ rows: sheet.tasks, columns: ["title", "status"] }),
    focus: vi.fn(),
    settle: vi.fn(),
    reveal: vi.fn(),
    draw: (update) => update(),
    arranged: () => false,
  });
  controller.select({ taskId: "g1-3", column: "title" });
  controller.screen.set({ menu: { kind: "row", x: 10, y: 10 } });
  render(
    <ControllerProvider value={controller}>
      <ActionsProvider value={ACTIONS}>
        <RowMenu />
      </ActionsProvider>
    </ControllerProvider>,
  );
  return { client, controller };
}

describe("the row's menu", () => {
  test("takes a lock for five minutes", async () => {
    const { client, controller } = menu(null);
    await userEvent.click(screen.getByTestId("menu:lock"));
    expect(client.changes).toEqual([[{ op: "ROW_LOCK", taskId: "g1-3", seconds: 300 }]]);
    expect(controller.screen.get().menu).toBeNull();
  });

  test("gives one's own lock back", async () => {
    const { client } = menu("ana");
    await userEvent.click(screen.getByTestId("menu:unlock"));
    expect(client.changes).toEqual([[{ op: "ROW_UNLOCK", taskId: "g1-3" }]]);
  });

  test("explains what another's lock forbids, and offers nothing against it to an editor", async () => {
    const { client, controller } = menu("ben");
    expect(screen.getByTestId("menu:remove").textContent).toMatch(/Ben Okafor holds this row/);
    await userEvent.click(screen.getByTestId("menu:remove"));
    expect(screen.queryByTestId("menu:break")).toBeNull();
    controller.removeRows();
    controller.edit();
    expect(client.changes).toEqual([]);
    expect(controller.screen.get().editing).toBeNull();
    expect(controller.screen.get().notice?.text).toMatch(/Ben Okafor holds this row for another 4:07/);
  });

  test("lets an admin break it", async () => {
    const { client } = menu("ben", "admin");
    await userEvent.click(screen.getByTestId("menu:break"));
    expect(client.changes).toEqual([[{ op: "ROW_UNLOCK", taskId: "g1-3" }]]);
  });

  test("shows a viewer only what a viewer may do", () => {
    menu(null, "viewer");
    expect(screen.getAllByRole("menuitem").map((item) => item.dataset.testid)).toEqual([
      "menu:note",
      "menu:details",
      "menu:history-cell",
      "menu:history-row",
      "menu:copy",
      "menu:copy-link",
      "menu:row-page",
    ]);
  });

  test("is walked with the arrows and by letters, and closed with Escape", async () => {
    const { controller } = menu(null);
    expect(document.activeElement?.textContent).toMatch(/^Edit title/);
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement?.textContent).toMatch(/^Comment on title/);
    await userEvent.keyboard("l");
    expect(document.activeElement?.textContent).toMatch(/^Lock the row/);
    await userEvent.keyboard("{Escape}");
    expect(controller.screen.get().menu).toBeNull();
  });
});
