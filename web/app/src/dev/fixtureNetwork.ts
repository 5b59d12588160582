/** A network that is always there and leads nowhere. */
import type { Network } from "../session/context";
import { fixtureApi } from "./fixtureApi";

export const fixtureNetwork: Network = {
  api: fixtureApi,
  transport: { WebSocket, way: () => "socket", choose: () => {} },
  surroundings: {
    isOnline: () => true,
    fetch: async () => new Response("{}"),
    WebSocket,
    token: async () => "",
    now: () => performance.now(),
    configUrl: "config.json",
    cyclesUrl: "cycles",
    socketUrl: "ws://127.0.0.1:1",
  },
  host: "example.org",
};
