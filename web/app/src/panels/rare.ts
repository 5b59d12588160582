/** What many visits never open: a cell's details, conflicts, the past, the members, the audit. One file, loaded with the first of them. */
export { AuditPanel } from "../admin/AuditPanel";
export { MembersPanel } from "../admin/MembersPanel";
export { HistoryPanel } from "../history/HistoryPanel";
export { VersionBar } from "../history/VersionBar";
export { VersionView } from "../history/VersionView";
export { Conflicts } from "./Conflicts";
export { Details } from "./Details";
