/** What the scripts share: a stage from the command line, and problems as sentences. */
import { readSettings, type Settings, SettingsError } from "./settings.ts";

/** The stage's settings, with `-c name=value` of the command line in their place. */
export function stageOf(args: readonly string[]): Settings {
  const [stage, ...rest] = args;
  const given = new Map<string, string>();
  for (const [at, word] of rest.entries()) {
    const [name, ...value] = (word === "-c" ? (rest[at + 1] ?? "") : "").split("=");
    if (name) given.set(name, value.join("="));
  }
  return readSettings(stage, (name) => given.get(name));
}

/** Runs a script: a problem is a sentence on standard error and a status of 1, never a stack trace. */
export async function script(run: (args: readonly string[]) => Promise<readonly string[]>): Promise<void> {
  const problems = await run(process.argv.slice(2)).catch((error: unknown) => {
    if (error instanceof SettingsError) return [error.message];
    return [`${(error as Error).name}: ${(error as Error).message}`];
  });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
