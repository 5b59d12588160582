// The site is made from the Markdown where it stands; this file only says in which order it is read and where a link to source code leads.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type DefaultTheme, defineConfig } from "vitepress";

const here = fileURLToPath(new URL("../", import.meta.url));
const root = join(here, "../../");
const repository = "https://github.com/cyclesheet/cyclesheet";

/** The page's first heading, as plain text. */
const title = (file: string) => (/^# (.+)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? file).replaceAll("`", "");
const entry = (file: string): DefaultTheme.SidebarItem => ({
  text: file === "README.md" ? "What it is" : title(file),
  link: `/${file.replace(/(^|\/)README\.md$/, "$1").replace(/\.md$/, "")}`,
});
const part = (text: string, ...files: string[]): DefaultTheme.SidebarItem => ({ text, items: files.map(entry) });

const decisions = readdirSync(join(root, "docs/decisions"))
  .filter((name) => /^\d{4}-.*\.md$/.test(name))
  .sort()
  .map((name) => `docs/decisions/${name}`);

const sidebar = [
  part("For the team", "README.md", "docs/guide.md", "docs/privacy.md"),
  part(
    "For the operator",
    "docs/serve.md",
    "docs/deploy.md",
    "docs/configuration.md",
    "docs/command.md",
    "docs/cost.md",
    "docs/runbook.md",
    "docs/restore.md",
    "docs/security.md",
    "SECURITY.md",
  ),
  part(
    "For the builder",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/add-an-op.md",
    "docs/words.md",
    "docs/glossary.md",
    "docs/performance.md",
    "docs/scale.md",
    "docs/reliability.md",
  ),
  part(
    "The protocol and its clients",
    "shared/protocol/SPEC.md",
    "docs/codes.md",
    "web/client/README.md",
    "shared/client/README.md",
    "infra/local/gateway/README.md",
  ),
  { ...part("Decisions", "docs/decisions/README.md", ...decisions), collapsed: true },
];

/** Every page of the site, from the root of the repository. */
const pages = new Set([
  ...sidebar.flatMap(({ items = [] }) => items.map(({ link = "" }) => `${link.slice(1) || "README"}.md`.replace(/\/\.md$/, "/README.md"))),
  "CHANGELOG.md",
  "CODE_OF_CONDUCT.md",
]);

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" });
const others = listed.split("\n").filter((file) => file && !pages.has(file));
const forgotten = others.filter((file) => /^docs\/[^/]+\.md$/.test(file));
if (forgotten.length) throw new Error(`docs/site/.vitepress/config.mts has no place in its sidebar for ${forgotten.join(", ")}`);

export default defineConfig({
  title: "Cyclesheet",
  description: "A weekly status sheet that fills itself in once and that a whole team then edits live",
  lang: "en-GB",
  srcDir: root,
  srcExclude: ["target/**", ".git/**", ...others],
  outDir: join(root, "target/site"),
  cacheDir: join(root, "target/site-cache"),
  cleanUrls: true,
  rewrites: (id) => id.replace(/(^|\/)README\.md$/, "$1index.md"),
  themeConfig: {
    sidebar,
    nav: [
      { text: "Guide", link: "/docs/guide" },
      { text: "Protocol", link: "/shared/protocol/SPEC" },
      { text: "Architecture", link: "/ARCHITECTURE" },
    ],
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
  },
  // The pages stand above the packages of this folder.
  vite: {
    resolve: {
      alias: [
        { find: /^vue$/, replacement: join(here, "node_modules/vue/dist/vue.runtime.esm-bundler.js") },
        { find: /^vue\/server-renderer$/, replacement: join(here, "node_modules/vue/server-renderer/index.mjs") },
      ],
    },
  },
  markdown: {
    languageAlias: { "rust,no_run": "rust" },
    config(md) {
      // A link to what is no page of the site leads to the repository. A page that is missing stays a dead link, and a dead link fails the build.
      md.core.ruler.push("repository-links", ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === "link_open" ? (token.attrGet("href") ?? "") : "";
          if (!href || /^(?:[a-z][a-z+.-]*:|#|\/)/i.test(href)) continue;
          const [path, anchor] = href.split("#");
          const from = relative(root, env.path ?? join(root, env.relativePath));
          const file = join(dirname(from), decodeURIComponent(path));
          if (pages.has(file)) {
            token.attrSet("href", href.replace(/(^|\/)README\.md/, "$1index.md"));
          } else if (existsSync(join(root, file))) {
            const kind = statSync(join(root, file)).isDirectory() ? "tree" : "blob";
            token.attrSet("href", `${repository}/${kind}/main/${file}${anchor ? `#${anchor}` : ""}`);
          }
        }
      });
    },
  },
});
