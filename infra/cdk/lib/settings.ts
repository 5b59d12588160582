/**
 * What a stage is: one flat JSON file under `stages/`, any word of which a deployment may replace with `-c name=value`.
 *
 * Everything that can be known to be wrong is said here, in one error with every problem, before anything is created.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { check } from "./check.ts";
import { SETTINGS, type Settings, type Value } from "./settingsTable.ts";

export { type Name, SETTINGS, type Settings, type Value } from "./settingsTable.ts";

/** The folder of this package. */
export const HOME = resolve(import.meta.dirname, "..");

/** Everything that is wrong with a stage. */
export class SettingsError extends Error {
  constructor(
    stage: string,
    readonly problems: readonly string[],
  ) {
    super(
      `The stage ${stage} cannot be deployed:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.name = "SettingsError";
  }
}

/** Reads a stage. `override` is what the command line says of a setting, `undefined` if nothing. */
export function readSettings(
  stage: string | undefined,
  override: (name: string) => unknown = () => undefined,
  folder = join(HOME, "stages"),
): Settings {
  const stages = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -5))
    .sort();
  const known = stages.join(", ");
  if (!stage) throw new SettingsError("(none)", [`name one of ${known}: make deploy STAGE=dev`]);
  const path = join(folder, `${stage}.json`);
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage) || !existsSync(path))
    throw new SettingsError(stage, [
      `there is no such stage. There is ${known}; a new one is a file infra/cdk/stages/<name>.json`,
    ]);
  const problems: string[] = [];
  const given = parse(path, problems);
  for (const name of Object.keys(given))
    if (!(name in SETTINGS)) problems.push(`${name} is no setting; infra/cdk/README.md lists them`);
  const read: Record<string, Value> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value = override(name) ?? given[name] ?? setting.default;
    if (value === undefined)
      problems.push(
        `${name} is missing: ${setting.meaning} Write it into infra/cdk/stages/${stage}.json, or give -c ${name}=…`,
      );
    else read[name] = typed(name, value, setting.default, problems);
  }
  const settings = { stage, ...read } as Settings;
  // What depends on several settings is only looked at when each of them is there.
  if (problems.length === 0) check(settings, problems);
  if (problems.length > 0) throw new SettingsError(stage, problems);
  return settings;
}

function parse(path: string, problems: string[]): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (given && typeof given === "object" && !Array.isArray(given)) return given as Record<string, unknown>;
    problems.push(`${path} must be a JSON object`);
  } catch (error) {
    problems.push(`${path} does not read as JSON: ${(error as Error).message}`);
  }
  return {};
}

/** The value as its setting's type; the command line says everything as text. */
function typed(name: string, value: unknown, like: Value | undefined, problems: string[]): Value {
  const wrong = (what: string) => {
    problems.push(`${name} must be ${what}, not ${JSON.stringify(value)}`);
    return like ?? "";
  };
  if (typeof like === "boolean") {
    if (typeof value === "boolean") return value;
    return value === "true" || value === "false" ? value === "true" : wrong("true or false");
  }
  if (typeof like === "number") {
    const number = typeof value === "string" && value.trim() ? Number(value) : value;
    return typeof number === "number" && Number.isInteger(number) && number >= 0
      ? number
      : wrong("a whole number");
  }
  if (Array.isArray(like)) {
    const list =
      typeof value === "string"
        ? value
            .split(",")
            .map((item) => item.trim())
            .filter(Boolean)
        : value;
    return Array.isArray(list) && list.every((item) => typeof item === "string")
      ? list
      : wrong("a list of texts");
  }
  return typeof value === "string" ? value.trim() : wrong("a text");
}
