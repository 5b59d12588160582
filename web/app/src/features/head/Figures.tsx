/** The week in brief: one word and three numbers. */
import { useMemo } from "react";
import { useClient, useController } from "../../sheet/context";
import {
  HEALTH_WORDS,
  healthOf,
  healthReason,
  isComplete,
  judgedOn,
  numbersOf,
} from "../../sheet/model/health";

export function Figures({ cycle }: { cycle: string }) {
  const { today } = useController();
  const tasks = useClient((state) => state.sheet?.tasks);
  const complete = useClient((state) => isComplete(state.sheet));
  const numbers = useMemo(() => numbersOf(tasks ?? [], judgedOn(cycle, today)), [tasks, cycle, today]);
  const health = healthOf(numbers, complete);
  if (health === null) return null;
  const figures = [
    ["done", numbers.done],
    ["blocked", numbers.blocked],
    ["late", numbers.late],
  ] as const;
  return (
    <div className="head-figures" data-testid="figures">
      <span
        className="health"
        data-testid="health"
        data-health={health}
        title={healthReason(numbers, complete)}
      >
        {HEALTH_WORDS[health]}
      </span>
      {figures.map(([name, count]) => (
        <span key={name} className="figure" data-testid={`figure:${name}`}>
          <b>{count}</b> {name}
        </span>
      ))}
    </div>
  );
}
