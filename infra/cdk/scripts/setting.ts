/** Prints one setting of a stage: `setting.ts dev architecture`. */
import { readSettings, type Settings, SettingsError } from "../lib/settings.ts";

const [stage, name] = process.argv.slice(2);
try {
  console.log(String(readSettings(stage)[name as keyof Settings]));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
