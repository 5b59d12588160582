/**
 * One dashboard, and an alarm for what a person must look at. Each alarm has a section in docs/runbook.md, by its name.
 */
import { Duration, Stack } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { alarmed, certificateAlarms, ExtractionAlarms, LatencyAlarms } from "./alarms.ts";
import { type Bootstrap, counted } from "./bootstrap.ts";
import { MonthlyBudget } from "./budget.ts";
import type { Extraction } from "./extraction.ts";
import type { Settings } from "./settings.ts";
import type { SheetTable } from "./table.ts";

export interface MonitoringProps {
  readonly settings: Settings;
  readonly functions: Readonly<
    Record<"authorize" | "connect" | "default" | "disconnect" | "extract" | "http", Bootstrap>
  >;
  readonly extraction: Extraction;
  readonly table: SheetTable;
  readonly socketApiId: string;
  readonly httpApiId: string;
}

const MINUTE = Duration.minutes(1);
const FIVE = Duration.minutes(5);

/** Answers of `BUSY` in five minutes: one or two are the table's bad moments, which clients sit out by themselves. */
const MOST_BUSY = 3;
/** Posts lost in five minutes: a single slow socket loses some, and its client heals with the next ping. */
const MOST_LOST_POSTS = 10;

export class Monitoring extends Construct {
  /** Where alarms go. */
  readonly topic: sns.ITopic;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitoringProps,
  ) {
    super(scope, id);
    const { settings, extraction, functions } = props;
    this.topic = settings.alarmTopicArn
      ? sns.Topic.fromTopicArn(this, "Alarms", settings.alarmTopicArn)
      : this.own(settings);
    const table = props.table.table;
    const throttled = (metric: string) => table.metric(metric, { period: FIVE, statistic: "Sum" });
    const [reads, writes] = [throttled("ReadThrottleEvents"), throttled("WriteThrottleEvents")];
    const visible = (queue: typeof extraction.failed) =>
      queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: "Maximum" });
    const alarms = [
      ...Object.values(functions).flatMap((each) => [each.errors, ...each.canaries]),
      this.alarm("Undelivered", "A schedule could not start extract", visible(extraction.undelivered)),
      this.alarm(
        "Failed",
        "An extraction failed after its retries: the queue holds the request and the error",
        visible(extraction.failed),
      ),
      this.alarm(
        "Busy",
        "People have to try again: the table, or a service behind it, does not answer",
        this.all("Busy"),
        MOST_BUSY,
      ),
      this.alarm(
        "PostsFailed",
        "Frames do not reach their sockets, and those are not gone: people see edits late",
        this.all("PostsFailed"),
        MOST_LOST_POSTS,
      ),
      this.alarm("SocketFailures", "A function's answer was none", this.sockets("IntegrationError"), 5),
      this.alarm(
        "SocketExecution",
        "Frames do not reach their function at all",
        this.sockets("ExecutionError"),
        5,
      ),
      this.alarm("HttpFailures", "The API answers 5xx", this.http("5xx"), 5),
      this.alarm(
        "Concurrency",
        "Lambda turns calls away: the account's concurrent executions are used up",
        this.throttles(),
        5,
      ),
      this.alarm("Throttled", "The table refuses writes: a room is hotter than a partition takes", writes, 5),
      this.alarm(
        "ReadThrottled",
        "The table refuses reads: a room is hotter than a partition takes",
        reads,
        5,
      ),
      this.alarm(
        "TableErrors",
        "DynamoDB fails by itself",
        table.metric("SystemErrors", {
          period: FIVE,
          statistic: "Sum",
          dimensionsMap: { TableName: table.tableName },
        }),
        5,
      ),
      this.alarm(
        "NoSource",
        "No source of a team could be read: its sheet is empty",
        this.extracted("FailedExtractions"),
      ),
      ...new ExtractionAlarms(this, "Sheets", { settings, extract: functions.extract.alias }).alarms,
      ...new LatencyAlarms(this, "Latency", settings).alarms,
      ...certificateAlarms(this, settings),
    ];
    if (settings.monthlyBudget) new MonthlyBudget(this, "Budget", settings, this.topic);
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(this.topic));
    this.dashboard(reads, writes, alarms);
  }

  /** A topic of this stack's, that CloudWatch may publish to and nobody may read in the clear. */
  private own(settings: Settings): sns.Topic {
    const topic = new sns.Topic(this, "Alarms", {
      enforceSSL: true,
      displayName: `cyclesheet ${settings.stage}`,
    });
    // A policy of its own replaces the one by which CloudWatch may publish to any topic of the account.
    const { account, region } = Stack.of(this);
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: "AlarmsMayPublish",
        principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: {
            "aws:SourceArn": `arn:${Stack.of(this).partition}:cloudwatch:${region}:${account}:alarm:*`,
          },
        },
      }),
    );
    if (settings.alarmEmail) topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    return topic;
  }

  /** One figure of all functions of the stage, which count it so themselves. */
  private all(metricName: string): cloudwatch.Metric {
    return counted(metricName, { stage: this.props.settings.stage }, FIVE);
  }

  /** Calls that Lambda turned away in the whole region: concurrent executions are the account's, not a function's. */
  private throttles(): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: "AWS/Lambda",
      metricName: "Throttles",
      statistic: "Sum",
      period: MINUTE,
    });
  }

  private alarm(id: string, what: string, metric: cloudwatch.IMetric, threshold = 1): cloudwatch.Alarm {
    return alarmed(this, id, { what, metric, threshold });
  }

  private sockets(metricName: string, statistic = "Sum"): cloudwatch.Metric {
    const dimensionsMap = { ApiId: this.props.socketApiId, Stage: this.props.settings.stage };
    return new cloudwatch.Metric({
      namespace: "AWS/ApiGateway",
      metricName,
      dimensionsMap,
      statistic,
      period: MINUTE,
    });
  }

  private http(metricName: string, statistic = "Sum"): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: "AWS/ApiGateway",
      metricName,
      dimensionsMap: { ApiId: this.props.httpApiId },
      statistic,
      period: MINUTE,
    });
  }

  /** What `extract` says of its runs, in lines of its log (functions/extract/src/metrics.rs). */
  private extracted(metricName: string): cloudwatch.Metric {
    return counted(metricName, { stage: this.props.settings.stage }, Duration.hours(1));
  }

  private dashboard(
    reads: cloudwatch.IMetric,
    writes: cloudwatch.IMetric,
    alarms: readonly cloudwatch.Alarm[],
  ): void {
    const { settings, functions, table } = this.props;
    const each = (metric: (alias: Bootstrap["alias"], label: string) => cloudwatch.Metric) =>
      Object.entries(functions).map(([label, bootstrap]) => metric(bootstrap.alias, label));
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6 });
    const extracted = (...names: string[]) => names.map((name) => this.extracted(name));
    new cloudwatch.Dashboard(this, "Dashboard", {
      dashboardName: `cyclesheet-${settings.stage}-${Stack.of(this).region}`,
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: 3 })],
        [
          graph("Sockets opened, messages", [this.sockets("ConnectCount"), this.sockets("MessageCount")]),
          graph("Message latency, ms", [
            this.sockets("IntegrationLatency", "p50"),
            this.sockets("IntegrationLatency", "p95"),
            this.sockets("IntegrationLatency", "p99"),
          ]),
          graph("Socket errors", [
            this.sockets("ClientError"),
            this.sockets("IntegrationError"),
            this.sockets("ExecutionError"),
          ]),
        ],
        [
          graph("API requests", [this.http("Count"), this.http("4xx"), this.http("5xx")]),
          graph("API latency, ms", [this.http("Latency", "p50"), this.http("Latency", "p95")]),
          graph(
            "Table: units, throttles",
            [table.table.metricConsumedWriteCapacityUnits(), table.table.metricConsumedReadCapacityUnits()],
            [reads, writes],
          ),
        ],
        [
          graph(
            "Invocations",
            each((alias, label) => alias.metricInvocations({ label, period: MINUTE })),
          ),
          graph(
            "Duration p95, ms",
            each((alias, label) => alias.metricDuration({ label, period: MINUTE, statistic: "p95" })),
          ),
          graph(
            "Errors and throttles",
            each((alias, label) => alias.metricErrors({ label, period: MINUTE })),
            each((alias, label) => alias.metricThrottles({ label, period: MINUTE })),
          ),
        ],
        [
          graph(
            "Sheets filled in",
            extracted("Extractions", "Fallbacks", "FailedExtractions", "Refusals", "StaleSheets"),
          ),
          graph("Tokens", extracted("InputTokens", "OutputTokens")),
          graph("Messages read, rows made", extracted("Messages", "Rows")),
        ],
      ],
    });
  }
}
