// The least of AWS that a first answer needs: a table in a Map, one secret, and a gateway that takes posts. It answers
// at once, so that what is measured is the function's own time.
import { createServer } from 'node:http';

export async function startAws(secret) {
  const items = new Map();
  const posts = [];
  const id = (key) => `${key.pk.S}\n${key.sk.S}`;
  const operations = {
    GetItem: ({ Key }) => ({ Item: items.get(id(Key)) }),
    PutItem: ({ Item, ConditionExpression = '' }) => {
      if (ConditionExpression.startsWith('attribute_not_exists') && items.has(id(Item))) return null;
      items.set(id(Item), Item);
      return {};
    },
    DeleteItem: ({ Key }) => { items.delete(id(Key)); return {}; },
    UpdateItem: ({ Key }) => {
      const { changes = { N: '0' } } = items.get(id(Key)) ?? {};
      items.set(id(Key), { ...Key, changes: { N: String(Number(changes.N) + 1) } });
      return {};
    },
    Query: ({ ExpressionAttributeValues: values, ScanIndexForward = true, Limit = 1_000 }) => {
      const [pk, from, to] = Object.entries(values).sort(([a], [b]) => order(a) - order(b)).map(([, value]) => value.S);
      const found = [...items.values()].filter((item) => item.pk.S === pk && item.sk.S >= from && item.sk.S <= to);
      found.sort((a, b) => (a.sk.S < b.sk.S ? -1 : 1));
      if (!ScanIndexForward) found.reverse();
      const Items = found.slice(0, Limit);
      return { Items, Count: Items.length, ScannedCount: Items.length };
    },
    GetSecretValue: () => ({ ARN: 'arn', Name: 'key', SecretString: secret }),
  };
  const order = (name) => [':pk', ':from', ':to'].indexOf(name);
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url.includes('/@connections/')) {
        // The gateway knows nobody of that name: what a bootstrap warms itself with.
        const known = !request.url.endsWith('/warm');
        if (known) posts.push({ at: performance.now(), body: Buffer.concat(chunks).toString() });
        response.writeHead(known ? 200 : 410).end();
        return;
      }
      const operation = String(request.headers['x-amz-target']).split('.')[1];
      const answer = operations[operation]?.(JSON.parse(Buffer.concat(chunks)));
      const failed = answer ? null : JSON.stringify({ __type: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
      response.writeHead(failed ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' }).end(failed ?? JSON.stringify(answer));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, items, posts, stop: () => new Promise((stopped) => { server.close(stopped); server.closeAllConnections(); }) };
}
