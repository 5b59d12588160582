/** `preflight.ts STAGE [-c name=value]…`: looks at a stage and its account before anything is created. */
import { script, stageOf } from "../lib/command.ts";
import { preflight } from "../lib/preflight.ts";

await script(async (args) => {
  const settings = stageOf(args);
  const { problems, notes } = await preflight(settings);
  if (problems.length === 0) console.log(`${settings.stage} can be deployed to ${settings.region}.`);
  for (const note of notes) console.log(`Note: ${note}.`);
  return problems.map((problem) => `${settings.stage}: ${problem}.`);
});
