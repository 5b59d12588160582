// What `default` does with a hello, written as one writes it in Node with AWS's SDK v3, and with a loop around it like
// the one in Lambda's own Node runtime. It is here to be compared with, so it does no more calls than the bootstrap's
// warm-up and first answer do, and less work between them: no fold, no checks.
import { createRequire } from 'node:module';
const require = createRequire(new URL('../../infra/cdk/package.json', import.meta.url));
const { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } = require('@aws-sdk/client-dynamodb');
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');

const table = new DynamoDBClient({});
const gateway = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL });
const TableName = process.env.TABLE_NAME;

async function handle(event) {
  const { connectionId, authorizer } = event.requestContext;
  const room = `C#${authorizer.tenant}#${authorizer.team}#${authorizer.cycle}`;
  await table.send(new GetItemCommand({ TableName, Key: { pk: { S: room }, sk: { S: 'RECORD' } }, ConsistentRead: true }));
  await table.send(new PutItemCommand({ TableName, Item: { pk: { S: room }, sk: { S: `CONN#${connectionId}` }, user: { S: authorizer.user } } }));
  const query = (from, to) => table.send(new QueryCommand({
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': { S: room }, ':from': { S: from }, ':to': { S: to } },
  }));
  await query('LOG#', 'LOG#~');
  const connections = await query('CONN#', 'CONN#~');
  const Data = JSON.stringify({ type: 'welcome', connections: connections.Items.map((item) => item.user.S) });
  await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
  return { statusCode: 200 };
}

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const answer = await handle(await next.json());
  await fetch(`${api}/${id}/response`, { method: 'POST', body: JSON.stringify(answer) });
}
