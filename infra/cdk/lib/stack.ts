/**
 * The whole of it. Reads like ARCHITECTURE.md's bird's eye: a table, functions, two APIs, a schedule, a page.
 */
import { CfnOutput, Duration, Stack, type StackProps, Tags } from "aws-cdk-lib";
import * as codedeploy from "aws-cdk-lib/aws-codedeploy";
import type { Construct } from "constructs";
import { Bootstrap, type BootstrapProps } from "./bootstrap.ts";
import { asks, asksItself, Extraction } from "./extraction.ts";
import { Http } from "./http.ts";
import { Identity } from "./identity.ts";
import { Monitoring } from "./monitoring.ts";
import { ModelSecret, readsTeamSecrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { Sockets } from "./sockets.ts";
import { SheetTable } from "./table.ts";
import { Web } from "./web.ts";

/** Well inside the 29 s that the gateways wait, and beyond the 4 s that any AWS call may take. */
const ANSWER_WITHIN = Duration.seconds(20);
/** The lease of an extraction is 11 minutes: it must outlast the function, so that no two hold it alive. */
const EXTRACT_WITHIN = Duration.minutes(10);

export class CyclesheetStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    super(scope, id, { description: `Cyclesheet, ${settings.stage}`, ...props });
    Tags.of(this).add("project", "cyclesheet");
    Tags.of(this).add("stage", settings.stage);

    const table = new SheetTable(this, "Sheets", settings);
    const identity = new Identity(this, "Identity", settings);
    const model = new ModelSecret(this, "Model", settings);
    const sockets = new Sockets(this, "Sockets", settings);

    // The page's own origin is only known once there is a distribution, which may itself serve `/api`.
    const { web, http, origins } = this.edge(settings, sockets, identity);
    identity.returnsTo(origins);

    const application = settings.canary ? new codedeploy.LambdaApplication(this, "Releases") : undefined;
    const make = (
      name: string,
      description: string,
      memoryMb: number,
      environment: Record<string, string>,
      further: Partial<BootstrapProps> = {},
    ) =>
      new Bootstrap(this, name, {
        settings,
        description,
        memoryMb,
        timeout: ANSWER_WITHIN,
        environment: {
          TABLE_NAME: table.table.tableName,
          CALLBACK_URL: sockets.callbackUrl,
          STAGE: settings.stage,
          RATE_PER_10S: String(settings.ratePer10s),
          MAX_CACHE_BYTES: String(settings.maxCacheBytes),
          MAX_GROUP: String(settings.maxGroup),
          ...(settings.epochSalt ? { EPOCH_SALT: settings.epochSalt } : {}),
          ...environment,
        },
        application,
        ...further,
      });
    const extract = make(
      "Extract",
      "The weekly run and refreshes",
      512,
      {
        // By its name: a function whose environment waited for its own alias would wait for itself.
        EXTRACT_FUNCTION: `${Bootstrap.nameOf(settings, "Extract")}:live`,
        ...model.environment(),
        SLACK_BASE_URL: settings.slackBaseUrl,
        ...(web ? { PAGE_URL: web.origin } : {}),
      },
      {
        timeout: EXTRACT_WITHIN,
        ...(settings.extractConcurrency ? { reserved: settings.extractConcurrency } : {}),
      },
    );
    const verifying = { ...identity.environment(), MEMBERSHIP: settings.membership };
    const asking = { EXTRACT_FUNCTION: extract.alias.functionArn };
    const functions = {
      authorize: make("Authorize", "Who is this, and may they enter this room?", 256, {
        ...verifying,
        ALLOWED_ORIGINS: origins.join(","),
      }),
      connect: make("Connect", "Notes the socket with its user", 256, {}, { countsBusy: true }),
      disconnect: make("Disconnect", "Takes the socket out of its room", 256, {}),
      // 64 MB of folded sheets, and processor for the fold.
      default: make(
        "Default",
        "hello, change, presence, replay, refresh, ping",
        512,
        {
          ...asking,
          EXPECTED_CONNECTIONS: String(settings.expectedConnections),
          PRESENCE_FLOOR_MS: String(settings.presenceFloorMs),
          PRESENCE_POSTS_PER_SECOND: String(settings.presencePostsPerSecond),
        },
        { countsBusy: true },
      ),
      http: make("Http", "The same over HTTPS", 512, { ...verifying, ...asking }, { countsBusy: true }),
      extract,
    };

    // `disconnect` writes too: it notifies the room, and marks the sockets that turn out to be gone.
    table.serves(functions.connect, functions.disconnect, functions.default, functions.http, extract);
    if (settings.membership === "directory") table.servesReading(functions.authorize);
    identity.verifiedBy(functions.authorize, functions.http);
    model.readBy(extract);
    readsTeamSecrets(settings, functions.http, extract);
    asks(extract.alias, functions.default, functions.http);
    asksItself(this, settings, extract);
    // `connect` only closes the oldest of eleven sockets: a post inside $connect would be answered 410.
    sockets.reachedBy(["DELETE"], functions.connect);
    sockets.reachedBy(["POST"], functions.disconnect);
    sockets.reachedBy(["POST", "DELETE"], functions.default, functions.http, extract);
    sockets.open(functions);
    http.open(functions.http);
    const extraction = new Extraction(this, "Extraction", settings, extract);
    const monitoring = new Monitoring(this, "Monitoring", {
      settings,
      functions,
      extraction,
      table,
      socketApiId: sockets.api.apiId,
      httpApiId: http.api.apiId,
    });

    const output = (name: string, value: string | undefined) => value && new CfnOutput(this, name, { value });
    output("SocketUrl", sockets.url);
    output("HttpUrl", http.url);
    output("TableName", table.table.tableName);
    output("PageUrl", web?.origin);
    output("PageBucket", web?.bucket.bucketName);
    output("Distribution", web?.distribution.distributionId);
    output("TokenKey", identity.keyName);
    output("UserPool", identity.poolId);
    output("SignInAuthorizeUrl", identity.signIn?.authorizeUrl);
    output("SignInTokenUrl", identity.signIn?.tokenUrl);
    output("SignInClient", identity.signIn?.clientId);
    output("FailedQueue", extraction.failed.queueUrl);
    output("UndeliveredQueue", extraction.undelivered.queueUrl);
    output("AlarmTopic", monitoring.topic.topicArn);
    output("SameOriginApi", String(settings.sameOriginApi));
  }

  /** Page and API, each knowing the other as far as it must, and every origin that may open a socket. */
  private edge(
    settings: Settings,
    sockets: Sockets,
    identity: Identity,
  ): { web: Web | undefined; http: Http; origins: readonly string[] } {
    const signIn = identity.tokenOrigin ? [identity.tokenOrigin] : [];
    const page = (apiHost: string | undefined, connects: readonly string[]) =>
      settings.page
        ? new Web(this, "Web", { settings, connects: [sockets.url, ...connects, ...signIn], apiHost })
        : undefined;
    if (settings.sameOriginApi) {
      // Pages elsewhere still ask across origins.
      const http = new Http(this, "HttpApi", settings, settings.origins);
      const web = page(http.host, []);
      return { web, http, origins: [...(web ? [web.origin] : []), ...settings.origins] };
    }
    // The page's policy must name the API, and the API's list the page: an own domain is known on both sides; else the
    // policy names the region's APIs, since a distribution and an API cannot wait for each other.
    const api = settings.apiDomain
      ? `https://${settings.apiDomain}`
      : `https://*.execute-api.${this.region}.${this.urlSuffix}`;
    const web = page(undefined, [api]);
    const origins = [...(web ? [web.origin] : []), ...settings.origins];
    return { web, http: new Http(this, "HttpApi", settings, origins), origins };
  }
}
