// An event file as of today: fields that age are made again, so that a function accepts it as it would have then.
//
//   node tests/deployed/event.mjs default-hello
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { week } from './people.mjs';

/** The week of the event files. */
const WEEK = '2026-W47';
/** What Slack signs with, as events/README.md names it. */
export const SIGNING_SECRET = 'sample-signing-secret-not-a-real-one';

/** The text of the event file `name`. */
export function event(name) {
  const text = readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8').replaceAll(WEEK, week());
  return text.includes('x-slack-signature') ? signed(JSON.parse(text)) : text;
}

/** A push of Slack's, said and signed now: a signature is good for five minutes, and a message belongs to its own week. */
function signed(push) {
  const at = Math.floor(Date.now() / 1000);
  const body = JSON.parse(push.body);
  const ts = `${at}.000100`;
  push.body = JSON.stringify({ ...body, event_time: at, event: { ...body.event, ts, event_ts: ts } });
  push.headers['x-slack-request-timestamp'] = String(at);
  push.headers['x-slack-signature'] = `v0=${createHmac('sha256', SIGNING_SECRET).update(`v0:${at}:${push.body}`).digest('hex')}`;
  push.headers['content-length'] = String(Buffer.byteLength(push.body));
  return JSON.stringify(push);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = process.argv[2] ?? '';
  try {
    console.log(event(name));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    console.error(`there is no event file events/${name}.json: events/README.md lists them`);
    process.exit(1);
  }
}
