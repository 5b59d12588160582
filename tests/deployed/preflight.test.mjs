// Before anything is created: an account that is not prepared, a secret without a value, an issuer that does not answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account, contextArguments } from './emulator.mjs';
import { cloudformation, s3, secrets } from './libraries.mjs';

let account;
const SHARED = { identity: 'secret', issuer: 'https://id.example/' };
const CDK_ARGS = `CDK_ARGS=${contextArguments(SHARED).join(' ')}`;
const look = (stage, context = {}) => account.script('preflight', stage, ...contextArguments({ ...SHARED, ...context }));

before(async () => { account = await Account.start(); });
after(() => account?.stop());

test('an unknown account gets the advice to sign in', async () => {
  const { AWS_ENDPOINT_URL } = account.environment;
  // Nobody listens there: as without credentials, there is no answer to who one is.
  account.environment.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  const { code, said } = await look('dev');
  account.environment.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
  assert.equal(code, 1);
  assert.match(said, /AWS does not say who you are .*aws sso login/);
});

test('an account that is not prepared gets the command that prepares it', async () => {
  const { code, said } = await look('dev');
  assert.equal(code, 1);
  assert.match(said, /is not prepared for CDK in eu-central-1: run make bootstrap STAGE=dev once, then this again/);
});

test('a secret without a value gets the command that sets one, and then it is well', async () => {
  // As the sentence says, and from the folder of the Makefile: the CDK must not run the stack's app for this.
  const prepared = await account.make('bootstrap', 'STAGE=dev', CDK_ARGS);
  assert.equal(prepared.code, 0, prepared.said);
  const cohere = { cohereSecret: 'cyclesheet/dev/cohere' };
  const missing = await look('dev', cohere);
  assert.equal(missing.code, 1);
  assert.match(missing.said, /cyclesheet\/dev\/cohere does not exist or has no value.*make secret STAGE=dev NAME=cohere/);
  const client = new secrets.SecretsManagerClient(account.client);
  await client.send(new secrets.CreateSecretCommand({ Name: cohere.cohereSecret, SecretString: ' ' }));
  const empty = await look('dev', cohere);
  assert.equal(empty.code, 1);
  assert.match(empty.said, /cyclesheet\/dev\/cohere has no value/);
  await client.send(new secrets.PutSecretValueCommand({ SecretId: cohere.cohereSecret, SecretString: 'a key' }));
  const well = await look('dev', cohere);
  assert.equal(well.code, 0, well.said);
  assert.match(well.said, /^dev can be deployed to eu-central-1\.\nNote: /);
  assert.match(well.said, /alarms have no receiver: set alarmEmail or alarmTopicArn/);
});

test('an issuer that does not answer is named', async () => {
  const { code, said } = await look('dev', { identity: 'oidc', issuer: 'https://127.0.0.1:1/' });
  assert.equal(code, 1);
  assert.match(said, /the issuer https:\/\/127\.0\.0\.1:1\/ does not answer .*is it reachable/);
});

test('what is wrong with a stage is said by preflight and by cdk alike, and nothing is created', async () => {
  const bad = { ...SHARED, timeZone: 'Mars/Olympus', weeklyCron: 'now' };
  const { code, said } = await look('dev', bad);
  assert.equal(code, 1);
  for (const what of [/timeZone "Mars\/Olympus"/, /weeklyCron "now"/]) assert.match(said, what);
  await assert.rejects(account.cdk('deploy', '--require-approval', 'never', '--output', `${account.folder}/out`, ...contextArguments({ stage: 'dev', ...bad })), /timeZone "Mars\/Olympus"/);
  await assert.rejects(account.cdk('deploy', '--output', `${account.folder}/out`, '-c', 'stage=staging'), /no such stage\. There is dev, prod/);
  const client = new cloudformation.CloudFormationClient(account.client);
  const { StackSummaries } = await client.send(new cloudformation.ListStacksCommand({}));
  assert.deepEqual(StackSummaries.map((one) => one.StackName), ['CDKToolkit']);
});

test("a secret is given under a name that functions may read, and a team's secret is one that they can use", async () => {
  const client = new secrets.SecretsManagerClient(account.client);
  const give = (name, value) => account.scriptTold(value, 'secret', 'dev', name);
  const elsewhere = await give('slack', 'a token');
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.said, /NAME is cohere, or teams\/ and a name, such as teams\/platform/);
  for (const value of ['xoxb-canary', '{"token":"xoxb-canary"}', '{"botToken":1}', '[]', '{}']) {
    const { code, said } = await give('teams/platform', value);
    assert.equal(code, 1, value);
    assert.match(said, /a team's secret is a JSON object with botToken, signingSecret, bearer/);
    assert.doesNotMatch(said, /canary/);
  }
  assert.equal((await give('teams/platform', ' \n')).code, 1);
  for (const value of ['{"botToken":"xoxb-1"}', '{"botToken":"xoxb-2","bearer":"b"}']) {
    assert.equal((await give('teams/platform', `${value}\n`)).code, 0);
    const { SecretString } = await client.send(new secrets.GetSecretValueCommand({ SecretId: 'cyclesheet/dev/teams/platform' }));
    assert.equal(SecretString, value);
  }
});

test('a protected or missing stage is not taken down, and the answer says how it would be', async () => {
  const client = new cloudformation.CloudFormationClient(account.client);
  const hold = () => account.script('destroyable', 'dev', ...contextArguments(SHARED));
  const missing = await hold();
  assert.deepEqual([missing.code, missing.said], [1, 'dev is not deployed in eu-central-1: there is nothing to destroy\n']);
  const StackName = 'cyclesheet-dev';
  const TemplateBody = JSON.stringify({ Resources: { Any: { Type: 'AWS::SQS::Queue' } } });
  await client.send(new cloudformation.CreateStackCommand({ StackName, TemplateBody, EnableTerminationProtection: true }));
  const held = await hold();
  assert.equal(held.code, 1);
  assert.match(held.said, /^dev is protected\. To keep its table: aws cloudformation update-termination-protection .*--stack-name cyclesheet-dev/);
  await client.send(new cloudformation.UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }));
  assert.deepEqual(await hold(), { code: 0, said: '' });
});

test('nothing is taken down before everything is known to go: the page stays where a destroy stops, and goes with its stack', async () => {
  const client = new cloudformation.CloudFormationClient(account.client);
  const buckets = new s3.S3Client({ ...account.client, forcePathStyle: true });
  const StackName = 'cyclesheet-dev';
  await client.send(new cloudformation.DeleteStackCommand({ StackName }));
  const Bucket = 'the-page-of-dev';
  const TemplateBody = JSON.stringify({
    Resources: { Page: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } },
    Outputs: { PageBucket: { Value: { Ref: 'Page' } } },
  });
  await client.send(new cloudformation.CreateStackCommand({ StackName, TemplateBody }));
  await buckets.send(new s3.PutObjectCommand({ Bucket, Key: 'index.html', Body: 'the page' }));
  const files = async () => (await buckets.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount;
  // A stage that does not read, and nothing that was built: target/lambda is looked at by nobody.
  const bad = await account.make('destroy', 'STAGE=dev', 'YES=1', `CDK_ARGS=${contextArguments({ ...SHARED, timeZone: 'Mars/Olympus' }).join(' ')}`);
  assert.notEqual(bad.code, 0);
  assert.match(bad.said, /timeZone "Mars\/Olympus"/);
  assert.equal(await files(), 1);
  // Nobody says yes.
  assert.notEqual((await account.make('destroy', 'STAGE=dev', CDK_ARGS)).code, 0);
  assert.equal(await files(), 1);
  const gone = await account.make('destroy', 'STAGE=dev', 'YES=1', CDK_ARGS);
  assert.equal(gone.code, 0, gone.said);
  await assert.rejects(client.send(new cloudformation.DescribeStacksCommand({ StackName })));
});
