/** What can be known to be wrong with a stage from its settings alone. */
import { cronProblem, repeatProblem } from "./cron.ts";
import type { Name, Settings } from "./settingsTable.ts";

/** An address on the machine of an emulator. */
const LOCAL = /^http:\/\/127\.0\.0\.1:\d+(\/|$)/;
const TOPIC = /^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$/;
const WEB_ACL = /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/;
const KEY = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/;
const LEVEL = /^(error|warn|info|debug|trace)$/;
const CODE_DEPLOY = /^(Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1|2|3|10)Minutes?)$/;
const ARN = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Adds what is wrong with settings that are all there, each as a sentence. */
export function check(settings: Settings, problems: string[]): void {
  const oneOf = (name: Name, words: readonly string[]) => {
    if (!words.includes(String(settings[name])))
      problems.push(`${name} is one of ${words.join(", ")}, not ${JSON.stringify(settings[name])}`);
  };
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(settings.region))
    problems.push(`region ${JSON.stringify(settings.region)} is no AWS region such as eu-central-1`);
  if (settings.account && !/^\d{12}$/.test(settings.account))
    problems.push(`account ${JSON.stringify(settings.account)} is no AWS account's id of 12 digits`);
  oneOf("architecture", ["arm64", "x86_64"]);
  oneOf("identity", ["cognito", "oidc", "secret"]);
  if (settings.identity === "cognito") {
    if (
      !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(settings.signInPrefix) ||
      /aws|amazon|cognito/.test(settings.signInPrefix)
    )
      problems.push(
        "signInPrefix must be small letters, digits and hyphens, without aws, amazon or cognito: Cognito's hosted sign-in is found under it",
      );
    if (!settings.page && settings.origins.length === 0)
      problems.push("identity cognito needs a page to return to: set page, or name one in origins");
  } else if (!isAddress(settings.issuer)) {
    problems.push(
      `issuer must be an https address such as https://id.example.com/ when identity is ${settings.identity}, not ${JSON.stringify(settings.issuer)}`,
    );
  }
  if (settings.jwksUrl && !isAddress(settings.jwksUrl))
    problems.push(`jwksUrl must be an https address, not ${JSON.stringify(settings.jwksUrl)}`);
  for (const name of ["authorizeUrl", "tokenUrl"] as const)
    if (settings[name] && !isAddress(settings[name]))
      problems.push(`${name} must be an https address, not ${JSON.stringify(settings[name])}`);
  if ((settings.authorizeUrl === "") !== (settings.tokenUrl === ""))
    problems.push("authorizeUrl and tokenUrl are given together, or neither");
  if (settings.tokenUrl && settings.identity !== "oidc")
    problems.push(`authorizeUrl and tokenUrl belong to identity oidc, not ${settings.identity}`);
  if (!settings.audience) problems.push("audience must not be empty");
  for (const name of ["weeklyCron", "sweepCron"] as const) {
    const problem =
      cronProblem(settings[name]) ?? (name === "weeklyCron" ? repeatProblem(settings[name]) : null);
    if (problem) problems.push(`${name} ${JSON.stringify(settings[name])} is no cron expression: ${problem}`);
  }
  if (!isZone(settings.timeZone))
    problems.push(`timeZone ${JSON.stringify(settings.timeZone)} is no IANA zone such as Europe/Berlin`);
  for (const origin of settings.origins)
    if (!/^https?:\/\/[^/*\s?#@]+$/.test(origin))
      problems.push(`origins: ${JSON.stringify(origin)} is no origin such as https://sheet.example.com`);
  if (!settings.page && settings.origins.length === 0)
    problems.push("no page may open a socket: set page, or name one in origins");
  if (!settings.page && settings.sameOriginApi)
    problems.push("sameOriginApi needs page: the distribution that serves the page serves /api too");
  domain(settings, "pageDomain", "pageCertificate", "us-east-1", problems);
  domain(settings, "apiDomain", "apiCertificate", settings.region, problems);
  domain(settings, "socketDomain", "socketCertificate", settings.region, problems);
  if ((settings.hostedZone === "") !== (settings.hostedZoneId === ""))
    problems.push("hostedZone and hostedZoneId are given together, or neither");
  for (const name of ["pageDomain", "apiDomain", "socketDomain"] as const)
    if (
      settings.hostedZone &&
      settings[name] &&
      settings[name] !== settings.hostedZone &&
      !settings[name].endsWith(`.${settings.hostedZone}`)
    )
      problems.push(`${name} ${settings[name]} is not within the hosted zone ${settings.hostedZone}`);
  if (settings.canary && !CODE_DEPLOY.test(settings.canary))
    problems.push(
      `canary ${JSON.stringify(settings.canary)} is none of CodeDeploy's, such as Canary10Percent5Minutes`,
    );
  if (settings.alarmEmail && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(settings.alarmEmail))
    problems.push("alarmEmail is no e-mail address");
  if (settings.webAclArn && !WEB_ACL.test(settings.webAclArn))
    problems.push("webAclArn must be the ARN of a web ACL of scope CloudFront, which is in us-east-1");
  const topicRegion = TOPIC.exec(settings.alarmTopicArn)?.[1];
  if (settings.alarmTopicArn && topicRegion !== settings.region)
    problems.push(`alarmTopicArn must be the ARN of a topic in ${settings.region}`);
  if (settings.alarmEmail && settings.alarmTopicArn)
    problems.push("alarmEmail and alarmTopicArn exclude each other: subscribe the address to your topic");
  if (settings.deletionProtection && !settings.alarmEmail && !settings.alarmTopicArn)
    problems.push(
      "a stage with deletionProtection needs a receiver of alarms: set alarmEmail or alarmTopicArn",
    );
  oneOf("membership", ["token", "directory"]);
  oneOf("mfa", ["off", "optional", "required"]);
  if (settings.passwordLength < 8 || settings.passwordLength > 99)
    problems.push("passwordLength is a number from 8 to 99");
  if (settings.temporaryPasswordDays < 1 || settings.temporaryPasswordDays > 365)
    problems.push("temporaryPasswordDays is a number from 1 to 365");
  if (settings.tableName && !/^[\w.-]{3,255}$/.test(settings.tableName))
    problems.push(`tableName ${JSON.stringify(settings.tableName)} is no name of a table`);
  oneOf("platformLogs", ["info", "warn"]);
  if (settings.keyArn && KEY.exec(settings.keyArn)?.[1] !== settings.region)
    problems.push(`keyArn must be the ARN of a KMS key in ${settings.region}`);
  if (settings.workspaceSecret && !/^[\w/+=.@-]{1,512}$/.test(settings.workspaceSecret))
    problems.push(`workspaceSecret ${JSON.stringify(settings.workspaceSecret)} is no name of a secret`);
  if (settings.backupDays > 36_500) problems.push("backupDays is at most 36500");
  for (const name of ["ratePer10s", "maxGroup"] as const)
    if (settings[name] < 1) problems.push(`${name} is at least 1`);
  for (const name of ["cohereBaseUrl", "slackBaseUrl"] as const)
    if (!isAddress(settings[name]) && !LOCAL.test(settings[name]))
      problems.push(`${name} must be an https address, not ${JSON.stringify(settings[name])}`);
  if (!settings.cohereModel) problems.push("cohereModel must not be empty");
  if (!RETENTIONS.includes(settings.logRetentionDays))
    problems.push(`logRetentionDays is one of ${RETENTIONS.join(", ")}`);
  for (const name of ["socketRate", "socketBurst", "httpRate", "httpBurst"] as const)
    if (settings[name] < 1 || settings[name] > 10_000)
      problems.push(`${name} is a number from 1 to 10000, the account's limit`);
  if (settings.expectedConnections < 1) problems.push("expectedConnections is at least 1");
  if (settings.presenceFloorMs < 100) problems.push("presenceFloorMs is at least 100");
  if (settings.presencePostsPerSecond < 1) problems.push("presencePostsPerSecond is at least 1");
  // An unknown word would silently be read as info.
  for (const part of settings.logLevel.split(",")) {
    const [level = "", target] = part.trim().split("=").reverse();
    if (!LEVEL.test(level) || (target !== undefined && !/^[\w:]+$/.test(target)))
      problems.push(`logLevel: ${JSON.stringify(part)} is no level such as info or store=debug`);
  }
}

function domain(settings: Settings, name: Name, certificate: Name, region: string, problems: string[]): void {
  const [host, arn] = [String(settings[name]), String(settings[certificate])];
  if ((host === "") !== (arn === ""))
    problems.push(`${name} and ${certificate} are given together, or neither`);
  if (host && !DOMAIN.test(host)) problems.push(`${name} ${JSON.stringify(host)} is no domain name`);
  if (arn && ARN.exec(arn)?.[1] !== region)
    problems.push(`${certificate} must be the ARN of a certificate in ${region}`);
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

function isZone(text: string): boolean {
  // Offsets such as +01:00 are zones to JavaScript and none to the Scheduler.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
