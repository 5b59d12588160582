/** The page: a private bucket behind CloudFront, with `/api` beside it where the stage wants one origin. */
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { point } from "./domain.ts";
import type { Settings } from "./settings.ts";

export interface WebProps {
  readonly settings: Settings;
  /** Where the page may connect to beside its own origin. */
  readonly connects: readonly string[];
  /** The API's host, if `/api` is served here. */
  readonly apiHost: string | undefined;
}

export class Web extends Construct {
  readonly bucket: s3.Bucket;
  readonly distribution: cloudfront.Distribution;
  /** `https://…` without a path. */
  readonly origin: string;

  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id);
    const { settings } = props;
    const logs = new s3.Bucket(this, "Logs", {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // CloudFront's standard logs are written by an ACL.
      objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: Duration.days(settings.logRetentionDays) }],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(logs, "S1", "It holds access logs; logging who reads them would log itself.");
    this.bucket = new s3.Bucket(this, "Page", {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      ...(settings.pageVersionDays
        ? {
            versioned: true,
            lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(settings.pageVersionDays) }],
          }
        : {}),
      // What the build makes can be built again; so the bucket goes with the stack, once it is emptied.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this.bucket, "S1", "Only CloudFront reads it, and logs every request.");
    const headers = new cloudfront.ResponseHeadersPolicy(this, "Headers", {
      comment: "Scripts, styles and connections of this page only; nothing inline, no frame around it",
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy(props.connects),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: "Cross-Origin-Opener-Policy", value: "same-origin", override: true },
          { header: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()", override: true },
        ],
      },
    });
    const page = S3BucketOrigin.withOriginAccessControl(this.bucket);
    const common = {
      responseHeadersPolicy: headers,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      compress: true,
    };
    this.distribution = new cloudfront.Distribution(this, "Distribution", {
      comment: `cyclesheet ${settings.stage}`,
      defaultRootObject: "index.html",
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,

      ...(settings.webAclArn ? { webAclId: settings.webAclArn } : {}),
      enableLogging: true,
      logBucket: logs,
      defaultBehavior: { origin: page, cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED, ...common },
      additionalBehaviors: props.apiHost
        ? {
            "/api/*": {
              ...common,
              origin: new HttpOrigin(props.apiHost, {
                protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
              }),
              allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
              // Nothing is cached across people, and the bearer must arrive.
              cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
              originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            },
          }
        : {},
      ...(settings.pageDomain
        ? {
            domainNames: [settings.pageDomain],
            certificate: Certificate.fromCertificateArn(this, "Certificate", settings.pageCertificate),
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
          }
        : {}),
    });
    acknowledge(
      this.distribution,
      "CFR1",
      "Teams work from anywhere; tokens, not countries, decide who gets in.",
    );
    if (!settings.webAclArn)
      acknowledge(
        this.distribution,
        "CFR2",
        "A static page and an API that verifies every token and throttles; a firewall is the account's decision and price.",
      );
    if (!settings.pageDomain)
      acknowledge(
        this.distribution,
        "CFR4",
        "CloudFront's own certificate allows no other setting; pageDomain brings TLS 1.2 as the least.",
      );
    if (settings.pageDomain)
      point(this, settings, settings.pageDomain, new CloudFrontTarget(this.distribution));
    this.origin = `https://${settings.pageDomain || this.distribution.distributionDomainName}`;
  }
}

/** As in the local stack, with the addresses in the place of `ws: wss:`. */
export function contentSecurityPolicy(connects: readonly string[]): string {
  return [
    "default-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self' ${connects.join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join("; ");
}
