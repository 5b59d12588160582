/** Versions that somebody gave a name, and the way to name the sheet as it is now. */
import { MAX_SAVE_POINT_CODE_POINTS } from "@cyclesheet/client";
import { type FormEvent, useRef, useState } from "react";
import { momentOf } from "../../lib/moments";
import { useClient, useController, useMayEdit } from "../../sheet/context";
import { useHistory, useTime } from "../../sheet/log/context";
import { CloseIcon, FlagIcon } from "../../ui/icons";

const NONE: readonly never[] = [];

export function SavePoints() {
  const controller = useController();
  const { time } = useHistory();
  const mayEdit = useMayEdit();
  const viewing = useTime((t) => t.viewing);
  const points = useClient((state) => state.sheet?.savePoints ?? NONE);
  const authors = useClient((state) => state.sheet?.authors);
  const me = useClient((state) => state.user?.id);
  const isAdmin = useClient((state) => state.role === "admin");
  const [naming, setNaming] = useState(false);
  const open = useRef<HTMLButtonElement>(null);

  const close = () => {
    setNaming(false);
    open.current?.focus();
  };
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name === "") return;
    close();
    const outcome = await controller.send([{ op: "SAVE_POINT_ADD", name }]);
    if (outcome.ok) controller.say(`This version is saved as “${name}”.`, "good");
  };
  const remove = async (version: number, name: string) => {
    const outcome = await controller.send([{ op: "SAVE_POINT_REMOVE", version }]);
    if (outcome.ok) controller.say(`“${name}” is no save point any more. The version itself stays.`);
  };

  return (
    <section className="save-points" aria-label="Save points">
      {mayEdit && (
        <button
          ref={open}
          type="button"
          className="button button-small"
          aria-expanded={naming}
          data-testid="save-point"
          onClick={() => setNaming(!naming)}
        >
          <FlagIcon size={14} /> Save this version…
        </button>
      )}
      {naming && (
        <form className="save-point-form" onSubmit={(event) => void save(event)}>
          <input
            className="input"
            name="name"
            required
            maxLength={MAX_SAVE_POINT_CODE_POINTS}
            autoComplete="off"
            aria-label="Name of this version"
            placeholder="Before the planning meeting"
            ref={(input) => input?.focus()}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.preventDefault();
              close();
            }}
          />
          <button type="submit" className="button button-small button-primary">
            Save
          </button>
        </form>
      )}
      {points.length > 0 && (
        <ul>
          {[...points].reverse().map(({ name, version, author, at }) => (
            <li key={version} data-here={viewing === version || undefined}>
              <button
                type="button"
                className="link-button"
                data-testid={`point:${version}`}
                onClick={() => time.set({ viewing: version, against: null })}
              >
                {name}
              </button>
              <span className="muted">
                {authors?.[author] ?? author}, {momentOf(at)}
              </span>
              {mayEdit && (isAdmin || author === me) && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Remove the save point ${name}`}
                  onClick={() => void remove(version, name)}
                >
                  <CloseIcon size={12} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
