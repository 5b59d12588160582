// Follows every relative link of every Markdown file that git knows: the file must be there, and the heading if one is named.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' });
// Recorded inputs and answers are data: what looks like a link there is none.
const data = /^(tests\/(answers|hunt|fallback|evaluation)\/.+\/|events\/)/;
const files = listed.split('\n').filter((file) => file && existsSync(join(root, file)) && !data.test(file));

const text = (file) => readFileSync(join(root, file), 'utf8');
/** The page without what is shown as code. */
const prose = (page) => page.replace(/^(```|~~~).*?^\1/gms, '').replace(/(`+).*?\1/gs, (code) => 'x'.repeat(code.length));

/** The names of a page's headings, as GitHub and mdBook make them. */
function anchors(file) {
  const seen = new Map();
  const names = new Set([...text(file).matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name]) => name));
  for (const [, heading] of text(file).replace(/^```.*?^```/gms, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*_]/g, (mark) => (mark === '_' ? '_' : ''));
    const name = plain.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    names.add(count ? `${name}-${count}` : name);
  }
  return names;
}

let count = 0;
const broken = [];
for (const file of files) {
  const page = prose(text(file));
  const links = [...page.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g), ...page.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  for (const [, link] of links) {
    if (/^[a-z][a-z+.-]*:/i.test(link)) continue;
    count += 1;
    const [path, anchor] = link.split('#');
    const target = path ? normalize(join(dirname(file), decodeURIComponent(path))) : file;
    if (target.startsWith('..') || !existsSync(join(root, target))) broken.push(`${file}: ${link}: there is no such file`);
    else if (anchor && target.endsWith('.md') && statSync(join(root, target)).isFile() && !anchors(target).has(decodeURIComponent(anchor)))
      broken.push(`${file}: ${link}: there is no such heading`);
  }
}
if (broken.length > 0) {
  console.error(broken.join('\n'));
  process.exit(1);
}
console.log(`${count} links between ${files.length} pages lead somewhere.`);
