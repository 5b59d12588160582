/** What many visits never open: a cell's details, conflicts, the past, the members, the audit. One file, loaded with the first of them. */
import "../styles/admin.css";
import "../styles/since.css";

export { AuditPanel } from "../features/admin/AuditPanel";
export { MembersPanel } from "../features/admin/MembersPanel";
export { Conflicts } from "../features/conflicts/Conflicts";
export { Diagnosis } from "../features/connection/Diagnosis";
export { Details } from "../features/details/Details";
export { HistoryPanel } from "../features/history/HistoryPanel";
export { VersionBar } from "../features/history/VersionBar";
export { VersionView } from "../features/history/VersionView";

export { Palette } from "../features/palette/Palette";
export { RescueCards } from "../features/rescue/RescueCards";
export { RowPage } from "../features/rowpage/RowPage";
export { SincePanel } from "../features/since/SincePanel";
export { Board } from "../features/views/Board";
export { Help } from "./Help";
