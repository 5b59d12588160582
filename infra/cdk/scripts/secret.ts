/** `secret.ts STAGE NAME < value`: gives the secret `cyclesheet/<stage>/<name>` its value, making it if need be. */
import { text } from "node:stream/consumers";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { script, stageOf } from "../lib/command.ts";

/** Secrets a person gives; the token key is the stack's own. */
const NAMES = ["cohere", "slack"];

await script(async ([stage, name = "", ...rest]) => {
  const settings = stageOf([stage ?? "", ...rest]);
  if (!NAMES.includes(name))
    return [`NAME is one of ${NAMES.join(", ")}: make secret STAGE=${settings.stage} NAME=cohere`];
  if (process.stdin.isTTY) console.error(`The value of ${name}, then Ctrl-D (it is not printed to any log):`);
  const SecretString = (await text(process.stdin)).trim();
  if (!SecretString) return ["nothing was given, nothing is changed"];
  const client = new SecretsManagerClient({ region: settings.region });
  const Name = `cyclesheet/${settings.stage}/${name}`;
  await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString })).catch((error: Error) => {
    if (error.name !== "ResourceNotFoundException") throw error;
    return client.send(new CreateSecretCommand({ Name, SecretString, Description: `Cyclesheet: ${name}` }));
  });
  console.log(`${Name} has a value. Functions read it when they start: deploy, or wait for the next start.`);
  return [];
});
