import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import { coldFolder } from '../support/cold.ts'
import { bucketOf, s3rverScene } from '../support/s3-server.ts'
import { coldStoreSuite } from './cold-store.suite.ts'
import { s3ExportSuite } from './s3-export.suite.ts'
import { s3FaultSuite } from './s3-faults.suite.ts'

coldStoreSuite('a directory', async (t) => directoryStore(await coldFolder(t), NO_BOUNDARY))

coldStoreSuite('a bucket', async (t) => bucketOf(await s3rverScene(t)))

coldStoreSuite('a prefix of a bucket', async (t) => bucketOf(await s3rverScene(t), { prefix: 'cold/crm' }))

s3FaultSuite('a bucket', s3rverScene)
s3ExportSuite('a bucket', s3rverScene)

test('a symbolic link in the folder is not followed', async (t) => {
  const [folder, outside] = [await coldFolder(t), await coldFolder(t)]
  await mkdir(join(folder, 'a'))
  await symlink(outside, join(folder, 'a', 'b'))
  await writeFile(join(outside, 'secret'), 'x')
  const store = directoryStore(folder, NO_BOUNDARY)
  const refusal = { code: 'cold_store_failed', message: /symbolic link/ }
  await assert.rejects(store.put('a/b/new', join(outside, 'secret')), refusal)
  await assert.rejects(store.get('a/b/secret', join(outside, 'copy')), refusal)
})

test('an unknown bucket and a server that is gone are told by name', async (t) => {
  const scene = await s3rverScene(t)
  const folder = await coldFolder(t)
  const file = join(folder, 'x')
  await writeFile(file, 'x')
  await assert.rejects(bucketOf(scene, { bucket: 'no-such-bucket' }).put('a', file), { message: /NoSuchBucket/ })
  await assert.rejects(bucketOf(scene, { endpoint: 'http://127.0.0.1:9' }).list(), { message: /ECONNREFUSED/ })
})

test('a server that takes the wish for a lock and locks nothing is not believed', async (t) => {
  const file = join(await coldFolder(t), 'x')
  await writeFile(file, 'x')
  const store = bucketOf(await s3rverScene(t), { lock: { mode: 'compliance', days: 1 } })
  await assert.rejects(store.put('a', file), { code: 'cold_store_failed', message: /a is not .*locked/ })
})
