// Every event file, sent to the real bootstrap that it is for: what `make watch` and `make invoke-<function>` do, without cargo-lambda.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Account, bootstraps, FUNCTIONS, ROOT } from './emulator.mjs';
import { event } from './event.mjs';
import { lambda } from './libraries.mjs';
import { sample } from './sample.mjs';

/** In an order in which each makes sense; the rest follow. */
const FIRST = ['connect', 'default-hello', 'default-change', 'default-line', 'http-inbox-slack', 'http-inbox-bearer'];
/** What an editor may not read. */
const FORBIDDEN = ['http-log', 'http-generation', 'http-generations'];

let account;
before(async () => {
  account = await Account.start();
  const [folder, variables] = [await bootstraps(), await sample(account)];
  for (const name of FUNCTIONS) await account.function(name, join(folder, name, 'bootstrap'), { ...variables, LOG_LEVEL: 'warn' });
});
after(() => account?.stop());

/** A function's answer to an event file, as an object. */
async function answer(name) {
  const client = new lambda.LambdaClient(account.client);
  const { FunctionError, Payload } = await client.send(new lambda.InvokeCommand({ FunctionName: name.split('-')[0], Payload: event(name) }));
  const text = Buffer.from(Payload).toString();
  assert.equal(FunctionError, undefined, `${name}: ${text}`);
  return JSON.parse(text);
}

test('every event file, as of today, is answered by its bootstrap as its sender would want', async () => {
  const all = readdirSync(join(ROOT, 'events')).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  const order = [...FIRST.filter((name) => all.includes(name)), ...all.filter((name) => !FIRST.includes(name)).sort()];
  for (const name of order) {
    const given = await answer(name);
    const said = `${name}: ${JSON.stringify(given).slice(0, 400)}`;
    if (name.startsWith('authorize')) assert.equal(given.policyDocument.Statement[0].Effect, 'Allow', said);
    else if (name.startsWith('extract')) assert.ok(Array.isArray(given), said);
    else assert.equal(given.statusCode, FORBIDDEN.includes(name) ? 403 : 200, said);
    if (name.startsWith('http-inbox')) assert.equal(JSON.parse(given.body).kept + JSON.parse(given.body).passed, 1, said);
    if (name === 'http-inbox-slack') assert.equal(JSON.parse(given.body).kept, 1, said);
  }
});
