/**
 * What refusals say: the server's sentences, for the early check.
 * Made from shared/sheet/src/sentences.rs by `make contract`: do not edit.
 */
export const opsOfAChange = (most: string | number) => `a change holds 1 to ${most} ops`;
export const adminsManageMembers = () => `only an admin manages members`;
export const viewersRead = () => `a viewer reads; ask an admin for the editor role`;
export const lockSeconds = (most: string | number) => `a lock lasts 1 to ${most} seconds`;
export const idOfTheSystem = () => `this id belongs to the system`;
export const noRow = (row: string | number) => `there is no row ${row}`;
export const rowGone = (row: string | number) => `there is no row ${row}: it may have been removed`;
export const rowLocked = (holder: string | number) => `${holder} holds this row`;
export const noColumns = () => `updates names at least one column`;
export const changedMeanwhile = (columns: string | number) => `${columns} was changed meanwhile`;
export const sourceIsReadOnly = () => `source is read-only: it names the messages a row came from`;
export const noRowAbove = (row: string | number) => `there is no row ${row} to stand below`;
export const idTaken = (id: string | number) => `the id ${id} is taken: make another`;
export const rowsOfASheet = (most: string | number) => `a sheet has at most ${most} rows`;
export const updateBytes = (most: string | number) => `an update is at most ${most} bytes: send it in pieces`;
export const mentionsAtOnce = (most: string | number) => `at most ${most} people are mentioned at once`;
export const nameOfASavePoint = (most: string | number) => `a save point's name has 1 to ${most} characters, none of them control characters`;
export const savePointsOfACycle = (most: string | number) => `a cycle has at most ${most} save points`;
export const noSavePoint = (version: string | number) => `version ${version} has no name`;
export const savePointOfAnother = () => `this save point is another's: an admin may remove it`;
export const commentLength = (most: string | number) => `a comment has 1 to ${most} characters`;
export const threadsOfACycle = (most: string | number) => `a cycle has at most ${most} threads`;
export const repliesOfAThread = (most: string | number) => `a thread has at most ${most} replies`;
export const noRowOfTheDocument = (doc: string | number) => `there is no row for the document ${doc}`;
export const noComment = (comment: string | number) => `there is no comment ${comment}`;
export const noReply = () => `there is no such reply`;
export const nameOfAView = (most: string | number) => `a view's name has 1 to ${most} characters, none of them control characters`;
export const lookOfAView = (most: string | number) => `a view's look has at most ${most} bytes, no control characters`;
export const viewsOfACycle = (most: string | number) => `a cycle has at most ${most} views: remove one first`;
export const noView = (view: string | number) => `there is no view ${view}`;
export const viewOfAnother = () => `this view is another's: an admin may remove it`;
export const cellLength = (column: string | number, most: string | number) => `${column} holds at most ${most} characters`;
export const cellControl = (column: string | number) => `${column} holds no control characters but tab and newline`;
export const cellChoice = (column: string | number, choices: string | number) => `${column} is one of ${choices} or empty`;
export const cellProgress = () => `progress is a whole number from 0 to 100, or empty`;
export const commentOfAnother = () => `only its author may edit or delete a comment`;
