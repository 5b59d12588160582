/** The place of something that is loaded when it is first needed. */
import { Component, type ReactNode, Suspense } from "react";

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
        This part of the page could not be loaded. Reload the page to try again.
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
