/**
 * What a bucket does when it is refused, cut off, overloaded or silent. One suite for s3rver behind its gate and for a
 * real server, so that what the gate makes up is held against one.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { PATIENCE } from '../../src/cold/s3-bucket.ts'
import type { ColdStore } from '../../src/cold/store.ts'
import { coldFolder } from '../support/cold.ts'
import { bucketOf, type S3Scene } from '../support/s3-server.ts'

const SIZE = 1_000_000
/** More often than anybody tries. */
const ALWAYS = 99

export function s3FaultSuite(name: string, scene: (t: TestContext) => Promise<S3Scene>): void {
  const place = async (t: TestContext) => {
    const content = randomBytes(SIZE)
    const file = join(await coldFolder(t), 'local')
    await writeFile(file, content)
    const opened = await scene(t)
    return { ...opened, opened, file, content, store: bucketOf(opened) }
  }
  const assertThere = async (store: ColdStore, file: string, content: Buffer) => {
    assert.deepEqual(await store.list(), ['a/b'])
    await store.get('a/b', `${file}.back`)
    assert.ok((await readFile(`${file}.back`)).equals(content))
  }

  test(`${name}: a wrong secret, or an unknown key, is refused by the server's name for it, and nothing is there`, async (t) => {
    const { opened, file, store } = await place(t)
    for (const [strange, word] of [
      [{ secretAccessKey: 'another' }, /SignatureDoesNotMatch/],
      [{ accessKeyId: 'NOBODY' }, /InvalidAccessKeyId/],
    ] as const) {
      const stranger = bucketOf(opened, strange)
      const refused = { code: 'cold_store_refused', message: word }
      await assert.rejects(stranger.put('a/b', file), refused)
      await assert.rejects(stranger.list(), refused)
      await assert.rejects(stranger.get('a/b', `${file}.back`), refused)
      await assert.rejects(stranger.remove('a/b'), refused)
    }
    assert.deepEqual(await store.list(), [])
  })

  test(`${name}: an upload that is cut in the middle leaves nothing, and is made again`, async (t) => {
    const { gate, store, file, content } = await place(t)
    gate.arm('cut upload', ALWAYS)
    await assert.rejects(store.put('a/b', file), { code: 'cold_store_failed', message: /ECONNRESET|EPIPE/ })
    assert.ok(gate.met() > 1, 'it was tried again')
    assert.deepEqual(await store.list(), [])
    gate.arm('cut upload', 2)
    await store.put('a/b', file)
    await assertThere(store, file, content)
  })

  test(`${name}: an upload whose answer was lost is known again; a stranger’s file is not taken for it`, async (t) => {
    const { gate, store, file, content } = await place(t)
    gate.arm('lose the answer')
    await store.put('a/b', file)
    assert.equal(gate.met(), 1)
    await assertThere(store, file, content)
    await assert.rejects(store.put('a/b', file), { code: 'cold_store_failed', message: /a\/b is taken/ })
  })

  test(`${name}: a server that asks to slow down is asked again, and named when it goes on so`, async (t) => {
    const { gate, store, file, content } = await place(t)
    gate.arm('slow down', ALWAYS)
    await assert.rejects(store.put('a/b', file), { code: 'cold_store_failed', message: /SlowDown/ })
    gate.arm('slow down', 3)
    await store.put('a/b', file)
    await assertThere(store, file, content)
  })

  test(`${name}: a download that is cut in the middle is made again, or fails`, async (t) => {
    const { gate, store, file, content } = await place(t)
    await store.put('a/b', file)
    gate.arm('cut download', ALWAYS)
    await assert.rejects(store.get('a/b', `${file}.back`), { code: 'cold_store_failed', message: /ECONNRESET/ })
    gate.arm('cut download', 2)
    await assertThere(store, file, content)
  })

  test(`${name}: a server that says nothing is given up`, async (t) => {
    const { gate, opened, file } = await place(t)
    gate.arm('say nothing', ALWAYS)
    const impatient = bucketOf(opened, {}, { ...PATIENCE, silenceMs: 50, pause: () => Promise.resolve() })
    await assert.rejects(impatient.put('a/b', file), { code: 'cold_store_failed', message: /no answer/ })
    assert.deepEqual(await bucketOf(opened).list(), [])
  })
}
