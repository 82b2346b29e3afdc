/**
 * How a bucket is spoken to: what is given up after how much silence, what is tried again because it passes by itself,
 * and what a refusal is called. Of what the server says only its own name for it goes further, never its text.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { MothballError } from '../core/errors/index.ts'
import { codeOf, failed } from './store.ts'

/** Retention on each file that is written (S3 Object Lock), from the moment of its writing. */
export type S3Lock = Readonly<{ mode: 'governance' | 'compliance'; days: number }>

export type S3Options = Readonly<{
  bucket: string
  /** Left out: Amazon's own. */
  endpoint?: string | undefined
  region: string
  /** Before every path, without a slash at its end. */
  prefix: string
  accessKeyId: string
  secretAccessKey: string
  /** The bucket must have Object Lock. */
  lock?: S3Lock | undefined
}>

export type Patience = Readonly<{
  /** A connection on which nobody says anything for so long is given up. */
  silenceMs: number
  pause: (ms: number) => Promise<unknown>
}>

/** As long as a busy server takes to come to itself; SlowDown asks for seconds. */
export const PATIENCE: Patience = { silenceMs: 60_000, pause: delay }

/** A server that does not even take the connection is not there. */
const CONNECT_MS = 10_000
const ATTEMPTS = 5
/** Doubled after each attempt: 7.5 s in all. */
const FIRST_PAUSE_MS = 500

export type Bucket = Readonly<{
  client: S3Client
  /** As requests call it. */
  Bucket: string
  /** As people read it. */
  name: string
  lock: S3Lock | undefined
  patience: Patience
}>

export function openBucket(options: S3Options, patience: Patience): Bucket {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, lock } = options
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId, secretAccessKey },
    // It tries again what has no body only, and is done before the body of an answer has come: `patiently` does it.
    maxAttempts: 1,
    // Other servers than Amazon's refuse its newer checksums; the vault compares with its own anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Its `requestTimeout` only warns, and would be too short for a large file.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: patience.silenceMs },
    logger: SILENT,
  })
  return { client, Bucket: bucket, name: `s3 ${bucket}`, lock, patience }
}

const say = () => undefined
/** It would tell the terminal of each cut connection. */
const SILENT = { trace: say, debug: say, info: say, warn: say, error: say }

/** Tries again what failed for a reason that passes by itself, after a pause that grows. */
export async function patiently<T>({ patience }: Bucket, attempt: () => Promise<T>): Promise<T> {
  for (let done = 1; ; done += 1)
    try {
      return await attempt()
    } catch (error) {
      if (done === ATTEMPTS || !passes(error)) throw error
      await patience.pause(FIRST_PAUSE_MS * 2 ** (done - 1))
    }
}

const BROKEN_CONNECTION: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
])

/** The client has set its clock by the answer then. */
const PASSING: ReadonlySet<string> = new Set(['RequestTimeout', 'RequestTimeTooSkewed'])

function passes(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof MothballError) return false
  if (!(error instanceof S3ServiceException)) return isSilence(error) || BROKEN_CONNECTION.has(codeOf(error))
  const { httpStatusCode = 0 } = error.$metadata
  return httpStatusCode >= 500 || httpStatusCode === 429 || PASSING.has(error.name)
}

/** The client calls a reset connection so too; that one has a code. */
const isSilence = (error: Error): boolean => error.name === 'TimeoutError'

/** Our keys were not taken, or do not allow it. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
])

/** `cold_store_refused` or `cold_store_failed`; an error of ours stays as it is. */
export function troubleOf({ name }: Bucket, error: unknown): MothballError {
  if (error instanceof MothballError) return error
  const problem = wordOf(error)
  return REFUSALS.has(problem)
    ? new MothballError('cold_store_refused', { store: name, problem }, { cause: error })
    : failed(name, problem, error)
}

/** The server's own name for what went wrong, such as SlowDown. */
export function wordOf(error: unknown): string {
  if (error instanceof S3ServiceException)
    return error.name === 'Unknown' ? `HTTP ${error.$metadata.httpStatusCode}` : error.name
  return error instanceof Error && isSilence(error) && !('code' in error) ? 'no answer' : codeOf(error)
}

/** The server answered with this HTTP status. */
export const hasStatus = (error: unknown, status: number): error is S3ServiceException =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status

export const isMissing = (error: unknown): boolean => hasStatus(error, 404) && error.name !== 'NoSuchBucket'
