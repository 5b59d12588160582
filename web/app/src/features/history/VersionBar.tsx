/** In the place of the tools while an old version is shown: which one, what it is compared with, and the way back. */
import { SYSTEM_ID } from "@cyclesheet/client";
import { useEffect, useRef } from "react";
import { momentOf } from "../../lib/moments";
import { useClient, useController } from "../../sheet/context";
import { useFollowLog, useHistory, useLog, useTime } from "../../sheet/log/context";
import { countOf, difference } from "../../sheet/log/difference";
import { LeftIcon, RightIcon } from "../../ui/icons";
import { useOther } from "./VersionView";

export function VersionBar() {
  const controller = useController();
  const { log, time } = useHistory();
  useFollowLog();
  const viewing = useTime((t) => t.viewing) ?? 0;
  const against = useTime((t) => t.against);
  const count = useLog((state) => state.entries.length);
  const other = useOther();
  const then = log.sheetAt(viewing);
  const entry = log.entryAt(viewing);
  const differs = then && other ? countOf(difference(then, other)) : 0;
  const points = useClient((state) => state.sheet?.savePoints);
  // The version shown and the one before it are in the list already.
  const listed = (points ?? [])
    .filter(({ version }) => version !== viewing && version !== viewing - 1)
    .reverse();
  const back = useRef<HTMLButtonElement>(null);

  const leave = () => {
    time.set({ viewing: null, against: null });
    const { selection } = controller.screen.get();
    if (selection) controller.go(selection.anchor);
  };
  useEffect(() => back.current?.focus(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      time.set({ viewing: null, against: null });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [time]);

  return (
    <section className="versionbar" aria-label="Old version" data-testid="version-bar">
      <button
        ref={back}
        type="button"
        className="button button-primary button-small"
        data-testid="back-to-now"
        onClick={leave}
      >
        Back to the sheet
      </button>
      <div className="tools">
        <button
          type="button"
          className="icon-button"
          aria-label="The version before"
          disabled={viewing <= 1}
          onClick={() => time.set({ viewing: viewing - 1 })}
        >
          <LeftIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="The next version"
          disabled={viewing >= count}
          onClick={() => time.set({ viewing: viewing + 1 })}
        >
          <RightIcon />
        </button>
      </div>
      <p className="versionbar-words" role="status" data-testid="version-words">
        <strong>Version {viewing}</strong>
        {entry && (
          <>
            {" "}
            as it was on {momentOf(entry.at)}, after{" "}
            {entry.author.id === SYSTEM_ID ? "the system" : entry.author.name}
          </>
        )}
        . Read only.
      </p>
      <label className="versionbar-against">
        <span className="muted">Compared with</span>
        <select
          className="input"
          data-testid="compare-with"
          value={against === null ? "now" : String(against)}
          onChange={(event) =>
            time.set({ against: event.target.value === "now" ? null : Number(event.target.value) })
          }
        >
          <option value="now">the sheet now</option>
          {viewing > 1 && <option value={viewing - 1}>version {viewing - 1}, just before</option>}
          {listed.map(({ version, name }) => (
            <option key={version} value={version}>
              version {version}, “{name}”
            </option>
          ))}
          {against !== null &&
            against !== viewing - 1 &&
            !listed.some(({ version }) => version === against) && (
              <option value={against}>version {against}</option>
            )}
        </select>
      </label>
      <span className="muted" data-testid="difference-count">
        {differs === 0 ? "no difference" : differs === 1 ? "1 difference" : `${differs} differences`}
      </span>
    </section>
  );
}
