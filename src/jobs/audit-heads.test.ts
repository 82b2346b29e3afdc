import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dayName, headName, headsFolder, readHeads } from './audit-heads.ts'

const head = (entry: number, digit: string) => ({ entry, head: digit.repeat(64), at: '2026-11-26 02:00:00+00' })

test('heads are noted once, never written over, and read again; a file that is none is told', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'mothball-heads-'))
  t.after(() => rm(above, { recursive: true }))
  const folder = join(above, 'heads')
  const writeHead = (noted: ReturnType<typeof head>) => headsFolder(folder).note(headName(noted), noted)
  await assert.rejects(readHeads(folder), { code: 'audit_head_unreadable' })
  assert.equal(await writeHead(head(7, 'a')), true)
  const text = await readFile(join(folder, headName(head(7, 'a'))), 'utf8')
  assert.equal(await writeHead(head(7, 'b')), false)
  assert.equal(await readFile(join(folder, headName(head(7, 'a'))), 'utf8'), text)
  await writeHead(head(12, 'c'))
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

test('a day has one head, which is read like any other; a folder that cannot be written is named by its code', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'mothball-heads-'))
  t.after(() => rm(above, { recursive: true }))
  const folder = join(above, 'heads')
  await writeFile(folder, 'a file stands in the way')
  const place = headsFolder(folder)
  const first = head(7, 'a')
  await assert.rejects(place.note(dayName(first), first), {
    code: 'audit_head_unwritten',
    facts: { file: 'audit-head-2026-11-26.json', problem: 'EEXIST' },
  })
  await rm(folder)
  const later = head(9, 'b')
  const both = await Promise.all([first, later].map((each) => place.note(dayName(each), each)))
  assert.deepEqual(both.toSorted(), [false, true])
  assert.deepEqual(await readdir(folder), ['audit-head-2026-11-26.json'])
  assert.equal((await readHeads(folder)).length, 1)
})
