// What a real stack answers over HTTPS, held to the schemas of the OpenAPI document.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { startStack } from './stack.mjs';

// The validator is a dependency of the client's own contract test; this folder has none of its own.
const { Ajv2020 } = createRequire(new URL('../../web/client/package.json', import.meta.url))('ajv/dist/2020.js');

const document = JSON.parse(await readFile(new URL('../../docs/contract/openapi.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
// Formats of Rust's numbers are notes for generators.
for (const name of ['uint', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64', 'double', 'float', 'date-time']) ajv.addFormat(name, true);
ajv.addSchema(document, 'openapi');

/** Returns what is wrong with a body by the schema of an operation's answer; empty if nothing is. */
function wrong(path, method, status, body) {
  const answers = document.paths[path][method].responses;
  const name = answers[status] === undefined ? 'default' : status;
  const pointer = ['paths', path, method, 'responses', name, 'content', 'application/json', 'schema'];
  const escaped = pointer.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.compile({ $ref: `openapi#/${escaped.join('/')}` });
  return validate(body) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('every answer of the sample week has the shape that the OpenAPI document says', async () => {
  const stack = await startStack();
  try {
    const link = new URL(stack.links.find(({ role }) => role === 'admin').url);
    const words = new URLSearchParams(link.hash.replace(/^#/, '') || link.search);
    const token = [...words.values()].find((value) => value.split('.').length === 3);
    assert.ok(token, `a sign-in link carries a token: ${link.pathname}`);
    const ask = async (path, options = {}) => {
      const answer = await fetch(new URL(path, stack.address), {
        ...options,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
    };
    const payload = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    const team = payload.teams[0];
    const cycles = JSON.parse((await ask(`/api/cycles?team=${team}`)).text);
    const cycle = cycles.cycles[0].cycle;
    const values = { team, cycle, number: '1', doc: 'summary', tenant: payload.tenant };
    const filled = (path) => path.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const checked = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const query = operation.parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
        const search = new URLSearchParams(query.map(({ name, example }) => [name, values[name] ?? example]));
        const body = operation.operationId === 'commitChange'
          ? JSON.stringify({ id: 'contract.1', base: 0, ops: [{ op: 'SAVE_POINT_ADD', name: 'contract' }] })
          : '{}';
        const { status, type, text } = await ask(`${filled(path)}?${search}`, method === 'post' ? { method: 'POST', body } : {});
        if (operation.responses[200].content?.['application/json'] === undefined && status === 200) continue;
        assert.match(type, /^application\/json/, operation.operationId);
        assert.deepEqual(wrong(path, method, status, JSON.parse(text)), [], `${operation.operationId}: ${status} ${text.slice(0, 500)}`);
        checked.push([operation.operationId, status]);
      }
    }
    const succeeded = checked.filter(([, status]) => status === 200).map(([operation]) => operation);
    for (const operation of ['listCycles', 'getSheet', 'listChanges', 'commitChange', 'auditLog', 'listGenerations', 'listMembers', 'getDocument']) {
      assert.ok(succeeded.includes(operation), `${operation} was answered: ${JSON.stringify(checked)}`);
    }
    // A refusal has a shape, too.
    const refused = await ask(`/api/cycles/${team}/2026-W99`);
    assert.deepEqual(wrong('/api/cycles/{team}/{cycle}', 'get', refused.status, JSON.parse(refused.text)), []);
  } finally {
    await stack.kill();
  }
});
