// The stores' contract and the suites of faults on a real S3 server, and what only a real one has: Object Lock,
// versions, If-None-Match. Optional: it takes Ceph (CONTRIBUTING.md says how to get it).
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { createVault } from '../../src/cold/vault.ts'
import { archivedCenter } from '../support/archived-center.ts'
import { ageArchive, coldFolder, exportAll } from '../support/cold.ts'
import { eraseHim } from '../support/person.ts'
import { hasRadosgw, type RadosGateway, startRadosgw } from '../support/radosgw.ts'
import { s3Gate } from '../support/s3-gate.ts'
import { bucketOf, type S3Scene } from '../support/s3-server.ts'
import { coldStoreSuite } from './cold-store.suite.ts'
import { s3ExportSuite } from './s3-export.suite.ts'
import { s3FaultSuite } from './s3-faults.suite.ts'

const NAME = 'a bucket of radosgw'
const LOCK = { mode: 'compliance', days: 1 } as const

type Made = Readonly<{ locks?: boolean; versions?: boolean }>

if (hasRadosgw) {
  let gateway: RadosGateway | null = null
  before(async () => {
    gateway = await startRadosgw()
  })
  after(() => gateway?.stop())
  const scene = (t: TestContext, made: Made = {}) => {
    assert.ok(gateway, 'it was started')
    return bucketFor(t, gateway, made)
  }
  coldStoreSuite(NAME, async (t) => bucketOf(await scene(t)))
  coldStoreSuite(`a prefix of ${NAME}`, async (t) => bucketOf(await scene(t), { prefix: 'cold/crm' }))
  coldStoreSuite(`${NAME} that keeps versions`, async (t) => bucketOf(await scene(t, { versions: true })))
  s3FaultSuite(NAME, scene)
  s3ExportSuite(NAME, scene)
  lockSuite(scene)
} else test(`${NAME} keeps the contract (left out: no radosgw is installed)`, { skip: true }, () => undefined)

async function bucketFor(
  t: TestContext,
  { endpoint, keys }: RadosGateway,
  { locks = false, versions = false }: Made,
): Promise<S3Scene> {
  const client = clientOf({ endpoint, keys })
  const Bucket = `cold-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: locks }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  if (versions) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  const gate = await s3Gate(t, endpoint)
  const options = { endpoint: gate.endpoint, bucket: Bucket, region: 'us-east-1', prefix: '', ...keys }
  return { gate, options }
}

/** A copy of the keys: the client writes a field of its own onto what it is given. */
const clientOf = ({ endpoint, keys }: Pick<RadosGateway, 'endpoint' | 'keys'>) =>
  new S3Client({ endpoint, credentials: { ...keys }, region: 'us-east-1', forcePathStyle: true })

function lockSuite(scene: (t: TestContext, made?: Made) => Promise<S3Scene>): void {
  const place = async (t: TestContext, made: Made) => {
    const file = join(await coldFolder(t), 'local')
    await writeFile(file, 'first')
    return { opened: await scene(t, made), file }
  }

  for (const mode of ['governance', 'compliance'] as const)
    test(`${NAME}: a file that was locked (${mode}) is removed by nobody, and stays readable and listed`, async (t) => {
      const { opened, file } = await place(t, { locks: true })
      const store = bucketOf(opened, { lock: { mode, days: 1 } })
      await store.put('a/b', file)
      await assert.rejects(store.remove('a/b'), { code: 'cold_store_refused', message: /AccessDenied/ })
      await assert.rejects(store.put('a/b', file), { code: 'cold_store_failed', message: /a\/b is taken/ })
      await store.get('a/b', `${file}.back`)
      assert.equal(await readFile(`${file}.back`, 'utf8'), 'first')
      assert.deepEqual(await store.list(), ['a/b'])
    })

  test(`${NAME}: a lock is refused by a bucket that has none, and nothing is there`, async (t) => {
    const { opened, file } = await place(t, {})
    const refused = { code: 'cold_store_failed', message: /the bucket has no Object Lock/ }
    await assert.rejects(bucketOf(opened, { lock: LOCK }).put('a/b', file), refused)
    assert.deepEqual(await bucketOf(opened).list(), [])
  })

  test(`${NAME}: of twenty who write one name at once, one does`, async (t) => {
    const { opened, file } = await place(t, {})
    const store = bucketOf(opened)
    const puts = await Promise.allSettled(Array.from({ length: 20 }, () => store.put('a/b', file)))
    assert.equal(puts.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const put of puts) if (put.status === 'rejected') assert.match(put.reason.message, /a\/b is taken/)
  })

  test(`${NAME}: a removed file leaves no version behind, nor is one of a name that begins alike touched`, async (t) => {
    const { opened, file } = await place(t, { versions: true })
    const store = bucketOf(opened)
    await store.put('a/b', file)
    await store.put('a/bc', file)
    await store.remove('a/b')
    const { endpoint = '', bucket, ...keys } = opened.options
    const left = await clientOf({ endpoint, keys }).send(new ListObjectVersionsCommand({ Bucket: bucket }))
    assert.deepEqual(
      left.Versions?.map(({ Key }) => Key),
      ['a/bc'],
    )
    assert.equal(left.DeleteMarkers, undefined)
  })

  test(`${NAME}: who is erased leaves the files in use; those that are locked stand under unremoved on his receipt`, async (t) => {
    const { opened } = await place(t, { locks: true })
    const center = await archivedCenter(t, { beside: ['eraser'] })
    await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
    const store = bucketOf(opened, { lock: LOCK })
    const vault = createVault({ store, keys: [], reached: NO_BOUNDARY })
    await exportAll(center, { vault })
    const before = await store.list()
    const engine = { ...center.engine, vault: () => Promise.resolve(vault) }
    const { unremoved } = await eraseHim({ ...center, engine }, '3')
    assert.deepEqual(unremoved.toSorted(), before.toSorted())
    assert.equal((await store.list()).length, 2 * before.length)
    assert.equal((await exportAll({ ...center, engine }, { vault })).families, 0, 'it keeps nobody from an export')
  })
}
