/** `setting.ts STAGE NAME`: prints one setting of a stage. */
import { script, stageOf } from "../lib/command.ts";
import type { Settings } from "../lib/settings.ts";

await script(async ([stage, name, ...rest]) => {
  console.log(String(stageOf([stage ?? "", ...rest])[name as keyof Settings]));
  return [];
});
