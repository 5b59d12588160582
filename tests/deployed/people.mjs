// People with tokens and sockets: as little of a client as a test needs, and nothing that heals by itself.
import { createHmac } from 'node:crypto';
import { WebSocket } from './libraries.mjs';

export const ISSUER = 'https://id.example/';
export const AUDIENCE = 'cyclesheet';
const ANSWERS_WITHIN_MS = 15_000;
/** `WebSocket.CLOSED`. */
const CLOSED = 3;

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of `user`, signed with `key`. */
export function token(key, user, { role = 'editor', teams = ['platform'], tenant = 'acme', ttl = 3_600, ...other } = {}) {
  const claims = { sub: user, name: user, tenant, teams, role, iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + ttl, ...other };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** The ISO week that lies `later` weeks after today's, in UTC. */
export function week(later = 0) {
  const day = new Date(Date.now() + later * 7 * 86_400_000);
  day.setUTCHours(0, 0, 0, 0);
  // The week of a day is that of its Thursday.
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  return `${day.getUTCFullYear()}-W${String(Math.ceil(((day - first) / 86_400_000 + 1) / 7)).padStart(2, '0')}`;
}

/** A socket that is open; an error with `status` if the upgrade was refused. */
export function open(url, { team = 'platform', cycle, token: bearer, origin }) {
  const query = new URLSearchParams({ ...(team && { team }), ...(cycle && { cycle }), ...(bearer && { token: bearer }) });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}?${query}`, { ...(origin && { headers: { origin } }) });
    const person = new Person(socket);
    socket.once('open', () => resolve(person));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
    });
    socket.on('error', reject);
  });
}

export class Person {
  #waiting = new Set();
  frames = [];
  version = 0;
  seq = 0;

  constructor(socket) {
    this.socket = socket;
    this.client = `t${Math.random().toString(36).slice(2, 10)}`;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // Nothing comes any more: those who still wait are answered now, and not when the time is over.
    this.closed.then(() => { for (const look of this.#waiting) look(); });
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      this.frames.push(frame);
      for (const change of frame.type === 'committed' ? frame.changes : []) this.version = Math.max(this.version, change.version);
      if (frame.type === 'welcome') this.version = frame.version;
      for (const look of this.#waiting) look();
    });
  }

  send(frame) { this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)); }

  /** The first frame, from now or before, that `fits`; an error when it has not come in time, or the socket closes before. */
  frame(what, fits) {
    return new Promise((resolve, reject) => {
      const end = (settle) => {
        this.#waiting.delete(look);
        clearTimeout(late);
        settle();
      };
      const never = () => {
        const seen = this.frames.slice(-6).map((frame) => JSON.stringify(frame).slice(0, 200)).join('\n');
        reject(new Error(`never came: ${what}. The last that did:\n${seen}`));
      };
      const look = () => {
        const found = this.frames.find(fits);
        if (found) end(() => resolve(found));
        else if (this.socket.readyState === CLOSED) end(never);
      };
      const late = setTimeout(() => end(never), ANSWERS_WITHIN_MS);
      this.#waiting.add(look);
      look();
    });
  }

  of(type) { return this.frame(type, (frame) => frame.type === type); }

  async hello() {
    this.send({ type: 'hello' });
    return this.of('welcome');
  }

  /** Sends a change; its id. */
  change(...ops) {
    this.seq += 1;
    const id = `${this.client}.${this.seq}`;
    this.send({ type: 'change', id, base: this.version, ops });
    return id;
  }

  /** The change as it was committed, or the frame that says why it was not. Both have a version: a refusal's is the tip's. */
  async answer(id) {
    const settles = (frame) => (frame.type === 'rejected' && frame.id === id) || this.#committed(frame, id);
    const frame = await this.frame(`an answer to ${id}`, settles);
    return this.#committed(frame, id) ?? frame;
  }

  /** The change as it was committed; an error if it was refused. */
  async committed(id) {
    const answer = await this.answer(id);
    if (answer.type === 'rejected') throw new Error(`an edit was refused: ${answer.code}: ${answer.message}`);
    return answer;
  }

  #committed(frame, id) { return frame.type === 'committed' ? frame.changes.find((change) => change.id === id) : undefined; }

  close() {
    this.socket.close();
    return this.closed;
  }
}

export const insert = (taskId, title) => ({ op: 'ROW_INSERT', taskId, after: null, cells: { title } });
export const modify = (taskId, column, oldValue, newValue) => ({ op: 'CELL_MODIFY', taskId, column, oldValue, newValue });
