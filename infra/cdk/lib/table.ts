/** The one table: log, records, connection map, directory. */
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as backup from "aws-cdk-lib/aws-backup";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import * as kms from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { acknowledge, managedPolicy } from "./acknowledge.ts";
import type { Bootstrap } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

/** What the store does. The only update is the one that counts up a room's roster; there is no scan. */
const READS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITES = ["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"];
/** What a caller of a table with a key of the company's needs of that key; DynamoDB uses it for the caller. */
const READS_KEY = ["kms:Decrypt", "kms:DescribeKey"];
const WRITES_KEY = ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey"];

export class SheetTable extends Construct {
  /** The table that functions use: the stack's own, or a restored one that the stage names. */
  readonly table: dynamodb.ITable;

  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
    const key = settings.keyArn ? kms.Key.fromKeyArn(this, "Key", settings.keyArn) : undefined;
    const kept = settings.deletionProtection;
    const own = new dynamodb.Table(this, "Table", {
      partitionKey: { name: "pk", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "sk", type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      ...(key
        ? { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }
        : { encryption: dynamodb.TableEncryption.AWS_MANAGED }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: "expires",
      deletionProtection: kept,
      // A first deployment that fails takes its empty table with it; any later one keeps it.
      removalPolicy: kept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    this.table = settings.tableName
      ? dynamodb.Table.fromTableName(this, "Restored", settings.tableName)
      : own;
    if (settings.backupDays) this.copied(settings.backupDays);
  }

  /** A copy of each night in a vault, which a mistake in the stack does not delete. */
  private copied(days: number): void {
    const plan = new backup.BackupPlan(this, "Copies", {
      backupVault: new backup.BackupVault(this, "Vault", {
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      }),
    });
    plan.addRule(
      new backup.BackupPlanRule({
        ruleName: "nightly",
        scheduleExpression: events.Schedule.cron({ hour: "3", minute: "0" }),
        deleteAfter: Duration.days(days),
      }),
    );
    const selection = plan.addSelection("Table", {
      resources: [backup.BackupResource.fromArn(this.table.tableArn)],
      allowRestores: false,
    });
    acknowledge(
      selection,
      `IAM4[${managedPolicy("AWSBackupServiceRolePolicyForBackup")}]`,
      "AWS Backup's own managed policy: AWS keeps it to what a copy needs.",
    );
  }

  /** Lets a function read and write. */
  serves(...functions: readonly Bootstrap[]): void {
    for (const each of functions) {
      each.may([...READS, ...WRITES], [this.table.tableArn]);
      this.unlocks(each, [...READS_KEY, ...WRITES_KEY]);
    }
  }

  /** Lets a function read. */
  servesReading(each: Bootstrap): void {
    each.may(["dynamodb:GetItem"], [this.table.tableArn]);
    this.unlocks(each, READS_KEY);
  }

  /** Lets a function use the company's key, through DynamoDB and for nothing else. */
  private unlocks(each: Bootstrap, actions: readonly string[]): void {
    const { keyArn, region } = this.settings;
    if (!keyArn) return;
    each.may(actions, [keyArn], {
      StringEquals: { "kms:ViaService": `dynamodb.${region}.${Stack.of(this).urlSuffix}` },
    });
  }
}
