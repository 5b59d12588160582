import { afterEach, describe, expect, test, vi } from "vitest";
import { type Action, barTo, isOffered, labelOf } from "../src/actions/action";
import { chordOf, printed, writes } from "../src/actions/chord";
import { actOnCell, followKeys, keyMap } from "../src/actions/keys";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { Controller } from "../src/sheet/controller";
import { createScreen } from "../src/sheet/screen";
import { ACTIONS } from "../src/shell/actions";

function room(role: "editor" | "viewer" | "admin" = "editor") {
  const client = createFixture(sampleSheet(), { role });
  return { client, controller: new Controller(client, createScreen()) };
}

const key = (init: KeyboardEventInit) =>
  new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });

describe("the list of actions", () => {
  test("names each action once", () => {
    expect(new Set(ACTIONS.map(({ id }) => id)).size).toBe(ACTIONS.length);
  });

  test("gives no chord of one reach to two actions, and none of the page's to a cell", () => {
    const chords = ACTIONS.flatMap(({ keys }) => keys ?? []);
    expect(chords.filter((chord, place) => chords.indexOf(chord) !== place)).toEqual([]);
  });

  test("says what each action does in every role, with and without a selection", () => {
    for (const role of ["viewer", "editor", "admin"] as const) {
      const { controller } = room(role);
      for (const selected of [false, true]) {
        if (selected) controller.select({ taskId: "g1-4", column: "title" });
        for (const action of ACTIONS) {
          expect(labelOf(action, controller), action.id).toMatch(/^[A-Z]/);
          expect(typeof isOffered(action, controller)).toBe("boolean");
          expect(barTo(action, controller) ?? "A sentence.", action.id).toMatch(/^[A-Z].*\.$/);
        }
      }
    }
  });
});

describe("a chord", () => {
  test.each([
    [{ key: "z", ctrlKey: true }, "Ctrl+Z"],
    [{ key: "Z", ctrlKey: true, shiftKey: true }, "Ctrl+Shift+Z"],
    [{ key: "z", metaKey: true }, "Ctrl+Z"],
    [{ key: "µ", code: "KeyM", metaKey: true, altKey: true }, "Ctrl+Alt+M"],
    [{ key: "ArrowUp", altKey: true }, "Alt+ArrowUp"],
    [{ key: "F2", shiftKey: true }, "Shift+F2"],
    [{ key: " ", shiftKey: true }, "Shift+Space"],
    [{ key: "?", shiftKey: true }, "?"],
    [{ key: "?" }, "?"],
    [{ key: "/", ctrlKey: true }, "Ctrl+/"],
    [{ key: "Enter", ctrlKey: true, shiftKey: true }, "Ctrl+Shift+Enter"],
  ])("of %o is %s", (init, chord) => expect(chordOf(key(init))).toBe(chord));

  test("is printed as the keys of the device are", () => {
    expect(printed("Ctrl+Alt+M, Alt+ArrowUp", false)).toBe("Ctrl+Alt+M, Alt+↑");
    expect(printed("Ctrl+Alt+M", true)).toBe("⌘+⌥+M");
  });

  test("writes a character, or does not", () => {
    expect(["?", "A", "Shift+A", "Shift+Space", "Space"].filter((chord) => !writes(chord))).toEqual([]);
    expect(["F1", "Ctrl+/", "Alt+ArrowUp", "Shift+F2", "Enter", "Ctrl+Space"].filter(writes)).toEqual([]);
  });
});

describe("keys", () => {
  let stop = () => {};
  afterEach(() => {
    stop();
    document.body.replaceChildren();
  });

  const listen = (controller: Controller, actions: readonly Action[] = ACTIONS) => {
    stop = followKeys(controller, actions);
  };
  const into = (html: string) => {
    document.body.innerHTML = html;
    return document.body.querySelector("[data-here]") as HTMLElement;
  };

  test("of a cell perform its action, and say why they cannot", () => {
    const { controller } = room();
    const fill = vi.spyOn(controller, "fillSelection").mockImplementation(() => {});
    const cells = keyMap(ACTIONS, "cell");
    expect(actOnCell(key({ key: "d", ctrlKey: true }), controller, cells)).toBe(true);
    expect(fill).not.toHaveBeenCalled();
    expect(controller.screen.get().notice?.text).toBe("Select a cell first.");
    controller.select({ taskId: "g1-4", column: "title" });
    actOnCell(key({ key: "d", ctrlKey: true }), controller, cells);
    expect(fill).toHaveBeenCalledExactlyOnceWith("down");
    expect(actOnCell(key({ key: "x" }), controller, cells)).toBe(false);
  });

  test("of the page undo wherever no text is being written, and open the help", () => {
    const { controller } = room();
    const undo = vi.spyOn(controller, "undo").mockImplementation(() => {});
    listen(controller);
    const button = into("<button data-here>x</button>");
    button.dispatchEvent(key({ key: "z", ctrlKey: true }));
    expect(undo).toHaveBeenCalledTimes(1);
    button.dispatchEvent(key({ key: "?", shiftKey: true }));
    expect(controller.screen.get().help).toBe(true);
  });

  test.each([
    "<input data-here>",
    "<textarea data-here></textarea>",
    "<div contenteditable='true'><p data-here>x</p></div>",
  ])("leave a text in %s its own undo and its question mark, and still open the help by F1", (html) => {
    const { controller } = room();
    const undo = vi.spyOn(controller, "undo").mockImplementation(() => {});
    listen(controller);
    const text = into(html);
    for (const init of [
      { key: "z", ctrlKey: true },
      { key: "?", shiftKey: true },
    ]) {
      const event = key(init);
      text.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
    expect(undo).not.toHaveBeenCalled();
    expect(controller.screen.get().help).toBe(false);
    text.dispatchEvent(key({ key: "F1" }));
    expect(controller.screen.get().help).toBe(true);
  });

  test("undo nothing behind a dialog", () => {
    const { controller } = room();
    const undo = vi.spyOn(controller, "undo").mockImplementation(() => {});
    listen(controller);
    into("<dialog open><button data-here>x</button></dialog>").dispatchEvent(
      key({ key: "z", ctrlKey: true }),
    );
    expect(undo).not.toHaveBeenCalled();
  });
});
