import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tablePath } from './manifest.ts'

const set = { policy: 'odd', month: '2026-03', run: 7, part: 1 }
const folderOf = (table: string) => tablePath(set, table, false).split('/')[1] ?? ''

test('a table of a common name lies under it', () => {
  assert.equal(folderOf('public.customer'), 'table=public.customer')
})

test('a table of the longest name that PostgreSQL takes has a folder that any disk takes, and no other table has', () => {
  // 63 bytes of two bytes each, and one of a single byte: `%XX` for each byte, schema and table.
  const long = `${'\u0436'.repeat(31)}a`
  const folders = [`${long}.${long}`, `${long}.${long.slice(0, -1)}b`, `${long}.${long.slice(1)}`].map(folderOf)
  for (const folder of folders) {
    assert.ok(Buffer.byteLength(folder) <= 255, folder)
    assert.match(folder, /^table=(?:[\w.]|%[0-9A-F]{2})+~[0-9a-f]{16}$/)
    assert.doesNotThrow(() => decodeURIComponent(folder))
  }
  assert.equal(new Set(folders).size, 3)
})
