/**
 * A hidden field in the selected cell that holds the keyboard focus, so that whatever begins a text arrives: the first key
 * of an input method (which a browser offers only to a field that is focused before the key), an emoji panel, dictation.
 * Plain keys do not pass through it: they open the editor, and land there (`keys.ts`).
 *
 * What an input method composes stays in this field until the composition is over, because moving the focus would end it;
 * the open editor shows it meanwhile. Then the focus goes on to the editor.
 */
import { type RefObject, useMemo } from "react";
import { flushSync } from "react-dom";
import { CATCHER } from "../../lib/fields";
import type { Controller } from "../controller";

/** The next syllable begins a composition of its own, at once. After this long there is none: milliseconds. */
const HANDOVER_MS = 250;

type Field = HTMLInputElement | HTMLTextAreaElement;

const fieldOf = (root: HTMLElement | null): Field | null =>
  root?.querySelector<Field>(".editor .field") ?? null;

/** Writes a text into a field of React's as if it had been typed. */
function write(field: Field, text: string): void {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(prototype.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Keys that the editor's field deals with itself; all others are texts, and land in it. */
const NAMED = /^(Enter|Tab|Escape|Arrow\w+|Page\w+)$/;

class Catcher {
  private readonly field = document.createElement("textarea");
  private timer = 0;
  private isOpen = false;
  /** The cell that it stands in. */
  private cell: HTMLElement | null = null;

  constructor(
    private readonly controller: Controller,
    private readonly root: RefObject<HTMLElement | null>,
  ) {
    const { field } = this;
    field.className = CATCHER;
    field.tabIndex = -1;
    field.rows = 1;
    field.spellcheck = false;
    field.autocomplete = "off";
    field.setAttribute("autocapitalize", "off");
    field.addEventListener("compositionstart", () => {
      clearTimeout(this.timer);
      if (!this.isOpen) this.open(true);
    });
    field.addEventListener("input", (event) => {
      const isComposing = event instanceof InputEvent && event.isComposing;
      if (!this.isOpen) this.open(isComposing);
      this.mirror();
      if (!isComposing && this.timer === 0) this.handOver();
    });
    field.addEventListener("compositionend", () => {
      this.mirror();
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.handOver(), HANDOVER_MS);
    });
    field.addEventListener("blur", (event) => {
      this.leave(event);
      if (!event.relatedTarget) queueMicrotask(() => this.rejoin());
    });
  }

  /** Takes the focus from a cell; where a finger points, a field would bring up a keyboard. */
  take(target: EventTarget): void {
    if (!(target instanceof HTMLElement) || !target.classList.contains("ag-cell")) return;
    if (!this.controller.mayEdit || this.controller.screen.get().editing) return;
    if (window.matchMedia?.("(pointer: coarse)").matches) return;
    this.close();
    this.cell = target;
    this.field.setAttribute("aria-label", target.textContent?.trim() || "empty");
    if (this.field.parentElement !== target) target.append(this.field);
    this.field.focus({ preventScroll: true });
  }

  /** Deals with a key that came while the field holds the beginning of a text; false if it holds none. */
  onKey(event: KeyboardEvent): boolean {
    if (event.target !== this.field) return false;
    // The input method's own keys.
    if (event.isComposing || event.keyCode === 229 || event.key === "Process") return true;
    if (!this.isOpen) return false;
    const field = this.handOver();
    if (field && NAMED.test(event.key)) {
      event.preventDefault();
      const { key, code, shiftKey, ctrlKey, altKey, metaKey } = event;
      field.dispatchEvent(
        new KeyboardEvent("keydown", {
          key,
          code,
          shiftKey,
          ctrlKey,
          altKey,
          metaKey,
          bubbles: true,
          cancelable: true,
        }),
      );
    }
    return true;
  }

  private open(isComposing: boolean): void {
    flushSync(() => {
      this.isOpen = this.controller.edit("", isComposing);
    });
    if (!this.isOpen) this.field.value = "";
  }

  private mirror(): void {
    const field = this.isOpen ? fieldOf(this.root.current) : null;
    if (field && field.value !== this.field.value) write(field, this.field.value);
  }

  /** Moves the focus to the editor's field, behind the text. */
  private handOver(): Field | null {
    const field = this.isOpen ? fieldOf(this.root.current) : null;
    this.close();
    if (!field) return null;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    return field;
  }

  private close(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.isOpen = false;
    this.field.value = "";
  }

  /** The grid fills a cell a frame after it made it, and throws out what is in there: back in, with the focus. */
  private rejoin(): void {
    if (this.cell?.isConnected && !this.field.isConnected && document.activeElement === document.body)
      this.take(this.cell);
  }

  /** Somebody clicked elsewhere while the text was still here: it is stored, as an editor's is. */
  private leave({ relatedTarget }: FocusEvent): void {
    if (!this.isOpen || !document.hasFocus()) return;
    if (relatedTarget instanceof Element && relatedTarget.closest(".editor")) return;
    const text = this.field.value;
    this.close();
    this.controller.commit(text, null, true);
  }
}

/** The grid's hidden field. */
export function useCatcher(
  controller: Controller,
  root: RefObject<HTMLElement | null>,
): Pick<Catcher, "take" | "onKey"> {
  return useMemo(() => new Catcher(controller, root), [controller, root]);
}
