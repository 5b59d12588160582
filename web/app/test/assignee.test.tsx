import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { createFixture } from "../src/dev/fixtureClient";
import { fixtureNetwork } from "../src/dev/fixtureNetwork";
import { sampleSheet } from "../src/dev/sampleSheet";
import { NetworkProvider } from "../src/session/context";
import { ControllerProvider } from "../src/sheet/context";
import { Controller } from "../src/sheet/controller";
import { PersonEditor } from "../src/sheet/grid/editors/ChoiceEditor";
import { createScreen } from "../src/sheet/screen";

test("a member whom messages call by other names is offered once", () => {
  const client = createFixture(sampleSheet());
  client.remote({ id: "ben", name: "Ben Okafor" }, "g1-2", "assignee", "ana");
  client.remote({ id: "ben", name: "Ben Okafor" }, "g1-3", "assignee", "@Ana");
  const controller = new Controller(client, createScreen());
  render(
    <ControllerProvider value={controller}>
      <NetworkProvider value={fixtureNetwork}>
        <PersonEditor
          label="Assignee"
          initial="ana"
          fresh={false}
          takesFocus={false}
          invalid={false}
          describedBy=""
          onChange={() => {}}
          onCommit={() => {}}
        />
      </NetworkProvider>
    </ControllerProvider>,
  );
  const offered = screen.getAllByRole("option").map((option) => option.textContent);
  expect(offered.filter((text) => text?.includes("Ana Ruiz"))).toHaveLength(1);
});
