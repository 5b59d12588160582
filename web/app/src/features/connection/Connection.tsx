/** Whether what one does is heard and kept, in words a person understands. */
import type { ClientState } from "@cyclesheet/client";
import { useEffect, useState } from "react";
import { useNetwork } from "../../session/context";
import type { Way } from "../../session/transport";
import { useClient } from "../../sheet/context";

/** Shorter waits are not worth a word: a change is usually stored sooner than one can read "Saving". */
const QUIET_MS = 350;

export type Tone = "good" | "busy" | "warn" | "bad";

const edits = (n: number) => `${n} unsaved ${n === 1 ? "edit" : "edits"}`;

/** The words for a state; `saving` once saving has taken long enough to be shown. */
export function connectionWords(
  state: Pick<ClientState, "status" | "unsaved"> & { readonly loaded: boolean },
  saving: boolean,
  way: Way = "socket",
): { tone: Tone; text: string; hint: string } {
  const { status, unsaved, loaded } = state;
  const kept = unsaved > 0 ? ` · ${edits(unsaved)}` : "";
  switch (status) {
    case "live":
      return saving && unsaved > 0
        ? { tone: "busy", text: `Saving ${unsaved}…`, hint: "Your edits are on their way." }
        : way === "http"
          ? {
              tone: "good",
              text: "Live, every 2 s",
              hint: "Everything is saved. Your network blocks live connections.",
            }
          : { tone: "good", text: "Live", hint: "Everything is saved, and you see what others do." };
    case "connecting":
      return loaded
        ? { tone: "warn", text: `Reconnecting…${kept}`, hint: "You can go on editing; nothing is lost." }
        : unsaved > 0
          ? { tone: "warn", text: `Connecting…${kept}`, hint: "Your edits are kept on this device." }
          : { tone: "busy", text: "Connecting…", hint: "The sheet is on its way." };
    case "offline":
      return {
        tone: "warn",
        text: `Offline${kept}`,
        hint: "You can go on editing; your edits are sent when the network is back.",
      };
    case "sessionEnded":
      return { tone: "bad", text: `Signed out${kept}`, hint: "Sign in again to send and receive edits." };
    case "removed":
      return { tone: "bad", text: "Access withdrawn", hint: "You are no longer a member here." };
    case "failed":
      return { tone: "bad", text: "Not available", hint: "This sheet cannot be opened." };
  }
}

/** True once `on` has been true for a while; false at once when it is not. */
function useLasting(on: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [on, ms]);
  return lasting && on;
}

export function Connection() {
  const status = useClient((state) => state.status);
  const unsaved = useClient((state) => state.unsaved);
  const loaded = useClient((state) => state.sheet !== null);
  const saving = useLasting(unsaved > 0, QUIET_MS);
  const way = useNetwork().transport.way();
  const { tone, text, hint } = connectionWords({ status, unsaved, loaded }, saving, way);
  return (
    <div
      className="connection"
      data-testid="connection"
      data-status={status}
      data-unsaved={unsaved}
      data-tone={tone}
      data-way={way}
      role="status"
      title={hint}
    >
      <span className="connection-dot" aria-hidden="true" />
      <span className="connection-text">{text}</span>
    </div>
  );
}
