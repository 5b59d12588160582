/** The model's key: made by a person beforehand (`make secret`), only read here. */
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
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

  /** What `extract` is told. */
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
