/** The way to another team of this person, if there is one. */
import { useEffect, useState } from "react";
import { teamLink } from "../../session/places";
import { ChevronIcon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import { ASK_AFTER_MS } from "./near";

interface Props {
  readonly team: string;
  readonly load: () => Promise<readonly string[]>;
}

export function Teams({ team, load }: Props) {
  const [teams, setTeams] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without the list there is no way to another team, and nothing else is missing.
    const timer = window.setTimeout(() => load().then(setTeams, () => {}), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [load]);
  const others = teams.filter((one) => one !== team);
  if (others.length === 0) return null;
  return (
    <Popover label="Other teams" testId="teams" className="weeks" button={<ChevronIcon />}>
      {() => (
        <>
          <h2 className="popover-title">Your teams</h2>
          <ul className="week-list">
            {teams.map((one) => (
              <li key={one}>
                <a href={teamLink(one)} aria-current={one === team ? "page" : undefined}>
                  {one}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Popover>
  );
}
