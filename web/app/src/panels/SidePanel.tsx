/** The panel beside the sheet: what happened, who is here, what the model was told. */
import { AuditPanel } from "../admin/AuditPanel";
import { MembersPanel } from "../admin/MembersPanel";
import { HistoryPanel } from "../history/HistoryPanel";
import { useScreen } from "../state/context";

export function SidePanel() {
  const side = useScreen((screen) => screen.side);
  switch (side) {
    case "history":
      return <HistoryPanel />;
    case "members":
      return <MembersPanel />;
    case "audit":
      return <AuditPanel />;
    default:
      return null;
  }
}
