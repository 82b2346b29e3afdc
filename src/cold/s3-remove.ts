/**
 * A file out of a bucket, for good: where the bucket keeps versions, each of them. One that is locked stays, and the
 * file is then as it was before.
 */
import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { Bucket } from './s3-bucket.ts'

export async function removeForGood({ client, Bucket }: Bucket, Key: string): Promise<void> {
  const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket, Key }))
  if (VersionId === undefined) return
  // The bucket keeps versions: so far the file is only hidden behind a marker.
  for (;;) {
    const versions = await versionsOf({ client, Bucket }, Key)
    if (versions.length === 0) return
    for (const version of versions) await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: version }))
  }
}

/** The markers first: what is refused afterwards must not stay hidden. Names that only begin alike come later. */
async function versionsOf({ client, Bucket }: Pick<Bucket, 'client' | 'Bucket'>, key: string) {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: key }),
  )
  return [...DeleteMarkers, ...Versions].flatMap(({ Key, VersionId }) =>
    Key === key && VersionId !== undefined ? [VersionId] : [],
  )
}
