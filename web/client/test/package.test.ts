/** What leaves this folder as a package: its weight, and what is in it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
/** What a phone on a bad network should not have to wait for, gzipped. */
const MAX_BYTES = 30_000;

async function bundled(entry: string, external: string[] = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${folder}src/${entry}`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    external,
  });
  return {
    bytes: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length,
    inputs: Object.keys(metafile.inputs),
  };
}

describe("the package", () => {
  it("weighs at most 30 kB, and brings neither a framework nor Yjs", async () => {
    const { bytes, inputs } = await bundled("index.ts");
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(inputs.filter((file) => /node_modules\/(react|yjs|lib0)/.test(file))).toEqual([]);
  });

  it("has its React bindings apart, without React in them", async () => {
    const { bytes, inputs } = await bundled("react.ts", ["react"]);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(inputs.filter((file) => file.includes("node_modules/react"))).toEqual([]);
  });

  it("holds what it should, and neither tests nor scripts", () => {
    const told = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(told) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    for (const entry of ["index", "fold/index", "overHttp", "react"]) {
      expect(paths).toContain(`dist/${entry}.js`);
      expect(paths).toContain(`dist/${entry}.d.ts`);
    }
    expect(paths).toContain("README.md");
    expect(paths.filter((path) => !/^(dist\/|src\/|README\.md$|package\.json$|LICENSE)/.test(path))).toEqual(
      [],
    );
  });
});
