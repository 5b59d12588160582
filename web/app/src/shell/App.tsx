/** The page of one week: bars of fixed height around the sheet, panels over or beside it. */
import { useEffect, useMemo, useState } from "react";
import { ActionsProvider } from "../actions/context";
import { followKeys } from "../actions/keys";
import { followMentions } from "../features/comments/mentions";
import { followLink } from "../features/comments/open";
import { Figures } from "../features/head/Figures";
import { FirstLine } from "../features/head/FirstLine";
import { Summary } from "../features/notes/Summary";
import { Print } from "../features/print/Print";
import { Share } from "../features/share/Share";
import { weekSpan } from "../lib/dates";
import { type Network, NetworkProvider } from "../session/context";
import type { Weeks } from "../session/places";
import { ControllerProvider, useClient, useScreen } from "../sheet/context";
import type { Controller } from "../sheet/controller";
import { ColumnMenu } from "../sheet/grid/ColumnMenu";
import { SheetGrid } from "../sheet/grid/SheetGrid";
import { SlotsProvider } from "../sheet/grid/slots";
import { HistoryProvider, useTime } from "../sheet/log/context";
import { followF6 } from "../sheet/parts";
import { followPresence } from "../sheet/presence";
import { followLocks, followRefusals } from "../sheet/refusals";
import { followRemovals } from "../sheet/removedRows";
import type { Screen } from "../sheet/screen";
import { guardUnload } from "../sheet/unload";
import { followVisits } from "../sheet/visited";
import { Announcer } from "./Announcer";
import { ACTIONS } from "./actions";
import { followAddress } from "./address";
import {
  Board,
  Conflicts,
  Diagnosis,
  Help,
  Palette,
  Panel,
  RescueCards,
  useLoadedAhead,
  VersionBar,
  VersionView,
} from "./lazy";
import { RowMenu } from "./RowMenu";
import { StatusBar } from "./StatusBar";
import { Strip } from "./Strip";
import { slotsFor } from "./slots";
import { Toast } from "./Toast";
import { Toolbar } from "./Toolbar";
import { TopBar } from "./TopBar";

interface Props {
  readonly controller: Controller;
  readonly network: Network;
  readonly team: string;
  readonly cycle: string;
  readonly loadCycles: () => Promise<Weeks>;
  readonly loadTeams: () => Promise<readonly string[]>;
}

export function App({ controller, network, team, cycle, loadCycles, loadTeams }: Props) {
  useEffect(() => followPresence(controller), [controller]);
  useEffect(() => followKeys(controller, ACTIONS), [controller]);
  useEffect(() => followRemovals(controller), [controller]);
  useEffect(() => guardUnload(controller), [controller]);
  useEffect(() => followRefusals(controller), [controller]);
  useEffect(() => followLocks(controller), [controller]);
  useEffect(() => followMentions(controller), [controller]);
  useEffect(() => followLink(controller), [controller]);

  useEffect(() => followF6(controller), [controller]);
  useEffect(() => followVisits(controller), [controller]);
  useEffect(() => followAddress(controller), [controller]);

  const slots = useMemo(() => slotsFor(controller), [controller]);

  return (
    <ControllerProvider value={controller}>
      <NetworkProvider value={network}>
        <HistoryProvider>
          <ActionsProvider value={ACTIONS}>
            <SlotsProvider value={slots}>
              <Page team={team} cycle={cycle} loadCycles={loadCycles} loadTeams={loadTeams} />
            </SlotsProvider>
          </ActionsProvider>
        </HistoryProvider>
      </NetworkProvider>
    </ControllerProvider>
  );
}

/** Whether a dialog was ever open: from then on it stays, so that it closes by itself and gives the focus back. */
function useEver(isOpen: (screen: Screen) => boolean): boolean {
  const now = useScreen(isOpen);
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever || now;
}

function Page({ team, cycle, loadCycles, loadTeams }: Omit<Props, "controller" | "network">) {
  const isLoaded = useLoadedAhead(useClient((state) => state.sheet !== null));
  const isBoard = useScreen((screen) => screen.board);
  const isInVain = useClient(({ sheet, status }) => sheet === null && status === "failed");
  const isOpen = useScreen((screen) => screen.side !== null);
  const isCommanding = useScreen((screen) => screen.palette);
  const isOld = useTime((time) => time.viewing !== null);
  const isExamined = useEver((screen) => screen.diagnosis);
  const isHelped = useEver((screen) => screen.help);
  const isRescued = useScreen((screen) => screen.rescued.length > 0);
  const isConflicting = useClient((state) => state.conflicts.length > 0);
  return (
    <div className="page" data-loaded={isLoaded || undefined}>
      <TopBar team={team} cycle={cycle} loadCycles={loadCycles} loadTeams={loadTeams} />
      <Strip />
      {/* Where there is no sheet, nothing can be done to it. */}
      {!isInVain && (
        <div className="head">
          <Figures cycle={cycle} />
          <Summary />
          <Share team={team} cycle={cycle} />
        </div>
      )}
      {isOld ? <VersionBar /> : !isInVain && <Toolbar />}
      {!isInVain && <FirstLine />}
      <main className="main">
        <div className="main-sheet">
          <div className="main-live" inert={isOld || isBoard}>
            <SheetGrid label={`Sheet of ${team}, week ${cycle}, ${weekSpan(cycle)}`} cycle={cycle} />
          </div>
          {isOld ? <VersionView /> : isBoard && <Board />}
        </div>
        {isRescued && <RescueCards />}
        {(isOpen || isConflicting) && (
          <div className="right" data-open={isOpen || undefined}>
            {isConflicting && <Conflicts />}
            {isOpen && <Panel />}
          </div>
        )}
      </main>
      <Toast />
      <StatusBar />
      <Announcer />
      <RowMenu />
      <ColumnMenu />
      {isHelped && <Help />}
      {isCommanding && <Palette />}
      {isExamined && <Diagnosis />}
      <Print title={`${team}, week ${cycle}, ${weekSpan(cycle)}`} />
    </div>
  );
}
