/** What a deployed stack says of itself. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import type { Settings } from "./settings.ts";

async function deployed(settings: Settings): Promise<Stack | undefined> {
  const described = await new CloudFormationClient({ region: settings.region })
    .send(new DescribeStacksCommand({ StackName: `cyclesheet-${settings.stage}` }))
    .catch((error: Error) => {
      if (error.name === "ValidationError") return undefined;
      throw error;
    });
  return described?.Stacks?.[0];
}

/** The stage's outputs by name; `undefined` if it is not deployed. */
export async function outputsOf(settings: Settings): Promise<ReadonlyMap<string, string> | undefined> {
  const outputs = (await deployed(settings))?.Outputs;
  return outputs && new Map(outputs.map((output) => [output.OutputKey ?? "", output.OutputValue ?? ""]));
}

/** The obstacles to deleting a stage, as sentences that say how to remove each. */
export async function heldBy(settings: Settings): Promise<string[]> {
  const { stage, region } = settings;
  const stack = await deployed(settings);
  if (!stack) return [`${stage} is not deployed in ${region}: there is nothing to destroy`];
  if (!stack.EnableTerminationProtection) return [];
  return [
    `${stage} is protected. To keep its table: aws cloudformation update-termination-protection --region ${region} --stack-name cyclesheet-${stage} --no-enable-termination-protection, then this again. To delete its table too: make deploy STAGE=${stage} CDK_ARGS="-c deletionProtection=false", then make destroy with the same CDK_ARGS`,
  ];
}
