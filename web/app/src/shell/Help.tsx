/** The keys, on one page. */
import { useEffect, useRef } from "react";
import { isWrittenIn } from "../lib/fields";
import { useController, useScreen } from "../sheet/context";
import { CloseIcon } from "../ui/icons";

const KEYS: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, what: string])[];
}[] = [
  {
    title: "Edit",
    keys: [
      ["Type", "replace the cell’s text"],
      ["Enter, F2", "edit the cell"],
      ["Enter", "save, go down"],
      ["Tab, Shift+Tab", "save, go right or left"],
      ["Shift+Enter", "new line in a text"],
      ["Esc", "leave it as it was"],
      ["Delete", "clear the selected cells"],
      ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo your own changes"],
    ],
  },
  {
    title: "Move and select",
    keys: [
      ["Arrows, Tab", "go from cell to cell"],
      ["Ctrl+arrow, Home, End", "go to an edge"],
      ["Shift+arrows", "select a block"],
      ["Shift+Space", "select whole rows"],
      ["Ctrl+A", "select everything"],
      ["Ctrl+F", "find"],
      ["F6, Shift+F6", "next part of the page: tools, sheet, panel, cards"],
      ["Alt+↓ on a column’s head", "sort, filter, hide"],
      ["Shift+F10", "the row’s menu: lock, comment, move"],
    ],
  },
  {
    title: "Blocks",
    keys: [
      ["Ctrl+C, Ctrl+X, Ctrl+V", "copy, cut, paste, also from a spreadsheet"],
      ["Ctrl+D, Ctrl+R", "fill down, fill right"],
      ["Drag the corner", "fill with the pointer"],
    ],
  },
  {
    title: "Rows",
    keys: [
      ["Ctrl+Enter", "add a row below (with Shift: above)"],
      ["Ctrl+Delete", "remove the row"],
      ["Alt+↑, Alt+↓", "move the row"],
      ["Alt+Enter", "who wrote this, and from what"],
      ["Ctrl+Alt+M, Shift+F2", "comment on the cell"],
      ["Ctrl+Alt+N", "the row’s note"],
    ],
  },
];

const ON_A_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const forDevice = (keys: string) => (ON_A_MAC ? keys.replaceAll("Ctrl", "⌘").replaceAll("Alt", "⌥") : keys);

export function Help() {
  const controller = useController();
  const open = useScreen((screen) => screen.help);
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => controller.screen.set({ help: false });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const asked =
        (event.key === "?" && !isWrittenIn(event.target)) ||
        (event.key === "/" && (event.ctrlKey || event.metaKey)) ||
        event.key === "F1";
      if (!asked) return;
      event.preventDefault();
      controller.screen.set({ help: true });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [controller]);

  useEffect(() => {
    if (open) dialog.current?.showModal?.();
    else dialog.current?.close?.();
  }, [open]);

  return (
    <dialog ref={dialog} className="help" aria-label="Keyboard help" onClose={close} onCancel={close}>
      {open && (
        <>
          <header className="details-head">
            <h2>Keys</h2>
            <button type="button" className="icon-button" aria-label="Close help" onClick={close}>
              <CloseIcon />
            </button>
          </header>
          <div className="help-groups">
            {KEYS.map((group) => (
              <section key={group.title}>
                <h3>{group.title}</h3>
                <dl>
                  {group.keys.map(([keys, what]) => (
                    <div className="help-row" key={keys + what}>
                      <dt>{forDevice(keys)}</dt>
                      <dd>{what}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <p className="legend">
            <span className="legend-ai" aria-hidden="true" /> taken from the messages
            <span className="legend-corrected" aria-hidden="true" /> corrected by a person
          </p>
          <p className="legend">
            <a href="guide.html" target="_blank" rel="noreferrer" data-testid="guide">
              The guide: everything on one page, with pictures
            </a>
          </p>
        </>
      )}
    </dialog>
  );
}
