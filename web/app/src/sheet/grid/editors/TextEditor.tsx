/** Text of any length in place: grows with what is written, to a limit, and then scrolls. */
import { useLayoutEffect, useRef, useState } from "react";
import type { FieldProps } from "./field";

export function TextEditor({
  label,
  initial,
  fresh,
  takesFocus,
  invalid,
  describedBy,
  onChange,
}: FieldProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [value, setValue] = useState(initial);

  useLayoutEffect(() => {
    const el = area.current;
    if (!el || !takesFocus) return;
    el.focus({ preventScroll: true });
    // As in a spreadsheet: the caret is at the end of what is there.
    el.setSelectionRange(fresh ? el.value.length : 0, el.value.length);
  }, [fresh, takesFocus]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const el = area.current;
    if (!el) return;
    el.style.height = "0";
    el.style.height = `${el.scrollHeight + 2}px`;
    // The caret stays in sight where the text is longer than the field.
    if (el.selectionEnd === el.value.length) el.scrollTop = el.scrollHeight;
  }, [value]);

  return (
    <textarea
      ref={area}
      className="field field-text"
      dir="auto"
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      value={value}
      rows={1}
      spellCheck
      onChange={(event) => {
        setValue(event.target.value);
        onChange(event.target.value);
      }}
    />
  );
}
