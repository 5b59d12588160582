/** An API's own domain, and its record where this stack keeps the zone. */

import { type DomainMappingOptions, DomainName, SecurityPolicy } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as route53 from "aws-cdk-lib/aws-route53";
import { ApiGatewayv2DomainProperties } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";
import type { Settings } from "./settings.ts";

export function ownDomain(
  scope: Construct,
  settings: Settings,
  host: string,
  certificate: string,
): { readonly domainMapping?: DomainMappingOptions } {
  if (!host) return {};
  const domainName = new DomainName(scope, "Domain", {
    domainName: host,
    certificate: Certificate.fromCertificateArn(scope, "Certificate", certificate),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  point(
    scope,
    settings,
    host,
    new ApiGatewayv2DomainProperties(domainName.regionalDomainName, domainName.regionalHostedZoneId),
  );
  return { domainMapping: { domainName } };
}

/** A record that points `host` to its target, if the stage names a zone. */
export function point(
  scope: Construct,
  settings: Settings,
  host: string,
  target: route53.IAliasRecordTarget,
): void {
  if (!settings.hostedZone) return;
  const zone = route53.HostedZone.fromHostedZoneAttributes(scope, "Zone", {
    zoneName: settings.hostedZone,
    hostedZoneId: settings.hostedZoneId,
  });
  const record = { zone, recordName: `${host}.`, target: route53.RecordTarget.fromAlias(target) };
  new route53.ARecord(scope, "Record", record);
  // The distribution answers over IPv6 as well; regional domains of API Gateway do so only when configured.
  if (host === settings.pageDomain) new route53.AaaaRecord(scope, "RecordV6", record);
}
