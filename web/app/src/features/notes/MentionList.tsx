/** The names offered after `@`. The text keeps the focus; the editor names the active option. */
import type { CSSProperties } from "react";
import { Mark } from "../../ui/Mark";
import type { Offer } from "./mentions";

/** Pixels that the list needs below the caret; else it is above. */
const ROOM_PX = 190;

export function MentionList({ offer, id }: { offer: Offer; id: string }) {
  const { people, active, rect, choose } = offer;
  if (!rect) return null;
  const above = rect.bottom + ROOM_PX > window.innerHeight && rect.top > ROOM_PX;
  const place: CSSProperties = {
    left: Math.max(8, Math.min(rect.left, window.innerWidth - 228)),
    ...(above ? { bottom: window.innerHeight - rect.top + 4 } : { top: rect.bottom + 4 }),
  };
  return (
    <div className="note-people" role="listbox" id={id} aria-label="People" style={place}>
      {people.map((person, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus and names the active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the text's
        <div
          key={person.id}
          id={`${id}-${index}`}
          className="option"
          role="option"
          aria-selected={index === active}
          data-testid={`mention:${person.id}`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(person)}
        >
          <Mark person={person} /> <bdi className="ellipsis">{person.name}</bdi>
        </div>
      ))}
    </div>
  );
}
