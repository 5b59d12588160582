/** Filters of one click, groups, and the board: how the rows are looked at, for oneself alone. */
import { useMemo } from "react";
import { useClient, useController, useScreen } from "../../sheet/context";
import { isQuick, QUICK_WORDS, QUICKS, type Quick } from "../../sheet/model/quick";
import { useDirectory } from "../../sheet/useDirectory";
import { Popover } from "../../ui/Popover";
import { useCurrentView, ViewList } from "./Views";

/** The groups in the order in which the button goes round them. */
const NEXT_GROUP = { none: "status", status: "assignee", assignee: null } as const;
const GROUP_WORDS = { none: "none", status: "status", assignee: "person" } as const;

export function Chips() {
  const controller = useController();
  const tasks = useClient((state) => state.sheet?.tasks);
  const quick = useScreen((screen) => screen.arrangement.quick);
  const group = useScreen((screen) => screen.arrangement.group) ?? "none";
  const board = useScreen((screen) => screen.board);
  const directory = useDirectory();
  const current = useCurrentView();
  const counts = useMemo(() => {
    const viewer = { ...controller.viewer, directory };
    return new Map(
      QUICKS.map((one) => [one, (tasks ?? []).filter((row) => isQuick(row, one, viewer)).length]),
    );
  }, [tasks, controller, directory]);
  const turn = (one: Quick) =>
    controller.arrange({
      quick: quick.includes(one) ? quick.filter((other) => other !== one) : [...quick, one],
    });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend would take a line
    <div className="chips-bar" role="group" aria-label="Show">
      {QUICKS.map((one) => (
        <button
          key={one}
          type="button"
          className="chip-button"
          aria-pressed={quick.includes(one)}
          data-testid={`quick:${one}`}
          title={QUICK_WORDS[one]}
          onClick={() => turn(one)}
        >
          {one === "changed" ? "Changed" : QUICK_WORDS[one]} <b>{counts.get(one)}</b>
        </button>
      ))}
      <button
        type="button"
        className="chip-button"
        aria-pressed={group !== "none"}
        data-testid="group"
        title="Group the rows by status, by person, or not at all"
        onClick={() => controller.arrange({ group: NEXT_GROUP[group] })}
      >
        Group: {GROUP_WORDS[group]}
      </button>
      <button
        type="button"
        className="chip-button"
        aria-pressed={board}
        data-testid="board"
        onClick={() => controller.screen.set({ board: !board })}
      >
        Board
      </button>
      <Popover
        label={current ? `View: ${current.name}` : "Views"}
        testId="views"
        className="views-box"
        isFree
        data={{ "data-chosen": current ? "true" : undefined }}
        button={<span className="ellipsis">{current?.name ?? "Views"}</span>}
      >
        {(close) => <ViewList onDone={close} />}
      </Popover>
    </div>
  );
}
