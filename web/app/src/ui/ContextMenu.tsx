/**
 * A menu at a place on the page, as ARIA has it: arrows move, a letter leads to the item that begins with it, Escape
 * and a click elsewhere close it. Its opener decides where the focus goes afterwards.
 */
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { CheckIcon } from "./icons";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** The keys that do the same. */
  readonly keys?: string;
  /** Why it cannot be used now; it can still be reached and read. */
  readonly barred?: string | null;
  readonly isChecked?: boolean;
  /** What it brings about is hard to take back. */
  readonly isDestructive?: boolean;
  onUse(): void;
}

export type MenuEntry = MenuItem | "line" | { readonly heading: string };

interface Props {
  readonly label: string;
  /** CSS pixels from the window's corner. */
  readonly at: { readonly x: number; readonly y: number };
  readonly entries: readonly MenuEntry[];
  /** `used` when an item was used, which may have moved the focus itself. */
  onClose(used: boolean): void;
  readonly testId?: string;
  /** Something below the items, such as a field. */
  readonly children?: ReactNode;
}

/** Kept free between a menu and the window's edge, CSS pixels. */
const MARGIN_PX = 8;

/** What had the focus when a menu opened, or, where nothing had, what was pressed: the menu opens right below it. */
function openerOf(at: Props["at"]): HTMLElement | null {
  const active = document.activeElement;
  if (active instanceof HTMLElement && active !== document.body) return active;
  // Absent where nothing is laid out, as in tests without a screen.
  const pressed = document.elementFromPoint?.(at.x + 4, at.y - 6);
  return pressed?.closest<HTMLElement>("button, [tabindex]") ?? null;
}

export function ContextMenu({ label, at, entries, onClose, testId, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const opener = useRef<HTMLElement | null>(null);
  /** Closes without a choice, and goes back to where one was. */
  const leave = () => {
    onClose(false);
    opener.current?.focus();
  };

  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    const { width, height } = menu.getBoundingClientRect();
    const left = Math.max(MARGIN_PX, Math.min(at.x, window.innerWidth - width - MARGIN_PX));
    const top = Math.max(MARGIN_PX, Math.min(at.y, window.innerHeight - height - MARGIN_PX));
    menu.style.left = `${left}px`;
    menu.style.top = `${top}px`;
  }, [at.x, at.y]);

  // Before the next key: it is the menu's.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a menu opens once, at one place
  useLayoutEffect(() => {
    opener.current = openerOf(at);
    box.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus({ preventScroll: true });
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close.current(false);
    };
    const away = () => close.current(false);
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("wheel", outside, { capture: true, passive: true });
    window.addEventListener("resize", away);
    window.addEventListener("blur", away);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("wheel", outside, true);
      window.removeEventListener("resize", away);
      window.removeEventListener("blur", away);
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, target } = event;
    event.stopPropagation();
    if (key === "Escape" || key === "Tab") {
      event.preventDefault();
      leave();
      return;
    }
    // A field below the items has its keys to itself.
    if (target instanceof HTMLInputElement && target.type !== "checkbox") return;
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem], input") ?? [])];
    const now = items.indexOf(document.activeElement as HTMLElement);
    const go = (index: number) => items[(index + items.length) % items.length]?.focus();
    if (key === "ArrowDown") go(now + 1);
    else if (key === "ArrowUp") go(now - 1);
    else if (key === "Home") go(0);
    else if (key === "End") go(items.length - 1);
    else if ([...key].length === 1 && key !== " " && !event.ctrlKey && !event.metaKey) {
      const wanted = key.toLowerCase();
      const after = [...items.slice(now + 1), ...items.slice(0, now + 1)];
      after.find((item) => item.textContent?.trim().toLowerCase().startsWith(wanted))?.focus();
    } else return;
    event.preventDefault();
  };

  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the menu and of the items below it
    <div className="context-menu" ref={box} onKeyDown={onKeyDown}>
      <div role="menu" aria-label={label} data-testid={testId}>
        {entries.map((entry, index) => {
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          if (entry === "line") return <hr key={index} className="context-line" />;
          if ("heading" in entry)
            return (
              <div key={entry.heading} className="context-heading" role="presentation">
                {entry.heading}
              </div>
            );
          const { id, label: words, icon, keys, barred, isChecked, isDestructive, onUse } = entry;
          return (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: checked only where the role is a checkbox's
            <button
              key={id}
              type="button"
              className="context-item"
              role={isChecked === undefined ? "menuitem" : "menuitemcheckbox"}
              aria-checked={isChecked}
              aria-disabled={barred ? true : undefined}
              title={barred ?? undefined}
              tabIndex={-1}
              data-destructive={isDestructive || undefined}
              data-testid={`menu:${id}`}
              onPointerEnter={(event) => event.currentTarget.focus({ preventScroll: true })}
              onClick={() => {
                if (barred) return;
                if (isChecked === undefined) onClose(true);
                onUse();
              }}
            >
              <span className="context-icon">{isChecked ? <CheckIcon size={14} /> : icon}</span>
              <span className="context-label">
                <bdi>{words}</bdi>
                {barred && <span className="context-why">{barred}</span>}
              </span>
              {keys && (
                <span className="context-keys" aria-hidden="true">
                  {keys}
                </span>
              )}
            </button>
          );
        })}
      </div>
      {children}
    </div>,
    document.body,
  );
}
