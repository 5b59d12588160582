/** `pageBack.ts STAGE MOMENT`: puts the page back to what it was at a moment, from the versions that its bucket keeps. */
import { CloudFrontClient, CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { CopyObjectCommand, DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { script, stageOf } from "../lib/command.ts";
import { outputsOf } from "../lib/outputs.ts";
import { wayBack } from "../lib/pageBack.ts";
import { versionsOf } from "../lib/versions.ts";

await script(async ([stage = "", at = "", ...rest]) => {
  const settings = stageOf([stage, ...rest]);
  const moment = new Date(at);
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(at) || Number.isNaN(moment.getTime()))
    return [`say the moment with its zone: make page-back STAGE=${stage} AT=2026-11-30T08:00:00Z`];
  const outputs = await outputsOf(settings);
  const bucket = outputs?.get("PageBucket");
  if (!outputs || !bucket) return [`${stage} has no page`];
  const client = new S3Client({ region: settings.region });
  const way = wayBack(await versionsOf(client, bucket), moment);
  if (!way) return [`no page of ${at} is kept: pageVersionDays is ${settings.pageVersionDays}`];
  const bring = ({ key, id }: { readonly key: string; readonly id: string }) =>
    client.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: key,
        CopySource: `${bucket}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(id)}`,
      }),
    );
  for (const one of way.bring) await bring(one);
  for (const key of way.remove) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  await new CloudFrontClient({ region: "us-east-1" }).send(
    new CreateInvalidationCommand({
      DistributionId: outputs.get("Distribution"),
      InvalidationBatch: { CallerReference: String(Date.now()), Paths: { Quantity: 1, Items: ["/*"] } },
    }),
  );
  console.log(
    `${way.bring.length} files brought back, ${way.remove.length} taken out: ${outputs.get("PageUrl")}`,
  );
  return [];
});
