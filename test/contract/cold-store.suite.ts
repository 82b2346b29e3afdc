/** What holds for every store of cold files, whatever lies behind it. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ColdStore } from '../../src/cold/store.ts'
import { coldFolder } from '../support/cold.ts'

export function coldStoreSuite(name: string, open: (t: TestContext) => Promise<ColdStore>): void {
  const place = async (t: TestContext, text: string) => {
    const folder = await coldFolder(t)
    const file = join(folder, 'local')
    await writeFile(file, text)
    return { store: await open(t), file, other: join(folder, 'other') }
  }
  const refused = (code: string) => (error: unknown) => {
    assert.equal(error instanceof Error && 'code' in error ? error.code : error, code)
    return true
  }

  test(`${name}: what was put comes back byte by byte, and is listed`, async (t) => {
    const { store, file, other } = await place(t, 'a \0 b')
    await store.put('policy=x/table=public.a%20b/month=2026-01/1-1.parquet', file)
    await store.get('policy=x/table=public.a%20b/month=2026-01/1-1.parquet', other)
    assert.equal(await readFile(other, 'utf8'), 'a \0 b')
    assert.deepEqual(await store.list(), ['policy=x/table=public.a%20b/month=2026-01/1-1.parquet'])
  })

  test(`${name}: a name that is taken is never written again`, async (t) => {
    const { store, file, other } = await place(t, 'first')
    await store.put('a/b', file)
    await writeFile(file, 'second')
    await assert.rejects(store.put('a/b', file), refused('cold_store_failed'))
    await store.get('a/b', other)
    assert.equal(await readFile(other, 'utf8'), 'first')
    assert.deepEqual(await store.list(), ['a/b'])
  })

  test(`${name}: what is not there is said to be missing`, async (t) => {
    const { store, other } = await place(t, '')
    await assert.rejects(store.get('no/such', other), refused('cold_file_missing'))
    assert.deepEqual(await store.list(), [])
  })

  test(`${name}: what is removed is gone, once or twice, and nothing else is`, async (t) => {
    const { store, file, other } = await place(t, 'x')
    await store.put('a/b', file)
    await store.put('a/c', file)
    for (const path of ['a/b', 'a/b', 'no/such']) await store.remove(path)
    await assert.rejects(store.get('a/b', other), refused('cold_file_missing'))
    assert.deepEqual(await store.list(), ['a/c'])
  })

  for (const path of ['../x', 'a/../../x', '/x', 'a//b', 'a/.', '', 'a\\..\\b', 'a\0b'])
    test(`${name}: ${JSON.stringify(path)} is no path in it`, async (t) => {
      const { store, file } = await place(t, 'x')
      await assert.rejects(store.put(path, file), refused('cold_store_failed'))
      await assert.rejects(store.get(path, file), refused('cold_store_failed'))
      await assert.rejects(store.remove(path), refused('cold_store_failed'))
    })
}
