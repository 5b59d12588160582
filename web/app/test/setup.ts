import { cleanup, configure } from "@testing-library/react";
import { options } from "preact";
import { afterEach } from "vitest";

// Preact runs effects after the next frame, or 35 ms later where no frame is drawn. Here they run before the test goes on.
(options as { requestAnimationFrame?: (run: () => void) => void }).requestAnimationFrame = queueMicrotask;

// Waiting ends when what is waited for is there; this only says that it never will be, on a busy machine too.
configure({ asyncUtilTimeout: 60_000 });

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
