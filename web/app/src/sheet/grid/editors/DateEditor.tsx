/** A date as typed ("fri", "27 nov", "+2w", an ISO date) or picked; what nobody can date stays as text. */
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { readDate } from "../../../lib/dateInput";
import { addDays, addMonths, longDate, monthGrid, monthTitle, shortDate } from "../../../lib/dates";
import { LeftIcon, RightIcon } from "../../../ui/icons";
import { useController } from "../../context";
import type { FieldProps } from "./field";

const QUICK = ["Today", "Friday", "Next Monday", "In 2 weeks"];
const WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

export function DateEditor({
  label,
  initial,
  fresh,
  takesFocus,
  invalid,
  describedBy,
  onChange,
  onCommit,
}: FieldProps) {
  const { today } = useController();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(initial);
  const meant = readDate(text, today);
  const [shown, setShown] = useState(meant ?? today);

  useLayoutEffect(() => {
    if (takesFocus) input.current?.focus({ preventScroll: true });
    if (takesFocus && fresh) input.current?.select();
  }, [fresh, takesFocus]);

  const change = (value: string) => {
    setText(value);
    onChange(value);
    const date = readDate(value, today);
    if (date) setShown(date);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: { readonly [key: string]: number } = {
      ArrowDown: 7,
      ArrowUp: -7,
      PageDown: 31,
      PageUp: -31,
    };
    const days = steps[event.key];
    if (days === undefined && !(event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")))
      return;
    event.preventDefault();
    const from = meant ?? today;
    if (!meant && days !== undefined) change(today);
    else if (event.key.startsWith("Page")) change(addMonths(from, days && days > 0 ? 1 : -1));
    else change(addDays(from, days ?? (event.key === "ArrowLeft" ? -1 : 1)));
  };

  // Each button means what its words mean when they are typed.
  const quick = QUICK.flatMap((name) => ({ name, date: readDate(name, today) ?? today }));

  return (
    <>
      <input
        ref={input}
        className="field"
        aria-label={`${label}: a date or text`}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        spellCheck={false}
        placeholder="27 Nov, fri, +2w"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keeps the focus in the field */}
      <div className="popup calendar" onMouseDown={(event) => event.preventDefault()}>
        <p
          className="calendar-meant"
          data-undated={(text.trim() !== "" && !meant) || undefined}
          aria-live="polite"
        >
          {text.trim() === "" ? "No deadline" : meant ? longDate(meant) : "Not a date: kept as text"}
        </p>
        <div className="calendar-head">
          <button
            type="button"
            tabIndex={-1}
            className="icon-button"
            aria-label="Month before"
            onClick={() => setShown(addMonths(shown, -1))}
          >
            <LeftIcon />
          </button>
          <span>{monthTitle(shown)}</span>
          <button
            type="button"
            tabIndex={-1}
            className="icon-button"
            aria-label="Month after"
            onClick={() => setShown(addMonths(shown, 1))}
          >
            <RightIcon />
          </button>
        </div>
        <div className="calendar-grid">
          {WEEKDAYS.map((name) => (
            <span key={name} className="calendar-weekday" aria-hidden="true">
              {name}
            </span>
          ))}
          {monthGrid(shown).map((day) => (
            <button
              type="button"
              tabIndex={-1}
              key={day}
              className="calendar-day"
              aria-label={longDate(day)}
              aria-pressed={day === meant}
              data-today={day === today || undefined}
              data-other={day.slice(0, 7) !== shown.slice(0, 7) || undefined}
              onClick={() => onCommit(day, null)}
            >
              {Number(day.slice(8))}
            </button>
          ))}
        </div>
        <div className="calendar-quick">
          {quick.map(({ name, date }) => (
            <button
              type="button"
              tabIndex={-1}
              key={name}
              className="chip-button"
              title={shortDate(date, today)}
              onClick={() => onCommit(date, null)}
            >
              {name}
            </button>
          ))}
          {initial !== "" ? (
            <button type="button" tabIndex={-1} className="chip-button" onClick={() => onCommit("", null)}>
              None
            </button>
          ) : null}
        </div>
      </div>
    </>
  );
}
