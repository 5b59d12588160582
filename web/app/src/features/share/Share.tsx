/** The week as something to pass on. The texts are made when somebody asks for one. */
import { useController } from "../../sheet/context";
import { PrintIcon, ShareIcon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import type { Kind } from "./copyWeek";

const WAYS: readonly (readonly [Kind, string])[] = [
  ["slack", "Copy for Slack"],
  ["markdown", "Copy as Markdown"],
  ["mail", "Copy for an e-mail"],
  ["link", "Copy the link to this week"],
];

export function Share({ team, cycle }: { team: string; cycle: string }) {
  const controller = useController();
  const copy = async (kind: Kind) => {
    try {
      const { copyWeek } = await import("./copyWeek");
      controller.say(await copyWeek(controller, team, cycle, kind), "good");
    } catch {
      controller.say(
        "The browser did not let the page copy. Allow it to use the clipboard, then try again.",
        "bad",
      );
    }
  };
  return (
    <Popover
      label="Share this week"
      testId="share"
      align="end"
      className="share"
      button={
        <>
          <ShareIcon size={14} /> <span className="tool-text">Share</span>
        </>
      }
    >
      {(close) => (
        <ul className="menu-list">
          {WAYS.map(([kind, words]) => (
            <li key={kind}>
              <button
                type="button"
                className="menu-item"
                data-testid={`share:${kind}`}
                onClick={() => {
                  close();
                  void copy(kind);
                }}
              >
                {words}
              </button>
            </li>
          ))}
          <li>
            <button
              type="button"
              className="menu-item"
              data-testid="share:print"
              onClick={() => {
                close();
                window.print();
              }}
            >
              <PrintIcon /> Print, or save as PDF
            </button>
          </li>
        </ul>
      )}
    </Popover>
  );
}
