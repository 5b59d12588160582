/** A person's initials on their colour. The name is beside it, so nobody has to hear the initials. */
import type { CSSProperties } from "react";
import type { Person } from "../lib/mentions";
import { initials, inkOn, personColor } from "../lib/people";

export function Mark({ person }: { person: Person }) {
  const color = personColor(person.color, person.id);
  return (
    <span
      className="mark"
      aria-hidden="true"
      data-initials={initials(person.name)}
      style={{ "--person": color, "--person-ink": inkOn(color) } as CSSProperties}
    />
  );
}
