/** Words whose row was removed, each in a card that waits: copy them, bring the row back, or let them go. */
import { useRef } from "react";
import { bringBack } from "../../sheet/bringBack";
import { useController, useMayEdit, useScreen } from "../../sheet/context";
import type { Rescue } from "../../sheet/model/rescue";
import { dismiss } from "../../sheet/rescue";

function Card({ rescue }: { rescue: Rescue }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const words = useRef<HTMLParagraphElement>(null);
  const copy = () => {
    const refused = () => {
      if (words.current) getSelection()?.selectAllChildren(words.current);
      controller.say("The browser did not let the page copy. The text is selected: press Ctrl+C.", "bad");
    };
    // Without a secure address there is no clipboard.
    if (!navigator.clipboard) return refused();
    navigator.clipboard.writeText(rescue.text).then(() => controller.say("Your text is copied."), refused);
  };
  return (
    <li className="rescue" data-testid={`rescue:${rescue.taskId}`}>
      <p className="rescue-where">
        <bdi>{rescue.by ?? "Someone"}</bdi> removed{" "}
        {rescue.title ? (
          <>
            the row “<bdi>{rescue.title}</bdi>”
          </>
        ) : (
          "this row"
        )}{" "}
        while you were writing. Your text ({rescue.label}):
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls, and scrolls by key */}
      <p ref={words} className="rescue-text" dir="auto" tabIndex={0} data-testid="rescue-text">
        {rescue.text}
      </p>
      <div className="conflict-actions">
        {mayEdit && (
          <button
            type="button"
            className="button button-primary"
            data-testid="bring-back"
            onClick={() => void bringBack(controller, rescue)}
          >
            Bring the row back
          </button>
        )}
        <button type="button" className="button" data-testid="rescue-copy" onClick={copy}>
          Copy
        </button>
        <button
          type="button"
          className="button button-quiet"
          data-testid="rescue-dismiss"
          onClick={() => {
            dismiss(controller, rescue.id);
            controller.refocus();
          }}
        >
          Discard
        </button>
      </div>
    </li>
  );
}

export function RescueCards() {
  const rescued = useScreen((screen) => screen.rescued);
  if (rescued.length === 0) return null;
  return (
    <ul className="rescues" aria-label="Text whose row was removed" data-testid="rescues">
      {rescued.map((rescue) => (
        <Card key={rescue.id} rescue={rescue} />
      ))}
    </ul>
  );
}
