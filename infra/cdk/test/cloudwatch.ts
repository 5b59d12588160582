/** CloudWatch's way with an alarm, as far as this stack's go: raw values → statistic → expression → state. */
export interface Stat {
  readonly MetricName: string;
  readonly Namespace?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Period: number;
  readonly Stat: string;
}

/** The properties of an AWS::CloudWatch::Alarm. */
export interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: {
      readonly Metric: { readonly MetricName: string };
      readonly Period: number;
      readonly Stat: string;
    };
  }[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData?: string;
}

/** Raw values by metric and period, oldest period first; `undefined`: nothing was written in it. */
export type Samples = Readonly<Record<string, readonly (readonly number[] | undefined)[]>>;
type Point = number | undefined;

function statistic(name: string, values: readonly number[] | undefined): Point {
  if (!values || values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  if (/^p\d+$/.test(name)) return sorted[Math.ceil((Number(name.slice(1)) / 100) * sorted.length) - 1];
  const sum = values.reduce((a, b) => a + b, 0);
  const known: Record<string, number | undefined> = {
    Sum: sum,
    Average: sum / values.length,
    Minimum: sorted[0],
    Maximum: sorted.at(-1),
  };
  if (!(name in known)) throw new Error(`no statistic ${name}`);
  return known[name];
}

/** One point of an expression: numbers, ids, + - * /, comparisons, IF and FILL. A missing value makes the point missing. */
export function expression(text: string, points: Readonly<Record<string, Point>>): Point {
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|[-+*/(),<>]/g) ?? [];
  let at = 0;
  const take = (token?: string) => {
    const found = tokens[at++];
    if (token !== undefined && found !== token) throw new Error(`${text}: ${token} expected, not ${found}`);
    return found;
  };
  const apply = (left: Point, operator: string | undefined, right: Point): Point => {
    if (left === undefined || right === undefined) return undefined;
    switch (operator) {
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return left * right;
      case "/":
        // CloudWatch has no point where something is divided by nothing.
        return right === 0 ? undefined : left / right;
      case ">=":
        return Number(left >= right);
      case "<=":
        return Number(left <= right);
      case ">":
        return Number(left > right);
      case "<":
        return Number(left < right);
      default:
        return Number(left === right);
    }
  };
  const binary = (operators: readonly string[], next: () => Point) => () => {
    let left = next();
    while (operators.includes(tokens[at] ?? "")) left = apply(left, take(), next());
    return left;
  };
  const value = (): Point => {
    const token = take() ?? "";
    if (token === "(") {
      const inner = compare();
      take(")");
      return inner;
    }
    if (/^\d/.test(token)) return Number(token);
    if (tokens[at] !== "(") {
      if (!(token in points)) throw new Error(`${text}: no metric ${token}`);
      return points[token];
    }
    take("(");
    const given = [compare()];
    while (tokens[at] === ",") {
      take(",");
      given.push(compare());
    }
    take(")");
    if (token === "FILL") return given[0] ?? given[1];
    if (token === "IF") return given[0] === undefined ? undefined : given[0] ? given[1] : given[2];
    throw new Error(`${text}: no function ${token}`);
  };
  const product = binary(["*", "/"], value);
  const sum = binary(["+", "-"], product);
  const compare = binary([">=", "<=", ">", "<", "=="], sum);
  const result = compare();
  if (at !== tokens.length) throw new Error(`${text}: ${tokens[at]} is left over`);
  return result;
}

/** The metrics that an alarm reads, by name. */
export const measured = (alarm: AlarmProperties): readonly string[] =>
  alarm.MetricName
    ? [alarm.MetricName]
    : (alarm.Metrics ?? []).flatMap((one) => one.MetricStat?.Metric.MetricName ?? []);

/** The points that an alarm is judged by. */
function points(alarm: AlarmProperties, samples: Samples): Point[] {
  return Array.from({ length: alarm.EvaluationPeriods }, (_, period) => {
    const of = (metric: string, stat: string) => statistic(stat, samples[metric]?.[period]);
    if (alarm.MetricName) return of(alarm.MetricName, alarm.Statistic ?? alarm.ExtendedStatistic ?? "");
    const known: Record<string, Point> = {};
    const waiting = [...(alarm.Metrics ?? [])];
    for (const { Id, MetricStat } of waiting)
      if (MetricStat) known[Id] = of(MetricStat.Metric.MetricName, MetricStat.Stat);
    // An expression may use another one: those that it needs come first.
    const expressions = waiting.filter(({ Expression }) => Expression);
    for (let left = expressions.length; left > 0; left--)
      for (const { Id, Expression = "" } of expressions) {
        const ids = (Expression.match(/[a-z]\w*/g) ?? []).filter((id) => id !== Id);
        if (ids.every((id) => id in known)) known[Id] = expression(Expression, known);
      }
    const returned = waiting.find(({ ReturnData }) => ReturnData !== false);
    if (!returned || !(returned.Id in known))
      throw new Error(`nothing is returned: ${JSON.stringify(alarm.Metrics)}`);
    return known[returned.Id];
  });
}

export function state(alarm: AlarmProperties, samples: Samples): "ALARM" | "OK" {
  const breaches = (point: Point) => {
    if (point === undefined) return alarm.TreatMissingData === "breaching";
    switch (alarm.ComparisonOperator) {
      case "GreaterThanOrEqualToThreshold":
        return point >= alarm.Threshold;
      case "GreaterThanThreshold":
        return point > alarm.Threshold;
      case "LessThanThreshold":
        return point < alarm.Threshold;
      default:
        throw new Error(`no comparison ${alarm.ComparisonOperator}`);
    }
  };
  const breaching = points(alarm, samples).filter(breaches).length;
  return breaching >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) ? "ALARM" : "OK";
}
