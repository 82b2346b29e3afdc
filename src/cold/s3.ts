/**
 * Cold files in a bucket of an S3-compatible store. An upload's answer is not believed: the vault reads every file
 * back. A name that is taken is not written again, where the server knows `If-None-Match` by its own word and
 * everywhere by a look beforehand; the names of our runs are used once.
 */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { FileBoundary } from './boundary.ts'
import { isDeskFull } from './desk-error.ts'
import { type Bucket, isMissing, openBucket, PATIENCE, patiently, type S3Options, troubleOf } from './s3-bucket.ts'
import { removeForGood } from './s3-remove.ts'
import { type Place, upload } from './s3-upload.ts'
import { type ColdStore, failed, missing, requirePath } from './store.ts'

export function s3Store(options: S3Options, reached: FileBoundary, patience = PATIENCE): ColdStore {
  const { prefix } = options
  const bucket = openBucket(options, patience)
  const placeOf = (path: string): Place => {
    requirePath(bucket.name, path)
    return { Key: prefix === '' ? path : `${prefix}/${path}`, path }
  }
  return {
    name: bucket.name,
    put: async (path, localFile) => {
      await upload(bucket, placeOf(path), localFile)
      await reached('file-named')
    },
    get: async (path, localFile) => download(bucket, placeOf(path), localFile),
    list: () =>
      patiently(bucket, () => listAll(bucket, prefix)).catch((error: unknown) => {
        throw troubleOf(bucket, error)
      }),
    remove: async (path) => {
      const { Key } = placeOf(path)
      await patiently(bucket, () => removeForGood(bucket, Key)).catch((error: unknown) => {
        if (!isMissing(error)) throw troubleOf(bucket, error)
      })
    },
  }
}

async function download(bucket: Bucket, { Key, path }: Place, localFile: string): Promise<void> {
  const { client, Bucket, name } = bucket
  await patiently(bucket, async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    if (!(Body instanceof Readable)) throw failed(name, 'an answer without a body')
    await pipeline(Body, createWriteStream(localFile, { mode: 0o600 }))
  }).catch((error: unknown) => {
    if (isDeskFull(error)) throw error
    throw isMissing(error) ? missing(path) : troubleOf(bucket, error)
  })
}

async function listAll({ client, Bucket }: Bucket, prefix: string): Promise<readonly string[]> {
  const start = prefix === '' ? '' : `${prefix}/`
  const paths: string[] = []
  let token: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: start, ContinuationToken: token }))
    paths.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(start.length)])))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return paths
}
