/** The one table: log, records, connection map, directory. */
import { RemovalPolicy } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import type { Bootstrap } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

/** What the store does. There is no update and no scan. */
const READS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITES = ["dynamodb:PutItem", "dynamodb:DeleteItem"];

export class SheetTable extends Construct {
  /** The table that functions use: the stack's own, or a restored one that the stage names. */
  readonly table: dynamodb.ITable;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const kept = settings.deletionProtection;
    const own = new dynamodb.Table(this, "Table", {
      partitionKey: { name: "pk", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "sk", type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: "expires",
      deletionProtection: kept,
      // A first deployment that fails takes its empty table with it; any later one keeps it.
      removalPolicy: kept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    this.table = settings.tableName
      ? dynamodb.Table.fromTableName(this, "Restored", settings.tableName)
      : own;
  }

  /** Lets a function read and write. */
  serves(...functions: readonly Bootstrap[]): void {
    for (const each of functions) each.may([...READS, ...WRITES], [this.table.tableArn]);
  }

  /** Lets a function read. */
  servesReading(each: Bootstrap): void {
    each.may(["dynamodb:GetItem"], [this.table.tableArn]);
  }
}
