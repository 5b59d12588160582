/**
 * The columns of a sheet, and what may stand in them.
 * Made from shared/sheet/src/column.rs by `make contract`: do not edit.
 */
/** The nine columns, in the sheet's order. */
export const COLUMNS = ["title","description","status","priority","assignee","deadline","progress","blockers","source"] as const;
/** What a status may be, or empty. */
export const STATUSES = ["Not started","In progress","Blocked","Done"] as const;
/** What a priority may be, or empty. */
export const PRIORITIES = ["Low","Medium","High","Urgent"] as const;
