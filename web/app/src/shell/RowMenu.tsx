/** What can be done to a row and its cell, in one place: right click, the menu key, or the three dots. */
import { barTo, isOffered, labelOf, MENU_SECTIONS } from "../actions/action";
import { printed } from "../actions/chord";
import { useActions } from "../actions/context";
import { useClient, useController, useScreen } from "../sheet/context";
import { ContextMenu, type MenuEntry } from "../ui/ContextMenu";

export function RowMenu() {
  const menu = useScreen((screen) => screen.menu);
  const hasPlace = useScreen((screen) => screen.selection !== null);
  return menu?.kind === "row" && hasPlace ? <Open at={menu} /> : null;
}

function Open({ at }: { at: { x: number; y: number } }) {
  const controller = useController();
  const actions = useActions();
  // What is offered follows the role, the locks and the rows.
  useClient((state) => state.role);
  useClient((state) => state.sheet);
  const sections = MENU_SECTIONS.map((section) =>
    actions
      .filter((action) => action.menu === section && isOffered(action, controller))
      .map((action): MenuEntry => {
        const { id, keys, icon: Icon, isDestructive, perform } = action;
        const [chord] = keys ?? [];
        return {
          id,
          label: labelOf(action, controller),
          ...(chord === undefined ? {} : { keys: printed(chord) }),
          ...(Icon ? { icon: <Icon size={14} /> } : {}),
          barred: barTo(action, controller),
          ...(isDestructive ? { isDestructive } : {}),
          onUse: () => perform(controller),
        };
      }),
  );
  const entries = sections
    .filter((section) => section.length > 0)
    .flatMap((section, place): MenuEntry[] => (place === 0 ? section : ["line", ...section]));

  return (
    <ContextMenu
      label="Row"
      at={at}
      entries={entries}
      testId="row-menu"
      onClose={() => {
        controller.screen.set({ menu: null });
        const { selection } = controller.screen.get();
        // What an item opens takes the focus afterwards.
        if (selection) controller.refocus();
      }}
    />
  );
}
