// What a platform may do to a function: events of other shapes than the documentation's, and a panic. Real bootstraps
// behind a real Runtime API; after each event, the same process serves the next.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Account, bootstraps, ROOT } from './emulator.mjs';
import { dynamodb, lambda } from './libraries.mjs';

let account;
let client;
const TABLE = 'shapes';
const MEGABYTE = 'x'.repeat(1024 * 1024);

before(async () => {
  account = await Account.start();
  client = new lambda.LambdaClient(account.client);
  await new dynamodb.DynamoDBClient(account.client).send(new dynamodb.CreateTableCommand({
    TableName: TABLE, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'S' }],
  }));
});
after(() => account?.stop());

/** Makes a function of a program. */
const create = (name, program) => account.function(name, program, { TABLE_NAME: TABLE, CALLBACK_URL: `${account.endpoint}/_aws/execute-api/none/none`, LOG_LEVEL: 'warn' });

async function invoke(name, event) {
  const { FunctionError, Payload } = await client.send(new lambda.InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  const text = Buffer.from(Payload).toString();
  return { failed: Boolean(FunctionError), answer: text ? JSON.parse(text) : null };
}

const pids = (name) => account.processes().filter((process) => process.function === name).map((process) => process.pid);
const event = (name) => JSON.parse(readFileSync(join(ROOT, `events/${name}.json`), 'utf8'));

test('a panic is answered as an error, and the environment lives', async () => {
  await create('panicking', join(ROOT, 'target/debug/examples/panicking'));
  assert.equal((await invoke('panicking', { body: 'first' })).answer.statusCode, 200);
  const [before] = pids('panicking');
  for (let time = 0; time < 3; time += 1) {
    const { failed, answer } = await invoke('panicking', { body: 'panic' });
    assert.ok(failed);
    assert.match(answer.errorMessage, /as told/);
    assert.equal((await invoke('panicking', { body: 'next' })).answer.statusCode, 200);
  }
  assert.deepEqual(pids('panicking'), [before], 'the same process');
});

test('an event of another shape is answered, and the environment serves the next', async () => {
  const folder = await bootstraps();
  const plain = event('default-ping');
  const { authorizer, ...rest } = plain.requestContext;
  const shapes = [
    ['unknown fields', { ...plain, novel: { deep: [1, 2] }, requestContext: { ...plain.requestContext, novel: 1 } }, 200],
    ['no request id, no stage, no message id', { body: plain.body, requestContext: { connectionId: rest.connectionId, authorizer } }, 200],
    ['nulls where values are usual', { ...plain, headers: null, multiValueHeaders: null, queryStringParameters: null, requestContext: { ...plain.requestContext, requestId: null, messageId: null, domainName: null, stage: null } }, 200],
    ['another connectedAt', { ...plain, requestContext: { ...plain.requestContext, connectedAt: 1 } }, 200],
    ['connectedAt as text', { ...plain, requestContext: { ...plain.requestContext, connectedAt: 'yesterday' } }, 200],
    ['a header whose value is a list', { ...plain, headers: { Host: ['a', 'b'], Odd: null, Number: 1 } }, 200],
    ['no body', { ...plain, body: undefined }, 200],
    ['a body that is null', { ...plain, body: null }, 200],
    ['a body that is no JSON', { ...plain, body: '{"type":' }, 200],
    ['an enormous body', { ...plain, body: MEGABYTE }, 200],
    ['no authorizer', { ...plain, requestContext: rest }, null],
    ['an authorizer with numbers, which the gateway never sends', { ...plain, requestContext: { ...plain.requestContext, authorizer: { ...authorizer, exp: 4102444800 } } }, 403],
    ['an authorizer of another kind', { ...plain, requestContext: { ...plain.requestContext, authorizer: 'none' } }, null],
    ['nothing', {}, null],
    ['a list', [], null],
    ['a text', 'text', null],
    ['null', null, null],
  ];
  await create('default', join(folder, 'default/bootstrap'));
  await invoke('default', plain);
  const [before] = pids('default');
  for (const [what, shape, status] of shapes) {
    const { failed, answer } = await invoke('default', shape);
    if (status) assert.deepEqual([failed, answer?.statusCode], [false, status], `${what}: ${JSON.stringify(answer)}`);
    else assert.ok(failed || answer?.statusCode >= 400, `${what} is not taken for a good event: ${JSON.stringify(answer)}`);
    const next = await invoke('default', plain);
    assert.equal(next.answer.statusCode, 200, `after ${what}`);
  }
  assert.deepEqual(pids('default'), [before], 'the same process served them all');
});
