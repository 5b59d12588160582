/**
 * The issuer of tokens. Every issuer's tokens carry `sub`, `name`, `tenant`, `teams` and `role`.
 *
 * - `cognito`: a pool of this stack's with a hosted sign-in. An administrator makes people and sets `custom:tenant`,
 *   `custom:teams` (with commas) and `custom:role`; a trigger puts them into the identity token under the names we read.
 * - `oidc`: any issuer that publishes its keys. The page signs people in there if the stage says where.
 * - `secret`: a key that this stack makes, and that the service that signs tokens reads.
 */
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as cognito from "aws-cdk-lib/aws-cognito";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { type Bootstrap, encrypted, logged } from "./bootstrap.ts";
import type { Settings } from "./settings.ts";

/** The trigger: three attributes under the names that functions read. Inline, so that it needs no build of its own. */
const CLAIMS = `exports.handler = async (event) => {
  const { 'custom:tenant': tenant, 'custom:teams': teams, 'custom:role': role, name, email } = event.request.userAttributes;
  const claims = { name: name || email, tenant, teams: (teams || '').split(',').map((t) => t.trim()).filter(Boolean), role };
  event.response = { claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride: claims } } };
  return event;
};`;

/** What an administrator says of a person: `custom:tenant`, `custom:teams`, `custom:role`. */
const CUSTOM = ["tenant", "teams", "role"] as const;

/** A place where the page signs people in: the authorization code flow with PKCE, the identity token is the bearer. */
export interface SignIn {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
}

export class Identity extends Construct {
  private readonly secret: Secret | undefined;
  private readonly pool: cognito.UserPool | undefined;
  private readonly client: cognito.UserPoolClient | undefined;
  /** Where the page signs people in, if there is such a place. */
  readonly signIn: SignIn | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
    if (settings.identity === "secret") {
      this.secret = new Secret(this, "Key", {
        secretName: `cyclesheet/${settings.stage}/token-key`,
        description: "HS256 key of Cyclesheet's tokens: a person who reads it can sign as any user",
        generateSecretString: { passwordLength: 64, excludePunctuation: true },
        removalPolicy: RemovalPolicy.DESTROY,
      });
      acknowledge(
        this.secret,
        "SMG4",
        "A new key ends every session at once, so it is changed by a person who means it.",
      );
    }
    if (settings.identity === "cognito") {
      this.pool = pool(this, settings);
      const domain = this.pool.addDomain("SignIn", {
        cognitoDomain: { domainPrefix: settings.signInPrefix },
      });
      this.client = new cognito.UserPoolClient(this, "Page", {
        userPool: this.pool,
        generateSecret: false,
        preventUserExistenceErrors: true,
        // Without a list, a signed-in person may write every attribute, `custom:role` among them (the CDK's default, seen
        // on deployed pools). The name is all that a person may change; tenant, teams, role and email are an administrator's.
        writeAttributes: new cognito.ClientAttributes().withStandardAttributes({ fullname: true }),
        readAttributes: new cognito.ClientAttributes()
          .withStandardAttributes({ fullname: true, email: true, emailVerified: true })
          .withCustomAttributes(...CUSTOM),
        // The hosted page signs people in; no password is ever sent to Cognito's API by this client.
        authFlows: { userSrp: false },
        enableTokenRevocation: true,
        idTokenValidity: Duration.hours(8),
        accessTokenValidity: Duration.hours(8),
        refreshTokenValidity: Duration.days(1),
        supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
        oAuth: {
          flows: { authorizationCodeGrant: true },
          scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.PROFILE],
          // Replaced by `returnsTo`; an empty list would let CDK put example.com here.
          callbackUrls: ["https://localhost/"],
        },
      });
      const hosted = `https://${domain.domainName}.auth.${Stack.of(this).region}.amazoncognito.com/oauth2`;
      this.signIn = {
        authorizeUrl: `${hosted}/authorize`,
        tokenUrl: `${hosted}/token`,
        clientId: this.client.userPoolClientId,
      };
    }
    if (settings.identity === "oidc" && settings.tokenUrl) {
      const { authorizeUrl, tokenUrl, audience } = settings;
      this.signIn = { authorizeUrl, tokenUrl, clientId: audience };
    }
  }

  /** Lets people come back to these pages after signing in. */
  returnsTo(origins: readonly string[]): void {
    const client = this.client?.node.defaultChild as cognito.CfnUserPoolClient | undefined;
    if (client) client.callbackUrLs = origins.map((origin) => `${origin}/`);
  }

  /** The environment variables of a function that verifies tokens. */
  environment(): Record<string, string> {
    const { settings } = this;
    if (this.pool && this.client) {
      const issuer = this.pool.userPoolProviderUrl;
      return {
        JWT_ISSUER: issuer,
        JWT_AUDIENCE: this.client.userPoolClientId,
        JWT_JWKS_URL: `${issuer}/.well-known/jwks.json`,
      };
    }
    const rules = { JWT_ISSUER: settings.issuer, JWT_AUDIENCE: settings.audience };
    if (this.secret) return { ...rules, JWT_SECRET_ARN: this.secret.secretArn };
    return {
      ...rules,
      JWT_JWKS_URL: settings.jwksUrl || `${settings.issuer.replace(/\/$/, "")}/.well-known/jwks.json`,
    };
  }

  /** Lets functions read the key, if there is one. */
  verifiedBy(...functions: readonly Bootstrap[]): void {
    for (const each of functions) this.secret?.grantRead(each.role);
  }

  /** The pool's id, for the tool that creates users. */
  get poolId(): string | undefined {
    return this.pool?.userPoolId;
  }

  /** Where the page asks for tokens: what its policy must let it connect to. */
  get tokenOrigin(): string | undefined {
    return this.signIn?.tokenUrl.replace(/^(https:\/\/[^/]+).*$/, "$1");
  }

  /** The key's name, for the service that signs. */
  get keyName(): string | undefined {
    return this.secret ? `cyclesheet/${this.settings.stage}/token-key` : undefined;
  }
}

/** The stage's words for Cognito's. */
const MFA = { off: cognito.Mfa.OFF, optional: cognito.Mfa.OPTIONAL, required: cognito.Mfa.REQUIRED } as const;

function pool(scope: Construct, settings: Settings): cognito.UserPool {
  // Mutable, so that an administrator can change a role: an attribute that is not can be written at creation only, and by
  // nobody afterwards. That people cannot write it is the app client's list of attributes.
  const attribute = () => new cognito.StringAttribute({ mutable: true, maxLen: 1024 });
  const made = new cognito.UserPool(scope, "People", {
    userPoolName: `cyclesheet-${settings.stage}`,
    selfSignUpEnabled: false,
    // The e-mail address is the name under which one signs in, so everybody has one. It is no required attribute of the
    // schema beside that: a client must not be able to write it.
    signInAliases: { email: true },
    standardAttributes: {
      fullname: { required: true, mutable: true },
    },
    customAttributes: Object.fromEntries(CUSTOM.map((name) => [name, attribute()])),
    passwordPolicy: {
      minLength: settings.passwordLength,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      passwordHistorySize: 5,
      tempPasswordValidity: Duration.days(settings.temporaryPasswordDays),
    },
    mfa: MFA[settings.mfa as keyof typeof MFA],
    ...(settings.mfa === "off" ? {} : { mfaSecondFactor: { otp: true, sms: false } }),
    accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
    featurePlan: cognito.FeaturePlan.ESSENTIALS,
    deletionProtection: settings.deletionProtection,
    removalPolicy: settings.deletionProtection
      ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
      : RemovalPolicy.DESTROY,
  });
  if (settings.mfa !== "required")
    acknowledge(
      made,
      "COG2",
      "The stage's setting mfa says whether one-time passwords are required; here they are not.",
    );
  acknowledge(made, "COG3", "Threat protection belongs to a dearer plan; the pool has no self sign-up.");
  acknowledge(made, "COG8", "The Essentials plan has all that is used.");
  const logGroup = new LogGroup(scope, "ClaimsLogs", {
    ...encrypted(scope, settings),
    retention: settings.logRetentionDays as RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new iam.Role(scope, "ClaimsRole", {
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
  });
  logGroup.grantWrite(role);
  const claims = new lambda.Function(scope, "Claims", {
    description: "Puts tenant, teams and role into identity tokens",
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: lambda.Code.fromInline(CLAIMS),
    role,
    logGroup,
    ...logged(settings),
    timeout: Duration.seconds(5),
  });
  made.addTrigger(cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims, cognito.LambdaVersion.V2_0);
  return made;
}
