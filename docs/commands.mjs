// Every command that the documentation shows names things that exist: words of `make`, arguments of `cyclesheet`, packages and tests
// of Cargo, scripts of npm, files of Node. Nothing is run, and the arguments of other programs are not looked at.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (file) => readFileSync(join(root, file), 'utf8');
const output = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });

const listed = output('git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md').split('\n');
// A page about the past may name what is gone; recorded inputs and answers are data.
const history = /^(CHANGELOG\.md$|docs\/decisions\/|tests\/(answers|hunt|fallback|evaluation)\/.+\/|events\/)/;
const files = listed.filter((file) => file && existsSync(join(root, file)) && !history.test(file));

const makefiles = ['Makefile', 'infra/stack.mk'].map(text).join('\n');
const words = [...makefiles.matchAll(/^([a-z][a-z%-]*(?: [a-z%-]+)*):(?!=)/gm)].flatMap(([, names]) => names.split(' '));
const isWord = (name) => words.some((word) => new RegExp(`^${word.replace('%', '.+')}$`).test(name));
const packages = new Map(JSON.parse(output('cargo', 'metadata', '--no-deps', '--format-version', '1', '--offline')).packages.map((one) => [one.name, one]));
const scripts = (folder) => JSON.parse(text(join(folder, 'package.json'))).scripts ?? {};
const npm = { '.': 'web', app: 'web/app', client: 'web/client' };

/** The commands of one page: lines of its blocks, and texts between backquotes. */
function* commands(file) {
  const page = text(file);
  const known = /^(?:make|cyclesheet|cargo|npm|npx|node)\s/;
  for (const [, language, block] of page.matchAll(/^ *```(sh|)\n(.*?)^ *```/gms)) {
    for (const line of block.replaceAll(/\\\n\s*/g, '').split('\n')) {
      // Two spaces part a command from what is said of it, where a list is no shell.
      const command = line.trim().split(language === 'sh' ? /\s+#\s/ : /\s{2,}|\s+#\s|\s→/)[0];
      if (known.test(command)) yield command;
    }
  }
  for (const [, command] of page.replaceAll(/^ *```.*?^ *```/gms, '').matchAll(/`([^`]+)`/g)) {
    if (known.test(command)) yield command;
  }
}

const problems = {
  make([...rest]) {
    return rest.filter((word) => !word.startsWith('-')).flatMap((word) => {
      const variable = /^([A-Z_]+)=/.exec(word)?.[1];
      if (variable) return new RegExp(`\\$\\(${variable}\\)|\\b${variable} \\?=|\\$\\(value ${variable}\\)|or \\$\\(${variable}\\)`).test(makefiles) ? [] : [`make knows no ${variable}`];
      return /^[a-z-]+$/.test(word) && !isWord(word) ? [`make knows no word ${word}`] : [];
    });
  },
  cyclesheet(rest) {
    // Choices and dots are a synopsis: its options are asked for, one by one.
    const options = rest.join(' ').replaceAll(/[[\]]/g, ' ').split(/\s+/).filter(Boolean);
    const path = [];
    for (const word of options) {
      if (!/^[a-z][a-z-]*(\|[a-z-]+)*$/.test(word)) break;
      path.push(word.split('|')[0]);
    }
    let said = '';
    while (path.length) {
      const { status, stdout } = spawnSync(join(root, 'target/debug/cyclesheet'), [...path, '--help'], { encoding: 'utf8' });
      if (status === 0) { said = stdout; break; }
      if (path.length === 1) return [`cyclesheet has no ${path[0]}`];
      path.pop();
    }
    return options.filter((word) => /^--[a-z]/.test(word)).map((word) => /^--[a-z-]+/.exec(word)[0])
      .filter((option) => option !== '--help' && option !== '--version' && !new RegExp(`${option}\\b`).test(said))
      .map((option) => `cyclesheet ${path.join(' ')} has no ${option}`);
  },
  cargo(rest) {
    const after = (...names) => rest.flatMap((word, at) => (names.includes(word) ? [rest[at + 1]] : []));
    const found = [];
    const named = after('-p', '--package');
    for (const name of named) if (!packages.has(name)) found.push(`there is no package ${name}`);
    const targets = (named.length ? named : [...packages.keys()]).flatMap((name) => packages.get(name)?.targets ?? []);
    for (const [option, kind] of [['--test', 'test'], ['--bin', 'bin'], ['--example', 'example'], ['--bench', 'bench']]) {
      for (const name of after(option)) {
        if (!targets.some((target) => target.name === name && target.kind.includes(kind))) found.push(`there is no ${kind} ${name}`);
      }
    }
    for (const path of after('--path')) if (!existsSync(join(root, path, 'Cargo.toml'))) found.push(`there is no crate in ${path}`);
    const command = rest.indexOf('--');
    if (rest[0] === 'run' && named[0] === 'cyclesheet' && command > 0) found.push(...problems.cyclesheet(rest.slice(command + 1)));
    return found;
  },
  npm(rest) {
    const name = rest[0] === 'run' ? rest.slice(1).find((word) => !word.startsWith('-')) : rest[0] === 'test' ? 'test' : undefined;
    if (!name) return [];
    const folder = npm[rest[rest.indexOf('-w') + 1]];
    const all = rest.includes('-w') ? scripts(folder) : Object.assign({}, ...Object.values(npm).map(scripts), scripts('infra/cdk'));
    return all[name] ? [] : [`npm has no script ${name}`];
  },
  npx: () => [],
  node([...rest]) {
    const file = rest.find((word) => !word.startsWith('-'));
    return !file || !/[./]/.test(file) || /[…<{$]/.test(file) || existsSync(join(root, file)) ? [] : [`there is no ${file}`];
  },
};

let count = 0;
const wrong = [];
for (const file of files) {
  for (const command of [...commands(file)].flatMap((line) => line.split(/ (?:&&|;|\|) /))) {
    count += 1;
    const [program, ...rest] = command.trim().split(/\s+/);
    for (const problem of problems[program]?.(rest) ?? []) wrong.push(`${file}: \`${command}\`: ${problem}`);
  }
}
if (wrong.length) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(`${count} commands in ${files.length} pages: each names what exists`);
