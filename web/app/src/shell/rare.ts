/** What the first sight of the sheet does not need: the panel beside it, conflicts, the past, the board, dialogs. One file, loaded with the first of them. */
import "../styles/panel.css";
import "../styles/panels.css";
import "../styles/history.css";
import "../styles/rescue.css";
import "../styles/admin.css";
import "../styles/since.css";

export { Conflicts } from "../features/conflicts/Conflicts";
export { Diagnosis } from "../features/connection/Diagnosis";
export { VersionBar } from "../features/history/VersionBar";
export { VersionView } from "../features/history/VersionView";
export { Palette } from "../features/palette/Palette";
export { RescueCards } from "../features/rescue/RescueCards";
export { Board } from "../features/views/Board";
export { Help } from "./Help";
export { Panel } from "./Panel";
