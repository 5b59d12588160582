/** The package's React bindings, in the page's own surroundings. */
import type { Client, ClientOptions, ClientState } from "@cyclesheet/client";
import { useClientState, useCycle } from "@cyclesheet/client/react";
import { act, render } from "@testing-library/react";
import { expect, test } from "vitest";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";

function Status({ client, onDraw }: { client: Client; onDraw: () => void }) {
  onDraw();
  return <p>{useClientState(client, (state) => state.status)}</p>;
}

function Sheet({ options, onSee }: { options: ClientOptions; onSee: (state: ClientState | null) => void }) {
  const client = useCycle(options);
  onSee(useClientState(client, (state) => state));
  return null;
}

test("a component is drawn again for its own part of the state alone", () => {
  const client = createFixture(sampleSheet(), {});
  let drawn = 0;
  const { container } = render(<Status client={client} onDraw={() => drawn++} />);
  act(() => client.remote({ id: "ben", name: "Ben" }, "g1-3", "title", "x"));
  expect(drawn).toBe(1);
  act(() => client.set({ status: "offline" }));
  expect([container.textContent, drawn]).toEqual(["offline", 2]);
});

test("a cycle is open as long as its component stands, and another week is another client", async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  class Quiet {
    static readonly OPEN = 1;
    readyState = 0;
    constructor(readonly url: string) {
      opened.push(new URL(url).searchParams.get("cycle") ?? "");
    }
    send() {}
    close() {
      closed.push(new URL(this.url).searchParams.get("cycle") ?? "");
    }
  }
  const options = (cycle: string): ClientOptions => ({
    socketUrl: "wss://host/dev",
    httpUrl: "https://host",
    team: "platform",
    cycle,
    // A new function with every drawing must not be a new client.
    token: async () => "a.b.c",
    WebSocket: Quiet as unknown as typeof WebSocket,
  });
  let seen: ClientState | null = null;
  const onSee = (state: ClientState | null) => {
    seen = state;
  };
  const settled = () => act(() => new Promise((done) => setTimeout(done)));
  const { rerender, unmount } = render(<Sheet options={options("2026-W47")} onSee={onSee} />);
  await settled();
  rerender(<Sheet options={options("2026-W47")} onSee={onSee} />);
  await settled();
  expect([opened, closed]).toEqual([["2026-W47"], []]);
  expect(seen).toMatchObject({ status: "connecting" });
  rerender(<Sheet options={options("2026-W48")} onSee={onSee} />);
  await settled();
  expect([opened, closed]).toEqual([["2026-W47", "2026-W48"], ["2026-W47"]]);
  unmount();
  expect(closed).toEqual(["2026-W47", "2026-W48"]);
});
