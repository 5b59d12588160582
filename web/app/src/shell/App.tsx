/** The page of one week: bars of fixed height around the sheet, panels over or beside it. */
import { useEffect, useMemo, useState } from "react";
import { ActionsProvider } from "../actions/context";
import { followKeys } from "../actions/keys";
import { CommentsPanel } from "../features/comments/CommentsPanel";
import { followMentions } from "../features/comments/mentions";
import { followLink } from "../features/comments/open";
import { Figures } from "../features/head/Figures";
import { NotePanel } from "../features/notes/NotePanel";
import { Summary } from "../features/notes/Summary";
import { Print } from "../features/print/Print";
import { Share } from "../features/share/Share";
import { weekSpan } from "../lib/dates";
import { type Network, NetworkProvider } from "../session/context";
import type { Weeks } from "../session/places";
import { ControllerProvider, useClient, useController, useScreen } from "../sheet/context";
import type { Controller } from "../sheet/controller";
import { openDoc } from "../sheet/docs";
import { ColumnMenu } from "../sheet/grid/ColumnMenu";
import { SheetGrid } from "../sheet/grid/SheetGrid";
import { SlotsProvider } from "../sheet/grid/slots";
import { HistoryProvider, useTime } from "../sheet/log/context";
import { openThread } from "../sheet/openThread";
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
  Details,
  Diagnosis,
  Help,
  loadAhead,
  Palette,
  RescueCards,
  RowPage,
  VersionBar,
  VersionView,
} from "./lazy";
import { RowMenu } from "./RowMenu";
import { SidePanel } from "./SidePanel";
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
}

export function App({ controller, network, team, cycle, loadCycles }: Props) {
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

  useEffect(loadAhead, []);

  const slots = useMemo(() => slotsFor(controller), [controller]);

  return (
    <ControllerProvider value={controller}>
      <NetworkProvider value={network}>
        <HistoryProvider>
          <ActionsProvider value={ACTIONS}>
            <SlotsProvider value={slots}>
              <Page team={team} cycle={cycle} loadCycles={loadCycles} />
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

function Page({ team, cycle, loadCycles }: Omit<Props, "controller" | "network">) {
  const controller = useController();
  const isBoard = useScreen((screen) => screen.board);
  const isRow = useScreen((screen) => screen.side === "row");
  const isCommanding = useScreen((screen) => screen.palette);
  const isOld = useTime((time) => time.viewing !== null);
  const isDetailed = useScreen((screen) => screen.side === "details");
  const isExamined = useEver((screen) => screen.diagnosis);
  const isHelped = useEver((screen) => screen.help);
  const isRescued = useScreen((screen) => screen.rescued.length > 0);
  const isConflicting = useClient((state) => state.conflicts.length > 0);
  return (
    <div className="page">
      <TopBar team={team} cycle={cycle} loadCycles={loadCycles} />
      <Strip />
      <div className="head">
        <Figures cycle={cycle} />
        <Summary />
        <Share team={team} cycle={cycle} />
      </div>
      {isOld ? <VersionBar /> : <Toolbar />}
      <main className="main">
        <div className="main-sheet">
          <div className="main-live" inert={isOld || isBoard}>
            <SheetGrid label={`Sheet of ${team}, week ${cycle}, ${weekSpan(cycle)}`} cycle={cycle} />
          </div>
          {isOld ? <VersionView /> : isBoard && <Board />}
        </div>
        {isRow && <RowPage />}
        {isDetailed && <Details />}
        <NotePanel />
        <CommentsPanel
          onDoc={({ doc, commentId }) => {
            if (doc) openDoc(controller, doc);
            openThread(controller, commentId);
          }}
        />
        <SidePanel />
        {isRescued && <RescueCards />}
        {isConflicting && <Conflicts />}
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
