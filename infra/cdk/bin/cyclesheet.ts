/** What `cdk` runs: one stage's stack, or a sentence about what is wrong with it. */
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { readSettings, SettingsError } from "../lib/settings.ts";
import { CyclesheetStack } from "../lib/stack.ts";

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  const settings = readSettings(app.node.tryGetContext("stage"), (name) => app.node.tryGetContext(name));
  const account = settings.account || process.env.CDK_DEFAULT_ACCOUNT;
  new CyclesheetStack(app, `cyclesheet-${settings.stage}`, settings, {
    env: { region: settings.region, ...(account ? { account } : {}) },
    terminationProtection: settings.deletionProtection,
  });
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
