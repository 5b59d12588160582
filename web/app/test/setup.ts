import { cleanup } from "@testing-library/react";
import { options } from "preact";
import { afterEach } from "vitest";

// Preact runs effects after the next frame, or 35 ms later where no frame is drawn. Here they run before the test goes on.
(options as { requestAnimationFrame?: (run: () => void) => void }).requestAnimationFrame = queueMicrotask;

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
