/**
 * What a stage takes from its account and could not get, or would take from somebody else: concurrent executions, a
 * name for the sign-in, the region's one role for logs, certificates, a receiver of alarms.
 *
 * A check that the credentials do not allow is a note and stops nothing: a person who may deploy need not be able to
 * read everything.
 */
import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { APIGatewayClient, GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Findings } from "./findings.ts";
import { outputsOf } from "./outputs.ts";
import type { Settings } from "./settings.ts";

/** What Lambda keeps for functions without a reservation, at the least. */
const UNRESERVED_AT_LEAST = 10;
const DAY_MS = 24 * 3600 * 1000;
/** Days before a certificate's end at which ACM should have renewed it. */
const RENEWED_BEFORE_DAYS = 30;

type Outputs = ReadonlyMap<string, string> | undefined;
type Check = (settings: Settings, outputs: Outputs) => Promise<Findings>;

const problem = (...problems: string[]): Findings => ({ problems, notes: [] });
const note = (...notes: string[]): Findings => ({ problems: [], notes });
const WELL: Findings = { problems: [], notes: [] };

/** Returns what is wrong with the account, and what should be known about it. */
export async function checkAccount(settings: Settings): Promise<Findings> {
  const outputs = await outputsOf(settings).catch(() => undefined);
  const checks: Readonly<Record<string, Check>> = {
    "Lambda's limits": concurrency,
    "the sign-in's name": signInPrefix,
    "API Gateway's role for logs": logsRole,
    "the certificates": certificates,
    "the receiver of alarms": alarms,
  };
  const found = await Promise.all(
    Object.entries(checks).map(([what, check]) =>
      check(settings, outputs).catch((error: Error) =>
        note(`${what} could not be looked at (${error.name})`),
      ),
    ),
  );
  return {
    problems: found.flatMap(({ problems }) => problems),
    notes: found.flatMap(({ notes }) => notes),
  };
}

async function concurrency({ region, stage, extractConcurrency }: Settings): Promise<Findings> {
  const client = new LambdaClient({ region });
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: free = 0 } = AccountLimit ?? {};
  // A stage that is deployed has its own already.
  const has = await client
    .send(new GetFunctionConcurrencyCommand({ FunctionName: `cyclesheet-${stage}-extract` }))
    .then((answer) => answer.ReservedConcurrentExecutions ?? 0)
    .catch((error: Error) => {
      if (error.name === "ResourceNotFoundException") return 0;
      throw error;
    });
  const ask = "ask for more concurrent executions (Service Quotas, AWS Lambda)";
  if (extractConcurrency > has && free - (extractConcurrency - has) < UNRESERVED_AT_LEAST)
    return problem(
      `extractConcurrency ${extractConcurrency} cannot be reserved: the account has ${limit} concurrent executions in ${region}, and ${UNRESERVED_AT_LEAST} must stay unreserved. Set it to 0, or ${ask}`,
    );
  return limit > 0 && limit <= UNRESERVED_AT_LEAST
    ? note(
        `the account runs ${limit} functions at once in ${region}, as new accounts do: enough to try it with a few people, and then ${ask}`,
      )
    : WELL;
}

async function signInPrefix(
  { region, identity, signInPrefix: Domain }: Settings,
  outputs: Outputs,
): Promise<Findings> {
  if (identity !== "cognito") return WELL;
  const client = new CognitoIdentityProviderClient({ region });
  const { DomainDescription } = await client
    .send(new DescribeUserPoolDomainCommand({ Domain }))
    .catch((error: Error) => {
      if (error.name === "ResourceNotFoundException") return { DomainDescription: undefined };
      throw error;
    });
  const taken = DomainDescription?.Domain !== undefined || DomainDescription?.UserPoolId !== undefined;
  if (!taken || (outputs && DomainDescription?.UserPoolId === outputs.get("UserPool"))) return WELL;
  return problem(
    `the sign-in's name ${Domain} is taken in ${region}, by another stack or another company: choose another signInPrefix`,
  );
}

async function logsRole({ region, stage, gatewayLogsRole }: Settings): Promise<Findings> {
  const { cloudwatchRoleArn } = await new APIGatewayClient({ region }).send(new GetAccountCommand({}));
  const isOwn = cloudwatchRoleArn?.includes(`:role/cyclesheet-${stage}-`);
  if (gatewayLogsRole && cloudwatchRoleArn && !isOwn)
    return problem(
      `API Gateway in ${region} writes its logs by ${cloudwatchRoleArn} already, and there is one such role for the account: set gatewayLogsRole to false, or this stage replaces it`,
    );
  if (!gatewayLogsRole && !cloudwatchRoleArn)
    return problem(
      `API Gateway in ${region} has no role to write logs by, and the sockets' access log needs one: set gatewayLogsRole to true`,
    );
  return WELL;
}

async function certificates(settings: Settings): Promise<Findings> {
  const wanted = [
    ["pageCertificate", settings.pageCertificate, settings.pageDomain, "us-east-1"],
    ["apiCertificate", settings.apiCertificate, settings.apiDomain, settings.region],
    ["socketCertificate", settings.socketCertificate, settings.socketDomain, settings.region],
  ] as const;
  const [problems, notes]: [string[], string[]] = [[], []];
  for (const [name, CertificateArn, host, region] of wanted) {
    if (!CertificateArn) continue;
    const answer = await new ACMClient({ region })
      .send(new DescribeCertificateCommand({ CertificateArn }))
      .catch((error: Error) => {
        if (error.name === "ResourceNotFoundException") return { Certificate: undefined };
        throw error;
      });
    const { Certificate } = answer;
    if (!Certificate) problems.push(`${name} ${CertificateArn} does not exist`);
    else if (Certificate.Status !== "ISSUED")
      problems.push(
        `${name} ${CertificateArn} is not issued (${Certificate.Status}): validate it in Certificate Manager`,
      );
    else if (!covers(Certificate.SubjectAlternativeNames ?? [Certificate.DomainName ?? ""], host))
      problems.push(`${name} ${CertificateArn} is not for ${host}`);
    else if (
      Certificate.NotAfter &&
      Certificate.NotAfter.getTime() - Date.now() < RENEWED_BEFORE_DAYS * DAY_MS
    )
      notes.push(
        `${name} ends on ${Certificate.NotAfter.toISOString().slice(0, 10)}: see why Certificate Manager has not renewed it`,
      );
  }
  return { problems, notes };
}

/** Returns whether a host is among a certificate's names. A wildcard stands for one label. */
function covers(names: readonly string[], host: string): boolean {
  const wildcard = host.replace(/^[^.]+/, "*");
  return names.some((name) => name.toLowerCase() === host || name.toLowerCase() === wildcard);
}

async function alarms(settings: Settings, outputs: Outputs): Promise<Findings> {
  const { region, alarmEmail, alarmTopicArn: TopicArn } = settings;
  const client = new SNSClient({ region });
  if (TopicArn) {
    const { Attributes } = await client
      .send(new GetTopicAttributesCommand({ TopicArn }))
      .catch((error: Error) => {
        if (error.name === "NotFoundException") return { Attributes: undefined };
        throw error;
      });
    if (!Attributes) return problem(`the topic ${TopicArn} does not exist`);
    const policy = Attributes.Policy ?? "";
    // Either CloudWatch by name, or the policy that every new topic has: whatever belongs to the account.
    return policy.includes("cloudwatch.amazonaws.com") || policy.includes("AWS:SourceOwner")
      ? WELL
      : note(`the policy of ${TopicArn} does not name cloudwatch.amazonaws.com: may alarms publish to it?`);
  }
  if (!alarmEmail) return note("alarms have no receiver: set alarmEmail or alarmTopicArn");
  const own = outputs?.get("AlarmTopic");
  const { Subscriptions } = own
    ? await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: own }))
    : { Subscriptions: [] };
  const mine = Subscriptions?.find(({ Endpoint }) => Endpoint === alarmEmail);
  return mine?.SubscriptionArn?.startsWith("arn:")
    ? WELL
    : note(
        `AWS sends ${alarmEmail} a mail with a link when the stage is first deployed: no alarm reaches that address before the link is opened`,
      );
}
