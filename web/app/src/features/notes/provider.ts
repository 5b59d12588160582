/** The documents of a client, made on first use: this file and what it imports load with the editor, not with the page. */
import type { Client } from "@cyclesheet/client";
import { createNotes, type NoteState, type Notes, type OpenNote } from "@cyclesheet/client/notes";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useController } from "../../sheet/context";

const known = new WeakMap<Client, Notes>();

export function notesOf(client: Client): Notes {
  const notes = known.get(client) ?? createNotes(client);
  known.set(client, notes);
  return notes;
}

/** A document, open for as long as the component that asked for it is there. */
export function useNote(name: string): { readonly note: OpenNote; readonly state: NoteState } | null {
  const { client } = useController();
  const [note, setNote] = useState<OpenNote | null>(null);
  useEffect(() => {
    const opened = notesOf(client).open(name);
    setNote(opened);
    return () => {
      setNote(null);
      opened.close();
    };
  }, [client, name]);
  const subscribe = useCallback((listener: () => void) => note?.subscribe(listener) ?? (() => {}), [note]);
  const state = useSyncExternalStore(subscribe, () => note?.getState() ?? null);
  return note && state ? { note, state } : null;
}
