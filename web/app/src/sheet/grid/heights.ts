/** Heights in CSS pixels: of a row with two lines of text, or four, and of a group's heading, which is part of its first row. */
export const ROW_HEIGHT = 44;
export const ROOMY_ROW_HEIGHT = 84;
/** The style sheet moves the cells of a group's first row down by as much. */
export const HEADING_HEIGHT = 30;

/** Returns how much of a row's height is a group's heading. */
export function headingOf(height: number | null | undefined): number {
  return height === ROW_HEIGHT + HEADING_HEIGHT || height === ROOMY_ROW_HEIGHT + HEADING_HEIGHT
    ? HEADING_HEIGHT
    : 0;
}
