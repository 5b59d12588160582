// make watch: the functions behind a Runtime API on this machine (cargo lambda watch), rebuilt as their files change, with
// an emulated AWS behind them that holds what the event files speak of. Ctrl-C ends both and leaves nothing.
import { spawn } from 'node:child_process';
import { Account, ROOT } from './emulator.mjs';
import { SIGNING_SECRET } from './event.mjs';
import { dynamodb, secrets } from './libraries.mjs';

/** As events/README.md names them. */
const KEY = 'sample-secret-of-the-event-files-not-a-real-one';
const INBOX = { signingSecret: SIGNING_SECRET, bearer: 'sample-bearer-not-a-real-one' };
const TABLE = 'cyclesheet';
const text = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { S: value }]));

const account = await Account.start();
let watch;
const stop = () => watch?.kill('SIGINT');
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  const database = new dynamodb.DynamoDBClient(account.client);
  await database.send(new dynamodb.CreateTableCommand({
    TableName: TABLE, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'S' }],
  }));
  const put = (Item) => database.send(new dynamodb.PutItemCommand({ TableName: TABLE, Item }));
  await put(text({ pk: 'TENANTS', sk: 'acme', tenant: 'acme' }));
  await put({ ...text({ pk: 'T#acme', sk: 'TEAM#platform', team: 'platform', name: 'Platform', timeZone: 'Europe/Berlin' }), sources: { L: [{ M: text({ kind: 'path', path: `${ROOT}events/week` }) }, { M: text({ kind: 'inbox', secret: 'inbox' }) }] } });
  const vault = new secrets.SecretsManagerClient(account.client);
  for (const [Name, SecretString] of [['sample', KEY], ['inbox', JSON.stringify(INBOX)]])
    await vault.send(new secrets.CreateSecretCommand({ Name, SecretString }));
  const { HOME: _home, TMPDIR: _folder, ...environment } = account.environment;
  // By itself it would listen to the whole network.
  watch = spawn('cargo', ['lambda', 'watch', '--invoke-address', '127.0.0.1', ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env, ...environment, PATH: process.env.PATH,
      TABLE_NAME: TABLE, CALLBACK_URL: `${account.endpoint}/_aws/execute-api/none/prod`,
      JWT_ISSUER: 'https://id.acme.example/', JWT_AUDIENCE: 'cyclesheet', JWT_SECRET_ARN: 'sample', ALLOWED_ORIGINS: 'https://cyclesheet.acme.example',
    },
  });
  process.exitCode = await new Promise((resolve) => { watch.once('error', () => resolve(1)); watch.once('exit', (code) => resolve(code ?? 0)); });
} finally {
  await account.stop();
}
