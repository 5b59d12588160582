/**
 * One function: a bootstrap, its logs, its own role, a version and the alias `live` that everything calls.
 *
 * The role begins with its own log group and nothing else; the stack adds the function's rights.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as codedeploy from "aws-cdk-lib/aws-codedeploy";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledge, managedPolicy } from "./acknowledge.ts";
import { HOME, type Settings, SettingsError } from "./settings.ts";

/** The machine of an ELF file, at byte 18 of its header. */
const MACHINES: Readonly<Record<string, number>> = { x86_64: 0x3e, arm64: 0xb7 };

/** Answers of `BUSY` in a minute by which a release is taken back: one alone may be the table's bad moment. */
const MOST_BUSY_A_MINUTE = 2;

/** The section of the runbook about an alarm. */
export const runbook = (id: string) => `docs/runbook.md#${id.toLowerCase()}`;

/** A metric that functions write in lines of their log (shared/platform/src/metrics.rs). */
export function counted(
  metricName: string,
  dimensionsMap: Readonly<Record<string, string>>,
  period: Duration,
  statistic = "Sum",
): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: "Cyclesheet", metricName, dimensionsMap, statistic, period });
}

/** Properties of a log group under the company's key, if it has one. */
export function encrypted(scope: Construct, settings: Settings): { readonly encryptionKey?: kms.IKey } {
  return settings.keyArn
    ? { encryptionKey: kms.Key.fromKeyArn(scope, "EncryptionKey", settings.keyArn) }
    : {};
}

/** Which of Lambda's own lines are written. They have a level only in this format; those of a function are JSON already, and LOG_LEVEL decides on them. */
export function logged(
  settings: Settings,
): Pick<lambda.FunctionOptions, "loggingFormat" | "systemLogLevelV2" | "applicationLogLevelV2"> {
  return settings.platformLogs === "warn"
    ? {
        loggingFormat: lambda.LoggingFormat.JSON,
        systemLogLevelV2: lambda.SystemLogLevel.WARN,
        applicationLogLevelV2: lambda.ApplicationLogLevel.TRACE,
      }
    : {};
}

/** What Lambda gives a function. Memory is processor too: a full core is 1,769 MB. */
interface Size {
  readonly memoryMb: number;
  readonly timeout: Duration;
}

export interface BootstrapProps extends Size {
  readonly settings: Settings;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Environments at once; nothing is reserved when it is absent. */
  readonly reserved?: number;
  /** Whether it counts the answers that say `BUSY`: then they roll a release back, as errors do. */
  readonly countsBusy?: boolean;
  /** The application that CodeDeploy knows, when versions are shifted to by and by. */
  readonly application?: codedeploy.LambdaApplication | undefined;
}

export class Bootstrap extends Construct {
  readonly alias: lambda.Alias;
  readonly role: iam.Role;
  readonly functionName: string;
  readonly errors: cloudwatch.Alarm;
  /** What takes a release back while its version has a share of the calls. */
  readonly canaries: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, name: string, props: BootstrapProps) {
    super(scope, `${name}Function`);
    const { settings } = props;
    const functionName = Bootstrap.nameOf(settings, name);
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${functionName}`,
      ...encrypted(this, settings),
      retention: settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, "Role", {
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
      description: `What ${functionName} may do`,
    });
    logGroup.grantWrite(this.role);
    const handler = new lambda.Function(this, "Function", {
      functionName,
      description: props.description,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture:
        settings.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: "bootstrap",
      code:
        settings.bootstraps === "none"
          ? lambda.Code.fromBucketV2(noBucket(this), "none", { objectVersion: "none" })
          : lambda.Code.fromAsset(bootstrapOf(settings, name.toLowerCase())),
      role: this.role,
      logGroup,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      environment: { LOG_LEVEL: settings.logLevel, ...props.environment },
      ...logged(settings),
      ...(props.reserved ? { reservedConcurrentExecutions: props.reserved } : {}),
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    this.alias = new lambda.Alias(this, "Live", { aliasName: "live", version: handler.currentVersion });
    this.functionName = functionName;
    const period = Duration.minutes(1);
    const alarm = (id: string, alarmDescription: string, metric: cloudwatch.Metric, threshold: number) =>
      new cloudwatch.Alarm(this, id, {
        alarmDescription: `${alarmDescription}. What to do: ${runbook(id)}`,
        metric,
        threshold,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // One bad minute of three is enough: a failure every third minute is a failure.
        evaluationPeriods: 3,
        datapointsToAlarm: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
    this.errors = alarm(
      "Errors",
      `${functionName} fails: look into its log group`,
      this.alias.metricErrors({ period }),
      1,
    );
    const canaries: cloudwatch.Alarm[] = [];
    if (props.application) {
      // An alias's figures are of both its versions: a version that fails always would be a tenth of them. So these are
      // of the version that a release brings, and change with each release, before the alias does.
      const version = handler.currentVersion.version;
      const released = this.alias.metricErrors({
        period,
        dimensionsMap: {
          FunctionName: functionName,
          Resource: `${functionName}:live`,
          ExecutedVersion: version,
        },
      });
      canaries.push(
        alarm("CanaryErrors", `${functionName}: the version that is being released fails`, released, 1),
      );
      if (props.countsBusy)
        canaries.push(
          alarm(
            "CanaryBusy",
            `${functionName}: the version that is being released answers BUSY`,
            counted("Busy", { stage: settings.stage, function: functionName, version }, period),
            MOST_BUSY_A_MINUTE,
          ),
        );

      const group = new codedeploy.LambdaDeploymentGroup(this, "Shift", {
        application: props.application,
        alias: this.alias,
        deploymentConfig: codedeploy.LambdaDeploymentConfig.fromLambdaDeploymentConfigName(
          this,
          "Way",
          `CodeDeployDefault.Lambda${settings.canary}`,
        ),
        alarms: canaries,
        autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      });
      acknowledge(
        group,
        `IAM4[${managedPolicy("AWSCodeDeployRoleForLambdaLimited")}]`,
        "CodeDeploy's own managed policy for Lambda: AWS keeps it to what a shift needs.",
      );
    }
    this.canaries = canaries;
  }

  /** What the function is called. */
  static nameOf(settings: Settings, name: string): string {
    return `cyclesheet-${settings.stage}-${name.toLowerCase()}`;
  }

  /** Lets the function do `actions` on `resources`. */
  may(
    actions: readonly string[],
    resources: readonly string[],
    conditions: Readonly<Record<string, unknown>> = {},
  ): void {
    this.role.addToPolicy(
      new iam.PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    );
  }
}

/** Where there is no code: CloudFormation needs none to delete a stack, and refuses to make a function of it. */
const noBucket = (scope: Construct) => Bucket.fromBucketName(scope, "None", "none");

/** The folder of a built bootstrap, looked at before it is sent anywhere. */
function bootstrapOf(settings: Settings, name: string): string {
  const folder = join(resolve(HOME, settings.bootstraps), name);
  const file = join(folder, "bootstrap");
  const stop = (problem: string) => {
    throw new SettingsError(settings.stage, [problem]);
  };
  if (!existsSync(file))
    stop(`${file} is missing: run make build STAGE=${settings.stage}, or say with bootstraps where it is`);
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, "r");
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  if (head.toString("latin1", 0, 4) !== "\x7fELF") stop(`${file} is no Linux program: run make build again`);
  if (head.readUInt16LE(18) !== MACHINES[settings.architecture])
    stop(
      `${file} was built for another processor than ${settings.architecture}: build it for that, or set architecture`,
    );
  return folder;
}
