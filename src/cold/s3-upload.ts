/**
 * A file into a bucket: whole or not at all, under a name that nobody has. Each upload has a mark of its own, by which
 * an attempt whose answer was lost is known again from a file that somebody else put there. Where files are to be
 * locked, the lock is read back, since a server that knows none takes the wish and says nothing.
 */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { hashOfFile } from './file-hash.ts'
import { type Bucket, hasStatus, isMissing, patiently, type S3Lock, troubleOf, wordOf } from './s3-bucket.ts'
import { failed } from './store.ts'

/** Metadata of the object. */
const MARK = 'mothball-upload'
const DAY_MS = 86_400_000

/** Where a file lies: its key in the bucket, and its path as the engine knows it. */
export type Place = Readonly<{ Key: string; path: string }>

/** Throws `cold_store_failed`, also where the name is taken or the lock did not hold, and `cold_store_refused`. */
export async function upload(bucket: Bucket, place: Place, localFile: string): Promise<void> {
  const mark = randomUUID()
  const retention = bucket.lock && retentionFrom(bucket.lock, Date.now())
  const input = {
    Bucket: bucket.Bucket,
    Key: place.Key,
    ContentLength: (await stat(localFile)).size,
    // Without one no object with a retention is taken.
    ContentMD5: (await hashOfFile(localFile, 'md5')).toString('base64'),
    IfNoneMatch: '*',
    Metadata: { [MARK]: mark },
    ...retention,
  }
  await patiently(bucket, async () => {
    if (await isOurs(bucket, place, mark)) return
    await send(bucket, input, localFile).catch(async (error: unknown) => {
      if (!isTaken(error) || !(await isOurs(bucket, place, mark))) throw error
    })
  }).catch((error: unknown) => {
    throw retention && isInvalid(error)
      ? failed(bucket.name, 'the bucket has no Object Lock', error)
      : troubleOf(bucket, error)
  })
  if (retention) await requireLocked(bucket, place, retention)
}

async function send({ client }: Bucket, input: PutObjectCommandInput, localFile: string): Promise<void> {
  const Body = createReadStream(localFile)
  try {
    await client.send(new PutObjectCommand({ ...input, Body }))
  } finally {
    Body.destroy()
  }
}

/**
 * Whether this very upload is there already. Throws where another file is. It asks for a byte of it: the answer to a
 * mere HEAD has no body that could say what is wrong.
 */
async function isOurs({ client, Bucket, name }: Bucket, { Key, path }: Place, mark: string): Promise<boolean> {
  try {
    const { Metadata, Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-0' }))
    await Body?.transformToByteArray()
    if (Metadata?.[MARK] === mark) return true
  } catch (error) {
    if (isMissing(error)) return false
    if (!isEmptyFile(error)) throw error
  }
  throw failed(name, `${path} is taken`)
}

const isTaken = (error: unknown): boolean => hasStatus(error, 412)
const isEmptyFile = (error: unknown): boolean => hasStatus(error, 416)
const isInvalid = (error: unknown): boolean => error instanceof S3ServiceException && error.name === 'InvalidRequest'

type Retention = Readonly<{ ObjectLockMode: 'GOVERNANCE' | 'COMPLIANCE'; ObjectLockRetainUntilDate: Date }>

/** In whole seconds, as servers keep it; never shorter than asked for. */
const retentionFrom = ({ mode, days }: S3Lock, now: number): Retention => ({
  ObjectLockMode: mode === 'governance' ? 'GOVERNANCE' : 'COMPLIANCE',
  ObjectLockRetainUntilDate: new Date(Math.ceil((now + days * DAY_MS) / 1000) * 1000),
})

async function requireLocked(
  bucket: Bucket,
  { Key, path }: Place,
  { ObjectLockMode, ObjectLockRetainUntilDate }: Retention,
): Promise<void> {
  const { client, Bucket, name } = bucket
  const look = () => client.send(new GetObjectRetentionCommand({ Bucket, Key }))
  const { Retention } = await patiently(bucket, look).catch((error: unknown) => {
    throw failed(name, `${path} is not seen to be locked (${wordOf(error)})`, error)
  })
  const until = Retention?.RetainUntilDate?.getTime() ?? 0
  if (Retention?.Mode !== ObjectLockMode || until < ObjectLockRetainUntilDate.getTime())
    throw failed(name, `${path} is not locked`)
}
