/** The client, the screen and the controller for the components below; selectors keep re-rendering to what changed. */
import type { ClientState } from "@cyclesheet/client";
import { useClientState } from "@cyclesheet/client/react";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Controller } from "./controller";
import type { Screen } from "./screen";

const ControllerContext = createContext<Controller | null>(null);
export const ControllerProvider = ControllerContext.Provider;

export function useController(): Controller {
  const controller = useContext(ControllerContext);
  if (!controller) throw new Error("a component of the sheet stands outside its ControllerProvider");
  return controller;
}

/** A part of the client's state. The client keeps the identity of parts that did not change. */
export function useClient<S>(select: (state: ClientState) => S): S {
  return useClientState(useController().client, select);
}

/** A part of the screen's own state. */
export function useScreen<S>(select: (screen: Screen) => S): S {
  const { screen } = useController();
  return useSyncExternalStore(screen.subscribe, () => select(screen.get()));
}

/** Whether this person may edit; components that offer actions ask this. */
export function useMayEdit(): boolean {
  const controller = useController();
  return useSyncExternalStore(controller.subscribe, () => controller.mayEdit);
}
