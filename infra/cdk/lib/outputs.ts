/** What a deployed stack says of itself. */
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import type { Settings } from "./settings.ts";

/** The stage's outputs by name; `undefined` if it is not deployed. */
export async function outputsOf(settings: Settings): Promise<ReadonlyMap<string, string> | undefined> {
  const described = await new CloudFormationClient({ region: settings.region })
    .send(new DescribeStacksCommand({ StackName: `cyclesheet-${settings.stage}` }))
    .catch((error: Error) => {
      if (error.name === "ValidationError") return undefined;
      throw error;
    });
  const outputs = described?.Stacks?.[0]?.Outputs;
  return outputs && new Map(outputs.map((output) => [output.OutputKey ?? "", output.OutputValue ?? ""]));
}
