/** The week in brief: one word and three numbers. */
import { useMemo } from "react";
import { useClient, useController } from "../../sheet/context";
import { healthOf, healthReason, isComplete, judgedOn, numbersOf } from "../../sheet/model/health";
import { HealthWord } from "./HealthWord";

export function Figures({ cycle }: { cycle: string }) {
  const { today } = useController();
  const tasks = useClient((state) => state.sheet?.tasks);
  const complete = useClient((state) => isComplete(state.sheet));
  const numbers = useMemo(() => numbersOf(tasks ?? [], judgedOn(cycle, today)), [tasks, cycle, today]);
  const health = healthOf(numbers, complete);
  if (numbers.rows === 0) return null;
  const figures = [
    ["done", numbers.done],
    ["blocked", numbers.blocked],
    ["late", numbers.late],
  ] as const;
  return (
    <div className="head-figures" data-testid="figures">
      <HealthWord derived={health} reason={healthReason(numbers, complete)} />
      {figures.map(([name, count]) => (
        <span key={name} className="figure" data-testid={`figure:${name}`}>
          <b>{count}</b> {name}
        </span>
      ))}
    </div>
  );
}
