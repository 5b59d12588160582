/** Puts the page's network side together. */

import { createApi } from "./api";
import type { Network } from "./context";
import type { Config } from "./places";
import { createTransport } from "./transport";

export function createNetwork(
  { socketUrl, httpUrl }: Config,
  team: string,
  cycle: string,
  token: () => Promise<string>,
): Network {
  const room = new URLSearchParams({ team, cycle });
  return {
    api: createApi({ httpUrl, team, cycle, token }),
    transport: createTransport(httpUrl),
    surroundings: {
      isOnline: () => navigator.onLine !== false,
      fetch: (...args) => fetch(...args),
      WebSocket,
      token,
      now: () => performance.now(),
      configUrl: "config.json",
      cyclesUrl: `${httpUrl}/api/cycles?${new URLSearchParams({ team })}`,
      socketUrl: `${socketUrl}?${room}`,
    },
    host: new URL(socketUrl).host,
  };
}
