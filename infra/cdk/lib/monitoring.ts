/** One dashboard, and an alarm for what a person must look at. */
import { Duration, Stack } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { Bootstrap } from "./bootstrap.ts";
import type { Extraction } from "./extraction.ts";
import type { Settings } from "./settings.ts";
import type { SheetTable } from "./table.ts";

export interface MonitoringProps {
  readonly settings: Settings;
  readonly functions: Readonly<Record<string, Bootstrap>>;
  readonly extraction: Extraction;
  readonly table: SheetTable;
  readonly socketApiId: string;
  readonly httpApiId: string;
}

const MINUTE = Duration.minutes(1);
const FIVE = Duration.minutes(5);

export class Monitoring extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitoringProps,
  ) {
    super(scope, id);
    const { settings, extraction, functions } = props;
    const topic = new sns.Topic(this, "Alarms", {
      enforceSSL: true,
      displayName: `cyclesheet ${settings.stage}`,
    });
    if (settings.alarmEmail) topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    const table = props.table.table;
    const throttled = table.metric("WriteThrottleEvents", { period: FIVE, statistic: "Sum" });
    const alarms = [
      ...Object.values(functions).map((each) => each.errors),
      this.alarm(
        "Undelivered",
        "A schedule could not start extract",
        extraction.undelivered.metricApproximateNumberOfMessagesVisible(),
      ),
      this.alarm(
        "Failed",
        "An extraction failed after its retries: the queue holds the request and the error",
        extraction.failed.metricApproximateNumberOfMessagesVisible(),
      ),
      this.alarm("SocketFailures", "Frames do not reach their function", this.sockets("IntegrationError"), 5),
      this.alarm("HttpFailures", "The API answers 5xx", this.http("5xx"), 5),
      this.alarm(
        "Throttled",
        "The table refuses writes: a room is hotter than a partition takes",
        throttled,
        5,
      ),
    ];
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
    this.dashboard(throttled);
  }

  private alarm(
    id: string,
    alarmDescription: string,
    metric: cloudwatch.IMetric,
    threshold = 1,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
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
    return new cloudwatch.Metric({
      namespace: "Cyclesheet",
      metricName,
      dimensionsMap: { stage: this.props.settings.stage },
      statistic: "Sum",
      period: Duration.hours(1),
    });
  }

  private dashboard(throttled: cloudwatch.IMetric): void {
    const { settings, functions, table } = this.props;
    const each = (metric: (alias: Bootstrap["alias"], label: string) => cloudwatch.Metric) =>
      Object.entries(functions).map(([label, bootstrap]) => metric(bootstrap.alias, label));
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6 });
    const extracted = (...names: string[]) => names.map((name) => this.extracted(name));
    new cloudwatch.Dashboard(this, "Dashboard", {
      dashboardName: `cyclesheet-${settings.stage}-${Stack.of(this).region}`,
      widgets: [
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
            [throttled],
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
