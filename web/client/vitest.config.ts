import { defineConfig } from "vitest/config";

// A test waits for what must happen; how long it may take at most says only that it never will, on a busy machine too.
const NEVER_MS = 120_000;

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: NEVER_MS, hookTimeout: NEVER_MS },
});
