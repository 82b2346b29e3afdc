import assert from 'node:assert/strict'
import { promises } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type TestContext, test } from 'node:test'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import { createVault } from '../../src/cold/vault.ts'
import { coldFolder } from '../support/cold.ts'
import { bucketOf, s3rverScene } from '../support/s3-server.ts'
import { tinyDisk } from '../support/tiny-disk.ts'
import { canMount } from '../support/tmpfs.ts'
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

/** Every path that is opened and flushed from now on. */
function flushedPaths(t: TestContext): readonly string[] {
  const flushed: string[] = []
  const { open } = promises
  t.mock.method(promises, 'open', async (...words: Parameters<typeof open>) => {
    const file = await open(...words)
    const sync = file.sync.bind(file)
    file.sync = async () => {
      await sync()
      flushed.push(String(words[0]))
    }
    return file
  })
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  return flushed
}

test('a folder that is made for the first file is durable too: every folder that got a name is flushed', async (t) => {
  const above = await coldFolder(t)
  const file = join(above, 'x')
  await writeFile(file, 'x')
  const root = join(above, 'srv', 'cold')
  const flushed = flushedPaths(t)
  await directoryStore(root, NO_BOUNDARY).put('a/b', file)
  assert.deepEqual(flushed.slice(1), [join(root, 'a'), root, dirname(root), above])
})

const isMountable = canMount()
const fullTitle = 'a full disk is told as whose it is: of the temporary files, or of the store'

test(isMountable ? fullTitle : `${fullTitle} (left out: this machine mounts no tmpfs for us)`, {
  skip: !isMountable,
}, async (t) => {
  const [tiny, place] = [tinyDisk(t, 20_000), await coldFolder(t)]
  const vaultAt = (folder: string) =>
    createVault({ store: directoryStore(folder, NO_BOUNDARY), keys: [], reached: NO_BOUNDARY })
  const text = 'x'.repeat(60_000)
  const tellsDesk = { code: 'cold_desk_failed', message: /ENOSPC/ }
  await using desk = await vaultAt(place).open()
  const { sha256 } = await desk.keepText('a.json', text)
  await using onFull = await vaultAt(tiny.folder).open()
  await assert.rejects(onFull.keepText('a.json', text), { code: 'cold_store_failed', message: /ENOSPC/ })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = tiny.folder
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  {
    await using full = await vaultAt(place).open()
    await assert.rejects(full.keepText('b.json', text), tellsDesk)
    await assert.rejects(full.fetchText('a.json', sha256), tellsDesk)
    const { sink } = await full.intake()
    await assert.rejects(pipeline([Buffer.from(text)], sink), tellsDesk)
  }
  tiny.remount('ro')
  await assert.rejects(onFull.keepText('c/a.json', 'x'), { code: 'cold_store_failed', message: /EROFS/ })
})
