/** Every alarm is driven to fire, and is quiet beside it: by its own metrics, expression, threshold and periods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlarmProperties, expression, measured, type Samples, state } from "./cloudwatch.ts";
import { resources, template } from "./stage.ts";

const certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/a";
/** A stage with everything that has an alarm. */
const whole = template("prod", {
  apiDomain: "api.sheet.example.com",
  apiCertificate: certificate,
  socketDomain: "live.sheet.example.com",
  socketCertificate: certificate,
});
const alarms = resources(whole, "AWS::CloudWatch::Alarm").map(
  ([id, { Properties }]) => [id, Properties as unknown as AlarmProperties] as const,
);
const name = (alarm: AlarmProperties) => /runbook\.md#(\w+)$/.exec(alarm.AlarmDescription)?.[1] ?? "";

/** The same in every period. */
const always = (values: Readonly<Record<string, readonly number[]>>): Samples =>
  Object.fromEntries(
    Object.entries(values).map(([metric, raw]) => [metric, Array.from({ length: 10 }, () => raw)]),
  );
const twenty = (usual: number, ...rest: number[]) => [
  ...Array.from({ length: 20 - rest.length }, () => usual),
  ...rest,
];

/** What happened when an alarm must fire, and what it must sit out. */
const CASES: Readonly<
  Record<string, { readonly fires: readonly Samples[]; readonly quiet: readonly Samples[] }>
> = {
  errors: { fires: [always({ Errors: [0, 1] })], quiet: [always({ Errors: [0, 0] }), {}] },
  canaryerrors: { fires: [always({ Errors: [1] })], quiet: [always({ Errors: [0] }), {}] },
  canarybusy: { fires: [always({ Busy: [1, 1] })], quiet: [always({ Busy: [1] }), {}] },
  busy: { fires: [always({ Busy: [1, 2] })], quiet: [always({ Busy: [2] }), {}] },
  postsfailed: { fires: [always({ PostsFailed: [4, 6] })], quiet: [always({ PostsFailed: [9] }), {}] },
  undelivered: {
    fires: [always({ ApproximateNumberOfMessagesVisible: [1] })],
    quiet: [always({ ApproximateNumberOfMessagesVisible: [0] })],
  },
  failed: {
    fires: [always({ ApproximateNumberOfMessagesVisible: [1] })],
    quiet: [always({ ApproximateNumberOfMessagesVisible: [0] })],
  },
  socketfailures: {
    fires: [always({ IntegrationError: [5] })],
    quiet: [always({ IntegrationError: [4] }), {}],
  },
  socketexecution: { fires: [always({ ExecutionError: [5] })], quiet: [always({ ExecutionError: [4] }), {}] },
  httpfailures: { fires: [always({ "5xx": [5] })], quiet: [always({ "5xx": [4] }), {}] },
  concurrency: { fires: [always({ Throttles: [5] })], quiet: [always({ Throttles: [4] }), {}] },
  throttled: {
    fires: [always({ WriteThrottleEvents: [5] })],
    quiet: [always({ WriteThrottleEvents: [4] }), {}],
  },
  readthrottled: {
    fires: [always({ ReadThrottleEvents: [5] })],
    quiet: [always({ ReadThrottleEvents: [4] }), {}],
  },
  tableerrors: { fires: [always({ SystemErrors: [5] })], quiet: [always({ SystemErrors: [4] }), {}] },
  nosource: { fires: [always({ FailedExtractions: [1] })], quiet: [{}] },
  // One of ten is above a twentieth, one of twenty is not; a week without a sheet has no share.
  fallbacks: {
    fires: [
      always({ Fallbacks: [1], Extractions: Array.from({ length: 10 }, () => 1) }),
      always({ Fallbacks: [1], Extractions: [1] }),
    ],
    quiet: [
      always({ Fallbacks: [1], Extractions: Array.from({ length: 20 }, () => 1) }),
      always({ Extractions: [1, 1] }),
      always({ Fallbacks: [0], Extractions: [1, 1] }),
      {},
    ],
  },
  latesheets: { fires: [always({ LateSheets: [1, 1] })], quiet: [always({ LateSheets: [1] }), {}] },
  missedsheets: { fires: [always({ MissedSheets: [1] })], quiet: [{}] },
  nosweeps: { fires: [{}, always({ Invocations: [0] })], quiet: [always({ Invocations: [1, 1, 1, 1] })] },
  // 95 of a hundred are what counts: one slow of twenty is the twentieth, two are the nineteenth as well.
  commitslow: {
    fires: [always({ CommitMs: twenty(40, 1000, 2000) })],
    quiet: [always({ CommitMs: twenty(40, 5000) }), { CommitMs: [[3000], [3000], [40]] }, {}],
  },
  broadcastslow: {
    fires: [always({ BroadcastMs: twenty(40, 2000, 4000) })],
    quiet: [always({ BroadcastMs: twenty(40, 5000) }), {}],
  },
  postsgone: {
    fires: [always({ PostsGone: [30], PostsDelivered: [70] }), always({ PostsGone: [100] })],
    quiet: [
      always({ PostsGone: [20], PostsDelivered: [80] }),
      always({ PostsGone: [9], PostsDelivered: [1] }),
      always({ PostsDelivered: [1000] }),
      {},
    ],
  },
  certificate: { fires: [always({ DaysToExpiry: [29] })], quiet: [always({ DaysToExpiry: [30, 45] }), {}] },
};

test("each alarm fires when what it is about happens, and is quiet otherwise", () => {
  const seen = new Set<string>();
  for (const [id, alarm] of alarms) {
    const cases = CASES[name(alarm)];
    assert.ok(cases, `${id}: nothing shows when ${name(alarm)} fires`);
    for (const samples of [...cases.fires, ...cases.quiet])
      for (const metric of Object.keys(samples))
        assert.ok(measured(alarm).includes(metric), `${id} does not look at ${metric}`);
    for (const samples of cases.fires)
      assert.equal(state(alarm, samples), "ALARM", `${id}: ${JSON.stringify(samples)}`);
    for (const samples of cases.quiet)
      assert.equal(state(alarm, samples), "OK", `${id}: ${JSON.stringify(samples)}`);
    seen.add(name(alarm));
  }
  assert.deepEqual([...seen].sort(), Object.keys(CASES).sort(), "each case is of an alarm that there is");
});

test("an alarm looks back no further than CloudWatch lets it", () => {
  for (const [id, alarm] of alarms) {
    const periods = [alarm.Period ?? 0, ...(alarm.Metrics ?? []).map((one) => one.MetricStat?.Period ?? 0)];
    const longest = Math.max(...periods) * alarm.EvaluationPeriods;
    assert.ok(longest <= (Math.max(...periods) >= 3600 ? 604_800 : 86_400), `${id}: ${longest} s`);
  }
});

test("expressions are read as CloudWatch reads them", () => {
  assert.equal(expression("100 * a / b", { a: 1, b: 4 }), 25);
  assert.equal(expression("1 + 2 * 3 - 4", {}), 3);
  assert.equal(expression("IF(a >= 2, FILL(b, 7), 0)", { a: 2, b: undefined }), 7);
  assert.equal(expression("IF(a >= 2, b, 9)", { a: 1, b: 5 }), 9);
  assert.equal(expression("a + b", { a: 1, b: undefined }), undefined);
  assert.equal(expression("a / b", { a: 1, b: 0 }), undefined);
  assert.throws(() => expression("SEARCH(a)", { a: 1 }), /no function SEARCH/);
});
