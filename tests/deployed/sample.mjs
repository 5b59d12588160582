// What the event files speak of, in an account: the table with its team, the key of their tokens, the secret of the inbox.
import { ROOT } from './emulator.mjs';
import { SIGNING_SECRET } from './event.mjs';
import { dynamodb, secrets } from './libraries.mjs';

/** As events/README.md names them. */
const KEY = 'sample-secret-of-the-event-files-not-a-real-one';
const INBOX = { signingSecret: SIGNING_SECRET, bearer: 'sample-bearer-not-a-real-one' };
const TABLE = 'cyclesheet';
const text = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { S: value }]));

/** Fills an account; the variables that the functions need there. */
export async function sample(account) {
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
  return {
    TABLE_NAME: TABLE, CALLBACK_URL: `${account.endpoint}/_aws/execute-api/none/prod`,
    JWT_ISSUER: 'https://id.acme.example/', JWT_AUDIENCE: 'cyclesheet', JWT_SECRET_ARN: 'sample', ALLOWED_ORIGINS: 'https://cyclesheet.acme.example',
  };
}
