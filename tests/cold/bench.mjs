// make bench-cold: from spawn to the first poll, to the first useful answer and to the first byte of TLS, memory and zip,
// per bootstrap, beside the same handler in Node 20 with AWS's SDK v3 in the same run. One process at a time, in turns,
// medians.
//
//   node tests/cold/bench.mjs [ROUNDS] [FOLDER…]      further folders of bootstraps, to be compared in the same run
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { event } from '../deployed/event.mjs';
import { startAws } from './aws.mjs';
import { startRuntime } from './runtime.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = Number(process.argv[2] || 21);
const FOLDERS = [`${ROOT}target/lambda`, ...process.argv.slice(3)];
const IN_TIME_MS = 20_000;
/** The key of the tokens in the event files, as events/README.md names it. */
const SECRET = 'sample-secret-of-the-event-files-not-a-real-one';

/** A team, so that a room can be entered; the rest is made by the first hello. */
const TEAM = { pk: { S: 'T#acme' }, sk: { S: 'TEAM#platform' }, team: { S: 'platform' }, name: { S: 'Platform' }, timeZone: { S: 'UTC' }, sources: { L: [] } };

/** What each is sent, and what makes its answer a useful one. */
const FUNCTIONS = {
  authorize: { event: event('authorize'), useful: (answer) => answer.body.includes('"Allow"') },
  connect: { event: event('connect'), useful: (answer) => answer.body.includes('200') },
  disconnect: { event: event('disconnect'), useful: (answer) => answer.body.includes('200') },
  default: { event: event('default-hello'), useful: (_, posts) => posts.some((post) => post.body.includes('"welcome"')) },
  http: { event: event('http-cycles'), useful: (answer) => answer.body.includes('cycles') },
  extract: { event: event('extract-scheduler'), useful: (answer) => answer.body.includes('[') },
};

/** Starts a bootstrap, or Node's handler, with AWS at `url`. */
function start({ name, folder }, runtime, url) {
  const [program, args] = name === 'node' ? [process.execPath, [`${ROOT}tests/cold/node-handler.mjs`]] : [`${folder}/${name}/bootstrap`, []];
  const env = {
    AWS_LAMBDA_RUNTIME_API: runtime.address,
    AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512', AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_LOG_GROUP_NAME: 'bench', AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL: url, NODE_NO_WARNINGS: '1',
    TABLE_NAME: 'cyclesheet', CALLBACK_URL: `${url}/prod`, LOG_LEVEL: 'warn',
    JWT_ISSUER: 'https://id.acme.example/', JWT_AUDIENCE: 'cyclesheet', JWT_SECRET_ARN: 'key', ALLOWED_ORIGINS: 'https://cyclesheet.acme.example',
    ...process.env.BENCH_ENV && JSON.parse(process.env.BENCH_ENV),
  };
  return spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** From spawn to the first byte of TLS, which nobody answers: what a start costs before any network. */
async function hello(contestant) {
  const runtime = await startRuntime();
  let heard;
  const first = new Promise((resolve) => { heard = resolve; });
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => heard(performance.now())));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  runtime.invoke(FUNCTIONS[contestant.name === 'node' ? 'default' : contestant.name].event);
  const spawned = performance.now();
  const child = start(contestant, runtime, `https://127.0.0.1:${server.address().port}`);
  let late;
  try {
    const never = new Promise((_, reject) => { late = setTimeout(() => reject(new Error(`${contestant.name} never began TLS`)), IN_TIME_MS); });
    return await Promise.race([first, never]) - spawned;
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
    server.close();
    await runtime.stop();
  }
}

async function once(contestant) {
  const { name } = contestant;
  const [runtime, aws] = [await startRuntime(), await startAws(SECRET)];
  aws.items.set('T#acme\nTEAM#platform', TEAM);
  const { event: text, useful } = FUNCTIONS[name === 'node' ? 'default' : name];
  runtime.invoke(text);
  const spawned = performance.now();
  const child = start(contestant, runtime, aws.url);
  try {
    const polled = await runtime.firstPoll(IN_TIME_MS);
    const answer = await runtime.answer(0, IN_TIME_MS);
    if (answer.kind !== 'response' || !(name === 'node' ? aws.posts.length > 0 : useful(answer, aws.posts)))
      throw new Error(`${name} gave no useful answer: ${answer.kind} ${answer.body} ${JSON.stringify(aws.posts)}`);
    const answeredAt = name === 'default' || name === 'node' ? aws.posts[0].at : answer.at;
    const rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
    return { poll: polled - spawned, answer: answeredAt - spawned, rss };
  } finally {
    child.kill('SIGKILL');
    await Promise.all([runtime.stop(), aws.stop()]);
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const all = FOLDERS.flatMap((folder) => Object.keys(FUNCTIONS).map((name) => ({ name, folder }))).filter(({ name, folder }) => existsSync(`${folder}/${name}/bootstrap`));
const contestants = [...all, { name: 'node', folder: '' }].map((one) => ({ ...one, measured: [] }));
// The first of each only fills the page cache.
for (let round = 0; round <= ROUNDS; round += 1)
  for (const contestant of contestants) {
    const one = { ...await once(contestant), hello: await hello(contestant) };
    if (round > 0) contestant.measured.push(one);
  }
const node = contestants.at(-1).measured;
const format = (values) => `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
console.log(`medians of ${ROUNDS} (least–most), ms and MB; the answer counts from spawn\n`);
console.log('| | first poll | first useful answer | Node ÷ ours | first byte of TLS | peak RSS | binary | zip |\n|---|---|---|---|---|---|---|---|');
for (const { name, folder, measured } of contestants) {
  const of = (what) => measured.map((one) => one[what]);
  const megabytes = (path) => (existsSync(path) ? (statSync(path).size / 1e6).toFixed(2) : '');
  const ratio = name === 'node' ? '' : (median(node.map((one) => one.answer)) / median(of('answer'))).toFixed(1);
  const sizes = name === 'node' ? ['', ''] : [megabytes(`${folder}/${name}/bootstrap`), megabytes(`${folder}/${name}.zip`)];
  const label = name === 'node' ? 'Node 20 + SDK v3' : folder === FOLDERS[0] ? name : `${name}, ${folder.split('/').at(-1)}`;
  console.log(`| ${label} | ${format(of('poll'))} | ${format(of('answer'))} | ${ratio} | ${format(of('hello'))} | ${median(of('rss')).toFixed(1)} | ${sizes.join(' | ')} |`);
}
