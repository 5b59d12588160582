/** `destroyable.ts STAGE`: stops when a stage is protected or not there, before anything of it is taken away. */
import { script, stageOf } from "../lib/command.ts";
import { heldBy } from "../lib/outputs.ts";

await script(async (args) => heldBy(stageOf(args)));
