// A whole AWS account on this machine: MiniStack, an own folder for everything it writes, and the real `cdk` against it.
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lambda } from './libraries.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CDK = join(ROOT, 'infra/cdk');
const PYTHON = process.env.MINISTACK_PYTHON ?? join(ROOT, 'target/ministack/bin/python');
export const FUNCTIONS = ['authorize', 'connect', 'default', 'disconnect', 'extract', 'http'];
export const REGION = 'eu-central-1';
/** Real credentials must not be near a test that deploys; these belong to nobody. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const STARTS_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 10_000;
const run = promisify(execFile);

/** Polls until `condition` gives something; fails with `what` when it never does. */
export async function until(what, condition, withinMs = 15_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

/** A free port of 127.0.0.1, from 47800 on so that none is taken from the ephemeral ones. */
async function freePort() {
  for (let port = 47_800; port < 48_000; port += 1) {
    const free = await new Promise((resolve) => {
      const probe = createServer().once('error', () => resolve(false)).once('listening', () => probe.close(() => resolve(true)));
      probe.listen(port, '127.0.0.1');
    });
    if (free) return port;
  }
  throw new Error('no port of 47800 to 47999 is free');
}

export class Account {
  static async start() {
    const account = new Account();
    account.folder = mkdtempSync(join(tmpdir(), 'cyclesheet-deployed-'));
    account.port = await freePort();
    account.endpoint = `http://127.0.0.1:${account.port}`;
    account.client = { endpoint: account.endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 };
    account.environment = {
      PATH: process.env.PATH,
      // The CLI's caches too belong into the folder that goes in the end.
      HOME: account.folder,
      CDK_HOME: account.folder,
      TMPDIR: account.folder,
      AWS_ENDPOINT_URL: account.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      CDK_DISABLE_VERSION_CHECK: '1',
      NODE_NO_WARNINGS: '1',
    };
    try {
      await account.#serve();
    } catch (error) {
      await account.stop();
      throw error;
    }
    return account;
  }

  async #serve() {
    if (!existsSync(PYTHON)) throw new Error(`${PYTHON} is missing: run make test-deployed, which installs MiniStack`);
    this.said = '';
    this.server = spawn(PYTHON, [join(ROOT, 'tests/deployed/serve.py')], {
      env: { ...this.environment, GATEWAY_PORT: String(this.port), BIND_HOST: '127.0.0.1', MINISTACK_REGION: REGION },
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its functions can be ended with it.
      detached: true,
    });
    const keep = (chunk) => { this.said = (this.said + chunk).slice(-200_000); };
    this.server.stdout.on('data', keep);
    this.server.stderr.on('data', keep);
    this.ended = new Promise((resolve) => this.server.once('exit', resolve));
    const healthy = () => fetch(`${this.endpoint}/_ministack/health`).then((answer) => answer.ok, () => false);
    await until('MiniStack answers', async () => {
      if (this.server.exitCode !== null) throw new Error(`MiniStack ended with ${this.server.exitCode}: ${this.said}`);
      return healthy();
    }, STARTS_WITHIN_MS);
  }

  /** Ends what was started and removes what was written, however far it came. */
  async stop() {
    if (this.server?.pid && this.server.exitCode === null) {
      const signal = (name) => { try { process.kill(-this.server.pid, name); } catch { /* gone already */ } };
      signal('SIGTERM');
      const late = setTimeout(() => signal('SIGKILL'), ENDS_WITHIN_MS);
      await this.ended;
      clearTimeout(late);
      // Functions that outlived their server, if any.
      signal('SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs `cdk`; what it said, or an error with that. */
  async cdk(...args) {
    return this.#tool(join(CDK, 'node_modules/.bin/cdk'), args, args[0] === 'bootstrap' ? this.folder : CDK);
  }

  /** Runs a word of `make`, as a person would; `{ code, said }`. */
  async make(...args) {
    return this.#tool('make', ['--no-print-directory', ...args], ROOT).then((said) => ({ code: 0, said }), (error) => ({ code: error.code, said: error.said }));
  }

  /** Runs one of the stack's scripts; `{ code, said }`. */
  async script(name, ...args) { return this.scriptTold('', name, ...args); }

  /** The same with something on its standard input. */
  async scriptTold(input, name, ...args) {
    return this.#tool(process.execPath, ['--import', 'tsx', `scripts/${name}.ts`, ...args], CDK, input)
      .then((said) => ({ code: 0, said }), (error) => ({ code: error.code, said: error.said }));
  }

  async #tool(program, args, cwd, input = '') {
    try {
      const running = run(program, args, { cwd, env: this.environment, maxBuffer: 64 * 1024 * 1024 });
      // A process that does not read its input may have ended by now.
      running.child.stdin.on('error', () => {}).end(input);
      const { stdout, stderr } = await running;
      return stdout + stderr;
    } catch (error) {
      const said = `${error.stdout ?? ''}${error.stderr ?? ''}`;
      throw Object.assign(new Error(`${program} ${args.join(' ')} ended with ${error.code}:\n${said.slice(-6_000)}`), { code: error.code, said });
    }
  }

  /** Deploys; the stack's outputs. */
  async deploy(context) {
    await this.cdk('deploy', '--require-approval', 'never', '--progress', 'events', '--output', join(this.folder, 'out'),
      '--outputs-file', join(this.folder, 'outputs.json'), ...contextArguments(context));
    return Object.values(JSON.parse(readFileSync(join(this.folder, 'outputs.json'), 'utf8')))[0];
  }

  async destroy(context) {
    await this.cdk('destroy', '--force', '--output', join(this.folder, 'out'), ...contextArguments(context));
  }

  /** Makes a function of a program, without any stack. */
  async function(FunctionName, program, Variables) {
    const folder = join(this.folder, `code-${FunctionName}`);
    mkdirSync(folder);
    copyFileSync(program, join(folder, 'bootstrap'));
    // The emulator's Python has a zip program in it, which keeps that a file may be run.
    await run(PYTHON, ['-m', 'zipfile', '-c', '../code.zip', 'bootstrap'], { cwd: folder });
    await new lambda.LambdaClient(this.client).send(new lambda.CreateFunctionCommand({
      FunctionName, Runtime: 'provided.al2023', Handler: 'bootstrap', Role: 'arn:aws:iam::000000000000:role/any', Timeout: 20,
      Code: { ZipFile: readFileSync(join(this.folder, 'code.zip')) },
      Environment: { Variables },
    }));
  }

  /** Processes that serve functions, by function. */
  processes() {
    const found = [];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
        if (group !== this.server.pid || Number(pid) === this.server.pid) continue;
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const name = environment.find((pair) => pair.startsWith('AWS_LAMBDA_FUNCTION_NAME='))?.split('=')[1];
        if (name) found.push({ pid: Number(pid), function: name.split('-').at(-1) });
      } catch { /* ended meanwhile */ }
    }
    return found;
  }
}

export const contextArguments = (context) => Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The built bootstraps as `cdk` wants them: each in a folder of its own, without what only a debugger reads. */
export async function bootstraps() {
  const folder = join(ROOT, 'target/deployed');
  for (const name of FUNCTIONS) {
    const [from, to] = [join(ROOT, 'target/debug', name), join(folder, name, 'bootstrap')];
    if (!existsSync(from)) throw new Error(`${from} is missing: run make test-deployed, which builds it`);
    if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) continue;
    mkdirSync(join(folder, name), { recursive: true });
    await run('strip', ['-o', to, from]).catch(() => copyFileSync(from, to));
  }
  return folder;
}
