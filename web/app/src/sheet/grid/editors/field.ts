/** What each kind of editor gets. */
export interface FieldProps {
  readonly label: string;
  readonly initial: string;
  /** Whether the initial text was already there, so that it may be selected as a whole. */
  readonly fresh: boolean;
  /** Whether the field takes the focus when it opens. */
  readonly takesFocus: boolean;
  readonly invalid: boolean;
  readonly describedBy: string;
  onChange(text: string): void;
  /** Stores a text and closes; `move` is where the focus goes next. */
  onCommit(text: string, move: readonly [dy: number, dx: number] | null): void;
}
