/** The WebSocket API: who may enter is decided once, at `$connect`; every message goes to `$default`. */
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import * as apigatewayv2 from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as iam from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { accessLog } from "./accessLog.ts";
import { acknowledge, managedPolicy, reference, where } from "./acknowledge.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { ownDomain } from "./domain.ts";
import type { Settings } from "./settings.ts";

export interface Routes {
  readonly authorize: Bootstrap;
  readonly connect: Bootstrap;
  readonly disconnect: Bootstrap;
  readonly default: Bootstrap;
}

export class Sockets extends Construct {
  readonly api: apigatewayv2.WebSocketApi;
  /** `wss://…`, as clients open it. */
  readonly url: string;
  /** `https://…`, where functions post. */
  readonly callbackUrl: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
    this.api = new apigatewayv2.WebSocketApi(this, "Api", {
      apiName: `cyclesheet-${settings.stage}-sockets`,
      // No route is named after a type: `$default` takes them all. But the gateway wants an expression.
      routeSelectionExpression: "$request.body.type",
    });
    const stack = Stack.of(this);
    const host = `${this.api.apiId}.execute-api.${stack.region}.${stack.urlSuffix}`;
    this.url = settings.socketDomain ? `wss://${settings.socketDomain}` : `wss://${host}/${settings.stage}`;
    // The API's own address also behind an own domain: an event's domain name would then be one that takes no posts.
    this.callbackUrl = settings.callbackUrl
      ? settings.callbackUrl.replaceAll("{api}", this.api.apiId).replaceAll("{stage}", settings.stage)
      : `https://${host}/${settings.stage}`;
  }

  /** Opens the API to these functions. */
  open(routes: Routes): void {
    const { settings } = this;
    const stage = new apigatewayv2.WebSocketStage(this, "Stage", {
      webSocketApi: this.api,
      stageName: settings.stage,
      autoDeploy: true,
      throttle: { rateLimit: settings.socketRate, burstLimit: settings.socketBurst },
      accessLogSettings: accessLog(this, settings, {
        event: "$context.eventType",
        connectionId: "$context.connectionId",
        authorizer: "$context.authorizer.error",
      }),
      ...ownDomain(this, settings, settings.socketDomain, settings.socketCertificate),
    });
    if (settings.gatewayLogsRole) stage.node.addDependency(logsRole(this));
    const route = (key: string, to: Bootstrap, authorizer?: apigatewayv2.IWebSocketRouteAuthorizer) => {
      const added = this.api.addRoute(key, {
        integration: new WebSocketLambdaIntegration(key.slice(1), to.alias),
        ...(authorizer ? { authorizer } : {}),
      });
      if (!authorizer)
        acknowledge(
          added,
          "APIG4",
          "A WebSocket API authorizes at $connect only; every event carries what was learned there, and one without it is refused.",
        );
    };
    route(
      "$connect",
      routes.connect,
      // Both must be there, or the gateway answers 401 without asking the function. Tokens come as a subprotocol or
      // as ?token=, so neither can be an identity source: all sources of a list are required.
      new WebSocketLambdaAuthorizer("Authorizer", routes.authorize.alias, {
        identitySource: ["route.request.querystring.team", "route.request.querystring.cycle"],
      }),
    );
    route("$disconnect", routes.disconnect);
    route("$default", routes.default);
  }

  /** Lets a function post to sockets, close them, or both. */
  reachedBy(verbs: readonly ("POST" | "DELETE")[], ...functions: readonly Bootstrap[]): void {
    const stack = Stack.of(this);
    for (const each of functions) {
      const arns = verbs.map((verb) =>
        stack.formatArn({
          service: "execute-api",
          resource: this.api.apiId,
          resourceName: `${this.settings.stage}/${verb}/@connections/*`,
        }),
      );
      each.may(["execute-api:ManageConnections"], arns);
      for (const verb of verbs)
        acknowledge(
          each.role,
          `IAM5[Resource::arn:aws:execute-api:${where(this)}:${reference(this.api)}/${this.settings.stage}/${verb}/@connections/*]`,
          "Sockets have no ARN of their own: one verb on one stage's connections is the least that can be named.",
        );
    }
  }
}

/**
 * The role by which API Gateway writes the access logs of WebSocket APIs: one for the account's region. It stays when the
 * stage goes, for the region's other stages write by it too.
 */
function logsRole(scope: Construct): apigateway.CfnAccount {
  const role = new iam.Role(scope, "LogsRole", {
    assumedBy: new iam.ServicePrincipal("apigateway.amazonaws.com"),
    managedPolicies: [
      iam.ManagedPolicy.fromAwsManagedPolicyName("service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
    ],
  });
  acknowledge(
    role,
    `IAM4[${managedPolicy("AmazonAPIGatewayPushToCloudWatchLogs")}]`,
    "API Gateway's own managed policy for its logs: the account's setting demands these rights on all log groups.",
  );
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const account = new apigateway.CfnAccount(scope, "Account", { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
