/** The panel beside the sheet: what happened, what changed since last week, who is here, what the model was told. */
import { useScreen } from "../sheet/context";
import { AuditPanel, HistoryPanel, MembersPanel, SincePanel } from "./lazy";

export function SidePanel() {
  const side = useScreen((screen) => screen.side);
  switch (side) {
    case "history":
      return <HistoryPanel />;
    case "members":
      return <MembersPanel />;
    case "audit":
      return <AuditPanel />;
    case "since":
      return <SincePanel />;
    default:
      return null;
  }
}
