/** The keys, on one page: those of the actions, and those that move about. */
import { useEffect, useRef } from "react";
import { type Group, labelOf } from "../actions/action";
import { printed } from "../actions/chord";
import { useActions } from "../actions/context";
import { useController, useScreen } from "../sheet/context";
import { CloseIcon } from "../ui/icons";

const GROUPS: readonly Group[] = ["Edit", "Move and select", "Blocks", "Rows", "Page"];

/** Keys that belong to a place, an editor or the browser, and are no actions. */
const PLAIN_KEYS: { readonly [G in Group]: readonly (readonly [keys: string, what: string])[] } = {
  Edit: [
    ["Type", "Replace the cell’s text"],
    ["Enter", "Save, go down"],
    ["Tab, Shift+Tab", "Save, go right or left"],
    ["Shift+Enter", "New line in a text"],
    ["Esc", "Leave it as it was"],
  ],
  "Move and select": [
    ["Arrows, Tab", "Go from cell to cell"],
    ["Ctrl+arrow, Home, End", "Go to an edge"],
    ["Shift+arrows", "Select a block"],
    ["Ctrl+click on a row’s number", "Select one more row"],
    ["F6, Shift+F6", "Next part of the page: tools, sheet, panel, cards"],
    ["Alt+ArrowDown on a column’s head", "Sort, filter, hide"],
    ["Shift+F10", "The row’s menu: lock, comment, move"],
  ],
  Blocks: [
    ["Ctrl+C, Ctrl+X, Ctrl+V", "Copy, cut, paste, also from a spreadsheet"],
    ["Ctrl+Enter in an editor", "Save in all selected cells"],
    ["Drag the corner", "Fill with the pointer"],
  ],
  Rows: [],
  Page: [],
};

export function Help() {
  const controller = useController();
  const open = useScreen((screen) => screen.help);
  const actions = useActions();
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => controller.screen.set({ help: false });

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
            {GROUPS.map((group) => (
              <section key={group}>
                <h3>{group}</h3>
                <dl>
                  {actions
                    .filter((action) => action.group === group && action.keys?.length)
                    .map(
                      (action) =>
                        [action.keys?.join(", ") ?? "", action.name ?? labelOf(action, controller)] as const,
                    )
                    .concat(PLAIN_KEYS[group])
                    .map(([keys, what]) => (
                      <div className="help-row" key={keys + what}>
                        <dt>{printed(keys)}</dt>
                        <dd>{what}</dd>
                      </div>
                    ))}
                </dl>
              </section>
            ))}
          </div>
          <p className="legend">
            <span className="legend-corrected" aria-hidden="true" /> corrected by a person, ↳ continues from
            last week
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
