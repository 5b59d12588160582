/** Starts the page: who, which week, which server; then the sheet, or a plain sentence about what is missing. */
import { browserDatabase, createClient, defaultStorage, SessionEndedError } from "@cyclesheet/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { borrowToken, lendToken } from "./session/handOver";
import { keeping, watchedStorage } from "./session/keeping";
import { createNetwork } from "./session/network";
import { keepPage } from "./session/offline";
import {
  enter,
  firstTeam,
  firstWeek,
  hasExpired,
  loadConfig,
  loadCycles,
  storedToken,
  storeToken,
  teamsHere,
} from "./session/places";
import { settings } from "./session/settings";
import { backFromSignIn, type SignInPlace, wayToSignIn } from "./session/signIn";
import { applyTheme, savedTheme } from "./session/theme";
import { Controller } from "./sheet/controller";
import { createScreen } from "./sheet/screen";
import { App } from "./shell/App";
import { Failure, SignIn } from "./shell/Start";
import "ag-grid-community/styles/ag-grid.css";
import "./styles/index.css";

/** A busy room is drawn twenty times a second: faster than one can follow, and slow enough to leave room for one's own keys. */
const GATHER_MS = 50;

const root = createRoot(
  document.getElementById("root") ?? document.body.appendChild(document.createElement("div")),
);
applyTheme(savedTheme());

lendToken(storedToken);

/** The tab's token, as long as it is worth showing. */
async function currentToken(): Promise<string> {
  const token = storedToken();
  if (!token || hasExpired(token, Date.now())) throw new SessionEndedError();
  return token;
}

async function start(): Promise<void> {
  const config = await loadConfig();
  const { signIn } = config;
  const back = signIn && (await backFromSignIn(signIn, location, settings));
  if (back) {
    storeToken(back.token);
    history.replaceState(history.state, "", back.to);
  }
  const where = enter(location, history);
  if (storedToken() === null) {
    const borrowed = await borrowToken(where.team);
    if (borrowed !== null) storeToken(borrowed);
  }
  const token = storedToken();
  if (!token || (signIn && hasExpired(token, Date.now()))) {
    const go = async (place: SignInPlace) => location.assign(await wayToSignIn(place, location, settings));
    root.render(
      <SignIn onToken={() => void run()} onSignIn={signIn && (() => void go(signIn).catch(fail))} />,
    );
    return;
  }
  const team = where.team ?? firstTeam(token) ?? (await teamsHere(config.httpUrl, token))[0];
  if (!team) throw new Error("The address names no team. Open the sign-in link again.");
  const weeks = () => loadCycles(config.httpUrl, team, storedToken() ?? token);
  const cycle = where.cycle ?? firstWeek(await weeks());
  if (!cycle)
    throw new Error(
      `There is no team ${team} here yet: an administrator adds it with the command cyclesheet team add.`,
    );
  if (where.team !== team || where.cycle !== cycle) {
    // What else the link names, a row or a comment, stays in it.
    const query = new URLSearchParams(location.search);
    query.set("team", team);
    query.set("cycle", cycle);
    history.replaceState(history.state, "", `?${query}`);
  }
  document.title = `${team} ${cycle} – Cyclesheet`;

  const network = createNetwork(config, team, cycle, currentToken);
  const { WebSocket } = network.transport;
  const client = createClient({
    ...config,
    team,
    cycle,
    token: currentToken,
    WebSocket,
    storage: watchedStorage(defaultStorage(), keeping, browserDatabase() !== null),
    gatherMs: GATHER_MS,
  });
  const controller = new Controller(client, createScreen());
  const teams = () => teamsHere(config.httpUrl, storedToken() ?? token);
  // A fresh sign-in link opened in this tab only changes the fragment.
  window.addEventListener("hashchange", () => {
    enter(location, history);
    client.reconnect();
  });
  root.render(
    <StrictMode>
      <App
        controller={controller}
        network={network}
        team={team}
        cycle={cycle}
        loadCycles={weeks}
        loadTeams={teams}
      />
    </StrictMode>,
  );
}

function fail(error: unknown): void {
  root.render(
    <Failure
      message={error instanceof Error ? error.message : "The page could not be started."}
      onRetry={() => void run()}
    />,
  );
}

function run(): Promise<void> {
  return start().catch(fail);
}

void run();
keepPage();
