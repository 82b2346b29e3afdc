import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { headName, readHeads, writeHead } from './audit-heads.ts'

const head = (entry: number, digit: string) => ({ entry, head: digit.repeat(64), at: '2026-11-26 02:00:00+00' })

test('heads are noted once, never written over, and read again; a file that is none is told', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'mothball-heads-'))
  t.after(() => rm(above, { recursive: true }))
  const folder = join(above, 'heads')
  await assert.rejects(readHeads(folder), { code: 'audit_head_unreadable' })
  assert.equal(await writeHead(folder, head(7, 'a')), true)
  const text = await readFile(join(folder, headName(head(7, 'a'))), 'utf8')
  assert.equal(await writeHead(folder, head(7, 'b')), false)
  assert.equal(await readFile(join(folder, headName(head(7, 'a'))), 'utf8'), text)
  await writeHead(folder, head(12, 'c'))
  await writeFile(join(folder, 'notes.txt'), 'not ours')
  const read = await readHeads(folder)
  assert.deepEqual(read.map(({ entry, head: hash }) => [entry, hash]).toSorted(), [
    [12, 'c'.repeat(64)],
    [7, 'a'.repeat(64)],
  ])
  assert.deepEqual((await readdir(folder)).toSorted()[0], 'audit-head-000000000007.json')
  await writeFile(join(folder, 'audit-head-000000000013.json'), '{"version":1}')
  await assert.rejects(readHeads(folder), { code: 'audit_head_unreadable' })
})
