// Lambda's Runtime API, as far as a bootstrap sees it, with a clock beside it.
import { createServer } from 'node:http';

/** Serves one bootstrap one event at a time; tells when it polled and what it answered. */
export async function startRuntime() {
  let event = null;
  let waiting = null;
  let requests = 0;
  const seen = { polls: [], answers: [] };
  const watchers = new Set();
  const notice = () => { for (const look of watchers) look(); };
  const give = () => {
    if (!waiting || !event) return;
    requests += 1;
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': `request-${requests}`,
      'lambda-runtime-deadline-ms': String(Date.now() + 20_000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:123456789012:function:bench',
      'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
    });
    waiting.end(event);
    waiting = null;
    event = null;
  };
  const server = createServer((request, response) => {
    if (request.url.endsWith('/invocation/next')) {
      seen.polls.push(performance.now());
      waiting = response;
      give();
      notice();
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      const kind = /\/(response|error)$/.exec(request.url)?.[1] ?? 'other';
      seen.answers.push({ at: performance.now(), kind, body });
      response.writeHead(202).end();
      notice();
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  /** Resolves with what `find` finds in what was seen. */
  const wait = (find, withinMs) => new Promise((resolve, reject) => {
    const look = () => {
      const found = find(seen);
      if (found === undefined) return;
      clearTimeout(late);
      watchers.delete(look);
      resolve(found);
    };
    const late = setTimeout(() => { watchers.delete(look); reject(new Error('the bootstrap did not get there in time')); }, withinMs);
    watchers.add(look);
    look();
  });
  return {
    address: `127.0.0.1:${server.address().port}`,
    invoke: (text) => { event = text; give(); },
    firstPoll: (withinMs) => wait(({ polls }) => polls[0], withinMs),
    answer: (n, withinMs) => wait(({ answers }) => answers[n], withinMs),
    stop: () => new Promise((stopped) => { server.close(stopped); server.closeAllConnections(); }),
  };
}
