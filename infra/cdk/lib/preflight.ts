/**
 * What a template cannot say of itself: who is asking, whether the account is prepared and has what the stage takes from
 * it, whether the secrets have values and whether the issuer answers. Looked at before anything is created; reads only.
 */
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { checkAccount } from "./account.ts";
import type { Findings } from "./findings.ts";
import type { Settings } from "./settings.ts";

/** What `cdk bootstrap` leaves behind, under CDK's usual qualifier. */
const BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version";
const ISSUER_ANSWERS_WITHIN_MS = 5_000;

/** Checks a stage's account. */
export async function preflight(settings: Settings): Promise<Findings> {
  const client = { region: settings.region };
  const account = await new STSClient(client).send(new GetCallerIdentityCommand({})).catch(nameOf);
  if (typeof account === "string")
    return stopped(
      `AWS does not say who you are (${account}): sign in (aws sso login), or name a profile with AWS_PROFILE`,
    );
  if (settings.account && account.Account !== settings.account)
    return stopped(
      `these are credentials of the account ${account.Account}, and the stage belongs to ${settings.account}: name its profile with AWS_PROFILE`,
    );
  const looked = await Promise.all([
    bootstrapped(client, String(account.Account), settings.stage),
    modelKey(client, settings),
    issuer(settings),
  ]);
  const { problems, notes } = await checkAccount(settings);
  return { problems: [...looked.filter((problem) => problem !== null), ...problems], notes };
}

const stopped = (problem: string): Findings => ({ problems: [problem], notes: [] });

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

async function bootstrapped(
  client: { region: string },
  account: string,
  stage: string,
): Promise<string | null> {
  const version = await new SSMClient(client)
    .send(new GetParameterCommand({ Name: BOOTSTRAPPED }))
    .catch(nameOf);
  if (typeof version !== "string") return null;
  return version === "ParameterNotFound"
    ? `the account ${account} is not prepared for CDK in ${client.region}: run make bootstrap STAGE=${stage} once, then this again`
    : `whether the account is prepared for CDK cannot be read (${version}): you need ssm:GetParameter on ${BOOTSTRAPPED}`;
}

async function modelKey(client: { region: string }, settings: Settings): Promise<string | null> {
  const name = settings.cohereSecret;
  if (!name) return null;
  const give = `run make secret STAGE=${settings.stage} NAME=cohere, then this again; or leave cohereSecret empty, and sheets are fallbacks`;
  const secret = await new SecretsManagerClient(client)
    .send(new GetSecretValueCommand({ SecretId: name }))
    .catch(nameOf);
  if (secret === "ResourceNotFoundException")
    return `the secret ${name} does not exist or has no value in ${settings.region}: ${give}`;
  if (typeof secret === "string")
    return `the secret ${name} cannot be read (${secret}): you need secretsmanager:GetSecretValue on it`;
  return secret.SecretString?.trim() ? null : `the secret ${name} has no value: ${give}`;
}

/** An issuer must answer, call itself by the name that tokens carry, and publish keys where the functions look. */
export async function issuer(settings: Settings): Promise<string | null> {
  if (settings.identity !== "oidc") return null;
  const base = settings.issuer.replace(/\/$/, "");
  const keysUrl = settings.jwksUrl || `${base}/.well-known/jwks.json`;
  const about = (what: string) => `the issuer ${settings.issuer} ${what}`;
  try {
    const said = (await read(`${base}/.well-known/openid-configuration`)) as {
      issuer?: string;
      jwks_uri?: string;
      authorization_endpoint?: string;
      token_endpoint?: string;
    };
    if (said.issuer !== settings.issuer)
      return about(`calls itself ${said.issuer}: write exactly that into issuer, for tokens carry it`);
    if (said.jwks_uri !== keysUrl)
      return about(`has its keys at ${said.jwks_uri}, not at ${keysUrl}: write that into jwksUrl`);
    const { authorizeUrl, tokenUrl } = settings;
    if (tokenUrl && said.authorization_endpoint !== authorizeUrl)
      return about(`signs people in at ${said.authorization_endpoint}: write that into authorizeUrl`);
    if (tokenUrl && said.token_endpoint !== tokenUrl)
      return about(`gives tokens at ${said.token_endpoint}: write that into tokenUrl`);
    const { keys } = (await read(keysUrl)) as { keys?: { kty?: string }[] };
    if (!keys?.some((key) => key.kty === "RSA" || key.kty === "EC"))
      return about(`publishes no RSA or EC key at ${keysUrl}: tokens are verified by RS256 or ES256`);
    return null;
  } catch (error) {
    return about(`does not answer (${(error as Error).message}): is it reachable, and is the address right?`);
  }
}

async function read(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ISSUER_ANSWERS_WITHIN_MS) }).catch(
    (error: Error) => {
      throw new Error(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    },
  );
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}
