// Finds the idioms of `idioms.json` in what people read: comments, documents, messages, page texts.
//
//   node tests/prose/prose.mjs              every file of the repository that git tracks
//   node tests/prose/prose.mjs FILE …       these files
//
// Prints `file:line:column`, the idiom and the plain replacement of each. Exits with 1 if there is one. Identifiers are not
// looked at: only comments and string literals of sources, and whole lines of documents.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
/** Files with comments and string literals, and files whose every line is text. */
const SOURCES = new Set([".rs", ".ts", ".tsx", ".mjs", ".js", ".css"]);
const TEXTS = new Set([".md", ".toml", ".yml", ".yaml", ".html", ".mk", ".py", ".sh"]);
/** Data that is not ours to edit (recorded messages, model answers), this check's own data, and made files. */
const LEFT_OUT =
  /^(tests\/(answers|hunt|evaluation|fallback|vectors|prose)\/|docs\/contract\/|LICENSE|CHANGELOG|CODE_OF_CONDUCT)|\/(corpus|golden|snapshots|__snapshots__|node_modules)\//;

const LIST = JSON.parse(readFileSync(join(HERE, "idioms.json"), "utf8"));

/** Returns the idioms of `idioms.json` with their patterns compiled. */
export function idioms() {
  return LIST.idioms.map(({ pattern, flags = "i", instead, where = "everywhere", unless }) => ({
    pattern: new RegExp(pattern, `${flags}g`),
    unless: unless === undefined ? undefined : new RegExp(unless, flags),
    instead,
    where,
  }));
}

/**
 * Returns `source` with everything blanked that is no comment (`comments`), or neither comment nor string literal
 * (`texts`). Positions stay, so a match's index is its place in the file.
 */
export function readable(source, name) {
  if (!SOURCES.has(extname(name))) return { comments: source, texts: source };
  const rust = name.endsWith(".rs");
  const jsx = name.endsWith(".tsx");
  const token = new RegExp(
    [
      String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
      rust ? String.raw`(?<raw>r(?<hash>#*)"[\s\S]*?"\k<hash>)` : String.raw`(?<raw>\x60(?:\\[\s\S]|[^\\\x60])*\x60)`,
      rust ? String.raw`(?<char>'(?:\\.[^']*|[^\\'\n])')` : String.raw`(?<single>'(?:\\.|[^'\\\n])*')`,
      rust ? String.raw`(?<string>"(?:\\[\s\S]|[^"\\])*")` : String.raw`(?<string>"(?:\\.|[^"\\\n])*")`,
      ...(jsx ? [String.raw`(?<markup>(?<=[>}])[^<>{}"'\x60;=()]*[A-Za-z][^<>{}"'\x60;=()]*(?=[<{]))`] : []),
    ].join("|"),
    "g",
  );
  const blank = (text) => text.replace(/[^\n]/g, " ");
  let comments = "";
  let texts = "";
  let end = 0;
  for (const match of source.matchAll(token)) {
    const between = blank(source.slice(end, match.index));
    comments += between + (match.groups.comment ? match[0] : blank(match[0]));
    // What a template interpolates is code.
    texts += between + (match[0].startsWith("`") ? match[0].replace(/\$\{[^}]*\}/g, blank) : match[0]);
    end = match.index + match[0].length;
  }
  return { comments: comments + blank(source.slice(end)), texts: texts + blank(source.slice(end)) };
}

/** Returns each idiom in `source`: line and column from 1, the words, and what to write instead. */
export function found(source, name, entries = idioms()) {
  const { comments, texts } = readable(source, name);
  const isSource = SOURCES.has(extname(name));
  const hits = [];
  for (const { pattern, unless, instead, where } of entries) {
    if (where === "comments" && !isSource) continue;
    const text = where === "comments" ? comments : texts;
    for (const match of text.matchAll(pattern)) {
      const begin = text.lastIndexOf("\n", match.index - 1) + 1;
      const shown = match[0].trimStart();
      const at = match.index + match[0].length - shown.length;
      const lineEnd = text.indexOf("\n", at);
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const line = text.slice(Math.min(begin, start), lineEnd < 0 ? undefined : lineEnd);
      if (unless?.test(line)) continue;
      if (LIST.allowed.some(({ file, words }) => file === name && words === shown.toLowerCase())) continue;
      hits.push({ line: text.slice(0, at).split("\n").length, column: at - start + 1, words: shown, instead });
    }
  }
  return hits.sort((a, b) => a.line - b.line || a.column - b.column);
}

function tracked() {
  const names = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
  return names.filter(
    (name) =>
      !LEFT_OUT.test(name) &&
      (SOURCES.has(extname(name)) || TEXTS.has(extname(name)) || name === "Makefile"),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const entries = idioms();
  let count = 0;
  for (const name of names.length > 0 ? names : tracked()) {
    let source;
    try {
      source = readFileSync(names.length > 0 ? name : join(ROOT, name), "utf8");
    } catch (error) {
      if (error.code === "ENOENT" && names.length === 0) continue; // Deleted and not yet committed.
      throw error;
    }
    for (const { line, column, words, instead } of found(source, name, entries)) {
      console.log(`${name}:${line}:${column}: "${words.replace(/\s+/g, " ")}": write ${instead}`);
      count += 1;
    }
  }
  if (count > 0) {
    console.error(`${count} idioms that a newcomer reads twice (tests/prose/idioms.json says what to write instead)`);
    process.exit(1);
  }
}
