/** The server's HTTP side for the components below. */
import { createContext, useContext } from "react";
import type { Api } from "./api";

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("a component that asks the server stands outside its ApiProvider");
  return api;
}
