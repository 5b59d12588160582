/**
 * Where the page is and who may see it: the address, the token, the page's configuration, the list of weeks.
 * The token comes in the address's fragment, which no server sees, and leaves the address at once.
 */

import { settings } from "./settings";
import { type SignInPlace, signInPlace } from "./signIn";

/** A plain word of a key; anything else in the address is ignored. */
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const WEEK = /^\d{4}-W\d{2}$/;

export interface Where {
  readonly team: string | null;
  readonly cycle: string | null;
}

export interface Config {
  readonly socketUrl: string;
  readonly httpUrl: string;
  /** Where people sign in, if not by a link. */
  readonly signIn: SignInPlace | null;
}

export interface CycleInfo {
  readonly cycle: string;
  readonly status: string;
}

/** The address of a week's page. */
export function pageLink(team: string, cycle: string): string {
  return `?${new URLSearchParams({ team, cycle })}`;
}

/** The address of a team's newest week. */
export function teamLink(team: string): string {
  return `?${new URLSearchParams({ team })}`;
}

/** The token in a sign-in link, or in a fragment of one, or a bare token. */
export function tokenIn(text: string): string | null {
  const found = /(?:^|[#&])token=([^&\s]+)/.exec(text)?.[1] ?? text.trim();
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(found) ? found : null;
}

export function storedToken(): string | null {
  return settings.get("token");
}

export function storeToken(token: string): void {
  settings.set("token", token);
}

/** Reads the address, keeps its token for this tab, and takes it out of the address and the history. */
export function enter(location: Location, history: History): Where {
  const token = tokenIn(location.hash);
  if (token) storeToken(token);
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  const query = new URLSearchParams(location.search);
  const team = query.get("team");
  const cycle = query.get("cycle");
  return { team: team && NAME.test(team) ? team : null, cycle: cycle && WEEK.test(cycle) ? cycle : null };
}

/** What a token says of itself. Only to choose what to show: what it is worth, the server decides. */
function claims(token: string): { readonly teams?: unknown; readonly exp?: unknown } {
  try {
    const part = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const said: unknown = JSON.parse(atob(part));
    return said && typeof said === "object" ? said : {};
  } catch {
    return {};
  }
}

/** The teams a token names. */
export function teamsOf(token: string): readonly string[] {
  const { teams } = claims(token);
  const all: readonly unknown[] = Array.isArray(teams) ? teams : [];
  return all.filter((team): team is string => typeof team === "string" && NAME.test(team));
}

/** The first team a token names. */
export function firstTeam(token: string): string | null {
  return teamsOf(token)[0] ?? null;
}

/** The teams that the server has for the bearer of a token which names none: a deployment may keep them in its directory. */
export async function teamsHere(httpUrl: string, token: string): Promise<readonly string[]> {
  const response = await fetch(`${httpUrl}/api/me`, {
    cache: "no-store",
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) return [];
  const { teams } = (await response.json()) as { readonly teams?: unknown };
  const all: readonly unknown[] = Array.isArray(teams) ? teams : [];
  return all.filter((team): team is string => typeof team === "string" && NAME.test(team));
}

/**
 * Whether a token has run out by this device's clock. A refused socket looks to a page like a network that is gone,
 * so what can be known beforehand is worth knowing.
 */
export function hasExpired(token: string, nowMs: number): boolean {
  const { exp } = claims(token);
  return typeof exp === "number" && exp * 1000 <= nowMs;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch("config.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`The page's configuration could not be loaded (${response.status}).`);
  const config = (await response.json()) as { socketUrl?: unknown; httpUrl?: unknown; signIn?: unknown };
  if (typeof config.socketUrl !== "string")
    throw new Error("The page's configuration names no socket address.");
  return {
    socketUrl: config.socketUrl,
    httpUrl: typeof config.httpUrl === "string" ? config.httpUrl : location.origin,
    signIn: signInPlace(config.signIn),
  };
}

/** The team's weeks, newest first, and the week it is for the team, which may not have begun. */
export interface Weeks {
  readonly cycles: readonly CycleInfo[];
  readonly current: string | null;
}

/** The week that is shown where the address names none: the newest, or the current one, which begins by being entered. */
export function firstWeek({ cycles, current }: Weeks): string | null {
  return cycles[0]?.cycle ?? current;
}

/** Asks for the team's weeks. */
export async function loadCycles(httpUrl: string, team: string, token: string): Promise<Weeks> {
  const response = await fetch(`${httpUrl}/api/cycles?team=${encodeURIComponent(team)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`The list of weeks could not be loaded (${response.status}).`);
  const body = (await response.json()) as { cycles?: unknown; current?: unknown };
  const list = Array.isArray(body.cycles) ? body.cycles : [];
  return {
    cycles: list.filter((item): item is CycleInfo => WEEK.test((item as CycleInfo | null)?.cycle ?? "")),
    current: typeof body.current === "string" && WEEK.test(body.current) ? body.current : null,
  };
}
