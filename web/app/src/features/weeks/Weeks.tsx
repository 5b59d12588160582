/** The week shown, and the way to the others. */
import { type ReactNode, useEffect, useState } from "react";
import { weekSpan } from "../../lib/dates";
import { type CycleInfo, pageLink, type Weeks as WeekList } from "../../session/places";
import { ChevronIcon, LeftIcon, RightIcon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import { ASK_AFTER_MS, type Near, nearTo } from "./near";

interface Props {
  readonly team: string;
  readonly cycle: string;
  readonly loadCycles: () => Promise<WeekList>;
}

export function Weeks({ team, cycle, loadCycles }: Props) {
  const [cycles, setCycles] = useState<readonly CycleInfo[] | "loading" | "failed">("loading");
  const [near, setNear] = useState<Near>({ before: null, after: null, current: null });
  const load = () => {
    loadCycles().then(
      (weeks) => {
        setCycles(weeks.cycles);
        setNear(nearTo(cycle, weeks));
      },
      () => setCycles("failed"),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, after the sheet was; the list asks again
  useEffect(() => {
    const timer = window.setTimeout(load, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <nav className="week-nav" aria-label="Weeks">
      <Way
        icon={<LeftIcon size={14} />}
        name="Previous week"
        team={team}
        to={near.before}
        testId="week-before"
      />
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
      <Way icon={<RightIcon size={14} />} name="Next week" team={team} to={near.after} testId="week-after" />
      {near.current !== null && near.current !== cycle && (
        <a
          className="button button-small week-current"
          href={pageLink(team, near.current)}
          data-testid="week-current"
        >
          This week
        </a>
      )}
    </nav>
  );
}

function Way({
  icon,
  name,
  team,
  to,
  testId,
}: {
  icon: ReactNode;
  name: string;
  team: string;
  to: string | null;
  testId: string;
}) {
  if (to === null)
    return (
      <span
        className="icon-button week-way"
        aria-disabled="true"
        data-testid={testId}
        title={`No ${name.toLowerCase()}`}
      >
        {icon}
      </span>
    );
  const words = `${name}: ${to.replace(/^\d{4}-/, "")}, ${weekSpan(to)}`;
  return (
    <a
      className="icon-button week-way"
      href={pageLink(team, to)}
      aria-label={words}
      title={words}
      data-testid={testId}
    >
      {icon}
    </a>
  );
}
