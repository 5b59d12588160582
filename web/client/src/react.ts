/**
 * React bindings: a client for as long as a component stands, and parts of its state for those below. The state keeps
 * the identity of what did not change, so a component is drawn again for its own part alone.
 *
 * ```tsx
 * const client = useCycle({ socketUrl, httpUrl, team, cycle, token });
 * const title = useClientState(client, (state) => state?.sheet?.tasks[0]?.cells.title?.value);
 * ```
 */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { type Client, type ClientOptions, createClient } from "./client.js";
import type { ClientState } from "./state.js";

/**
 * Opens a cycle when the component comes and leaves it when it goes; null before the first effect. Another team, cycle
 * or address is another client. Every other option, the token provider among them, is taken as it was at the first.
 */
export function useCycle(options: ClientOptions): Client | null {
  const { socketUrl, httpUrl, team, cycle } = options;
  const [first] = useState(options);
  const [client, setClient] = useState<Client | null>(null);
  useEffect(() => {
    const made = createClient({ ...first, socketUrl, httpUrl, team, cycle });
    setClient(made);
    return () => {
      made.close();
      setClient(null);
    };
  }, [first, socketUrl, httpUrl, team, cycle]);
  return client;
}

/** A part of a client's state. `select` must give the same object as long as its part is the same. */
export function useClientState<S>(client: Client, select: (state: ClientState) => S): S;
export function useClientState<S>(client: Client | null, select: (state: ClientState | null) => S): S;
export function useClientState<S>(client: Client | null, select: (state: ClientState) => S): S {
  const subscribe = useCallback(
    (listener: () => void) => client?.subscribe(listener) ?? (() => {}),
    [client],
  );
  const read = () => select((client?.getState() ?? null) as ClientState);
  return useSyncExternalStore(subscribe, read, read);
}
