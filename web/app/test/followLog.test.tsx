import { genesis } from "@cyclesheet/client/fold";
import { act, render } from "@testing-library/react";
import { expect, test } from "vitest";
import { fixtureApi } from "../src/dev/fixtureApi";
import { createFixture } from "../src/dev/fixtureClient";
import type { ChangesPage } from "../src/session/api";
import { ApiProvider } from "../src/session/context";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { HistoryProvider, useFollowLog } from "../src/sheet/log/context";
import { createScreen } from "../src/sheet/screen";

function Follower() {
  useFollowLog();
  return null;
}

test("a change that comes while the log is read is asked for when the reading has ended", async () => {
  const sheet = genesis({ cycleId: "platform/2026-W47", fiscalPeriod: "2026-Q4" });
  const client = createFixture(sheet, { role: "editor" });
  const pages: ((page: ChangesPage) => void)[] = [];
  const api = { ...fixtureApi, changes: () => new Promise<ChangesPage>((resolve) => pages.push(resolve)) };
  render(
    <ControllerProvider value={new Controller(client, createScreen())}>
      <ApiProvider value={api}>
        <HistoryProvider>
          <Follower />
        </HistoryProvider>
      </ApiProvider>
    </ControllerProvider>,
  );
  await act(async () => {});
  expect(pages).toHaveLength(1);
  await act(async () =>
    client.remoteOps({ id: "ben", name: "Ben" }, [
      { op: "ROW_INSERT", taskId: "t1", after: null, cells: {} },
    ]),
  );
  expect(pages).toHaveLength(1);
  await act(async () => pages[0]?.({ version: 0, epoch: "e", changes: [] }));
  await expect.poll(() => pages.length).toBe(2);
});
