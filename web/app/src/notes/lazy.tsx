/** The door to the editor: what stands behind it is loaded when it is first needed, so that the sheet does not wait. */
import { Component, lazy, type ReactNode, Suspense } from "react";

const load = () => import("./NoteEditor");

export const NoteEditor = lazy(load);
export const Proposal = lazy(() => import("./Proposal"));

/** Fetches the editor ahead of its use, as when a pointer rests on its button. */
export const prepare = () => void load().catch(() => {});

/** A page that was open over a release asks for a file that is gone; a network may be, too. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <p className="note-problem" role="alert">
        The editor could not be loaded. Reload the page to try again.
      </p>
    );
  }
}

export function Later({ children }: { readonly children: ReactNode }) {
  return (
    <Boundary>
      <Suspense fallback={<p className="note-waiting muted">Opening…</p>}>{children}</Suspense>
    </Boundary>
  );
}
