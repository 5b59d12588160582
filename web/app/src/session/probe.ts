/**
 * Finds what blocks the way between this page and the sheet: four questions, asked one after the other, and one answer
 * made of them. The client itself cannot tell a blocked socket from a server that is gone: a browser says 1006 to both.
 */
import { BEARER_SUBPROTOCOL, SUBPROTOCOL } from "@cyclesheet/client";

export type Step = "network" | "server" | "sign-in" | "socket";

export interface Finding {
  readonly step: Step;
  readonly ok: boolean;
  /** HTTP status; null: no answer, or not that kind of step. */
  readonly status: number | null;
  readonly code: string | null;
  /** How long it took, milliseconds. */
  readonly ms: number;
}

export type Verdict =
  | "fine"
  | "noNetwork"
  | "unreachable"
  | "signInEnded"
  | "removed"
  | "notYours"
  | "serverFault"
  | "socketBlocked";

/** What the findings come to; null while they do not tell yet. */
export function verdictOf(findings: readonly Finding[]): Verdict | null {
  const at = (step: Step) => findings.find((finding) => finding.step === step);
  const [network, server, signIn, socket] = [at("network"), at("server"), at("sign-in"), at("socket")];
  if (network && !network.ok) return "noNetwork";
  if (server && !server.ok) return server.status === null ? "unreachable" : "serverFault";
  if (signIn && !signIn.ok) {
    if (signIn.status === 401) return "signInEnded";
    if (signIn.code === "REVOKED") return "removed";
    if (signIn.status === 403) return "notYours";
    // The page itself was just served: what fails now is behind it.
    return "serverFault";
  }
  if (socket) return socket.ok ? "fine" : "socketBlocked";
  return null;
}

export interface Surroundings {
  readonly isOnline: () => boolean;
  readonly fetch: typeof fetch;
  readonly WebSocket: typeof WebSocket;
  readonly token: () => Promise<string>;
  readonly now: () => number;
  /** The page's own configuration: served without a sign-in. */
  readonly configUrl: string;
  /** The list of the team's weeks. */
  readonly cyclesUrl: string;
  /** With team and week. */
  readonly socketUrl: string;
}

/** An answer takes less, or nobody gets through. Milliseconds. */
export const PATIENCE_MS = 8_000;

/** Asks until an answer settles it; tells each finding as it comes. */
export async function probe(around: Surroundings, tell: (finding: Finding) => void): Promise<Verdict> {
  const findings: Finding[] = [];
  const look = async (step: Step, ask: () => Promise<Omit<Finding, "step" | "ms">>) => {
    const began = around.now();
    const finding = { step, ...(await ask()), ms: Math.round(around.now() - began) };
    findings.push(finding);
    tell(finding);
    return verdictOf(findings);
  };
  const settled =
    (await look("network", async () => ({ ok: around.isOnline(), status: null, code: null }))) ??
    (await look("server", () => ask(around, around.configUrl))) ??
    (await look("sign-in", async () => {
      const token = await around.token().catch(() => null);
      if (token === null) return { ok: false, status: 401, code: "TOKEN_EXPIRED" };
      return ask(around, around.cyclesUrl, token);
    })) ??
    (await look("socket", async () => ({ ok: await opens(around), status: null, code: null })));
  return settled ?? "serverFault";
}

async function ask(around: Surroundings, url: string, token?: string): Promise<Omit<Finding, "step" | "ms">> {
  try {
    const answer = await around.fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    const body = answer.ok ? null : ((await answer.json().catch(() => null)) as { code?: unknown } | null);
    return { ok: answer.ok, status: answer.status, code: typeof body?.code === "string" ? body.code : null };
  } catch {
    return { ok: false, status: null, code: null };
  }
}

/** Whether a socket opens; it is closed again at once and joins no room. */
async function opens(around: Surroundings): Promise<boolean> {
  const token = await around.token().catch(() => "");
  return new Promise((resolve) => {
    const done = (ok: boolean) => {
      clearTimeout(late);
      resolve(ok);
    };
    const late = setTimeout(() => {
      done(false);
      socket?.close();
    }, PATIENCE_MS);
    let socket: WebSocket | null = null;
    try {
      socket = new around.WebSocket(around.socketUrl, [SUBPROTOCOL, `${BEARER_SUBPROTOCOL}${token}`]);
    } catch {
      done(false);
      return;
    }
    socket.onopen = () => {
      done(true);
      socket?.close(1000);
    };
    socket.onclose = () => done(false);
  });
}

export interface Advice {
  readonly title: string;
  readonly text: string;
  readonly action?: "reconnect" | "signIn" | "useHttp";
  /** A text for the people who run the network. */
  readonly forAdmin?: string;
}

/** What a person should know and can do. */
export function adviceOf(verdict: Verdict, host: string, unsaved: number): Advice {
  const kept =
    unsaved > 0
      ? ` Your ${unsaved === 1 ? "unsaved edit is" : `${unsaved} unsaved edits are`} kept in this browser.`
      : "";
  switch (verdict) {
    case "fine":
      return {
        title: "Everything works",
        text: "The server answers, your sign-in is good, and the live connection opens.",
        action: "reconnect",
      };
    case "noNetwork":
      return {
        title: "This device has no network",
        text: `Check Wi-Fi or cable. You can go on editing; edits are sent when the network is back.${kept}`,
      };
    case "unreachable":
      return {
        title: "The server cannot be reached",
        text: `Your device says it has a network, but ${host} does not answer: the server may be down, or this network does not lead to it.${kept}`,
        action: "reconnect",
      };
    case "signInEnded":
      return {
        title: "Your sign-in has ended",
        text: `The server and the network are fine. Paste a fresh sign-in link to go on.${kept}`,
        action: "signIn",
      };
    case "removed":
      return {
        title: "You were removed from this workspace",
        text: "The server and the network are fine. Ask an administrator if that is a mistake.",
      };
    case "notYours":
      return {
        title: "Your sign-in does not open this team",
        text: "The server and the network are fine. Ask for a sign-in link that names this team.",
        action: "signIn",
      };
    case "serverFault":
      return {
        title: "The server has a fault",
        text: `It answers, but not as it should. It is not your network. Try again in a few minutes.${kept}`,
        action: "reconnect",
      };
    case "socketBlocked":
      return {
        title: "This network blocks live connections",
        text: `The server answers and your sign-in is good, but the WebSocket does not open. You can go on without it: edits are sent as requests and news arrive every two seconds.${kept}`,
        action: "useHttp",
        forAdmin: `Please allow secure WebSockets (wss, port 443) to ${host}: requests with “Connection: Upgrade” and “Upgrade: websocket” must pass proxies and filters, and stay open for up to two hours.`,
      };
  }
}
