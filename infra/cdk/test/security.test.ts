/** docs/security.md: each control names the test that shows it, and those tests are there. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HOME } from "../lib/settings.ts";

const ROOT = join(HOME, "../..");

test("the tests that docs/security.md names are there", () => {
  const rows = readFileSync(join(ROOT, "docs/security.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.split("|").length === 5);
  const named = rows.flatMap((row) =>
    [...(row.split("|")[3] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ""),
  );
  const tests = named.filter(
    (name) => /^[a-z0-9_]{20,}$/.test(name) || (name.includes(" ") && !name.startsWith("make ")),
  );
  assert.ok(tests.length > 25, `${tests.length}`);
  const source = execFileSync("git", ["grep", "-hE", "fn [a-z0-9_]{20,}|(test|it)\\("], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  for (const name of tests) {
    const found = name.includes(" ") ? source.includes(name) : source.includes(`fn ${name}(`);
    assert.ok(found, `there is no test ${name}`);
  }
  const makefile = readFileSync(join(ROOT, "Makefile"), "utf8");
  for (const [, word] of named.join("\n").matchAll(/^make ([a-z-]+)/gm))
    assert.match(makefile, new RegExp(`^${word}:`, "m"), word);
});
