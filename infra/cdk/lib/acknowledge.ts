/** Findings of cdk-nag that stand, each with its reason. */

import type { CfnElement } from "aws-cdk-lib";
import { Stack, Token, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Lets `rule` (`AwsSolutions-` is put before it) be ignored on a construct and its children. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Region and account as cdk-nag shows them: what only the deployment knows is between angle brackets. */
export function where(scope: IConstruct): string {
  const { region, account } = Stack.of(scope);
  const known = (text: string, name: string) => (Token.isUnresolved(text) ? `<AWS::${name}>` : text);
  return `${known(region, "Region")}:${known(account, "AccountId")}`;
}

/** A resource's logical id, as cdk-nag shows a reference to it. */
export function reference(construct: IConstruct, attribute = ""): string {
  const id = Stack.of(construct).getLogicalId(construct.node.defaultChild as CfnElement);
  return `<${Stack.of(construct).resolve(id)}${attribute}>`;
}

/** A managed policy of AWS's as a finding shows it. */
export function managedPolicy(name: string): string {
  return `Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}`;
}
