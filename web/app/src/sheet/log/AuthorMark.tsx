/** Initials of the author of a change, in the colour that they have elsewhere on the page. */
import { SYSTEM_ID } from "@cyclesheet/client";
import type { CSSProperties } from "react";
import { initials, inkOn, personColor } from "../../lib/people";
import { useClient } from "../context";

export function AuthorMark({ id, name }: { id: string; name: string }) {
  // Somebody who is here keeps the colour they have elsewhere on the page.
  const color = useClient((state) => state.peers.find((peer) => peer.user.id === id)?.user.color ?? "");
  const shown = personColor(color, id);
  return (
    <span
      className="avatar"
      aria-hidden="true"
      data-initials={id === SYSTEM_ID ? "✦" : initials(name)}
      style={{ "--person": shown, "--person-ink": inkOn(shown) } as CSSProperties}
    />
  );
}
