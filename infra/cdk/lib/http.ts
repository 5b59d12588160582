/** The HTTP API: everything under `/api` goes to `http`, which verifies its bearer itself. */
import { Duration, Stack } from "aws-cdk-lib";
import * as apigatewayv2 from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { accessLog } from "./accessLog.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { ownDomain } from "./domain.ts";
import type { Settings } from "./settings.ts";

const { GET, POST } = apigatewayv2.HttpMethod;

export class Http extends Construct {
  /** `https://…` of the API itself. */
  readonly url: string;
  readonly host: string;
  readonly api: apigatewayv2.HttpApi;

  /** `origins` are the pages of other origins that may ask: exactly those that may open sockets. */
  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
    origins: readonly string[],
  ) {
    super(scope, id);
    this.api = new apigatewayv2.HttpApi(this, "Api", {
      apiName: `cyclesheet-${settings.stage}-http`,
      createDefaultStage: false,
      ...(origins.length > 0
        ? {
            corsPreflight: {
              allowOrigins: [...origins],
              allowMethods: [apigatewayv2.CorsHttpMethod.GET, apigatewayv2.CorsHttpMethod.POST],
              allowHeaders: ["authorization", "content-type", "if-none-match"],
              exposeHeaders: ["etag", "retry-after", "content-disposition"],
              maxAge: Duration.hours(1),
            },
          }
        : {}),
    });
    const stack = Stack.of(this);
    this.host = `${this.api.apiId}.execute-api.${stack.region}.${stack.urlSuffix}`;
    this.url = `https://${settings.apiDomain || this.host}`;
  }

  /** Opens the API to this function. */
  open(to: Bootstrap): void {
    const { settings } = this;
    new apigatewayv2.HttpStage(this, "Stage", {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: settings.httpRate, burstLimit: settings.httpBurst },
      accessLogSettings: accessLog(this, settings, {
        method: "$context.httpMethod",
        path: "$context.path",
        bytes: "$context.responseLength",
      }),
      ...ownDomain(this, settings, settings.apiDomain, settings.apiCertificate),
    });
    const integration = new HttpLambdaIntegration("http", to.alias);
    const added = [
      ...this.api.addRoutes({ path: "/api/{proxy+}", methods: [GET, POST], integration }),
      // Messages that are pushed from elsewhere; in the proxy's reach too, but with limits and metrics of its own.
      ...this.api.addRoutes({ path: "/api/inbox/{tenant}/{team}", methods: [POST], integration }),
    ];
    for (const route of added)
      acknowledge(
        route,
        "APIG4",
        "The function verifies the bearer, and for the inbox the signature, of every request; the gateway's JWT authorizer cannot check HS256 or who was removed.",
      );
  }
}
