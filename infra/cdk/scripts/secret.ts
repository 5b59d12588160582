/**
 * `secret.ts STAGE NAME < value`: gives the secret `cyclesheet/<stage>/<name>` its value, making it if need be.
 *
 * The names are those that functions may read: `cohere`, and `teams/<any>` for what teams' sources name.
 */
import { text } from "node:stream/consumers";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { script, stageOf } from "../lib/command.ts";

const NAME = /^(cohere|teams\/[A-Za-z0-9._-]{1,64})$/;
/** What a team's secret may hold: the fields of `TeamSecret` in shared/platform/src/secrets.rs. */
const FIELDS = ["botToken", "signingSecret", "bearer"];

/** What is wrong with a team's secret; null if nothing is. */
function problem(value: string): string | null {
  try {
    const given: unknown = JSON.parse(value);
    const pairs = given && typeof given === "object" && !Array.isArray(given) ? Object.entries(given) : [];
    if (
      pairs.length > 0 &&
      pairs.every(([field, word]) => FIELDS.includes(field) && typeof word === "string" && word)
    )
      return null;
  } catch {
    // Said below, without the value.
  }
  return `a team's secret is a JSON object with ${FIELDS.join(", ")}, or some of them, each a text; nothing is changed`;
}

await script(async ([stage, name = "", ...rest]) => {
  const settings = stageOf([stage ?? "", ...rest]);
  if (!NAME.test(name))
    return [
      `NAME is cohere, or teams/ and a name, such as teams/platform: make secret STAGE=${settings.stage} NAME=cohere`,
    ];
  if (process.stdin.isTTY) console.error(`The value of ${name}, then Ctrl-D (it is not printed to any log):`);
  const SecretString = (await text(process.stdin)).trim();
  if (!SecretString) return ["nothing was given, nothing is changed"];
  const wrong = name.startsWith("teams/") ? problem(SecretString) : null;
  if (wrong) return [wrong];
  const client = new SecretsManagerClient({ region: settings.region });
  const Name = `cyclesheet/${settings.stage}/${name}`;
  await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString })).catch((error: Error) => {
    if (error.name !== "ResourceNotFoundException") throw error;
    return client.send(new CreateSecretCommand({ Name, SecretString, Description: `Cyclesheet: ${name}` }));
  });
  console.log(
    `${Name} has a value. ${name === "cohere" ? "extract reads it when it starts: deploy, or wait for its next start" : "Functions read it within minutes"}.`,
  );
  return [];
});
