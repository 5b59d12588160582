/** The page's list of actions for the components that show or perform some, and what they are at the moment. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { useController } from "../sheet/context";
import { type Action, barTo } from "./action";

const ActionsContext = createContext<readonly Action[]>([]);
export const ActionsProvider = ActionsContext.Provider;

export const useActions = (): readonly Action[] => useContext(ActionsContext);

/** The action of that id; undefined where the feature that brings it is left out. */
export const useAction = (id: string): Action | undefined => useActions().find((action) => action.id === id);

/** Why an action cannot be done now, kept up to date; null if it can. */
export function useBar(action: Action | undefined): string | null {
  const controller = useController();
  return useSyncExternalStore(
    (listener) => {
      const stops = [controller.subscribe(listener), controller.screen.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    () => (action ? barTo(action, controller) : null),
  );
}
