/** The week shown, and the way to the others. */
import { useState } from "react";
import { weekSpan } from "../../lib/dates";
import { type CycleInfo, pageLink } from "../../session/places";
import { ChevronIcon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";

interface Props {
  readonly team: string;
  readonly cycle: string;
  readonly loadCycles: () => Promise<readonly CycleInfo[]>;
}

export function Weeks({ team, cycle, loadCycles }: Props) {
  const [cycles, setCycles] = useState<readonly CycleInfo[] | "loading" | "failed">("loading");
  const load = () => {
    loadCycles().then(setCycles, () => setCycles("failed"));
  };
  return (
    <Popover
      label={`${cycle.replace(/^\d{4}-/, "")} ${weekSpan(cycle)}, other weeks`}
      className="weeks"
      testId="weeks"
      onOpen={load}
      button={
        <>
          <span className="week-name">{cycle.replace(/^\d{4}-/, "")}</span>{" "}
          <span className="week-span">{weekSpan(cycle)}</span>
          <ChevronIcon />
        </>
      }
    >
      {() => (
        <>
          <h2 className="popover-title">Weeks of {team}</h2>
          {cycles === "loading" && <p className="muted">Loading…</p>}
          {cycles === "failed" && (
            <p className="muted">
              The list of weeks could not be loaded.{" "}
              <button type="button" className="link-button" onClick={load}>
                Try again
              </button>
            </p>
          )}
          {Array.isArray(cycles) && (
            <ul className="week-list">
              {(cycles as readonly CycleInfo[]).map((info) => (
                <li key={info.cycle}>
                  <a
                    href={pageLink(team, info.cycle)}
                    aria-current={info.cycle === cycle ? "page" : undefined}
                  >
                    <span className="week-name">{info.cycle}</span>
                    <span className="muted">{weekSpan(info.cycle)}</span>
                    {info.status === "sealed" && <span className="tag">closed</span>}
                  </a>
                </li>
              ))}
              {cycles.length === 0 && <li className="muted">No weeks yet.</li>}
            </ul>
          )}
        </>
      )}
    </Popover>
  );
}
