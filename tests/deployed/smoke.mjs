// make smoke: two people in a room of a deployed stack. One edits, the other sees it, both are timed, and the row goes again.
//
//   node tests/deployed/smoke.mjs WS_URL HTTP_URL TOKEN
//
// The token is an editor's who may enter; its first team's next week is used, so that nobody is disturbed. It ends with
// a status of 1 and a sentence when something does not work, or an edit takes longer than SMOKE_P95_MS.
import { fileURLToPath } from 'node:url';
import { insert, modify, open, week } from './people.mjs';

/** Edits that are timed: within an author's rate of 100 in ten seconds. */
const EDITS = 20;

/** Tries a stack; figures in milliseconds. */
export async function smoke({ wsUrl, httpUrl, token, edits = EDITS }) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const team = claims.teams?.[0];
  if (!team) throw new Error('the token names no team: TOKEN_CMD must print a JWT with teams');
  const cycle = week(1);
  const timed = async (act) => { const began = performance.now(); await act(); return performance.now() - began; };
  const figures = { connect: [], welcome: [], acknowledged: [], seen: [] };
  const people = [];
  const task = `smoke-${Date.now().toString(36)}`;
  try {
    for (let n = 0; n < 2; n += 1) {
      let person;
      figures.connect.push(await timed(async () => { person = await open(wsUrl, { team, cycle, token }); }));
      people.push(person);
      figures.welcome.push(await timed(() => person.hello()));
    }
    const [one, other] = people;
    // Each tells the other as well as itself: the author's own echo is the acknowledgement.
    const edit = async (author, watcher, op) => {
      const began = performance.now();
      const id = author.change(op);
      const reached = watcher.frame(`the edit ${id}`, (frame) => frame.type === 'committed' && frame.changes.some((change) => change.id === id))
        .then(() => figures.seen.push(performance.now() - began));
      // A refused edit reaches nobody: what is wrong is said at once, and the watcher's wait is given up.
      reached.catch(() => {});
      await author.committed(id);
      figures.acknowledged.push(performance.now() - began);
      await reached;
    };
    await edit(one, other, insert(task, '0'));
    for (let n = 0; n < edits; n += 1) await edit(people[n % 2], people[(n + 1) % 2], modify(task, 'title', String(n), String(n + 1)));
    const page = await fetch(`${httpUrl}/api/cycles/${team}/${cycle}`, { headers: { authorization: `Bearer ${token}` } });
    if (!page.ok) throw new Error(`the API answers ${page.status} where the sheet is`);
    const row = (await page.json()).snapshot.tasks.find((one) => one.taskId === task);
    if (row?.cells?.title?.value !== String(edits)) throw new Error(`the API does not show what was edited: ${JSON.stringify(row)}`);
    await edit(one, other, { op: 'ROW_REMOVE', taskId: task });
    return figures;
  } catch (error) {
    // What was begun is taken away all the same, if there is still a way.
    if (people[0]?.socket.readyState === 1) people[0].change({ op: 'ROW_REMOVE', taskId: task });
    throw error;
  } finally {
    await Promise.all(people.map((person) => person.close()));
  }
}

const at = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [wsUrl, httpUrl, token] = process.argv.slice(2);
  if (!wsUrl || !httpUrl || !token) {
    console.error('make smoke WS_URL=wss://… HTTP_URL=https://… TOKEN_CMD="command that prints a token"');
    process.exit(2);
  }
  try {
    const figures = await smoke({ wsUrl, httpUrl, token: token.trim() });
    for (const [what, values] of Object.entries(figures))
      console.log(`${what.padEnd(13)} p50 ${at(values, 0.5).toFixed(0)} ms   p95 ${at(values, 0.95).toFixed(0)} ms   worst ${Math.max(...values).toFixed(0)} ms`);
    const limit = Number(process.env.SMOKE_P95_MS ?? Number.POSITIVE_INFINITY);
    if (at(figures.seen, 0.95) > limit) throw new Error(`edits take longer than SMOKE_P95_MS=${limit} to reach the other`);
  } catch (error) {
    console.error(`The stack does not hold: ${error.message}`);
    process.exit(1);
  }
}
