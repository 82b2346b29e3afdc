/**
 * Cold files in a bucket of an S3-compatible store. An upload's answer is not believed: the vault reads every file
 * back. A name that is taken is not written again, where the server knows `If-None-Match` by its own word and
 * everywhere by a look beforehand; the names of our runs are used once.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { FileBoundary } from './boundary.ts'
import { isDeskFull } from './desk-error.ts'
import { type ColdStore, codeOf, failed, missing, requirePath } from './store.ts'

export type S3Options = Readonly<{
  bucket: string
  /** Left out: Amazon's own. */
  endpoint?: string | undefined
  region: string
  /** Before every path, without a slash at its end. */
  prefix: string
  accessKeyId: string
  secretAccessKey: string
}>

/** Attempts for one request; a cut connection is one of the things that pass. */
const ATTEMPTS = 4
/** A request that says nothing for so long is given up. */
const SILENCE_MS = 60_000

export function s3Store(options: S3Options, reached: FileBoundary): ColdStore {
  const { bucket, endpoint, region, prefix, accessKeyId, secretAccessKey } = options
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: ATTEMPTS,
    // Other servers than Amazon's refuse its newer checksums; the vault compares with its own anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: SILENCE_MS },
  })
  const name = `s3 ${bucket}`
  const keyOf = (path: string) => {
    requirePath(name, path)
    return prefix === '' ? path : `${prefix}/${path}`
  }
  const send = { client, Bucket: bucket, name }
  return {
    name,
    put: async (path, localFile) => {
      await upload(send, { Key: keyOf(path), path }, localFile)
      await reached('file-named')
    },
    get: async (path, localFile) => download(send, { Key: keyOf(path), path }, localFile),
    list: () => listAll(send, prefix),
    remove: async (path) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(path) })).catch((error: unknown) => {
        if (!isMissing(error)) throw failed(name, wordOf(error), error)
      })
    },
  }
}

type Sending = Readonly<{ client: S3Client; Bucket: string; name: string }>
type Place = Readonly<{ Key: string; path: string }>

async function upload({ client, Bucket, name }: Sending, { Key, path }: Place, localFile: string): Promise<void> {
  if (await isThere({ client, Bucket, name }, Key)) throw failed(name, `${path} is taken`)
  const { size } = await stat(localFile)
  const Body = createReadStream(localFile)
  try {
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: size, IfNoneMatch: '*' }))
  } catch (error) {
    throw failed(name, wordOf(error), error)
  } finally {
    Body.destroy()
  }
}

async function isThere({ client, Bucket, name }: Sending, Key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket, Key }))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw failed(name, wordOf(error), error)
  }
}

async function download({ client, Bucket, name }: Sending, { Key, path }: Place, localFile: string): Promise<void> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    if (!(Body instanceof Readable)) throw failed(name, 'an answer without a body')
    await pipeline(Body, createWriteStream(localFile, { mode: 0o600 }))
  } catch (error) {
    if (isDeskFull(error)) throw error
    throw isMissing(error) ? missing(path) : failed(name, wordOf(error), error)
  }
}

async function listAll({ client, Bucket, name }: Sending, prefix: string): Promise<readonly string[]> {
  const start = prefix === '' ? '' : `${prefix}/`
  const paths: string[] = []
  let token: string | undefined
  do {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix: start, ContinuationToken: token }))
      .catch((error: unknown) => {
        throw failed(name, wordOf(error), error)
      })
    paths.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(start.length)])))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return paths
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket'

/** The server's own name for what went wrong, such as AccessDenied; never its text. */
const wordOf = (error: unknown): string => (error instanceof S3ServiceException ? error.name : codeOf(error))
