import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * What the built page may load: itself, and a socket. The grid and React set styles through the DOM, never as text,
 * so no `unsafe-inline` is needed. Only in builds: the development server's hot reload is an inline script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' https: wss: ws://127.0.0.1:* ws://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
  ],
};

export default defineConfig(({ mode }) => {
  const fixture = mode === "fixture";
  return {
    base: "./",
    plugins: [react(), contentSecurityPolicy],
    build: {
      outDir: fixture ? "node_modules/.fixture" : "dist",
      target: "es2022",
      modulePreload: { polyfill: false },
      // The grid library alone is beyond the default warning; ARCHITECTURE.md has the figures.
      chunkSizeWarningLimit: 900,
      rollupOptions: { input: fixture ? "fixture.html" : "index.html" },
    },
    preview: { host: "127.0.0.1" },
    server: { host: "127.0.0.1" },
    test: { environment: "jsdom", include: ["test/**/*.test.{ts,tsx}"], setupFiles: ["test/setup.ts"] },
  };
});
