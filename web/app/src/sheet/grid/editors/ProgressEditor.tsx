/** A percentage by number or by slider; arrows step by five. */
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import type { FieldProps } from "./field";

/** What one arrow key adds: nobody reports progress finer. */
const STEP = 5;
const QUICK = ["", "0", "25", "50", "75", "100"];

export function ProgressEditor({
  label,
  initial,
  fresh,
  takesFocus,
  invalid,
  describedBy,
  onChange,
  onCommit,
}: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(initial);
  const number = Math.max(0, Math.min(100, Number.parseInt(text, 10) || 0));

  useLayoutEffect(() => {
    if (takesFocus) input.current?.focus({ preventScroll: true });
    if (takesFocus && fresh) input.current?.select();
  }, [fresh, takesFocus]);

  const change = (value: string) => {
    setText(value);
    onChange(value);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? STEP : event.key === "ArrowDown" ? -STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    change(String(Math.max(0, Math.min(100, Math.round((number + step) / STEP) * STEP))));
  };

  return (
    <>
      <input
        ref={input}
        className="field"
        inputMode="numeric"
        aria-label={`${label} in percent`}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="popup slider-popup">
        <input
          type="range"
          className="slider"
          // Nothing is not zero: the knob shows only where there is a number.
          data-empty={text.trim() === "" || undefined}
          aria-label={label}
          tabIndex={-1}
          min={0}
          max={100}
          step={STEP}
          value={number}
          onChange={(event) => change(event.target.value)}
          onPointerUp={() => input.current?.focus({ preventScroll: true })}
        />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keeps the focus in the field */}
        <div className="calendar-quick" onMouseDown={(event) => event.preventDefault()}>
          {QUICK.map((value) => (
            <button
              type="button"
              tabIndex={-1}
              key={value}
              className="chip-button"
              aria-pressed={value === text}
              onClick={() => onCommit(value, null)}
            >
              {value || "None"}
            </button>
          ))}
        </div>
      </div>
    </>
  );
}
