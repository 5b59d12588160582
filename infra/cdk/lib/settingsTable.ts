/** Every setting of a stage, with its default and what it means. The README's table is made of this. */
export type Value = string | number | boolean | readonly string[];

/** A setting: its default (`undefined`: it must be given) and what it means. */
interface Setting {
  readonly default: Value | undefined;
  readonly meaning: string;
}

export const SETTINGS = {
  region: { default: undefined, meaning: "The AWS region of everything but the page's certificate." },
  account: {
    default: "",
    meaning: "The AWS account's id: a deployment with the credentials of another account is refused.",
  },
  architecture: { default: "arm64", meaning: "`arm64` or `x86_64`: what the bootstraps were built for." },
  identity: {
    default: undefined,
    meaning:
      "Who issues tokens: `cognito` (a pool of this stack's), `oidc` (an issuer of yours), `secret` (anyone who holds this stack's HS256 key).",
  },
  issuer: { default: "", meaning: "With `oidc` and `secret`: the `iss` of tokens, an https address." },
  audience: {
    default: "cyclesheet",
    meaning: "With `oidc` and `secret`: the `aud` of tokens; where the page signs people in, its client id.",
  },
  jwksUrl: {
    default: "",
    meaning: "With `oidc`: where the issuer's keys are, if not at `<issuer>/.well-known/jwks.json`.",
  },
  authorizeUrl: {
    default: "",
    meaning:
      "With `oidc`: where the page sends people to sign in (code flow with PKCE); else they bring a token.",
  },
  tokenUrl: { default: "", meaning: "With `oidc`: where the page then gets the identity token." },
  signInPrefix: { default: "", meaning: "With `cognito`: the hosted sign-in's name, unique in its region." },
  membership: {
    default: "token",
    meaning:
      "Where a person's teams and role come from: `token`, or `directory` (`cyclesheet member set`), where a token proves only who they are.",
  },
  mfa: {
    default: "optional",
    meaning: "With `cognito`: are one-time passwords `off`, `optional` or `required`?",
  },
  passwordLength: { default: 12, meaning: "With `cognito`: characters of a password, at least (8 to 99)." },
  temporaryPasswordDays: {
    default: 7,
    meaning: "With `cognito`: days in which an invited person must sign in first.",
  },
  cohereSecret: {
    default: "",
    meaning: "Name of the secret with Cohere's key; without it every sheet is a fallback and says so.",
  },
  cohereBaseUrl: { default: "https://api.cohere.com", meaning: "Where the model answers." },
  cohereModel: { default: "command-a-03-2025", meaning: "The model that is asked." },
  workspaceSecret: {
    default: "",
    meaning:
      "Name of one further secret that sources may name, such as a Slack workspace's for all its teams; others are `cyclesheet/<stage>/teams/…`.",
  },
  slackBaseUrl: { default: "https://slack.com/api", meaning: "Where Slack's Web API answers." },
  weeklyCron: {
    default: "0 8 ? * FRI *",
    meaning: "When the weekly run starts (EventBridge's six fields); repeated 15 and 30 minutes later.",
  },
  sweepCron: {
    default: "0/15 * * * ? *",
    meaning: "When staleness is looked at, outages are tried again, and interrupted work is completed.",
  },
  timeZone: { default: undefined, meaning: "The IANA zone of both." },
  origins: {
    default: [],
    meaning: "Further pages that may open sockets and use the API, such as `https://sheet.example.com`.",
  },
  page: {
    default: true,
    meaning: "Does this stack serve the page (S3 and CloudFront)? If not, `origins` must name it.",
  },
  sameOriginApi: {
    default: true,
    meaning:
      "Is `/api` served by the page's own distribution? If not, by CORS for exactly the allowed origins.",
  },
  pageDomain: { default: "", meaning: "The page's own domain." },
  webAclArn: {
    default: "",
    meaning:
      "A web ACL of yours before the page, and before `/api` with `sameOriginApi` (WAF, scope CloudFront).",
  },
  pageVersionDays: {
    default: 30,
    meaning:
      "Days that replaced files of the page are kept, to go back to an earlier page (`make page-back`); 0 keeps none.",
  },
  pageCertificate: { default: "", meaning: "Its certificate's ARN, in us-east-1." },
  apiDomain: { default: "", meaning: "The API's own domain." },
  apiCertificate: { default: "", meaning: "Its certificate's ARN, in the stack's region." },
  socketDomain: { default: "", meaning: "The sockets' own domain." },
  socketCertificate: { default: "", meaning: "Its certificate's ARN, in the stack's region." },
  hostedZone: {
    default: "",
    meaning: "Route 53 zone that gets records for these domains; without it, point them yourself.",
  },
  hostedZoneId: { default: "", meaning: "Its id." },
  canary: {
    default: "",
    meaning:
      "CodeDeploy's way to a new version, such as `Canary10Percent5Minutes`, taken back by alarms; empty: at once.",
  },
  alarmEmail: {
    default: "",
    meaning:
      "The address that receives alarms; AWS sends it a link that must be opened once. This or `alarmTopicArn` is required with `deletionProtection`.",
  },
  alarmTopicArn: {
    default: "",
    meaning:
      "A topic of yours for alarms instead, such as one that a pager or Slack listens to; its policy must let CloudWatch publish.",
  },
  deletionProtection: {
    default: true,
    meaning: "Does the table outlive the stack, and refuse to be deleted?",
  },
  logRetentionDays: { default: 30, meaning: "Days that logs are kept." },
  logLevel: {
    default: "info",
    meaning:
      "What the functions log: error, warn, info, debug or trace; or by target, such as `store=debug,info`.",
  },
  platformLogs: {
    default: "info",
    meaning:
      "Lambda's own lines (START, END, REPORT): `info` writes them; `warn` leaves out what is well, which halves the bill of logs.",
  },
  keyArn: {
    default: "",
    meaning:
      "A KMS key of yours for the table and the logs; its policy must let DynamoDB and CloudWatch Logs of this account use it. Empty: AWS's keys.",
  },
  backupDays: {
    default: 0,
    meaning:
      "Days that AWS Backup keeps a copy of the table of each night, beside the 35 days of point-in-time recovery; 0 makes none.",
  },
  monthlyBudget: {
    default: 0,
    meaning:
      "Dollars a month for what is tagged with this stage: the receiver of alarms hears at 80 % and when the forecast passes it; 0 sets none.",
  },
  tableName: {
    default: "",
    meaning:
      "A table that was restored, in the place of the stack's own, which stays as it is (docs/restore.md).",
  },
  epochSalt: {
    default: "",
    meaning: "Change it with every restored table: every client then starts from a snapshot.",
  },
  ratePer10s: { default: 100, meaning: "Changes one person may commit in ten seconds." },
  maxCacheBytes: { default: 67108864, meaning: "Bytes of folded sheets that a warm function keeps." },
  maxGroup: { default: 256, meaning: "Changes that may share one log entry; 1 turns group commit off." },
  extractConcurrency: {
    default: 0,
    meaning:
      "Runs of `extract` at once, reserved; 0 reserves nothing (new accounts share 10). 50 fill the weeks of 500 teams in 5 minutes.",
  },
  socketRate: {
    default: 1000,
    meaning: "Messages a second that the sockets take; posts count against the account's 10,000 too.",
  },
  socketBurst: { default: 2000, meaning: "And in a burst." },
  expectedConnections: {
    default: 500,
    meaning: "Sockets open at once in all rooms: clients spread their return over 4 ms for each.",
  },
  presenceFloorMs: {
    default: 1000,
    meaning: "Milliseconds between two presence frames of one client, at least: more is a smaller bill.",
  },
  presencePostsPerSecond: {
    default: 75,
    meaning:
      "Posts of presence a second that one room may cost: in larger rooms each client tells less often.",
  },
  httpRate: { default: 200, meaning: "Requests a second that the API takes." },
  httpBurst: { default: 400, meaning: "And in a burst." },
  gatewayLogsRole: {
    default: true,
    meaning:
      "Does this stack set the role by which the region's API Gateway writes logs? One stack of a region may.",
  },
  bootstraps: {
    default: "../../target/lambda",
    meaning:
      "Where the built functions are: `<function>/bootstrap`; `none` makes a template that cannot be deployed, to take a stage down by.",
  },
  callbackUrl: {
    default: "",
    meaning: "Where sockets are posted to, for emulators; `{api}` and `{stage}` are filled in.",
  },
} as const satisfies Record<string, Setting>;

export type Name = keyof typeof SETTINGS;
type Widen<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly unknown[]
        ? readonly string[]
        : string;
export type Settings = { readonly [N in Name]: Widen<(typeof SETTINGS)[N]["default"]> } & {
  readonly stage: string;
};
