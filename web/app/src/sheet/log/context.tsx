/** The log and what of it is looked at, for the components of this folder. */
import type { Column } from "@cyclesheet/client";
import { createContext, useContext, useEffect, useRef, useState } from "react";
import { createStore, type Store, useStore } from "../../lib/store";
import { useApi } from "../../session/context";
import { useClient, useController } from "../context";
import { HistoryLog, type HistoryState } from "./log";

export interface Time {
  /** The version shown in the place of the sheet; null: the sheet itself. */
  readonly viewing: number | null;
  /** The version it is compared with; null: the sheet as it is now. */
  readonly against: number | null;
}

interface History {
  readonly log: HistoryLog;
  readonly time: Store<Time>;
}

const HistoryContext = createContext<History | null>(null);

export function HistoryProvider({ children }: { children: React.ReactNode }) {
  const { client } = useController();
  const api = useApi();
  const [history] = useState<History>(() => ({
    log: new HistoryLog(api, () => client.getState().confirmedSheet),
    time: createStore<Time>({ viewing: null, against: null }),
  }));
  return <HistoryContext.Provider value={history}>{children}</HistoryContext.Provider>;
}

export function useHistory(): History {
  const history = useContext(HistoryContext);
  if (!history) throw new Error("a component of the history stands outside its HistoryProvider");
  return history;
}

export function useLog<S>(select: (state: HistoryState) => S): S {
  return useStore(useHistory().log.store, select);
}

export function useTime<S>(select: (time: Time) => S): S {
  return useStore(useHistory().time, select);
}

/** Reads the log, and goes on reading as it grows. */
export function useFollowLog(): void {
  const { log } = useHistory();
  const version = useClient((state) => state.version);
  const loaded = useClient((state) => state.confirmedSheet !== null);
  const status = useLog((state) => state.status);
  /** The version up to which the log was read when it was last asked for. */
  const asked = useRef(-1);
  useEffect(() => {
    const { entries } = log.store.get();
    // What failed is tried again when a person asks for it. A version that comes while the log is read may be beyond the page
    // that is on its way: it is asked for when that one is here.
    if (!loaded || status === "failed" || status === "loading") return;
    // Another log was put in the place of the one that was read.
    if (version < asked.current) asked.current = -1;
    const isBehind = version > entries.length && version > asked.current;
    if (status !== "idle" && !isBehind) return;
    asked.current = version;
    void log.load();
  }, [log, version, loaded, status]);
}

/** A place in the sheet by the words a person knows it by. */
export function inQuotes(title: string): string {
  return title === "" ? "an untitled row" : `“${title}”`;
}

/** The columns are few and known; `source` cannot be written. */
export const canRestore = (column: Column): boolean => column !== "source";
