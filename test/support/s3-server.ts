/**
 * An S3 server in this process, with one empty bucket; its files go with the test. It stands behind a gate, which knows
 * its keys and makes it as strict as a real one.
 */
import type { TestContext } from 'node:test'
import S3rver from 's3rver'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { s3Store } from '../../src/cold/s3.ts'
import { PATIENCE, type Patience, type S3Options } from '../../src/cold/s3-bucket.ts'
import type { ColdStore } from '../../src/cold/store.ts'
import { coldFolder } from './cold.ts'
import { type S3Gate, s3Gate } from './s3-gate.ts'

/** Where a store of cold files can be opened: a bucket of the test's own behind a gate, and who may use it. */
export type S3Scene = Readonly<{ gate: S3Gate; options: S3Options }>

/** Those that the server knows. */
const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const

export async function s3rverScene(t: TestContext): Promise<S3Scene> {
  const directory = await coldFolder(t)
  const bucket = 'cold-files'
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  })
  const { port } = await server.run()
  t.after(() => server.close())
  const endpoint = `http://127.0.0.1:${port}`
  const gate = await s3Gate(t, endpoint, KEYS)
  return {
    gate,
    options: { endpoint: gate.endpoint, bucket, region: 'us-east-1', prefix: '', ...KEYS },
  }
}

/** As the product waits, but for pauses: a test has no time for them. */
const HASTE: Patience = { ...PATIENCE, pause: () => Promise.resolve() }

export const bucketOf = ({ options }: S3Scene, changed: Partial<S3Options> = {}, patience = HASTE): ColdStore =>
  s3Store({ ...options, ...changed }, NO_BOUNDARY, patience)
