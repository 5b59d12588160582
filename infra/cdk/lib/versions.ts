/** The versions of a bucket's files. */
import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Version } from "./pageBack.ts";

/** All of them; of a bucket that keeps none, the files as they are. */
export async function versionsOf(client: S3Client, bucket: string): Promise<Version[]> {
  const found: Version[] = [];
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (next) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, ...next }),
    );
    for (const [list, deleted] of [
      [page.Versions, false],
      [page.DeleteMarkers, true],
    ] as const)
      for (const { Key = "", VersionId = "null", LastModified = new Date(0), IsLatest = false } of list ?? [])
        found.push({ key: Key, id: VersionId, at: LastModified, deleted, latest: IsLatest });
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return found;
}
