/** Puts words on the clipboard, and says whether the browser let it. */
import type { Controller } from "./controller";

export async function copyWords(controller: Controller, words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    controller.say("Copied.");
  } catch {
    controller.say(
      "This browser does not allow copying from here. Select the words and press Ctrl+C.",
      "bad",
    );
  }
}
