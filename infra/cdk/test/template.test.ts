/** What the template says, and what it must not say. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { App } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EXTRACTION_LEASE_MS } from "../../../web/client/src/generated/limits.ts";
import { HOME } from "../lib/settings.ts";
import { FUNCTIONS, type Overrides, type Resource, resources, stack, template } from "./stage.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
const prod = template("prod");

/** A function's properties. */
function functionOf(of: Template, id: string): Resource["Properties"] {
  const [found] = resources(of, "AWS::Lambda::Function").filter(([name]) => name.startsWith(id));
  assert.ok(found, id);
  return found[1].Properties;
}

/** What a function's role may do, as `service:Action` → resources as text. */
function rights(of: Template, name: string): Map<string, string> {
  const roles = resources(of, "AWS::IAM::Policy").filter(([id]) =>
    id.toLowerCase().startsWith(`${name}function`),
  );
  const found = new Map<string, string>();
  for (const [, policy] of roles) {
    const { Statement } = policy.Properties.PolicyDocument as { Statement: readonly Statement[] };
    for (const statement of Statement)
      for (const action of [statement.Action].flat()) found.set(action, JSON.stringify(statement.Resource));
  }
  return found;
}

const LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];
const READ = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE = ["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"];
const POST = "execute-api:ManageConnections";
const ASK = "lambda:InvokeFunction";

test("each function may do exactly what it does", () => {
  const secret = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];
  const queue = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"];
  const expected: Record<string, string[]> = {
    authorize: LOGS,
    connect: [...LOGS, ...READ, ...WRITE, POST],
    disconnect: [...LOGS, ...READ, ...WRITE, POST],
    default: [...LOGS, ...READ, ...WRITE, POST, ASK],
    http: [...LOGS, ...READ, ...WRITE, POST, ASK, "secretsmanager:GetSecretValue"],
    extract: [...LOGS, ...READ, ...WRITE, POST, ASK, ...secret, ...queue],
  };
  for (const [name, actions] of Object.entries(expected))
    assert.deepEqual([...rights(prod, name).keys()].sort(), [...actions].sort(), name);
  const shared = template("dev", { identity: "secret", issuer: "https://id.example/" });
  for (const name of ["authorize", "http"])
    assert.ok(rights(shared, name).has("secretsmanager:GetSecretValue"), name);
  for (const name of ["connect", "disconnect", "default"])
    assert.ok(!rights(shared, name).has("secretsmanager:GetSecretValue"), name);
});

test("no right is wider than one table, one key, one function, one stage's connections", () => {
  for (const name of FUNCTIONS)
    for (const [action, on] of rights(prod, name)) {
      assert.ok(!action.includes("*"), `${name}: ${action}`);
      assert.ok(on !== '"*"', `${name}: ${action} on everything`);
      if (on.includes("*"))
        assert.match(
          on,
          /\/prod\/(POST|DELETE)\/@connections\/\*|:secret:cyclesheet\/prod\/teams\/\*/,
          `${name}: ${action}`,
        );
    }
  assert.ok(
    !rights(prod, "connect").get(POST)?.includes("/POST/"),
    "$connect posts nothing: its socket is not open yet",
  );
});

test("the table is kept, restorable, encrypted, and forgets what expires", () => {
  prod.hasResource("AWS::DynamoDB::Table", {
    // Kept by every deployment but a first one that fails: that table is empty and would stand in the next one's way.
    DeletionPolicy: "RetainExceptOnCreate",
    UpdateReplacePolicy: "Retain",
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    },
  });
  template("dev").hasResource("AWS::DynamoDB::Table", { DeletionPolicy: "Delete" });
});

test("sockets are authorized at $connect by room, throttled, and logged without their query", () => {
  prod.hasResourceProperties("AWS::ApiGatewayV2::Api", {
    ProtocolType: "WEBSOCKET",
    RouteSelectionExpression: "$request.body.type",
  });
  prod.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
    AuthorizerType: "REQUEST",
    IdentitySource: ["route.request.querystring.team", "route.request.querystring.cycle"],
  });
  const routes = resources(prod, "AWS::ApiGatewayV2::Route").map(([, route]) => route.Properties);
  const keys = routes.map((route) => route.RouteKey).filter((key) => String(key).startsWith("$"));
  assert.deepEqual(keys.sort(), ["$connect", "$default", "$disconnect"]);
  assert.equal(routes.find((route) => route.RouteKey === "$connect")?.AuthorizationType, "CUSTOM");
  for (const [, stage] of resources(prod, "AWS::ApiGatewayV2::Stage")) {
    const settings = stage.Properties.DefaultRouteSettings as Record<string, number>;
    assert.ok((settings.ThrottlingRateLimit ?? 0) > 0 && (settings.ThrottlingBurstLimit ?? 0) > 0);
    const { Format } = stage.Properties.AccessLogSettings as { Format: string };
    assert.doesNotMatch(
      Format,
      /querystring|requestOverride|\$context\.requestParameters/i,
      "a token may stand in the query",
    );
    // The access log and the function's log have one field in common.
    assert.match(Format, /"\$context\.integration\.requestId"/);
  }
});

test("the role by which a region's gateways write logs outlives the stage that set it", () => {
  for (const type of ["AWS::ApiGateway::Account", "AWS::IAM::Role"])
    prod.hasResource(type, { DeletionPolicy: "Retain" });
  template("dev", { gatewayLogsRole: "false" }).resourceCountIs("AWS::ApiGateway::Account", 0);
});

test("the dashboard draws what extract counts, under the names that it counts by", () => {
  const source = readFileSync(join(HOME, "../../functions/extract/src/metrics.rs"), "utf8");
  const lines = readFileSync(join(HOME, "../../shared/platform/src/metrics.rs"), "utf8");
  const body = JSON.stringify(resources(prod, "AWS::CloudWatch::Dashboard")[0]?.[1].Properties.DashboardBody);
  const drawn = [...body.matchAll(/Cyclesheet\\*",\\*"(\w+)\\*",\\*"stage\\*",\\*"prod/g)].map(
    ([, name]) => name,
  );
  assert.ok(drawn.length >= 9, body);
  assert.ok(lines.includes('NAMESPACE: &str = "Cyclesheet"'));
  for (const name of drawn) assert.ok(source.includes(`("${name}", `), name);
});

test("everything under /api reaches http, and the inbox has a route of its own", () => {
  const keys = resources(prod, "AWS::ApiGatewayV2::Route")
    .map(([, route]) => String(route.Properties.RouteKey))
    .filter((key) => !key.startsWith("$"));
  assert.deepEqual(keys.sort(), [
    "GET /api/{proxy+}",
    "POST /api/inbox/{tenant}/{team}",
    "POST /api/{proxy+}",
  ]);
});

test("one schedule for all teams, with its repeats, zone, retries and dead letters; the sweep beside it", () => {
  const target = (kind: string) => ({
    Input: `{"source":"aws.scheduler","kind":"${kind}","time":"<aws.scheduler.scheduled-time>"}`,
    RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 5 },
    DeadLetterConfig: Match.anyValue(),
  });
  prod.resourceCountIs("AWS::Scheduler::Schedule", 2);
  prod.hasResourceProperties("AWS::Scheduler::Schedule", {
    ScheduleExpression: "cron(0,15,30 8 ? * FRI *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    Target: target("weekly"),
  });
  prod.hasResourceProperties("AWS::Scheduler::Schedule", {
    ScheduleExpression: "cron(0/15 * * * ? *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    Target: target("sweep"),
  });
  prod.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
  const sample = JSON.parse(readFileSync(join(HOME, "../../events/extract-scheduler.json"), "utf8"));
  assert.deepEqual(
    Object.keys(sample),
    Object.keys(JSON.parse(target("weekly").Input)),
    "the event file has the deployed payload's shape",
  );
});

test("extract asks for runs of itself, by its own name and live version, and may ask nothing else", () => {
  const extract = functionOf(prod, "Extract");
  const { Variables } = extract.Environment as { Variables: Record<string, string> };
  const asked = Variables.EXTRACT_FUNCTION;
  assert.equal(asked, `${extract.FunctionName}:live`);
  const may = rights(prod, "extract").get(ASK) ?? "";
  assert.equal(may, JSON.stringify(`arn:aws:lambda:eu-central-1:123456789012:function:${asked}`));
});

test("an extraction's lease outlasts the function", () => {
  const { Timeout } = functionOf(prod, "Extract");
  assert.ok(Number(Timeout) * 1000 < EXTRACTION_LEASE_MS, `${Timeout} s against ${EXTRACTION_LEASE_MS} ms`);
});

test("the page's policy is the local stack's, with addresses in the place of schemes", () => {
  const local = readFileSync(join(HOME, "../local/src/content-security-policy.txt"), "utf8").trim();
  const [, policy] = resources(prod, "AWS::CloudFront::ResponseHeadersPolicy")[0] ?? [];
  const config = JSON.stringify(policy?.Properties.ResponseHeadersPolicyConfig);
  for (const directive of local.split("; ").filter((one) => !one.startsWith("connect-src")))
    assert.ok(config.includes(directive), directive);
  assert.ok(config.includes("connect-src 'self' wss://"), config);
  assert.doesNotMatch(config, /unsafe-|connect-src[^;]* (ws:|wss:|\*)[ ;]/);
  for (const header of ["StrictTransportSecurity", "FrameOptions", "ContentTypeOptions", "ReferrerPolicy"])
    assert.ok(config.includes(header), header);
});

test("the page signs people in at Cognito, or at the stage's own issuer, and its policy lets it ask there", () => {
  const policy = (of: Template) =>
    JSON.stringify(resources(of, "AWS::CloudFront::ResponseHeadersPolicy")[0]?.[1].Properties);
  assert.match(policy(prod), /amazoncognito\.com/);
  prod.hasOutput("UserPool", {});
  const oidc = template("prod", {
    identity: "oidc",
    issuer: "https://id.example/",
    audience: "the-page",
    authorizeUrl: "https://id.example/authorize",
    tokenUrl: "https://tokens.example/oauth/token",
  });
  assert.match(policy(oidc), / https:\/\/tokens\.example; /);
  assert.doesNotMatch(policy(oidc), /oauth/);
  oidc.hasOutput("SignInAuthorizeUrl", { Value: "https://id.example/authorize" });
  oidc.hasOutput("SignInTokenUrl", { Value: "https://tokens.example/oauth/token" });
  oidc.hasOutput("SignInClient", { Value: "the-page" });
});

test("the origins that may open sockets are those that may use the API from elsewhere", () => {
  const origins = (of: Template) => {
    const { Variables } = functionOf(of, "Authorize").Environment as { Variables: Record<string, unknown> };
    return JSON.stringify(Variables.ALLOWED_ORIGINS);
  };
  const cors = (of: Template) =>
    resources(of, "AWS::ApiGatewayV2::Api")
      .map(([, api]) => api.Properties.CorsConfiguration as { AllowOrigins: unknown[] } | undefined)
      .find(Boolean);
  assert.equal(cors(prod), undefined, "one origin needs no CORS");
  const apart = template("prod", {
    sameOriginApi: "false",
    origins: "https://other.example",
    pageDomain: "sheet.example.com",
    pageCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/a",
  });
  assert.deepEqual(cors(apart)?.AllowOrigins, ["https://sheet.example.com", "https://other.example"]);
  assert.equal(origins(apart), '"https://sheet.example.com,https://other.example"');
  assert.match(origins(prod), /DomainName/, "the distribution's own");
});

const certificate = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/a`;
const OWN_DOMAINS: Overrides = {
  pageDomain: "sheet.example.com",
  pageCertificate: certificate("us-east-1"),
  apiDomain: "api.sheet.example.com",
  apiCertificate: certificate("eu-central-1"),
  socketDomain: "live.sheet.example.com",
  socketCertificate: certificate("eu-central-1"),
  hostedZone: "example.com",
  hostedZoneId: "Z123",
};

test("a web ACL of one's own stands before the page", () => {
  const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/company/0a1b";
  template("dev", { webAclArn }).hasResourceProperties("AWS::CloudFront::Distribution", {
    DistributionConfig: { WebACLId: webAclArn },
  });
});

test("own domains have certificates and records", () => {
  const of = template("prod", OWN_DOMAINS);
  of.resourceCountIs("AWS::ApiGatewayV2::DomainName", 2);
  of.resourceCountIs("AWS::ApiGatewayV2::ApiMapping", 2);
  // The page by IPv6 as well.
  of.resourceCountIs("AWS::Route53::RecordSet", 4);
  of.hasOutput("SocketUrl", { Value: "wss://live.sheet.example.com" });
  of.hasResourceProperties("AWS::Lambda::Function", {
    FunctionName: "cyclesheet-prod-default",
    Environment: { Variables: { CALLBACK_URL: Match.objectLike({}) } },
  });
});

test("versions are shifted to by and by and taken back by an alarm, where the stage says so", () => {
  prod.resourceCountIs("AWS::CodeDeploy::DeploymentGroup", FUNCTIONS.length);
  prod.allResourcesProperties("AWS::CodeDeploy::DeploymentGroup", {
    DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
    AlarmConfiguration: { Enabled: true },
    AutoRollbackConfiguration: { Enabled: true, Events: Match.arrayWith(["DEPLOYMENT_STOP_ON_ALARM"]) },
  });
  template("dev").resourceCountIs("AWS::CodeDeploy::DeploymentGroup", 0);
  for (const of of [prod, template("dev")]) of.resourceCountIs("AWS::Lambda::Alias", FUNCTIONS.length);
});

test("every function has arm64, a log group that ends, and only the issuer's three ways in", () => {
  prod.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 90 });
  for (const name of FUNCTIONS)
    prod.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: `cyclesheet-prod-${name}`,
      Architectures: ["arm64"],
      Runtime: "provided.al2023",
    });
  prod.hasResourceProperties("AWS::Lambda::Function", {
    FunctionName: "cyclesheet-prod-extract",
    ReservedConcurrentExecutions: 50,
  });
  template("dev", { architecture: "x86_64" }).hasResourceProperties("AWS::Lambda::Function", {
    FunctionName: "cyclesheet-dev-http",
    Architectures: ["x86_64"],
  });
  const oidc = template("prod", { identity: "oidc", issuer: "https://id.example/" });
  oidc.resourceCountIs("AWS::Cognito::UserPool", 0);
  oidc.hasResourceProperties("AWS::Lambda::Function", {
    FunctionName: "cyclesheet-prod-authorize",
    Environment: {
      Variables: {
        JWT_ISSUER: "https://id.example/",
        JWT_AUDIENCE: "cyclesheet",
        JWT_JWKS_URL: "https://id.example/.well-known/jwks.json",
      },
    },
  });
});

/** The variables that the functions read: docs/configuration.md, whose table a Rust test writes from the list itself. */
function variablesRead(): string[] {
  const page = readFileSync(join(HOME, "../../docs/configuration.md"), "utf8");
  return [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => String(name));
}

test("every variable that a function is given is one that it reads", () => {
  const known = new Set(variablesRead());
  assert.ok(known.size > 10);
  for (const [id, one] of resources(prod, "AWS::Lambda::Function")) {
    if (id.startsWith("Identity")) continue;
    const { Variables } = one.Properties.Environment as { Variables: Record<string, unknown> };
    for (const name of Object.keys(Variables)) assert.ok(known.has(name), `${id}: ${name}`);
  }
});

test("every variable that a function reads can be set by a stage", () => {
  const known = variablesRead();
  const given: Overrides = {
    tableName: "cyclesheet-restored",
    maxCacheBytes: "1048576",
    maxGroup: "7",
    ratePer10s: "33",
    expectedConnections: "44",
    presenceFloorMs: "2500",
    presencePostsPerSecond: "55",
    epochSalt: "after-the-fire",
    cohereSecret: "cyclesheet/dev/cohere",
    cohereBaseUrl: "https://model.example",
    cohereModel: "another-model",
    slackBaseUrl: "https://slack.example/api",
    logLevel: "store=debug,warn",
  };
  const stages = [
    template("dev", given),
    template("dev", { ...given, identity: "secret", issuer: "https://id.example/" }),
  ];
  const variables = stages.flatMap((of) =>
    resources(of, "AWS::Lambda::Function")
      .filter(([id]) => !id.startsWith("Identity"))
      .map(([, one]) => (one.Properties.Environment as { Variables: Record<string, unknown> }).Variables),
  );
  const values = (name: string) => variables.map((each) => each[name]).filter((value) => value !== undefined);
  for (const name of known) assert.ok(values(name).length > 0, `${name} is set by no stage`);
  const exactly: Record<string, string> = {
    TABLE_NAME: "cyclesheet-restored",
    MAX_CACHE_BYTES: "1048576",
    MAX_GROUP: "7",
    RATE_PER_10S: "33",
    EXPECTED_CONNECTIONS: "44",
    PRESENCE_FLOOR_MS: "2500",
    PRESENCE_POSTS_PER_SECOND: "55",
    EPOCH_SALT: "after-the-fire",
    COHERE_BASE_URL: "https://model.example",
    COHERE_MODEL: "another-model",
    SLACK_BASE_URL: "https://slack.example/api",
    LOG_LEVEL: "store=debug,warn",
    STAGE: "dev",
  };
  for (const [name, value] of Object.entries(exactly))
    for (const found of values(name)) assert.equal(found, value, name);
});

test("a restored table takes the place of the stack's own, which stays as it is", () => {
  const restored = template("prod", { tableName: "cyclesheet-restored" });
  restored.resourceCountIs("AWS::DynamoDB::Table", 1);
  for (const action of [...READ, ...WRITE])
    assert.match(rights(restored, "default").get(action) ?? "", /:table\/cyclesheet-restored/, action);
  restored.hasOutput("TableName", { Value: "cyclesheet-restored" });
});

const KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666";

test("a key of the company's encrypts the table and the logs, and functions may use it through DynamoDB alone", () => {
  const of = template("prod", { keyArn: KEY });
  of.allResourcesProperties("AWS::DynamoDB::Table", {
    SSESpecification: { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: KEY },
  });
  of.allResourcesProperties("AWS::Logs::LogGroup", { KmsKeyId: KEY });
  for (const name of ["connect", "disconnect", "default", "http", "extract"])
    assert.equal(rights(of, name).get("kms:Decrypt"), JSON.stringify(KEY), name);
  assert.ok(!rights(of, "authorize").has("kms:Decrypt"), "authorize reads no table");
  const used = resources(of, "AWS::IAM::Policy").flatMap(([, policy]) =>
    (
      policy.Properties.PolicyDocument as { Statement: (Statement & { Condition?: unknown })[] }
    ).Statement.filter(({ Action, Resource }) => [Action].flat().includes("kms:Encrypt") && Resource === KEY),
  );
  assert.equal(used.length, 5);
  for (const { Condition } of used)
    assert.match(JSON.stringify(Condition), /kms:ViaService.*dynamodb\.eu-central-1/);
  for (const name of FUNCTIONS)
    assert.ok(![...rights(prod, name).keys()].some((one) => one.startsWith("kms:")), name);
});

test("Lambda's own lines are left out where the stage says so, and the functions' stay", () => {
  template("prod", { platformLogs: "warn" }).allResourcesProperties("AWS::Lambda::Function", {
    LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN", ApplicationLogLevel: "TRACE" },
  });
  for (const [id, one] of resources(prod, "AWS::Lambda::Function"))
    assert.ok(!JSON.stringify(one.Properties.LoggingConfig ?? {}).includes("JSON"), id);
});

test("one secret of a workspace may be read beside those of the teams, and no other", () => {
  const of = template("prod", { workspaceSecret: "company/slack" });
  for (const name of ["http", "extract"])
    assert.match(
      rights(of, name).get("secretsmanager:GetSecretValue") ?? "",
      /secret:company\/slack-\?{6}/,
      name,
    );
  assert.doesNotMatch(rights(prod, "http").get("secretsmanager:GetSecretValue") ?? "", /company/);
});

test("AWS Backup copies the table every night where the stage says for how long", () => {
  const of = template("prod", { backupDays: "90" });
  of.hasResourceProperties("AWS::Backup::BackupPlan", {
    BackupPlan: { BackupPlanRule: [Match.objectLike({ Lifecycle: { DeleteAfterDays: 90 } })] },
  });
  of.resourceCountIs("AWS::Backup::BackupSelection", 1);
  of.hasResource("AWS::Backup::BackupVault", { DeletionPolicy: "RetainExceptOnCreate" });
  prod.resourceCountIs("AWS::Backup::BackupPlan", 0);
});

test("a budget tells the receiver of alarms, whom it may publish to", () => {
  const of = template("prod", { monthlyBudget: "150" });
  const [, budget] = resources(of, "AWS::Budgets::Budget")[0] ?? [];
  assert.ok(budget);
  const { Budget, NotificationsWithSubscribers } = budget.Properties as {
    Budget: Record<string, unknown>;
    NotificationsWithSubscribers: { Subscribers: { Address: { Ref: string } }[] }[];
  };
  assert.deepEqual(Budget.BudgetLimit, { Amount: 150, Unit: "USD" });
  assert.deepEqual(Budget.CostFilters, { TagKeyValue: ["user:stage$prod"] });
  const topic = resources(of, "AWS::SNS::Topic")[0]?.[0];
  assert.equal(NotificationsWithSubscribers.length, 2);
  for (const { Subscribers } of NotificationsWithSubscribers)
    assert.equal(Subscribers[0]?.Address.Ref, topic);
  const policy = JSON.stringify(resources(of, "AWS::SNS::TopicPolicy"));
  assert.match(policy, /budgets\.amazonaws\.com/);
  prod.resourceCountIs("AWS::Budgets::Budget", 0);
});

test("replaced files of the page are kept for a while, so that it can go back", () => {
  const page = (of: Template) =>
    resources(of, "AWS::S3::Bucket").find(([id]) => id.startsWith("WebPage"))?.[1].Properties;
  assert.deepEqual(page(prod)?.VersioningConfiguration, { Status: "Enabled" });
  assert.match(JSON.stringify(page(prod)?.LifecycleConfiguration), /"NoncurrentDays":30/);
  assert.equal(page(template("prod", { pageVersionDays: "0" }))?.VersioningConfiguration, undefined);
});

test("what a company asks for is there: one-time passwords for all, its account alone, its own topic and firewall", () => {
  template("prod", { mfa: "required" }).hasResourceProperties("AWS::Cognito::UserPool", {
    MfaConfiguration: "ON",
  });
  assert.throws(() => template("prod", { account: "12" }), /account "12" is no AWS account's id/);
});

test("cdk-nag has nothing to say", () => {
  const stages: [string, Overrides][] = [
    ["prod", {}],
    ["dev", { identity: "secret", issuer: "https://id.example/" }],
    ["dev", { sameOriginApi: "false" }],
    [
      "prod",
      {
        identity: "oidc",
        issuer: "https://id.example/",
        page: "false",
        sameOriginApi: "false",
        origins: "https://a.example",
      },
    ],
    ["prod", OWN_DOMAINS],
    [
      "prod",
      {
        keyArn: KEY,
        backupDays: "30",
        monthlyBudget: "100",
        workspaceSecret: "company/slack",
        platformLogs: "warn",
      },
    ],
  ];
  for (const [stage, overrides] of stages) {
    // Findings make synthesis an error.
    assert.doesNotThrow(() => (stack(stage, overrides, true).node.root as App).synth(), stage);
  }
  const planted = stack("dev", {}, true);
  new Topic(planted, "Planted");
  assert.throws(() => (planted.node.root as App).synth(), /Validation failed/, "and it does look");
});

/** The template without what changes with every build. */
function stable(of: Template): unknown {
  const text = JSON.stringify(of.toJSON())
    .replaceAll(/[0-9a-f]{64}(\.zip)?/g, "<asset>")
    .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, "$1<code>");
  return JSON.parse(text);
}

test("prod's template is the one that was looked at (UPDATE_SNAPSHOT=1 takes a new one)", () => {
  const path = join(HOME, "test/snapshot.json");
  const now = `${JSON.stringify(stable(prod), null, 1)}\n`;
  if (process.env.UPDATE_SNAPSHOT || !existsSync(path)) writeFileSync(path, now);
  assert.deepEqual(
    JSON.parse(now),
    JSON.parse(readFileSync(path, "utf8")),
    "if it was meant, take a new one with UPDATE_SNAPSHOT=1 and read its diff",
  );
});
