/** What is wrong with a stage is said before anything is created, all of it at once, and says what to do. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HOME, readSettings, SETTINGS, SettingsError } from "../lib/settings.ts";
import { bootstraps, settings, stack, temporary } from "./stage.ts";

const problems = (act: () => unknown): string => {
  let said = "";
  assert.throws(act, (error) => {
    said = (error as Error).message;
    return error instanceof SettingsError;
  });
  return said;
};

test("no stage, and an unknown stage, name the stages there are", () => {
  assert.match(
    problems(() => readSettings(undefined)),
    /name one of dev, prod/,
  );
  assert.match(
    problems(() => readSettings("staging")),
    /no such stage\. There is dev, prod/,
  );
  assert.match(
    problems(() => readSettings("../package")),
    /no such stage/,
  );
});

test("a missing value is named with its meaning and where to write it", () => {
  const folder = mkdtempSync(join(temporary, "stages-"));
  writeFileSync(join(folder, "bare.json"), "{}");
  const said = problems(() => readSettings("bare", () => undefined, folder));
  for (const name of ["region", "identity", "timeZone"])
    assert.match(said, new RegExp(`${name} is missing: .*stages/bare.json`));
  writeFileSync(join(folder, "broken.json"), "{");
  assert.match(
    problems(() => readSettings("broken", () => undefined, folder)),
    /does not read as JSON/,
  );
  writeFileSync(join(folder, "typo.json"), '{"regoin": "eu-central-1"}');
  assert.match(
    problems(() => readSettings("typo", () => undefined, folder)),
    /regoin is no setting/,
  );
});

test("each bad value is refused with what would be right", () => {
  const bad: [Record<string, string>, RegExp][] = [
    [{ region: "frankfurt" }, /region "frankfurt" is no AWS region/],
    [{ platformLogs: "none" }, /platformLogs is one of info, warn/],
    [{ keyArn: "alias/company" }, /keyArn must be the ARN of a KMS key in eu-central-1/],
    [{ workspaceSecret: "two words" }, /workspaceSecret "two words" is no name of a secret/],
    [{ backupDays: "-1" }, /backupDays must be a whole number/],
    [{ architecture: "arm" }, /architecture is one of arm64, x86_64/],
    [{ identity: "saml" }, /identity is one of cognito, oidc, secret/],
    [{ identity: "oidc" }, /issuer must be an https address/],
    [{ identity: "oidc", issuer: "http://id.example" }, /issuer must be an https address/],
    [
      { identity: "oidc", issuer: "https://id.example", authorizeUrl: "https://id.example/a" },
      /authorizeUrl and tokenUrl are given together/,
    ],
    [
      { authorizeUrl: "https://id.example/a", tokenUrl: "https://id.example/t" },
      /belong to identity oidc, not cognito/,
    ],
    [{ signInPrefix: "my-aws-login" }, /without aws, amazon or cognito/],
    [{ weeklyCron: "0 8 * * FRI" }, /it has 5 fields, and EventBridge wants 6/],
    [{ weeklyCron: "0 8 * * FRI *" }, /exactly one of day-of-month and day-of-week must be \?/],
    [{ weeklyCron: "0 25 ? * FRI *" }, /25 is no hour/],
    [{ weeklyCron: "45 8 ? * FRI *" }, /repeated 15 and 30 minutes later/],
    [{ sweepCron: "daily" }, /sweepCron "daily" is no cron expression/],
    [{ timeZone: "Berlin" }, /timeZone "Berlin" is no IANA zone/],
    [{ timeZone: "+01:00" }, /is no IANA zone/],
    [{ origins: "https://*.example.com" }, /is no origin such as/],
    [{ page: "false" }, /no page may open a socket/],
    [{ page: "maybe" }, /page must be true or false/],
    [{ httpRate: "many" }, /httpRate must be a whole number/],
    [{ socketRate: "20000" }, /socketRate is a number from 1 to 10000/],
    [{ expectedConnections: "0" }, /expectedConnections is at least 1/],
    [{ presenceFloorMs: "99" }, /presenceFloorMs is at least 100/],
    [{ presencePostsPerSecond: "0" }, /presencePostsPerSecond is at least 1/],
    [{ pageDomain: "sheet.example.com" }, /pageDomain and pageCertificate are given together/],
    [
      {
        pageDomain: "sheet.example.com",
        pageCertificate: "arn:aws:acm:eu-central-1:123456789012:certificate/a-b",
      },
      /pageCertificate must be the ARN of a certificate in us-east-1/,
    ],
    [{ hostedZone: "example.com" }, /hostedZone and hostedZoneId are given together/],
    [{ canary: "Slowly" }, /is none of CodeDeploy's/],
    [{ logRetentionDays: "31" }, /logRetentionDays is one of/],
    [{ alarmEmail: "ops" }, /alarmEmail is no e-mail address/],
    [
      { alarmTopicArn: "arn:aws:sns:us-east-1:123456789012:pager" },
      /alarmTopicArn must be the ARN of a topic in eu-central-1/,
    ],
    [
      { alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:pager", alarmEmail: "a@b.example" },
      /exclude each other/,
    ],
    [{ deletionProtection: "true" }, /needs a receiver of alarms: set alarmEmail or alarmTopicArn/],
    [{ account: "prod" }, /account "prod" is no AWS account's id of 12 digits/],
    [{ membership: "ldap" }, /membership is one of token, directory/],
    [
      { webAclArn: "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b" },
      /webAclArn must be the ARN of a web ACL of scope CloudFront/,
    ],
    [{ mfa: "always" }, /mfa is one of off, optional, required/],
    [{ passwordLength: "6" }, /passwordLength is a number from 8 to 99/],
    [{ temporaryPasswordDays: "0" }, /temporaryPasswordDays is a number from 1 to 365/],
    [{ tableName: "a table" }, /tableName "a table" is no name of a table/],
    [{ ratePer10s: "0" }, /ratePer10s is at least 1/],
    [{ maxGroup: "0" }, /maxGroup is at least 1/],
    [{ cohereBaseUrl: "ftp://x" }, /cohereBaseUrl must be an https address/],
    [{ slackBaseUrl: "" }, /slackBaseUrl must be an https address/],
    [{ cohereModel: "" }, /cohereModel must not be empty/],
    [{ logLevel: "loud" }, /logLevel: "loud" is no level/],
    [{ logLevel: "store=loud,info" }, /logLevel: "store=loud" is no level/],
    [{ logLevel: "" }, /logLevel: "" is no level/],
  ];
  for (const [overrides, sentence] of bad)
    assert.match(
      problems(() => settings("dev", overrides)),
      sentence,
    );
});

test("all that is wrong is said at once", () => {
  const said = problems(() => settings("dev", { timeZone: "Mars/Olympus", weeklyCron: "x", canary: "y" }));
  assert.equal(said.split("\n").length, 4, said);
});

test("a bootstrap that is missing, none, or for another processor stops the deployment", () => {
  assert.match(
    problems(() => stack("dev", { bootstraps: join(temporary, "nowhere") })),
    /bootstrap is missing: run make build STAGE=dev/,
  );
  assert.match(
    problems(() => stack("dev", { bootstraps: bootstraps("x86_64") })),
    /built for another processor than arm64/,
  );
  const text = bootstraps("arm64");
  writeFileSync(join(text, "http", "bootstrap"), "#!/bin/sh\nexit 0 # far from a program\n");
  assert.match(
    problems(() => stack("dev", { bootstraps: text })),
    /is no Linux program/,
  );
});

test("the stages that are kept here are whole, but for whom prod's alarms tell", () => {
  const said = problems(() => readSettings("prod"));
  assert.equal(said.split("\n").length, 2, said);
  assert.match(said, /set alarmEmail or alarmTopicArn/);
  for (const stage of ["dev", "prod"]) assert.equal(settings(stage).stage, stage);
});

test("the table in the README is the table in the code", () => {
  const shown = (value: unknown) =>
    value === undefined
      ? "required"
      : value === "" || (Array.isArray(value) && value.length === 0)
        ? ""
        : `\`${value}\``;
  const rows = Object.entries(SETTINGS).map(
    ([name, setting]) => `| \`${name}\` | ${shown(setting.default)} | ${setting.meaning} |`,
  );
  // The formatter pads the columns.
  const readme = readFileSync(join(HOME, "README.md"), "utf8").replaceAll(/ +/g, " ");
  for (const row of rows)
    assert.ok(readme.includes(row.replaceAll(/ +/g, " ")), `infra/cdk/README.md lacks this line:\n${row}`);
  assert.equal(readme.match(/^\| `\w+` \|/gm)?.length, rows.length, "and has no others");
});
