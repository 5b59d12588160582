import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { marked } from "marked";
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

/**
 * The grid library's styles are one file for all of its parts. Rules that only speak of parts which `SheetGrid` does not
 * register (charts, filters, tool panels, editors of its own …) are left out: a fifth of what all styles weigh.
 */
const ABSENT = new RegExp(
  `\\.ag-(?:${[
    "advanced-filter|angle-select|autocomplete|cell-range|charts?|color-input|color-picker|column-drop|column-panel",
    "column-select|date-time|dialog|fill-handle|filter|group-filter|icon-picker|mini-filter|notes-popup|paging|pill",
    "embedded-full|file-input|full-width|layout-print|menu|compact-menu|calculated-column|pivot|radio-button|range-field",
    "rich-select|row-group|row-number|row-numbers|rtl|select-agg|selection-fill|set-filter|side-bar|side-button|slider",
    "spanned-row|sparkline|status-bar|status-name|status-panel|tabs?|text-area|toggle-button|tool-panel|toolbar|virtual-list",
    // Marks of parts that are not there, and signs for which the page has its own: what a drag and a sorted head show stays.
    "autocomplete|batch-edit|calculated|cell-batch|cell-editor-tooltip|cell-formula|checkbox-edit|color-panel|column-header-edit",
    "find|formula|group-container|group-item|group-toolbar|has-cell-notes|header-select-all|large-text|notes-panel|overlay-error",
    "picker-field|popup-editor|recent-color|row-batch|select-list|side-buttons|tooltip-animate|tooltip-hiding|tooltip-interactive",
    "content-editable|range-handle|spectrum|value-slide|watermark|icon-(?!arrows|asc|desc|grip|none|not-allowed)[a-z]+(?:-[a-z]+)*",
  ].join("|")})(?![a-z])`,
);

const gridStyles: Plugin = {
  name: "grid-styles",
  apply: "build",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("ag-grid-community/styles/ag-grid.css")) return null;
    const plain = code.replace(/\/\*[\s\S]*?\*\//g, "");
    return plain.replace(/([^{}]+)\{[^{}]*\}/g, (rule, selectors: string) =>
      !selectors.includes("@") && selectors.split(",").every((one) => ABSENT.test(one)) ? "" : rule,
    );
  },
};

/**
 * The grid library carries a second copy of its styles, and icons, as texts in its script, for themes that it writes into
 * the page itself. The content security policy forbids that, and `theme="legacy"` takes the style sheet above instead, so
 * the texts are left out: an eighth of the library.
 */
const gridStyleTexts: Plugin = {
  name: "grid-style-texts",
  apply: "build",
  enforce: "pre",
  transform(code, id) {
    if (!/ag-(?:grid-community|stack)\/dist\/package\/main\.esm\.mjs/.test(id)) return null;
    let texts = 0;
    const lean = code
      .replace(/^(\/\/ \S+\.css\n(?:\/\/.*\n)*var \w+ = )(["'`]).*\2;$/gm, (_, name: string) => {
        texts++;
        return `${name}"";`;
      })
      .replace(/^var iconNameToSvgFragment = \{\n[\s\S]*?\n\};$/m, "var iconNameToSvgFragment = {};")
      // Where nobody names a theme. The sheet does, so this one and all that it is made of go.
      .replace(/^( +return) themeQuartz;$/m, "$1 undefined;");
    // A release that is built in another way would be loaded whole again, and nobody would see why.
    if (texts === 0) this.error(`no style texts are found in ${id}: look at how this release is built`);
    return lean;
  },
};

/** Writes `sw.js`, the worker that keeps the page, with the files of this build. */
const worker: Plugin = {
  name: "worker",
  apply: "build",
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
    const version = createHash("sha256").update(files.sort().join()).digest("hex").slice(0, 12);
    const source = readFileSync(new URL("worker.js", import.meta.url), "utf8")
      .replace("const FILES = [];", `const FILES = ${JSON.stringify(files)};`)
      .replace('const VERSION = "";', `const VERSION = "${version}";`);
    this.emitFile({ type: "asset", fileName: "sw.js", source });
  },
};

/**
 * Preact runs what is written for React: the page is drawn by a tenth of the code, and so is the React part of the grid.
 * The types are React's. docs/decisions/ says what that rests on.
 */
const PREACT = [
  { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
  { find: "react/jsx-dev-runtime", replacement: "preact/jsx-dev-runtime" },
  { find: "react-dom/client", replacement: "preact/compat/client" },
  { find: "react-dom/test-utils", replacement: "preact/test-utils" },
  { find: "react-dom", replacement: "preact/compat" },
  { find: "react", replacement: "preact/compat" },
  // Its other build asks Node for React, past these aliases.
  {
    find: "@testing-library/react",
    replacement: "@testing-library/react/dist/@testing-library/react.esm.js",
  },
];

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));

/**
 * The guide of `docs/`, as a page beside the sheet: the same text for readers of the repository and for people who ask
 * for help.
 */
const guide: Plugin = {
  name: "guide",
  apply: "build",
  async generateBundle() {
    const text = readFileSync(`${docs}guide.md`, "utf8");
    const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Using Cyclesheet</title><link rel="stylesheet" href="guide.css"><link rel="icon" href="icon.svg">`;
    const source = `<!doctype html><html lang="en"><head>${head}</head><body><main>${await marked(text)}</main></body></html>`;
    this.emitFile({ type: "asset", fileName: "guide.html", source });
    this.emitFile({
      type: "asset",
      fileName: "guide.css",
      source: readFileSync(new URL("src/styles/guide.css", import.meta.url)),
    });
    for (const name of readdirSync(`${docs}guide`)) {
      this.emitFile({
        type: "asset",
        fileName: `guide/${name}`,
        source: readFileSync(`${docs}guide/${name}`),
      });
    }
  },
};

export default defineConfig(({ mode }) => {
  const fixture = mode === "fixture";
  return {
    base: "./",
    plugins: [react(), contentSecurityPolicy, gridStyles, gridStyleTexts, guide, worker],
    resolve: { alias: PREACT },
    build: {
      outDir: fixture ? "node_modules/.fixture" : "dist",
      target: "es2022",
      modulePreload: { polyfill: false },
      // The grid library alone is beyond the default warning; docs/decisions/0023-ag-grid-community.md has the figures.
      chunkSizeWarningLimit: 900,
      rollupOptions: { input: fixture ? "fixture.html" : "index.html" },
    },
    preview: { host: "127.0.0.1" },
    server: { host: "127.0.0.1" },
    test: {
      environment: "jsdom",
      include: ["test/**/*.test.{ts,tsx}"],
      setupFiles: ["test/setup.ts"],
      // How long a test may take says only that it never ends, on a busy machine too.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      // Node would find React for what it loads by itself.
      server: { deps: { inline: [/@testing-library\/react/, /ag-grid/] } },
    },
  };
});
