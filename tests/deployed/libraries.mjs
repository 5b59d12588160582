// What these tests use of the infrastructure's packages; this folder has none of its own.
import { createRequire } from 'node:module';
const require = createRequire(new URL('../../infra/cdk/package.json', import.meta.url));
export const { WebSocket } = require('ws');
export const dynamodb = require('@aws-sdk/client-dynamodb');
export const scheduler = require('@aws-sdk/client-scheduler');
export const secrets = require('@aws-sdk/client-secrets-manager');
export const lambda = require('@aws-sdk/client-lambda');
export const management = require('@aws-sdk/client-apigatewaymanagementapi');
export const cloudformation = require('@aws-sdk/client-cloudformation');
export const s3 = require('@aws-sdk/client-s3');
export const sqs = require('@aws-sdk/client-sqs');
