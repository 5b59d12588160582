/** What an issuer says of itself, held against what the functions will demand; and what an account has for a stage. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ACMClient } from "@aws-sdk/client-acm";
import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { checkAccount } from "../lib/account.ts";
import { issuer } from "../lib/preflight.ts";
import { settings } from "./stage.ts";

const oidc = settings("dev", { identity: "oidc", issuer: "https://id.example/" });

function answering(context: TestContext, answers: Readonly<Record<string, unknown>>): void {
  context.mock.method(globalThis, "fetch", async (url: string) => {
    const path = new URL(url).pathname;
    return path in answers ? Response.json(answers[path]) : new Response(null, { status: 404 });
  });
}

const CONFIGURATION = "/.well-known/openid-configuration";
const KEYS = "/.well-known/jwks.json";
const said = { issuer: "https://id.example/", jwks_uri: "https://id.example/.well-known/jwks.json" };

test("an issuer that says of itself what tokens will carry is well", async (context) => {
  answering(context, { [CONFIGURATION]: said, [KEYS]: { keys: [{ kty: "RSA" }] } });
  assert.equal(await issuer(oidc), null);
});

test("where the page signs people in is where the issuer says that it does", async (context) => {
  const [authorizeUrl, tokenUrl] = ["https://id.example/authorize", "https://id.example/token"];
  const page = settings("dev", { identity: "oidc", issuer: "https://id.example/", authorizeUrl, tokenUrl });
  const answers = (places: Readonly<Record<string, string>>) =>
    answering(context, { [CONFIGURATION]: { ...said, ...places }, [KEYS]: { keys: [{ kty: "EC" }] } });
  answers({ authorization_endpoint: authorizeUrl, token_endpoint: tokenUrl });
  assert.equal(await issuer(page), null);
  answers({ authorization_endpoint: "https://id.example/login", token_endpoint: tokenUrl });
  assert.match((await issuer(page)) ?? "", /signs people in at https:\/\/id\.example\/login.*authorizeUrl/);
  answers({ authorization_endpoint: authorizeUrl, token_endpoint: "https://id.example/t" });
  assert.match((await issuer(page)) ?? "", /gives tokens at https:\/\/id\.example\/t.*tokenUrl/);
});

test("another name, another place for keys, no usable key, no answer: each is said", async (context) => {
  answering(context, { [CONFIGURATION]: { ...said, issuer: "https://id.example" } });
  assert.match(
    (await issuer(oidc)) ?? "",
    /calls itself https:\/\/id\.example: write exactly that into issuer/,
  );
  answering(context, { [CONFIGURATION]: { ...said, jwks_uri: "https://id.example/keys" } });
  assert.match((await issuer(oidc)) ?? "", /has its keys at https:\/\/id\.example\/keys.*jwksUrl/);
  answering(context, { [CONFIGURATION]: said, [KEYS]: { keys: [{ kty: "oct" }] } });
  assert.match((await issuer(oidc)) ?? "", /publishes no RSA or EC key/);
  answering(context, {});
  assert.match((await issuer(oidc)) ?? "", /does not answer .*404/);
});

/** An account of which each service answers by the command's name; a text is the name of an error. */
function account(context: TestContext, answers: Readonly<Record<string, unknown>>): void {
  const usual: Record<string, unknown> = {
    DescribeStacks: "ValidationError",
    GetAccountSettings: {
      AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
    },
    GetFunctionConcurrency: "ResourceNotFoundException",
    DescribeUserPoolDomain: { DomainDescription: {} },
    GetAccount: {},
    ListSubscriptionsByTopic: { Subscriptions: [] },
    ...answers,
  };
  const clients = [
    ACMClient,
    APIGatewayClient,
    CloudFormationClient,
    CognitoIdentityProviderClient,
    LambdaClient,
    SNSClient,
  ];
  for (const { prototype } of clients)
    context.mock.method(prototype, "send", async (command: object) => {
      const name = command.constructor.name.replace(/Command$/, "");
      const answer = usual[name];
      if (typeof answer === "string") throw Object.assign(new Error(answer), { name: answer });
      assert.ok(answer, `${name} was not expected`);
      return answer;
    });
}

const deployed = (outputs: Readonly<Record<string, string>>) => ({
  Stacks: [
    { Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) },
  ],
});

test("an account that has what a stage takes is well, and says where the mail about alarms goes", async (context) => {
  account(context, {});
  const { problems, notes } = await checkAccount(settings("prod"));
  assert.deepEqual(problems, []);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0] ?? "",
    /AWS sends ops@company\.example a mail with a link .* before the link is opened/,
  );
});

test("a new account cannot reserve what others may, and a stage that has it already can keep it", async (context) => {
  const small = { AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } };
  account(context, { GetAccountSettings: small });
  const { problems } = await checkAccount(settings("prod"));
  assert.match(problems.join(), /extractConcurrency 50 cannot be reserved: the account has 10 .*Set it to 0/);
  const { problems: none, notes } = await checkAccount(settings("prod", { extractConcurrency: "0" }));
  assert.deepEqual(none, []);
  assert.match(notes.join(), /runs 10 functions at once/);
  account(context, {
    GetAccountSettings: { AccountLimit: { ConcurrentExecutions: 60, UnreservedConcurrentExecutions: 10 } },
    GetFunctionConcurrency: { ReservedConcurrentExecutions: 50 },
  });
  assert.deepEqual((await checkAccount(settings("prod"))).problems, []);
});

test("a sign-in's name that is taken stops, unless it is this stage's own", async (context) => {
  const taken = {
    DescribeUserPoolDomain: { DomainDescription: { Domain: "x", UserPoolId: "eu-central-1_A" } },
  };
  account(context, taken);
  assert.match(
    (await checkAccount(settings("dev"))).problems.join(),
    /cyclesheet-dev is taken .*signInPrefix/,
  );
  account(context, { ...taken, DescribeStacks: deployed({ UserPool: "eu-central-1_A" }) });
  assert.deepEqual((await checkAccount(settings("dev"))).problems, []);
  account(context, { ...taken, DescribeStacks: deployed({ UserPool: "eu-central-1_B" }) });
  assert.equal((await checkAccount(settings("dev"))).problems.length, 1);
});

test("another's role for the gateway's logs is not replaced, one's own is kept, and none is none", async (context) => {
  const role = (name: string) => ({
    GetAccount: { cloudwatchRoleArn: `arn:aws:iam::123456789012:role/${name}` },
  });
  account(context, role("platform-team-logs"));
  assert.match(
    (await checkAccount(settings("dev"))).problems.join(),
    /by .*platform-team-logs already.*gatewayLogsRole to false/,
  );
  assert.deepEqual((await checkAccount(settings("dev", { gatewayLogsRole: "false" }))).problems, []);
  account(context, role("cyclesheet-dev-SocketsLogsRole12-abc"));
  assert.deepEqual((await checkAccount(settings("dev"))).problems, []);
  account(context, {});
  assert.match(
    (await checkAccount(settings("dev", { gatewayLogsRole: "false" }))).problems.join(),
    /has no role to write logs by.*gatewayLogsRole to true/,
  );
});

test("a certificate that is missing, not issued, another's or at its end is named", async (context) => {
  const own = settings("dev", {
    pageDomain: "sheet.example.com",
    pageCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/a",
  });
  const certificate = (more: Readonly<Record<string, unknown>>) => ({
    DescribeCertificate: {
      Certificate: { Status: "ISSUED", SubjectAlternativeNames: ["sheet.example.com"], ...more },
    },
  });
  const cases: [Readonly<Record<string, unknown>>, RegExp | null][] = [
    [{ DescribeCertificate: "ResourceNotFoundException" }, /does not exist/],
    [certificate({ Status: "PENDING_VALIDATION" }), /is not issued \(PENDING_VALIDATION\)/],
    [
      certificate({ SubjectAlternativeNames: ["*.sheet.example.com", "example.com"] }),
      /is not for sheet\.example\.com/,
    ],
    [certificate({ SubjectAlternativeNames: ["*.example.com"] }), null],
    [certificate({}), null],
  ];
  for (const [answers, said] of cases) {
    account(context, answers);
    const { problems } = await checkAccount(own);
    if (said) assert.match(problems.join(), said);
    else assert.deepEqual(problems, []);
  }
  account(context, certificate({ NotAfter: new Date(Date.now() + 24 * 3600 * 1000) }));
  assert.match((await checkAccount(own)).notes.join(), /pageCertificate ends on/);
});

test("the receiver of alarms: a topic that is there and lets them in, an address that has opened its link", async (context) => {
  const topic = settings("prod", { alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:pager" });
  const policy = (Policy: string) => ({ GetTopicAttributes: { Attributes: { Policy } } });
  account(context, { GetTopicAttributes: "NotFoundException" });
  assert.match((await checkAccount(topic)).problems.join(), /pager does not exist/);
  account(context, policy('{"Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}}'));
  assert.deepEqual((await checkAccount(topic)).notes, []);
  account(context, policy('{"Statement":[{"Effect":"Deny"}]}'));
  assert.match((await checkAccount(topic)).notes.join(), /may alarms publish to it/);
  const subscribed = (SubscriptionArn: string) => ({
    DescribeStacks: deployed({ AlarmTopic: "arn:aws:sns:eu-central-1:123456789012:alarms" }),
    ListSubscriptionsByTopic: { Subscriptions: [{ Endpoint: "ops@company.example", SubscriptionArn }] },
  });
  account(context, subscribed("PendingConfirmation"));
  assert.match((await checkAccount(settings("prod"))).notes.join(), /before the link is opened/);
  account(context, subscribed("arn:aws:sns:eu-central-1:123456789012:alarms:1"));
  assert.deepEqual((await checkAccount(settings("prod"))).notes, []);
  account(context, {});
  assert.match((await checkAccount(settings("dev"))).notes.join(), /alarms have no receiver/);
});

test("what may not be read is a note, and stops nobody who may deploy", async (context) => {
  account(context, { GetAccountSettings: "AccessDeniedException", GetAccount: "AccessDeniedException" });
  const { problems, notes } = await checkAccount(settings("prod"));
  assert.deepEqual(problems, []);
  assert.match(notes.join(), /Lambda's limits could not be looked at \(AccessDeniedException\)/);
});
