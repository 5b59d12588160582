/** The one panel that stands beside the sheet. */
import { HistoryPanel } from "../history/HistoryPanel";
import { useScreen } from "../state/context";

export function SidePanel() {
  const side = useScreen((screen) => screen.side);
  return side === "history" ? <HistoryPanel /> : null;
}
