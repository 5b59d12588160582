// The whole of it, deployed by the real `cdk` with the real bootstraps, and used by people.
//
// The tests share one deployment and run in order: it takes longer to make than all of them. Each has people and rows
// of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { contextArguments, ROOT, until } from './emulator.mjs';
import { cloudformation, dynamodb, lambda, management, s3, scheduler, secrets } from './libraries.mjs';
import { insert, modify, open, token, week } from './people.mjs';
import { smoke } from './smoke.mjs';
import { begin, COHERE_KEY, COHERE_SECRET, PAGE, unique } from './stack.mjs';

/** Rules that cannot be shown here: what the emulator does not keep, and what is otherwise behind any gateway. */
const HIDDEN = {
  C1: 'the emulator drops the headers of $connect, and with them the subprotocol',
  C2: 'the emulator answers 500 where the authorizer says Unauthorized',
  C3: 'a gateway answers 401 itself where the query names no room: team and cycle are its identity sources',
  F9: 'each environment counts for itself, and the frames of one socket go to several',
  F1: 'the emulator takes binary frames',
  F2: 'the emulator has no limits of 32 and 128 KB',
};
let stack;

before(async () => {
  stack = await begin();
  await stack.account.cdk('bootstrap', 'aws://000000000000/eu-central-1');
  await stack.secrets.send(new secrets.CreateSecretCommand({ Name: COHERE_SECRET, SecretString: COHERE_KEY }));
  const began = performance.now();
  await stack.deploy();
  console.log(`# deployed from built bootstraps in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await stack.team();
});
after(() => stack?.stop());

test('who has no token, a forged one, a spent one or no business in the room is refused', async () => {
  const url = stack.socketUrl;
  const cycle = week(1);
  const good = stack.token('ana');
  const refused = [
    ['no token', { cycle }],
    ['a forged token', { cycle, token: token('another key', 'ana') }],
    ['a spent token', { cycle, token: stack.token('ana', { ttl: -60 }) }],
    ['another issuer', { cycle, token: stack.token('ana', { iss: 'https://elsewhere.example/' }) }],
    ['another audience', { cycle, token: stack.token('ana', { aud: 'something-else' }) }],
    ['a team the token does not name', { cycle, token: stack.token('ana', { teams: ['billing'] }) }],
    ['no team', { team: '', cycle, token: good }],
    ['no week', { token: good }],
    ['a page of elsewhere', { cycle, token: good, origin: 'https://evil.example' }],
  ];
  for (const [what, options] of refused) {
    // AWS answers 401 itself where an identity source (team, cycle) is missing; the emulator says 403 or 500 there.
    await assert.rejects(open(url, options), (error) => [401, 403, 500].includes(error.status) || assert.fail(`${what}: ${error.message}`));
  }
  const page = await open(url, { cycle, token: good, origin: PAGE });
  assert.equal((await page.hello()).type, 'welcome');
  await page.close();
});

test('a token that does not verify is a refusal of the authorizer and no error of it', async () => {
  const client = new lambda.LambdaClient(stack.account.client);
  const event = JSON.parse(readFileSync(join(ROOT, 'events/authorize.json'), 'utf8'));
  const { FunctionError, Payload } = await client.send(new lambda.InvokeCommand({
    FunctionName: 'cyclesheet-dev-authorize', Qualifier: 'live', Payload: JSON.stringify(event),
  }));
  assert.equal(FunctionError, undefined, 'its token is signed with another key');
  const { principalId, policyDocument } = JSON.parse(Buffer.from(Payload));
  assert.deepEqual([principalId, policyDocument.Statement[0].Effect], ['nobody', 'Deny']);
});

test('an edit of one reaches the other, is acknowledged to its author, and stands in the log', async () => {
  const [ana, ben] = [await stack.join('ana'), await stack.join('ben')];
  const task = `edit-${unique()}`;
  const inserted = await ana.committed(ana.change(insert(task, 'Upgrade the database')));
  assert.equal(inserted.author.id, 'ana', 'stamped from the connection');
  const seen = await ben.committed(inserted.id);
  assert.deepEqual(seen, inserted);
  const changed = await ben.committed(ben.change(modify(task, 'title', 'Upgrade the database', 'Upgrade both databases')));
  assert.deepEqual(await ana.committed(changed.id), changed);
  const stale = await ana.answer(ana.change(modify(task, 'title', 'Upgrade the database', 'Leave it')));
  assert.equal(stale.code, 'CONFLICT');
  assert.equal(stale.current.value, 'Upgrade both databases');
  const page = await stack.http(`/api/cycles/platform/${week(1)}/changes?since=${inserted.version - 1}`, 'ana');
  const logged = (await page.json()).changes.map((change) => change.id);
  assert.ok(logged.includes(inserted.id) && logged.includes(changed.id) && !logged.includes(stale.id), `${logged}`);
  await Promise.all([ana.close(), ben.close()]);
});

test('a change over HTTPS has the same answers and is sent to the room', async () => {
  const ana = await stack.join('ana');
  const id = `script-${unique()}.1`;
  const change = { id, base: ana.version, ops: [insert(`http-${unique()}`, 'From a script')] };
  const path = `/api/cycles/platform/${week(1)}/changes`;
  const posted = await stack.http(path, 'cleo', { method: 'POST', body: change });
  assert.equal(posted.status, 200);
  assert.deepEqual((await posted.json()).changes[0], await ana.committed(id));
  const viewer = await stack.http(path, 'vera', { method: 'POST', role: 'viewer', body: { ...change, id: `script-${unique()}.1` } });
  assert.equal((await viewer.json()).code, 'FORBIDDEN');
  assert.equal((await fetch(`${stack.httpUrl}/api/cycles?team=platform`)).status, 401, 'no bearer');
  await ana.close();
});

test('the smoke test passes, measures, and leaves no row behind', async () => {
  const figures = await smoke({ wsUrl: stack.socketUrl, httpUrl: stack.httpUrl, token: stack.token('smoke'), edits: 6 });
  assert.equal(figures.seen.length, 8);
  assert.ok(figures.seen.every((ms) => ms > 0));
  const { snapshot } = await (await stack.http(`/api/cycles/platform/${week(1)}`, 'ana')).json();
  assert.deepEqual(snapshot.tasks.filter((row) => row.taskId.startsWith('smoke-')), []);
});

test('what the smoke test is refused it says at once, and ends with a status', async () => {
  const smokes = (token) => promisify(execFile)(process.execPath, [join(ROOT, 'tests/deployed/smoke.mjs'), stack.socketUrl, stack.httpUrl, token]);
  const began = Date.now();
  await assert.rejects(smokes(stack.token('vera', { role: 'viewer' })), (error) => {
    assert.equal(error.code, 1);
    assert.match(error.stderr, /^The stack does not hold: an edit was refused: FORBIDDEN: /);
    return true;
  });
  assert.ok(Date.now() - began < 10_000, 'it waits for no edit that cannot come');
  await assert.rejects(smokes(stack.token('ana', { teams: [] })), (error) => error.code === 1 && /the token names no team/.test(error.stderr));
});

test('parallel bootstraps race for one slot: every change has a version of its own, and none is lost', async () => {
  const people = await Promise.all(Array.from({ length: 8 }, (_, n) => stack.join(`racer${n}`)));
  const start = people[0].version;
  const rounds = 3;
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(people.map((person) => person.committed(person.change(insert(`race-${unique()}`, `Round ${round}`)))));
  }
  const total = people.length * rounds;
  const page = await (await stack.http(`/api/cycles/platform/${week(1)}/changes?since=${start}`, 'ana')).json();
  const versions = page.changes.map((change) => change.version);
  assert.deepEqual(versions.slice(-total), Array.from({ length: total }, (_, n) => page.version - total + 1 + n));
  for (const person of people) await person.frame('the tip', (frame) => frame.type === 'committed' && frame.changes.some((change) => change.version === page.version));
  const serving = stack.account.processes().filter((process) => process.function === 'default');
  assert.ok(serving.length > 1, `it was a race of processes: ${serving.length}`);
  await Promise.all(people.map((person) => person.close()));
});

test('a socket that was cut leaves the room, and one whose disconnect never came leaves it with the next edit', async () => {
  const [ana, ben] = [await stack.join('ana'), await stack.join('ben')];
  ben.socket.terminate();
  await ana.frame('ben has left', (frame) => frame.type === 'left' && frame.user.id === 'ben');
  // As after a $disconnect that was never delivered: the row of a socket that is gone.
  const [row] = (await stack.rows(stack.partition(), 'CONN#')).filter((item) => item.user.S === 'ana');
  const ghost = 'AAAAAAAAAAAAAAA=';
  const item = JSON.parse(JSON.stringify(row).replaceAll(ana.welcome.connectionId, ghost));
  item.user = { S: 'ghost' };
  await stack.database.send(new dynamodb.PutItemCommand({ TableName: stack.outputs.TableName, Item: item }));
  await ana.committed(ana.change(insert(`ghost-${unique()}`, 'Is anybody here?')));
  await ana.frame('the ghost has left', (frame) => frame.type === 'left' && frame.connectionId === ghost);
  await until('the ghost is in the room no more', async () => (await stack.rows(stack.partition(), `CONN#${ghost}`)).every((one) => one.lost?.BOOL));
  await ana.close();
});

test('a post to a socket that is gone is answered 410, and a deleted connection closes', async () => {
  const client = new management.ApiGatewayManagementApiClient({ ...stack.account.client, endpoint: stack.callbackUrl });
  const ana = await stack.join('ana');
  const id = ana.welcome.connectionId;
  await client.send(new management.PostToConnectionCommand({ ConnectionId: id, Data: '{"type":"later"}' }));
  await ana.of('later');
  await client.send(new management.DeleteConnectionCommand({ ConnectionId: id }));
  await ana.closed;
  const gone = (error) => error.$metadata?.httpStatusCode === 410;
  await assert.rejects(client.send(new management.PostToConnectionCommand({ ConnectionId: id, Data: '{}' })), gone);
});

test('a member who is removed in mid-session writes nothing more, loses the socket and is not let in again', async () => {
  const [admin, ben] = [await stack.join('boss', { role: 'admin' }), await stack.join('rem')];
  const before = await ben.committed(ben.change(insert(`before-${unique()}`, 'Before the removal')));
  await admin.committed(before.id);
  const removed = await admin.committed(admin.change({ op: 'MEMBER_REVOKE', userId: 'rem' }));
  assert.ok(removed.version > before.version);
  await ben.closed;
  await assert.rejects(stack.join('rem'), (error) => error.status === 403);
  assert.equal((await (await stack.http('/api/cycles?team=platform', 'rem')).json()).code, 'REVOKED');
  const back = await admin.committed(admin.change({ op: 'MEMBER_RESTORE', userId: 'rem' }));
  assert.ok(back.version > removed.version);
  await (await stack.join('rem')).close();
  await admin.close();
});

test('the schedule as it was deployed starts extract, which reads its secret and asks the model once', async () => {
  const client = new scheduler.SchedulerClient(stack.account.client);
  const Name = 'cyclesheet-dev-weekly';
  const deployed = await client.send(new scheduler.GetScheduleCommand({ Name }));
  assert.equal(deployed.ScheduleExpression, 'cron(0,15,30 8 ? * FRI *)');
  // Its zone is asserted from the template: the emulator's CloudFormation leaves it out.
  // The same target at another time: nobody waits for Friday. Twice, because the Scheduler delivers at least once.
  const at = () => new Date(Date.now() + 1_000).toISOString().slice(0, 19);
  for (const name of [Name, `${Name}-again`]) {
    const Command = name === Name ? scheduler.UpdateScheduleCommand : scheduler.CreateScheduleCommand;
    await client.send(new Command({ Name: name, ScheduleExpression: `at(${at()})`, ScheduleExpressionTimezone: 'UTC', FlexibleTimeWindow: { Mode: 'OFF' }, Target: deployed.Target }));
  }
  const sheet = async () => {
    const answer = await stack.http(`/api/cycles/platform/${week()}`, 'ana');
    const { snapshot } = await answer.json();
    return snapshot?.tasks?.length > 0 ? snapshot : null;
  };
  const filled = await until('the sheet is filled', sheet, 45_000);
  assert.equal(filled.generation.number, 1);
  assert.ok(filled.executiveSummary.length > 0);
  assert.equal(stack.cohere.asked.length, 1, 'one call, whatever was fired');
  assert.deepEqual(stack.cohere.asked[0], { path: '/v2/chat', authorization: `Bearer ${COHERE_KEY}` });
  // Somebody who opens the sheet now starts nothing.
  const ana = await stack.join('ana', { cycle: week() });
  assert.equal(ana.welcome.snapshot.generation.number, 1);
  assert.equal(stack.cohere.asked.length, 1);
  await ana.close();
});

test('the page is published whole, with where its sockets are', async () => {
  const { code, said } = await stack.account.script('publish', 'dev', ...contextArguments(stack.context));
  assert.equal(code, 0, said);
  const client = new s3.S3Client({ ...stack.account.client, forcePathStyle: true });
  const read = async (Key) => {
    const object = await client.send(new s3.GetObjectCommand({ Bucket: stack.outputs.PageBucket, Key }));
    return { cache: object.CacheControl, type: object.ContentType, text: await object.Body.transformToString() };
  };
  const page = await read('index.html');
  assert.deepEqual([page.cache, page.type], ['no-cache', 'text/html; charset=utf-8']);
  const script = /src="\.?\/?(assets\/[^"]+\.js)"/.exec(page.text)[1];
  assert.match((await read(script)).cache, /immutable/);
  assert.deepEqual(JSON.parse((await read('config.json')).text), { socketUrl: stack.outputs.SocketUrl });
});

test('the protocol holds, rule by rule, where the emulator lets it show', async () => {
  for (const [tenant, team] of [['acme', 'billing'], ['globex', 'platform']]) await stack.team(tenant, team);
  const hidden = Object.entries(HIDDEN).flatMap(([rule, why]) => ['--hidden', `${rule}=${why}`]);
  const environment = {
    ...process.env, TOKEN_KEY: stack.key, WS_URL: stack.socketUrl, HTTP_URL: stack.httpUrl,
    TOKEN_CMD: `${process.execPath} ${join(ROOT, 'tests/deployed/token.mjs')}`,
  };
  const told = await promisify(execFile)(join(ROOT, 'target/debug/conformance'), ['--token-way', 'query', '--time-zone', 'UTC', '--origin', PAGE, ...hidden], { env: environment })
    .catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
  assert.match(told.stdout, / 0 refuted/);
  const shown = Number(/(\d+) shown/.exec(told.stdout)[1]);
  assert.ok(shown >= 40, told.stdout);
});

test('a release under open sockets loses no edit and no socket', async () => {
  const [ana, ben] = [await stack.join('ana'), await stack.join('ben')];
  const old = new Set(stack.account.processes().map((process) => process.pid));
  let deploying = true;
  const deployed = stack.deploy({ logLevel: 'info' }).finally(() => { deploying = false; });
  const task = `release-${unique()}`;
  await ana.committed(ana.change(insert(task, '0')));
  let edits = 0;
  while (deploying) {
    const answer = await ana.committed(ana.change(modify(task, 'title', String(edits), String(edits + 1))));
    assert.equal((await ben.committed(answer.id)).version, answer.version);
    edits += 1;
    // Within the rate of one author: 100 changes in ten seconds.
    await new Promise((next) => setTimeout(next, 150));
  }
  await deployed;
  assert.ok(edits > 0);
  const answer = await ben.committed(ben.change(insert(`released-${unique()}`, 'Written after it')));
  assert.equal((await ana.committed(answer.id)).version, answer.version);
  assert.ok(stack.account.processes().some((process) => !old.has(process.pid)), 'the new version serves');
  await Promise.all([ana.close(), ben.close()]);
});

test('destroy leaves no stack, no function and no API', async () => {
  const emptied = await stack.account.script('publish', 'dev', '--empty', ...contextArguments(stack.context));
  assert.equal(emptied.code, 0, emptied.said);
  await stack.account.destroy(stack.context);
  const client = new cloudformation.CloudFormationClient(stack.account.client);
  const { StackSummaries } = await client.send(new cloudformation.ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'DELETE_FAILED'] }));
  assert.deepEqual(StackSummaries?.map((one) => one.StackName).filter((name) => name.startsWith('cyclesheet')) ?? [], []);
  await assert.rejects(stack.join('ana'));
});
