// What a run leaves behind: nothing, whether its tests fail or it is killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, until } from './emulator.mjs';

/** A test file that has an account with a function in it, says where, and does not pass. */
const FAILING = `
import { after, before, test } from 'node:test';
import { Account } from '${ROOT}tests/deployed/emulator.mjs';
import { lambda } from '${ROOT}tests/deployed/libraries.mjs';
let account;
before(async () => { account = await Account.start(); });
after(() => account.stop());
test('fails', async () => {
  await account.function('panicking', '${ROOT}target/debug/examples/panicking', { TABLE_NAME: 'none' });
  await new lambda.LambdaClient(account.client).send(new lambda.InvokeCommand({ FunctionName: 'panicking', Payload: '{"body":"first"}' }));
  const { port, folder, server } = account;
  process.send({ port, folder, pids: [server.pid, ...account.processes().map((one) => one.pid)] });
  await new Promise((told) => process.once('message', told));
  throw new Error('as told');
});
`;

/** A process that has ended and was not reaped yet does not live. */
const lives = (pid) => {
  try { return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); } catch { return false; }
};
/** Nothing of it is there; a process that received a signal may take a moment. */
const gone = ({ pids, port }) => until('its processes have ended and its port is free', async () => !pids.some(lives) && !(await listens(port)));
const listens = (port) => new Promise((resolve) => {
  const socket = createConnection(port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => resolve(false));
});

/** Runs the failing file until it has said what it started; `end` ends it. */
async function failing(end) {
  const folder = mkdtempSync(join(tmpdir(), 'cyclesheet-failing-'));
  try {
    writeFileSync(join(folder, 'failing.mjs'), FAILING);
    const child = spawn(process.execPath, [join(folder, 'failing.mjs')], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const begun = await new Promise((resolve, reject) => { child.once('message', resolve); ended.then(() => reject(new Error('it ended before it began'))); });
    assert.equal(begun.pids.length, 2, 'the emulator and a function');
    assert.ok(begun.pids.every(lives) && await listens(begun.port) && existsSync(begun.folder));
    end(child);
    return { begun, status: await ended };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const LINUX = { skip: process.platform !== 'linux' && 'only Linux says in files which processes live, and tells a child of its parent\'s end' };

test('a run that fails leaves no process, no port and no file', LINUX, async () => {
  const { begun, status } = await failing((child) => child.send('go on'));
  assert.equal(status, 1);
  await gone(begun);
  assert.ok(!existsSync(begun.folder), 'its folder');
});

test('a run that is killed leaves no process and no port', LINUX, async () => {
  const { begun } = await failing((child) => child.kill('SIGKILL'));
  try {
    await gone(begun);
  } finally {
    // A killed process cannot tidy up.
    rmSync(begun.folder, { recursive: true, force: true });
    for (const pid of begun.pids.filter(lives)) process.kill(pid, 'SIGKILL');
  }
});
