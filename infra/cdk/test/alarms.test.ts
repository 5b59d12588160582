/** Alarms: each reaches somebody, counts what is wrong, and sees a broken release. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { HOME } from "../lib/settings.ts";
import { FUNCTIONS, resources, template } from "./stage.ts";

const prod = template("prod");

/** A metric as an alarm names it. */
interface Measured {
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}
/** An alarm, with its metrics as they are, alone or in an expression. */
interface Alarmed extends Measured {
  readonly AlarmDescription: string;
  readonly Metrics?: readonly {
    readonly MetricStat?: { readonly Metric: Measured };
    readonly Expression?: string;
  }[];
  readonly AlarmActions?: readonly { readonly Ref: string }[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
}
const alarmsOf = (of: Template) =>
  resources(of, "AWS::CloudWatch::Alarm").map(
    ([id, { Properties }]) => [id, Properties as unknown as Alarmed] as const,
  );
const watched = (alarm: Alarmed) => [
  alarm,
  ...(alarm.Metrics ?? []).flatMap((one) => one.MetricStat?.Metric ?? []),
];

test("an alarm reaches somebody: it names a topic, whose policy lets CloudWatch of this account publish, and which is listened to", () => {
  const topics = new Map(resources(prod, "AWS::SNS::Topic"));
  const policies = resources(prod, "AWS::SNS::TopicPolicy").map(([, policy]) => policy.Properties);
  const alarms = alarmsOf(prod);
  assert.ok(alarms.length >= 20);
  for (const [id, { AlarmActions }] of alarms) {
    assert.equal(AlarmActions?.length, 1, id);
    const topic = AlarmActions[0]?.Ref ?? "";
    assert.ok(topics.has(topic), `${id} tells ${topic}`);
    const statements = policies
      .filter((policy) => JSON.stringify(policy.Topics).includes(topic))
      .flatMap((policy) => (policy.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement);
    const allowed = statements.filter(
      ({ Effect, Principal, Action, Resource }) =>
        Effect === "Allow" &&
        (Principal as { Service?: string }).Service === "cloudwatch.amazonaws.com" &&
        [Action].flat().includes("sns:Publish") &&
        (Resource as { Ref: string }).Ref === topic,
    );
    assert.equal(
      allowed.length,
      1,
      `${id}: a topic's own policy replaces the one that let CloudWatch publish`,
    );
    const { StringEquals } = (allowed[0]?.Condition ?? {}) as { StringEquals?: Record<string, string> };
    assert.deepEqual(StringEquals, { "aws:SourceAccount": "123456789012" });
    const listening = resources(prod, "AWS::SNS::Subscription").filter(
      ([, { Properties }]) => (Properties.TopicArn as { Ref: string }).Ref === topic,
    );
    assert.deepEqual(
      listening.map(([, { Properties }]) => [Properties.Protocol, Properties.Endpoint]),
      [["email", "ops@company.example"]],
    );
  }
  prod.hasOutput("AlarmTopic", {});
});

test("a topic of one's own receives alarms in the place of the stack's", () => {
  const alarmTopicArn = "arn:aws:sns:eu-central-1:123456789012:pager";
  const own = template("prod", { alarmTopicArn });
  own.resourceCountIs("AWS::SNS::Topic", 0);
  own.hasOutput("AlarmTopic", { Value: alarmTopicArn });
  for (const [id, { AlarmActions }] of alarmsOf(own)) assert.deepEqual(AlarmActions, [alarmTopicArn], id);
});

test("any error of any function is an alarm, and so is what a function answers instead of failing", () => {
  const alarms = alarmsOf(prod);
  const errors = alarms.filter(([id]) => /FunctionErrors/.test(id));
  assert.equal(errors.length, FUNCTIONS.length);
  for (const [id, alarm] of errors) {
    const { MetricName, Threshold, DatapointsToAlarm } = alarm;
    assert.deepEqual([MetricName, Threshold, DatapointsToAlarm], ["Errors", 1, 1], id);
  }
  // A name in the template is one that the functions count by, under dimensions that they write.
  const source = ["shared/platform/src/metrics.rs", "functions/extract/src/metrics.rs"]
    .map((file) => readFileSync(join(HOME, "../..", file), "utf8"))
    .join("");
  const own = alarms.flatMap(([id, alarm]) =>
    watched(alarm)
      .filter((metric) => metric.Namespace === "Cyclesheet")
      .map((metric) => [id, metric] as const),
  );
  const of = (name: string) =>
    own
      .filter(([id, metric]) => metric.MetricName === name && !id.includes("Canary"))
      .map(([, metric]) => metric.Dimensions);
  for (const name of ["Busy", "PostsFailed"])
    assert.deepEqual(of(name), [[{ Name: "stage", Value: "prod" }]], `${name} of all functions of the stage`);
  for (const [id, { MetricName, Dimensions }] of own) {
    assert.ok(source.includes(`"${MetricName}"`), `${id}: no function counts ${MetricName}`);
    const names = Dimensions?.map((one) => one.Name).sort() ?? [];
    if (names.length === 1) continue;
    assert.ok(
      [
        ["function", "stage"],
        ["function", "stage", "version"],
      ].some((set) => `${set}` === `${names}`),
      `${id}: ${names}`,
    );
  }
});

test("a release is judged by its own version: what fails at a tenth of the calls is seen", () => {
  const groups = resources(prod, "AWS::CodeDeploy::DeploymentGroup");
  assert.equal(groups.length, FUNCTIONS.length);
  const alarms = new Map(alarmsOf(prod));
  for (const [id, { Properties }] of groups) {
    const { Alarms } = Properties.AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] };
    const named = Alarms.map(({ Name }) => alarms.get(Name.Ref));
    assert.ok(named.length >= 1, id);
    for (const alarm of named) {
      const version = alarm?.Dimensions?.find((one) => /^(ExecutedVersion|version)$/.test(one.Name))?.Value;
      // The version that this template makes, and not all that the alias points to.
      assert.match(JSON.stringify(version), /CurrentVersion.*Version/, `${id}: ${alarm?.MetricName}`);
    }
    const busy = named.some((alarm) => alarm?.MetricName === "Busy");
    assert.equal(busy, /^(Connect|Default|Http)/.test(id), id);
  }
});

test("every alarm says where the runbook tells of it, and the runbook has that section with all that one needs at night", () => {
  const text = readFileSync(join(HOME, "../../docs/runbook.md"), "utf8");
  const sections = new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split("\n")[0]?.trim().toLowerCase(), section] as const),
  );
  const named = new Set<string>();
  const certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/a";
  const whole = template("prod", { apiDomain: "api.sheet.example.com", apiCertificate: certificate });
  for (const [id, alarm] of alarmsOf(whole)) {
    const anchor = /What to do: docs\/runbook\.md#(\w+)$/.exec(alarm.AlarmDescription)?.[1];
    assert.ok(anchor, `${id}: ${alarm.AlarmDescription}`);
    const section = sections.get(anchor);
    assert.ok(section, `docs/runbook.md has no section ${anchor}`);
    for (const part of ["**Means.**", "**Look.**", "**Do.**", "**Over when.**"])
      assert.ok(section.includes(part), `docs/runbook.md#${anchor} lacks ${part}`);
    named.add(anchor);
  }
  // Sections with a space in their names are of no alarm.
  const ofAlarms = [...sections.keys()].filter((name) => name && !name.includes(" "));
  assert.deepEqual(ofAlarms.sort(), [...named].sort(), "and tells of no alarm that there is not");
});
