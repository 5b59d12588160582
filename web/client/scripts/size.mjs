/** Prints what the client weighs in a page: bundled, minified, gzipped. Fails above the budget. */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a phone on a bad network should not have to wait for. */
const MAX_GZIP_BYTES = 30_000;

const { outputFiles } = await build({
  entryPoints: ["dist/index.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const { contents } = outputFiles[0];
const gzip = gzipSync(contents, { level: 9 }).length;
console.log(
  `@cyclesheet/client: ${contents.length} bytes minified, ${gzip} gzipped (at most ${MAX_GZIP_BYTES})`,
);
if (gzip > MAX_GZIP_BYTES) process.exitCode = 1;
