/** The weekly run and the sweep: one schedule each for all teams of the table. */
import { ArnFormat, Duration, type Stack, TimeZone } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { Bootstrap } from "./bootstrap.ts";
import { withRepeats } from "./cron.ts";
import type { Settings } from "./settings.ts";

/** How long an event is tried: a run that could not start within the hour is started by its repeats or by a visitor. */
const MAX_AGE = Duration.hours(1);

export class Extraction extends Construct {
  /** What the Scheduler could not deliver. */
  readonly undelivered: sqs.Queue;
  /** What was delivered and failed, with its error. */
  readonly failed: sqs.Queue;

  constructor(scope: Construct, id: string, settings: Settings, extract: Bootstrap) {
    super(scope, id);
    this.undelivered = queue(this, "Undelivered");
    this.failed = queue(this, "Failed");
    // Both the Scheduler and `default` invoke asynchronously: Lambda retries and tells this queue in the end.
    extract.alias.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: MAX_AGE,
      onFailure: new SqsDestination(this.failed),
    });
    const schedule = (name: string, expression: string, kind: string, description: string) =>
      new scheduler.Schedule(this, name, {
        scheduleName: `cyclesheet-${settings.stage}-${kind}`,
        description,
        schedule: scheduler.ScheduleExpression.expression(expression, TimeZone.of(settings.timeZone)),
        target: new LambdaInvoke(extract.alias, {
          input: scheduler.ScheduleTargetInput.fromObject({
            source: "aws.scheduler",
            kind,
            time: scheduler.ContextAttribute.scheduledTime,
          }),
          deadLetterQueue: this.undelivered,
          retryAttempts: 5,
          maxEventAge: MAX_AGE,
        }),
      });
    schedule(
      "Weekly",
      withRepeats(settings.weeklyCron),
      "weekly",
      "Every team's sheet; the lease in each sheet's log makes a repeat do nothing",
    );
    schedule("Sweep", `cron(${settings.sweepCron})`, "sweep", "Interrupted work, outages, staleness");
  }
}

function queue(scope: Construct, id: string): sqs.Queue {
  const made = new sqs.Queue(scope, id, {
    // Also where the stage has a key of its own: a message names a tenant, a team and a week, and no content.
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(made, "SQS3", "It is a dead-letter queue itself; an alarm watches it.");
  return made;
}

/** Lets a function ask for an extraction. */
export function asks(extract: lambda.IFunction, ...functions: readonly Bootstrap[]): void {
  for (const each of functions) each.may(["lambda:InvokeFunction"], [extract.functionArn]);
}

/** Lets `extract` ask for one run a team: the weekly run fans out. By its name, because its policy cannot wait for its own alias. */
export function asksItself(stack: Stack, settings: Settings, extract: Bootstrap): void {
  const name = `${Bootstrap.nameOf(settings, "Extract")}:live`;
  const arn = stack.formatArn({
    service: "lambda",
    resource: "function",
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  extract.may(["lambda:InvokeFunction"], [arn]);
}
