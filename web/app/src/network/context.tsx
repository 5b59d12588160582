/** The server's side for the components below: what can be asked, which way the client goes, and how to look into it. */
import { createContext, useContext } from "react";
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
export const NetworkProvider = NetworkContext.Provider;

export function useNetwork(): Network {
  const network = useContext(NetworkContext);
  if (!network) throw new Error("a component that asks the server stands outside its NetworkProvider");
  return network;
}

export function useApi(): Api {
  return useNetwork().api;
}
