/** Views with a name, which everyone in the team sees: chosen, saved, removed. */
import { MAX_VIEW_NAME_CODE_POINTS, MAX_VIEWS, newId, type View } from "@cyclesheet/client";
import { type FormEvent, useState } from "react";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { lookText, PLAIN_LOOK, readLook } from "../../sheet/model/look";
import { CloseIcon } from "../../ui/icons";

const NONE: readonly View[] = [];

export function useViews(): readonly View[] {
  return useClient((state) => state.sheet?.views) ?? NONE;
}

/** The view that is looked at right now, if it has a name. */
export function useCurrentView(): View | undefined {
  const look = useScreen(({ arrangement, board }) => lookText({ arrangement, isBoard: board }));
  return useViews().find((view) => view.look === look && look !== "");
}

export function ViewList({ onDone }: { onDone: () => void }) {
  const controller = useController();
  const views = useViews();
  const current = useCurrentView();
  const authors = useClient((state) => state.sheet?.authors);
  const own = useClient((state) => state.user?.id);
  const isAdmin = useClient((state) => state.role === "admin");
  const mayEdit = useMayEdit();
  const look = useScreen(({ arrangement, board }) => lookText({ arrangement, isBoard: board }));
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const words = name.trim();
    if (words === "" || busy) return;
    setBusy(true);
    const { ok } = await controller.send([{ op: "VIEW_ADD", viewId: newId(), name: words, look }]);
    setBusy(false);
    if (!ok) return;
    setName("");
    controller.say(`The view “${words}” is saved for everyone.`, "good");
  };
  const remove = async ({ viewId, name: words }: View) => {
    const { ok } = await controller.send([{ op: "VIEW_REMOVE", viewId }]);
    if (ok) controller.say(`The view “${words}” is removed.`);
  };
  const isFull = views.length >= MAX_VIEWS;
  return (
    <div className="views" data-testid="view-list">
      <h2 className="popover-title">Views of the team</h2>
      <ul className="menu-list">
        <li>
          <button
            type="button"
            className="menu-item"
            aria-current={look === "" || undefined}
            data-testid="view:all"
            onClick={() => {
              onDone();
              controller.show(PLAIN_LOOK);
            }}
          >
            Everything
          </button>
        </li>
        {views.map((view) => (
          <li key={view.viewId} className="view-item">
            <button
              type="button"
              className="menu-item"
              aria-current={view === current || undefined}
              data-testid={`view:${view.name}`}
              onClick={() => {
                onDone();
                controller.show(readLook(new URLSearchParams(view.look)));
              }}
            >
              <bdi className="ellipsis">{view.name}</bdi>
              <span className="muted view-author">
                <bdi>{authors?.[view.author] ?? view.author}</bdi>
              </span>
            </button>
            {mayEdit && (isAdmin || view.author === own) && (
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove the view ${view.name}`}
                title="Remove"
                onClick={() => void remove(view)}
              >
                <CloseIcon size={12} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayEdit &&
        (isFull ? (
          <p className="muted view-note">There are {MAX_VIEWS} views. Remove one to save another.</p>
        ) : look === "" ? (
          <p className="muted view-note">
            Filter, sort, group or open the board, then save it here as a view.
          </p>
        ) : current ? null : (
          <form className="view-form" onSubmit={(event) => void save(event)}>
            <input
              className="input"
              aria-label="Name of the view"
              placeholder="Name this view"
              maxLength={MAX_VIEW_NAME_CODE_POINTS}
              value={name}
              data-testid="view-name"
              onChange={(event) => setName(event.target.value)}
            />
            <button
              type="submit"
              className="button button-small"
              disabled={name.trim() === ""}
              data-testid="view-save"
            >
              Save for everyone
            </button>
          </form>
        ))}
    </div>
  );
}
