/** A button with a panel below it: closes on Escape, on a click elsewhere, and gives the focus back. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

/** Kept free between a panel and the window's edge, CSS pixels. */
const MARGIN_PX = 8;

interface Props {
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;
  readonly align?: "start" | "end";
  readonly testId?: string;
  /** Further `data-` attributes of the button. */
  readonly data?: { readonly [name: `data-${string}`]: string | number | undefined };
  /** Whether it stands in a box that scrolls and would cut it off. */
  readonly isFree?: boolean;
  readonly onOpen?: () => void;
  readonly children: (close: () => void) => ReactNode;
}

export function Popover({
  label,
  button,
  className = "",
  align = "start",
  testId,
  data,
  isFree = false,
  onOpen,
  children,
}: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = () => setOpen(false);
  const place = (panel: HTMLElement | null) => {
    const button = trigger.current?.getBoundingClientRect();
    if (!panel || !button || !isFree) return;
    const left = Math.max(
      MARGIN_PX,
      Math.min(button.left, window.innerWidth - panel.offsetWidth - MARGIN_PX),
    );
    panel.style.position = "fixed";
    panel.style.left = `${left}px`;
    panel.style.top = `${button.bottom + 6}px`;
  };

  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from anywhere inside
    <div
      className={`popover ${className}`}
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        trigger.current?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={trigger}
        type="button"
        className="popover-button"
        aria-label={label}
        aria-expanded={open}
        aria-controls={id}
        data-testid={testId}
        {...data}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        {button}
      </button>
      {open && (
        <div id={id} className="popover-panel" data-align={align} ref={place}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
