/** Ways to threads: what is to be shown of them is part of the screen's state. */
import type { Controller } from "./controller";
import type { Target } from "./model/threads";

let asked = 0;

/** Shows a thread and puts the focus on it; with `answering`, into the field for an answer. */
export function openThread(controller: Controller, id: string, answering = false): void {
  asked += 1;
  controller.screen.set({ side: "comments", thread: { id, answering, asked }, draft: null });
}

/** Opens the field for a new thread. */
export function beginThread(controller: Controller, target: Target): void {
  if (!controller.mayEdit) {
    controller.say("Your role lets you read comments, not write them.", "bad");
    return;
  }
  controller.screen.set({ side: "comments", draft: target, thread: null });
}
