/** `environment.ts STAGE`: prints where a stage is deployed to, as `cdk bootstrap` wants it: `aws://ACCOUNT/REGION`. */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { script, stageOf } from "../lib/command.ts";

await script(async (args) => {
  const { region, account } = stageOf(args);
  const asked = await new STSClient({ region }).send(new GetCallerIdentityCommand({})).catch(() => undefined);
  if (!asked?.Account)
    return ["AWS does not say who you are: sign in (aws sso login), or name a profile with AWS_PROFILE"];
  if (account && account !== asked.Account)
    return [`these are credentials of the account ${asked.Account}, and the stage belongs to ${account}`];
  console.log(`aws://${asked.Account}/${region}`);
  return [];
});
