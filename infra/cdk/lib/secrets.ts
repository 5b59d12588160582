/** Secrets that people make (`make secret`) and functions only read: the model's key, and those of teams' sources. */
import { ArnFormat, Stack } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledge, where } from "./acknowledge.ts";
import type { Bootstrap } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

export class ModelSecret extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
  }

  /** The environment variables of `extract`. */
  environment(): Record<string, string> {
    const { cohereSecret, cohereBaseUrl, cohereModel } = this.settings;
    return {
      COHERE_BASE_URL: cohereBaseUrl,
      COHERE_MODEL: cohereModel,
      ...(cohereSecret ? { COHERE_SECRET_ARN: cohereSecret } : {}),
    };
  }

  /** Lets a function read the key. */
  readBy(each: Bootstrap): void {
    if (!this.settings.cohereSecret) return;
    Secret.fromSecretNameV2(this, "Key", this.settings.cohereSecret).grantRead(each.role);
  }
}

/** Where a stage's teams keep what their sources need: `cyclesheet/{stage}/teams/…`. */
export function readsTeamSecrets(settings: Settings, ...functions: readonly Bootstrap[]): void {
  const name = `cyclesheet/${settings.stage}/teams/*`;
  for (const each of functions) {
    const arn = Stack.of(each).formatArn({
      service: "secretsmanager",
      resource: "secret",
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const further = settings.workspaceSecret
      ? [Secret.fromSecretNameV2(each, "WorkspaceSecret", settings.workspaceSecret).secretArn]
      : [];
    // Its ARN ends in six characters that only the account knows.
    each.may(["secretsmanager:GetSecretValue"], [arn, ...further.map((one) => `${one}-??????`)]);
    acknowledge(
      each.role,
      `IAM5[Resource::arn:aws:secretsmanager:${where(each)}:secret:${name}]`,
      "Teams come and go by the command, not by a deployment: one prefix of one stage is the least that can be named.",
    );
  }
}
