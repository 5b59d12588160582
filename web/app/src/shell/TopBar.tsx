/** Name, week, people, connection, and the page's own settings. */
import { useState } from "react";
import { Mentions } from "../features/comments/Mentions";
import { Connection } from "../features/connection/Connection";
import { People } from "../features/people/People";
import { Teams } from "../features/weeks/Teams";
import { Weeks } from "../features/weeks/Weeks";
import type { Weeks as WeekList } from "../session/places";
import { applyTheme, savedTheme, type Theme } from "../session/theme";
import { useClient, useController } from "../sheet/context";
import { AutoIcon, EyeIcon, HelpIcon, MoonIcon, SunIcon } from "../ui/icons";
import { Menu } from "./Menu";

const NEXT: { readonly [T in Theme]: Theme } = { auto: "light", light: "dark", dark: "auto" };
const THEME_WORD: { readonly [T in Theme]: string } = {
  auto: "system",
  light: "light",
  dark: "dark",
};

interface Props {
  readonly team: string;
  readonly cycle: string;
  readonly loadCycles: () => Promise<WeekList>;
  readonly loadTeams: () => Promise<readonly string[]>;
}

export function TopBar({ team, cycle, loadCycles, loadTeams }: Props) {
  const controller = useController();
  const role = useClient((state) => state.role);
  const sealed = useClient((state) => state.sheet?.status === "sealed");
  const [theme, setTheme] = useState(savedTheme);
  const turn = () => {
    const next = NEXT[theme];
    applyTheme(next);
    setTheme(next);
  };
  return (
    <header className="topbar">
      <div className="brand">
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" className="brand-mark" />
          <path d="M9 10h14M9 16h14M9 22h8" className="brand-lines" />
          <circle cx="23" cy="22" r="2.6" className="brand-dot" />
        </svg>
        <h1 className="brand-name">{team}</h1>
        <Teams team={team} load={loadTeams} />
      </div>
      <Weeks team={team} cycle={cycle} loadCycles={loadCycles} />
      {sealed && (
        <span className="tag" title="The week is over. It can still be edited.">
          closed
        </span>
      )}
      {role === "viewer" && (
        <span className="tag tag-view" title="View only">
          <EyeIcon size={14} /> <span className="tag-words">View only</span>
        </span>
      )}
      <span className="spacer" />
      <Connection />
      <People />
      <Mentions team={team} cycle={cycle} />
      <button
        type="button"
        className="icon-button"
        aria-label={`Theme: ${THEME_WORD[theme]}. Change`}
        title={`Theme: ${THEME_WORD[theme]}`}
        onClick={turn}
      >
        {theme === "auto" ? <AutoIcon /> : theme === "light" ? <SunIcon /> : <MoonIcon />}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Keyboard help"
        title="Keyboard help (?)"
        onClick={() => controller.screen.set({ help: true })}
      >
        <HelpIcon />
      </button>
      <Menu />
    </header>
  );
}
