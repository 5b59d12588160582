/** The page of one week: bars of fixed height around the sheet, panels over or beside it. */
import { useEffect } from "react";
import { followAddress } from "./boot/address";
import type { CycleInfo } from "./boot/places";
import { Announcer } from "./chrome/Announcer";
import { Print } from "./chrome/Print";
import { StatusBar } from "./chrome/StatusBar";
import { Strip } from "./chrome/Strip";
import { Summary } from "./chrome/Summary";
import { Toolbar } from "./chrome/Toolbar";
import { TopBar } from "./chrome/TopBar";
import { CommentsPanel } from "./comments/CommentsPanel";
import { followMentions } from "./comments/mentions";
import { followLink, openThread } from "./comments/open";
import { ColumnMenu } from "./grid/ColumnMenu";
import { RowMenu } from "./grid/RowMenu";
import { SheetGrid } from "./grid/SheetGrid";
import { HistoryProvider, useTime } from "./history/context";
import { weekSpan } from "./model/dates";
import { type Network, NetworkProvider } from "./network/context";
import { Diagnosis } from "./network/Diagnosis";
import { NotePanel } from "./notes/NotePanel";
import { openDoc } from "./notes/names";
import { Help } from "./panels/Help";
import { Conflicts, Details, VersionBar, VersionView } from "./panels/lazy";
import { SidePanel } from "./panels/SidePanel";
import { followRemovals } from "./rescue/graves";
import { RescueCards } from "./rescue/RescueCards";
import { ControllerProvider, useClient, useController, useScreen } from "./state/context";
import type { Controller } from "./state/controller";
import { followKeys } from "./state/pageKeys";
import { followF6 } from "./state/parts";
import { followPresence } from "./state/presence";
import { followLocks, followRefusals } from "./state/tellings";
import { guardUnload } from "./state/unload";

interface Props {
  readonly controller: Controller;
  readonly network: Network;
  readonly team: string;
  readonly cycle: string;
  readonly loadCycles: () => Promise<readonly CycleInfo[]>;
}

export function App({ controller, network, team, cycle, loadCycles }: Props) {
  useEffect(() => followPresence(controller), [controller]);
  useEffect(() => followKeys(controller), [controller]);
  useEffect(() => followRemovals(controller), [controller]);
  useEffect(() => guardUnload(controller), [controller]);
  useEffect(() => followRefusals(controller), [controller]);
  useEffect(() => followLocks(controller), [controller]);
  useEffect(() => followMentions(controller), [controller]);
  useEffect(() => followLink(controller), [controller]);

  useEffect(() => followF6(controller), [controller]);
  useEffect(() => followAddress(controller), [controller]);

  return (
    <ControllerProvider value={controller}>
      <NetworkProvider value={network}>
        <HistoryProvider>
          <Page team={team} cycle={cycle} loadCycles={loadCycles} />
        </HistoryProvider>
      </NetworkProvider>
    </ControllerProvider>
  );
}

function Page({ team, cycle, loadCycles }: Omit<Props, "controller" | "network">) {
  const controller = useController();
  const isOld = useTime((time) => time.viewing !== null);
  const isDetailed = useScreen((screen) => screen.side === "details");
  const isConflicting = useClient((state) => state.conflicts.length > 0);
  return (
    <div className="page">
      <TopBar team={team} cycle={cycle} loadCycles={loadCycles} />
      <Strip />
      <Summary />
      {isOld ? <VersionBar /> : <Toolbar />}
      <main className="main">
        <div className="main-sheet">
          <div className="main-live" inert={isOld}>
            <SheetGrid label={`Sheet of ${team}, week ${cycle}, ${weekSpan(cycle)}`} />
          </div>
          {isOld && <VersionView />}
        </div>
        {isDetailed && <Details />}
        <NotePanel />
        <CommentsPanel
          onDoc={({ doc, commentId }) => {
            if (doc) openDoc(controller, doc);
            openThread(controller, commentId);
          }}
        />
        <SidePanel />
        <RescueCards />
        {isConflicting && <Conflicts />}
      </main>
      <StatusBar />
      <Announcer />
      <RowMenu />
      <ColumnMenu />
      <Help />
      <Diagnosis />
      <Print title={`${team}, week ${cycle}, ${weekSpan(cycle)}`} />
    </div>
  );
}
