// The deployed stack, with a team in it and a model beside it.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Account, bootstraps, ROOT } from './emulator.mjs';
import { dynamodb, secrets } from './libraries.mjs';
import { ISSUER, open, token, week } from './people.mjs';

export const PAGE = 'https://sheet.example.com';
export const COHERE_SECRET = 'cyclesheet/dev/cohere';
export const COHERE_KEY = 'the-key-of-the-fake-model';
export const TENANT = 'acme';
export const TEAM = 'platform';

/** A model that answers as `v2/chat` does, and remembers who asked. */
async function fakeCohere() {
  const answer = readFileSync(join(ROOT, 'events/answers/sample-week.cohere.json'));
  const asked = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked.push({ path: request.url, authorization: request.headers.authorization });
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    asked,
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((stopped) => { server.close(stopped); server.closeAllConnections(); }),
  };
}

/** An account, bootstrapped, with the model's key in it; not yet deployed. */
export async function begin() {
  const cohere = await fakeCohere();
  const account = await Account.start().catch(async (error) => { await cohere.stop(); throw error; });
  const stop = async () => { await account.stop(); await cohere.stop(); };
  try {
    const context = {
      stage: 'dev',
      identity: 'secret',
      issuer: ISSUER,
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      bootstraps: await bootstraps(),
      callbackUrl: `${account.endpoint}/_aws/execute-api/{api}/{stage}`,
      origins: PAGE,
      cohereSecret: COHERE_SECRET,
      cohereBaseUrl: cohere.url,
    };
    return new Deployed(account, cohere, context, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

export class Deployed {
  constructor(account, cohere, context, stop) {
    Object.assign(this, { account, cohere, context, stop });
    this.database = new dynamodb.DynamoDBClient(account.client);
    this.secrets = new secrets.SecretsManagerClient(account.client);
  }

  async deploy(more = {}) {
    this.outputs = await this.account.deploy({ ...this.context, ...more });
    const { endpoint } = this.account;
    const of = (url) => /\/\/(\w+)\./.exec(url)[1];
    this.socketUrl = `${endpoint.replace('http', 'ws')}/_aws/execute-api/${of(this.outputs.SocketUrl)}/dev`;
    this.callbackUrl = `${endpoint}/_aws/execute-api/${of(this.outputs.SocketUrl)}/dev`;
    this.httpUrl = `${endpoint}/_aws/execute-api/${of(this.outputs.HttpUrl)}/$default`;
    this.key ??= (await this.secrets.send(new secrets.GetSecretValueCommand({ SecretId: this.outputs.TokenKey }))).SecretString;
  }

  token(user, options) { return token(this.key, user, options); }

  /** A person in a room who has been welcomed: next week's, unless another is named. */
  async join(user, { cycle = week(1), ...options } = {}) {
    const person = await open(this.socketUrl, { cycle, token: this.token(user, options) });
    person.user = user;
    person.welcome = await person.hello();
    return person;
  }

  async http(path, user, { method = 'GET', body, role } = {}) {
    const headers = { authorization: `Bearer ${this.token(user, { role })}`, ...(body && { 'content-type': 'application/json' }) };
    return fetch(`${this.httpUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  /** A team whose messages were written just now, so that they fall into the current week. */
  async team(tenant = TENANT, team = TEAM) {
    const path = join(this.account.folder, 'messages.jsonl');
    const message = (n, text) => JSON.stringify({ id: `x${n}`, channel: 'platform', thread: `x${n}`, author: 'Ana Ruiz', at: new Date().toISOString(), text });
    writeFileSync(path, [message(1, 'The Postgres upgrade is half done, I finish it on Friday'), message(2, 'Billing migration is blocked by the certificate')].join('\n'));
    await this.put({ pk: 'TENANTS', sk: tenant, tenant });
    await this.put({ pk: `T#${tenant}`, sk: `TEAM#${team}`, team, name: team, timeZone: 'UTC', sources: [{ kind: 'path', path }] });
  }

  async put(item) {
    const attribute = (value) => {
      if (typeof value === 'string') return { S: value };
      if (typeof value === 'number') return { N: String(value) };
      if (Array.isArray(value)) return { L: value.map(attribute) };
      return { M: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, attribute(inner)])) };
    };
    await this.database.send(new dynamodb.PutItemCommand({ TableName: this.outputs.TableName, Item: attribute(item).M }));
  }

  /** Raw rows of a partition whose sort keys begin with `prefix`. */
  async rows(pk, prefix) {
    const { Items } = await this.database.send(new dynamodb.QueryCommand({
      TableName: this.outputs.TableName, ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: prefix } },
    }));
    return Items;
  }

  /** The partition of a week. */
  partition(cycle = week(1)) { return `C#${TENANT}#${TEAM}#${cycle}`; }
}

export const unique = () => randomUUID().slice(0, 8);
