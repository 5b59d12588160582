/** Alarms about what functions count themselves, and about certificates. Each has a section in docs/runbook.md, by its name. */
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { counted, runbook } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

/** The 95th of 100 commits, milliseconds: people see their own edit at once, so beyond this others see it late. */
const SLOW_COMMIT_MS = 1_000;
/** The 95th of 100 broadcasts, milliseconds: as much again as an edit may take to the last of a full room. */
const SLOW_BROADCAST_MS = 2_000;
/** Percent of posts to sockets that are gone: some are, because tabs close without a word. */
const MOST_GONE_PERCENT = 20;
/** Posts below which a share of them says nothing. */
const FEW_POSTS = 100;
/** Percent of a week's sheets that were made without the model. */
const MOST_FALLBACKS_PERCENT = 5;
/** Days before a certificate ends: ACM renews 60 days before, so at 30 its renewal is stuck. */
const CERTIFICATE_DAYS = 30;

const FIVE = Duration.minutes(5);
const HOUR = Duration.hours(1);
/** The longest that an alarm may look back. */
const WEEK = Duration.days(7);

interface Alarmed {
  /** What is wrong, in a sentence without its full stop. */
  readonly what: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly evaluationPeriods?: number;
  readonly comparisonOperator?: cloudwatch.ComparisonOperator;
  readonly treatMissingData?: cloudwatch.TreatMissingData;
}

/** An alarm whose description leads to its section of the runbook. */
export function alarmed(scope: Construct, id: string, alarm: Alarmed): cloudwatch.Alarm {
  const { what, evaluationPeriods = 1, ...rest } = alarm;
  return new cloudwatch.Alarm(scope, id, {
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...rest,
    evaluationPeriods,
    alarmDescription: `${what}. What to do: ${runbook(id)}`,
  });
}

/** `100 * part / whole`, and 0 while the whole is below `least`. */
function percent(
  part: cloudwatch.IMetric,
  whole: cloudwatch.IMetric,
  least: number,
  label: string,
  period: Duration,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: `IF(whole >= ${least}, 100 * FILL(part, 0) / whole, 0)`,
    usingMetrics: { part, whole },
    label,
    period,
  });
}

/** Alarms about weekly sheets that are missing, late or made without the model. */
export class ExtractionAlarms extends Construct {
  readonly alarms: readonly cloudwatch.Alarm[];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly settings: Settings; readonly extract: lambda.Alias },
  ) {
    super(scope, id);
    const stage = { stage: props.settings.stage };
    const weekly = (name: string) => counted(name, stage, WEEK);
    this.alarms = [
      alarmed(this, "Fallbacks", {
        what: `More than ${MOST_FALLBACKS_PERCENT} % of a week's sheets were made without the model`,
        metric: percent(weekly("Fallbacks"), weekly("Extractions"), 1, "Sheets without the model, %", WEEK),
        threshold: MOST_FALLBACKS_PERCENT,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      }),
      alarmed(this, "LateSheets", {
        what: "A week's extraction is due and was not begun, or did not end",
        metric: counted("LateSheets", stage, HOUR),
        // The first sweep that finds one begins it; the second should find it running or done.
        threshold: 2,
      }),
      alarmed(this, "MissedSheets", {
        what: "A team's week has ended without a sheet",
        metric: counted("MissedSheets", stage, HOUR),
        threshold: 1,
      }),
      alarmed(this, "NoSweeps", {
        what: "Nothing has started extract for an hour: no weekly run will begin either",
        metric: props.extract.metricInvocations({ period: HOUR, statistic: "Sum" }),
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      }),
    ];
  }
}

/** Alarms about edits that arrive late or nowhere. */
export class LatencyAlarms extends Construct {
  readonly alarms: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const stage = { stage: settings.stage };
    const gone = counted("PostsGone", stage, FIVE);
    const posts = new cloudwatch.MathExpression({
      expression: "FILL(gone, 0) + FILL(delivered, 0)",
      usingMetrics: { gone, delivered: counted("PostsDelivered", stage, FIVE) },
      period: FIVE,
    });
    this.alarms = [
      alarmed(this, "CommitSlow", {
        what: `One commit of twenty takes ${SLOW_COMMIT_MS} ms or more`,
        metric: counted("CommitMs", stage, FIVE, "p95"),
        threshold: SLOW_COMMIT_MS,
        evaluationPeriods: 3,
      }),
      alarmed(this, "BroadcastSlow", {
        what: `One broadcast of twenty takes ${SLOW_BROADCAST_MS} ms or more`,
        metric: counted("BroadcastMs", stage, FIVE, "p95"),
        threshold: SLOW_BROADCAST_MS,
        evaluationPeriods: 3,
      }),
      alarmed(this, "PostsGone", {
        what: `More than ${MOST_GONE_PERCENT} % of posts go to sockets that are gone`,
        metric: percent(gone, posts, FEW_POSTS, "Posts to nobody, %", FIVE),
        threshold: MOST_GONE_PERCENT,
        evaluationPeriods: 3,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      }),
    ];
  }
}

/** An alarm for each certificate in the stack's region. The page's is in us-east-1, and an alarm watches its own region alone. */
export function certificateAlarms(scope: Construct, settings: Settings): readonly cloudwatch.Alarm[] {
  const named: readonly [string, string][] = [
    ["Page", settings.pageCertificate],
    ["Api", settings.apiCertificate],
    ["Socket", settings.socketCertificate],
  ];
  const watched = named.filter(([, arn]) => arn.split(":")[3] === settings.region);
  return watched.map(([name, CertificateArn]) =>
    alarmed(new Construct(scope, name), "Certificate", {
      what: `The certificate of the ${name.toLowerCase()}'s domain ends within ${CERTIFICATE_DAYS} days`,
      metric: new cloudwatch.Metric({
        namespace: "AWS/CertificateManager",
        metricName: "DaysToExpiry",
        dimensionsMap: { CertificateArn },
        statistic: "Minimum",
        period: Duration.days(1),
      }),
      threshold: CERTIFICATE_DAYS,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    }),
  );
}
