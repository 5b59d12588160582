/** `output.ts STAGE NAME`: prints one output of a deployed stage, such as SocketUrl. */
import { script, stageOf } from "../lib/command.ts";
import { outputsOf } from "../lib/outputs.ts";

await script(async ([stage, name = "", ...rest]) => {
  const settings = stageOf([stage ?? "", ...rest]);
  const outputs = await outputsOf(settings);
  if (!outputs) return [`${settings.stage} is not deployed: run make deploy STAGE=${settings.stage}`];
  const value = outputs.get(name);
  if (value === undefined)
    return [`${settings.stage} says nothing of ${name}; it says ${[...outputs.keys()].sort().join(", ")}`];
  console.log(value);
  return [];
});
