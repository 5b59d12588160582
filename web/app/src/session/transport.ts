/** Which way the client goes: a socket, or, where the network blocks those, requests. Remembered for this tab. */
import { overHttp } from "@cyclesheet/client/http";
import { settings } from "./settings";

export type Way = "socket" | "http";

export interface Transport {
  /** For the client's options: opens whatever is chosen at that moment. */
  readonly WebSocket: typeof WebSocket;
  way(): Way;
  /** From the next connection on. */
  choose(way: Way): void;
}

export function createTransport(httpUrl: string): Transport {
  const OverHttp = overHttp({ httpUrl });
  const way = (): Way => (settings.get("way") === "http" ? "http" : "socket");
  // A constructor that returns an object hands that one out.
  function Chosen(url: string, protocols: string[]) {
    return way() === "http" ? new OverHttp(url, protocols) : new WebSocket(url, protocols);
  }
  Chosen.OPEN = 1;
  return {
    WebSocket: Chosen as unknown as typeof WebSocket,
    way,
    choose: (next) => void settings.set("way", next),
  };
}
