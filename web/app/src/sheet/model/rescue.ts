/** Text whose row was removed while it was being written. */
import type { Column } from "@cyclesheet/client";

export interface Rescue {
  readonly id: number;
  readonly taskId: string;
  /** What was written in, as a person calls it: "Description", "Note". */
  readonly label: string;
  readonly text: string;
  /** The cell that the words belong to; null: they belong to something else of the row, which `onBack` fills. */
  readonly column: Column | null;
  /** The name of the user who removed the row; null if it is not known. */
  readonly by: string | null;
  /** What the row was called. */
  readonly title: string;
  /** Called once the row is back. */
  onBack?(): void;
}
