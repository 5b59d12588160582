/** Shows the page with a client that has no server. `?scene=` chooses the state; `window.fixture` plays the others. */
import type { ClientState, Peer, Sheet } from "@cyclesheet/client";
import { createRoot } from "react-dom/client";
import { settings } from "../session/settings";
import { applyTheme, savedTheme } from "../session/theme";
import { Controller } from "../sheet/controller";
import { createScreen } from "../sheet/screen";
import { App } from "../shell/App";
import "ag-grid-community/styles/ag-grid.css";
import "../styles/index.css";
import { createFixture, emptyState, type Fixture } from "./fixtureClient";
import { fixtureNetwork } from "./fixtureNetwork";
import { sampleSheet } from "./sampleSheet";

const query = new URLSearchParams(location.search);
const scene = query.get("scene") ?? "live";
const theme = query.get("theme");
// A first visit is a scene of its own.
if (scene !== "first") settings.set("welcomed", "1");
applyTheme(theme === "light" || theme === "dark" ? theme : savedTheme());

const person = (
  id: string,
  name: string,
  color: string,
  state: Peer["state"],
  role: Peer["role"] = "editor",
): Peer => ({
  user: { id, name, color },
  role,
  self: false,
  connections: [`c-${id}`],
  state,
});
const others = [
  person("ben", "Ben Okafor", "#b4491f", { status: "typing", cursor: { taskId: "g1-3", column: "status" } }),
  person(
    "chloe",
    "Chloé Martin",
    "#2f6f3e",
    { status: "active", cursor: { taskId: "g1-6", column: "description" } },
    "admin",
  ),
  person("emi", "Emi Tanaka", "#a02c74", { status: "idle", cursor: { taskId: "g1-10", column: "deadline" } }),
  person("hana", "Hana Kim", "#6b45b8", { status: "away" }, "viewer"),
];

function stateOf(sheet: Sheet): [Sheet | null, Partial<ClientState>] {
  const peers = [...emptyState(null).peers, ...others];
  const generation = sheet.generation as NonNullable<Sheet["generation"]>;
  switch (scene) {
    case "offline":
      return [sheet, { status: "offline", unsaved: 3, peers: emptyState(null).peers }];
    case "signedout":
      return [sheet, { status: "sessionEnded", unsaved: 2, peers: emptyState(null).peers }];
    case "removed":
      return [sheet, { status: "removed", peers: [] }];
    case "connecting":
      return [null, { status: "connecting", peers: [], user: null, role: null }];
    case "viewer":
      return [sheet, { role: "viewer", peers }];
    case "stale":
      return [{ ...sheet, stale: { messages: 12, at: 0 } }, { peers }];
    case "fallback":
      return [
        {
          ...sheet,
          generation: {
            ...generation,
            origin: "fallback",
            model: null,
            note: "There is no key for the model.",
          },
        },
        { peers },
      ];
    case "sample":
      return [{ ...sheet, generation: { ...generation, origin: "sample", note: null } }, { peers }];
    case "started":
      return [
        {
          ...sheet,
          tasks: [],
          executiveSummary: "",
          generation: { ...generation, state: "started", origin: null },
        },
        { peers },
      ];
    case "empty":
      return [
        {
          ...sheet,
          tasks: [],
          executiveSummary: "",
          generation: { ...generation, origin: "empty", messages: 0 },
        },
        { peers },
      ];
    case "conflict":
      return [
        sheet,
        {
          peers,
          conflicts: [
            {
              id: "k1",
              taskId: "g1-3",
              column: "description",
              base: "Two of five sections are drafted; pagination and errors are missing.",
              mine: "Three of five sections are drafted; errors are missing.",
              theirs: "Two sections are drafted, the third is with Ana for review.",
              theirAuthor: { id: "ben", name: "Ben Okafor" },
              theirVersion: 58,
            },
            {
              id: "k2",
              taskId: "g1-7",
              column: "status",
              base: "In progress",
              mine: "Done",
              theirs: "Blocked",
              theirAuthor: { id: "chloe", name: "Chloé Martin" },
              theirVersion: 59,
            },
          ],
        },
      ];
    default:
      return [sheet, { peers }];
  }
}

const [sheet, state] = stateOf(sampleSheet(scene === "big" ? 500 : undefined));
const client = createFixture(sheet, state);
const controller = new Controller(client, createScreen());
declare global {
  interface Window {
    fixture: Fixture;
    controller: Controller;
  }
}
Object.assign(window, { fixture: client, controller });

createRoot(document.getElementById("root") as HTMLElement).render(
  <App
    controller={controller}
    network={fixtureNetwork}
    team="platform"
    cycle="2026-W47"
    loadTeams={async () => ["platform", "payments"]}
    loadCycles={async () => ({
      cycles: [
        { cycle: "2026-W47", status: "open" },
        { cycle: "2026-W46", status: "sealed" },
        { cycle: "2026-W45", status: "sealed" },
      ],
      current: "2026-W48",
    })}
  />,
);
