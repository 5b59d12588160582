/** Loads the editor when it is first needed, so that the sheet does not wait for it. */
import { lazy } from "react";

const load = () => import("./NoteEditor");

export const NoteEditor = lazy(load);
export const Proposal = lazy(() => import("./Proposal"));

/** Fetches the editor ahead of its use, as when a pointer rests on its button. */
export const prepare = () => void load().catch(() => {});
