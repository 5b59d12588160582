/** The Cognito pool: who may become whom, and how people prove themselves. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { HOME } from "../lib/settings.ts";
import { type Overrides, resources, template } from "./stage.ts";

const prod = template("prod");

test("nobody who signs in can write who they are: the app client lists what it may write, and that is the name", () => {
  const [, client] = resources(prod, "AWS::Cognito::UserPoolClient")[0] ?? [];
  const properties = client?.Properties ?? {};
  assert.deepEqual(properties.WriteAttributes, ["name"], "an empty list, or none, would mean all of them");
  assert.deepEqual([...(properties.ReadAttributes as string[])].sort(), [
    "custom:role",
    "custom:teams",
    "custom:tenant",
    "email",
    "email_verified",
    "name",
  ]);
});

test("nobody signs in but by the hosted page, for no password comes to Cognito's API by this client", () => {
  prod.hasResourceProperties("AWS::Cognito::UserPoolClient", {
    ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "profile"],
    EnableTokenRevocation: true,
    GenerateSecret: false,
    PreventUserExistenceErrors: "ENABLED",
  });
});

test("the pool takes no strangers, and a stage says how people prove themselves", () => {
  const pool = (overrides: Overrides) =>
    resources(template("dev", overrides), "AWS::Cognito::UserPool")[0]?.[1].Properties ?? {};
  const usual = pool({});
  assert.deepEqual(usual.AdminCreateUserConfig, { AllowAdminCreateUserOnly: true });
  assert.equal(usual.MfaConfiguration, "OPTIONAL");
  const strict = pool({ mfa: "required", passwordLength: "20", temporaryPasswordDays: "2" });
  assert.equal(strict.MfaConfiguration, "ON");
  assert.deepEqual(strict.EnabledMfas, ["SOFTWARE_TOKEN_MFA"]);
  const { PasswordPolicy } = strict.Policies as { PasswordPolicy: Record<string, unknown> };
  assert.deepEqual([PasswordPolicy.MinimumLength, PasswordPolicy.TemporaryPasswordValidityDays], [20, 2]);
  assert.equal(pool({ mfa: "off" }).MfaConfiguration, "OFF");
  prod.hasResourceProperties("AWS::Cognito::UserPool", { MfaConfiguration: "ON" });
  prod.hasResource("AWS::Cognito::UserPool", { DeletionPolicy: "RetainExceptOnCreate" });
});

test("the documented command makes people who can reset their password", () => {
  const readme = readFileSync(join(HOME, "../../docs/deploy.md"), "utf8");
  const command = /admin-create-user[^`]+/.exec(readme)?.[0] ?? "";
  for (const part of [
    "Name=email,",
    "Name=email_verified,Value=true",
    "Name=custom:tenant,",
    "Name=custom:role,",
  ])
    assert.ok(command.includes(part), part);
});

test("with membership in the directory the authorizer may read rows, and otherwise touches no table", () => {
  const policies = (of: Template) =>
    JSON.stringify(resources(of, "AWS::IAM::Policy").filter(([id]) => id.startsWith("AuthorizeFunction")));
  assert.doesNotMatch(policies(template("dev")), /dynamodb/);
  const directory = template("dev", { membership: "directory" });
  assert.deepEqual(policies(directory).match(/dynamodb:\w+/g), ["dynamodb:GetItem"]);
  for (const name of ["authorize", "http"])
    directory.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: `cyclesheet-dev-${name}`,
      Environment: { Variables: Match.objectLike({ MEMBERSHIP: "directory" }) },
    });
});
