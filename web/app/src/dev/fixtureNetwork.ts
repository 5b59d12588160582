/** Answers without a server: nothing happened yet, nobody is known. The real ones are seen against a real stack. */
import type { Network } from "../network/context";

export const fixtureNetwork: Network = {
  api: {
    changes: async () => ({ version: 0, epoch: "fixture", changes: [] }),
    export: async (format) => ({ name: `sheet.${format}`, file: new Blob(["title\n"]) }),
    members: async () => [],
    read: async () => ({}),
  },
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
