/** What the stage may cost a month: its receiver of alarms hears before it costs more. */
import { Stack } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Settings } from "./settings.ts";

/** Percent of the budget that were spent. */
const SPENT_PERCENT = 80;

export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, settings: Settings, topic: sns.ITopic) {
    super(scope, id);
    const { account } = Stack.of(this);
    // A topic of the company's has a policy of the company's.
    if (topic instanceof sns.Topic)
      topic.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: "BudgetsMayPublish",
          principals: [new iam.ServicePrincipal("budgets.amazonaws.com")],
          actions: ["sns:Publish"],
          resources: [topic.topicArn],
          conditions: { StringEquals: { "aws:SourceAccount": account } },
        }),
      );
    const subscribers = [{ subscriptionType: "SNS", address: topic.topicArn }];
    const tells = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: "GREATER_THAN",
        threshold,
        thresholdType: "PERCENTAGE",
      },
      subscribers,
    });
    new CfnBudget(this, "Month", {
      budget: {
        budgetName: `cyclesheet-${settings.stage}-${settings.region}`,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: settings.monthlyBudget, unit: "USD" },
        // Counted from the day on which the tag is made one for costs: Billing, cost allocation tags.
        costFilters: { TagKeyValue: [`user:stage$${settings.stage}`] },
      },
      notificationsWithSubscribers: [tells("ACTUAL", SPENT_PERCENT), tells("FORECASTED", 100)],
    });
  }
}
