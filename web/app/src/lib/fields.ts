/** Whether a key is meant for a text that somebody is writing, or for the page. */

/** Kinds of `input` that are no text. */
const NO_TEXT = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** The hidden field that waits in the selected cell for the first key (`sheet/grid/useCatcher`): nothing is written in it yet. */
export const CATCHER = "catcher";

/** Whether the element, or one around it, is a text that is being written. */
export function isWrittenIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const field = target.closest<HTMLElement>("input, textarea, [contenteditable]");
  if (!field || field.classList.contains(CATCHER)) return false;
  if (field instanceof HTMLInputElement)
    return !NO_TEXT.test(field.type) && !field.readOnly && !field.disabled;
  if (field instanceof HTMLTextAreaElement) return !field.readOnly && !field.disabled;
  return field.getAttribute("contenteditable") !== "false";
}
