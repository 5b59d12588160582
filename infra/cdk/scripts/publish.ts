/**
 * `publish.ts STAGE`: puts the built page into the stage's bucket; `--empty` takes everything out again.
 *
 * Files with a hash in their name go first and may be cached forever; `index.html` and `config.json` go last and are
 * requested each time. So a browser that opens the page in between gets the old one or the new one, and each is whole.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { CloudFrontClient, CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { DeleteObjectsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { script, stageOf } from "../lib/command.ts";
import { outputsOf } from "../lib/outputs.ts";
import { HOME } from "../lib/settings.ts";
import { versionsOf } from "../lib/versions.ts";

const PAGE = join(HOME, "../../web/app/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};
const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_ANEW = "no-cache";

await script(async (args) => {
  const settings = stageOf(args.filter((word) => word !== "--empty"));
  const outputs = await outputsOf(settings);
  const bucket = outputs?.get("PageBucket");
  if (!outputs || !bucket)
    return args.includes("--empty")
      ? []
      : [`${settings.stage} has no page to publish to: run make deploy STAGE=${settings.stage} first`];
  const client = new S3Client({ region: settings.region });
  if (args.includes("--empty")) {
    await empty(client, bucket);
    return [];
  }
  const files = readdirSync(PAGE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => relative(PAGE, join(entry.parentPath, entry.name)).split(sep).join("/"));
  if (!names.includes("index.html")) return ["the page is not built: run make web"];
  const put = (Key: string, Body: Buffer | string, CacheControl: string) =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body,
        CacheControl,
        ContentType: TYPES[extname(Key)] ?? "application/octet-stream",
      }),
    );
  const hashed = (name: string) => name.startsWith("assets/");
  for (const name of names.filter(hashed)) await put(name, readFileSync(join(PAGE, name)), FOR_EVER);
  for (const name of names.filter((one) => !hashed(one) && one !== "index.html"))
    await put(name, readFileSync(join(PAGE, name)), ASK_ANEW);
  await put("config.json", JSON.stringify(pageConfig(outputs)), "no-store");
  await put("index.html", readFileSync(join(PAGE, "index.html")), ASK_ANEW);
  await new CloudFrontClient({ region: "us-east-1" }).send(
    new CreateInvalidationCommand({
      DistributionId: outputs.get("Distribution"),
      InvalidationBatch: {
        CallerReference: String(Date.now()),
        Paths: { Quantity: 3, Items: ["/", "/index.html", "/config.json"] },
      },
    }),
  );
  console.log(`${names.length + 1} files. The page: ${outputs.get("PageUrl")}`);
  return [];
});

/** The page's configuration: where the sockets are, the API if it is elsewhere, and where people sign in. */
function pageConfig(outputs: ReadonlyMap<string, string>): Record<string, unknown> {
  const signIn = {
    authorizeUrl: outputs.get("SignInAuthorizeUrl"),
    tokenUrl: outputs.get("SignInTokenUrl"),
    clientId: outputs.get("SignInClient"),
  };
  return {
    socketUrl: outputs.get("SocketUrl"),
    ...(outputs.get("SameOriginApi") === "true" ? {} : { httpUrl: outputs.get("HttpUrl") }),
    ...(signIn.tokenUrl ? { signIn } : {}),
  };
}

async function empty(client: S3Client, bucket: string): Promise<void> {
  const versions = await versionsOf(client, bucket);
  // A thousand is what one call takes.
  for (let from = 0; from < versions.length; from += 1000) {
    const Objects = versions.slice(from, from + 1000).map(({ key, id }) => ({ Key: key, VersionId: id }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}
