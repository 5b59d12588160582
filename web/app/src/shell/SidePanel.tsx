/** The panel beside the sheet: what happened, who is here, what the model was told. */
import { useScreen } from "../sheet/context";
import { AuditPanel, HistoryPanel, MembersPanel } from "./lazy";

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
