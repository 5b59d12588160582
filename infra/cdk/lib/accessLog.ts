/**
 * Access logs of the gateways: who asked for what and what became of it, and never a query string, because a token may
 * be in one (`?token=`).
 */
import { RemovalPolicy } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { type IAccessLogSettings, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { encrypted } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

export function accessLog(
  scope: Construct,
  settings: Settings,
  further: Readonly<Record<string, string>>,
): IAccessLogSettings {
  const logGroup = new LogGroup(scope, "AccessLogs", {
    ...encrypted(scope, settings),
    retention: settings.logRetentionDays as RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const fields = {
    requestId: AccessLogField.contextRequestId(),
    // By this one a line of the function's log is found: it is what Lambda calls the invocation.
    invocation: "$context.integration.requestId",
    at: AccessLogField.contextRequestTimeEpoch(),
    ip: AccessLogField.contextIdentitySourceIp(),
    route: "$context.routeKey",
    status: AccessLogField.contextStatus(),
    error: "$context.error.message",
    integrationError: "$context.integrationErrorMessage",
    ...further,
  };
  return {
    destination: new LogGroupLogDestination(logGroup),
    format: AccessLogFormat.custom(JSON.stringify(fields)),
  };
}
