/** The server's side for the components below: what can be asked, which way the client goes, and how to look into it. */
import { createContext, type ReactNode, useContext } from "react";
import type { Api } from "./api";
import type { Surroundings } from "./probe";
import type { Transport } from "./transport";

export interface Network {
  readonly api: Api;
  readonly transport: Transport;
  readonly surroundings: Surroundings;
  /** The server's name, for sentences. */
  readonly host: string;
}

const NetworkContext = createContext<Network | null>(null);
const ApiContext = createContext<Api | null>(null);
/** For components that only ask. */
export const ApiProvider = ApiContext.Provider;

export function NetworkProvider({ value, children }: { value: Network; children: ReactNode }) {
  return (
    <NetworkContext.Provider value={value}>
      <ApiProvider value={value.api}>{children}</ApiProvider>
    </NetworkContext.Provider>
  );
}

export function useNetwork(): Network {
  const network = useContext(NetworkContext);
  if (!network) throw new Error("a component of the network stands outside its NetworkProvider");
  return network;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("a component that asks the server stands outside its ApiProvider");
  return api;
}
