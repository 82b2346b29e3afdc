import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recall } from '../../src/engine/cold/recall.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archiveToy, migrateToy, toyTables } from '../support/archived-table.ts'
import { ageArchive, coldPlace, exportAll, fileKey, purgeAll } from '../support/cold.ts'
import { asText, thingsOfEveryKind } from '../support/value-kinds.ts'

test('every kind of value goes into cold files, is purged, and comes back unchanged to the byte', async (t) => {
  const { most, ...toy } = await thingsOfEveryKind(t)
  const atHome = await asText(toy, 'things')
  await archiveToy(toy)
  await ageArchive(toy, toy.db.query, 'things_backup', 3)
  const archived = await asText(toy, 'things_backup')
  const place = await coldPlace(t, { keys: [fileKey('2026', 7)] })
  const exported = await exportAll(toy, place)
  assert.equal(exported.families, most)
  const purged = await purgeAll(toy, place)
  assert.deepEqual([purged.purged, purged.stayed], [most, { held: 0, changed: 0, locked: 0, gone: 0 }])
  assert.deepEqual(await asText(toy, 'things_backup'), [])
  const keys = Array.from({ length: most }, (_, n) => String(n + 1))
  const back = await recall(toy.engine, place.vault, toy.policy, { keys, actor: 'thandi', reason: 'asked for' })
  assert.deepEqual([back.recalled.length, back.unknown], [most, []])
  assert.deepEqual(await asText(toy, 'things_backup'), archived)
  const { checks } = await verify(toy.engine, toy.policy)
  assert.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  )
  await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys }, reason: 'undo' })
  assert.deepEqual(await asText(toy, 'things'), atHome)
})

test('columns that a cold file could not tell apart, or needs itself, are refused by name', async (t) => {
  const toy = await toyTables(
    t,
    `create table person (id bigint primary key, name text, created_at timestamptz);
     create table pet (id bigint primary key, "Name" text, name text, created_at timestamptz);
     create table trip (id bigint primary key, "Mothball_Family" text, created_at timestamptz)`,
    { subject: 'person' },
  )
  const place = await coldPlace(t)
  for (const [subject, code] of [
    ['pet', 'cold_columns_alike'],
    ['trip', 'cold_column_taken'],
  ] as const) {
    const other = { ...toy, policy: { ...toy.policy, subject: { schema: 'public', table: subject } } }
    await migrateToy(other)
    await assert.rejects(exportAll({ engine: toy.owner, policy: other.policy }, place), { code })
  }
})

test('a key in which no character is harmless is exported, purged and recalled under itself', async (t) => {
  const keys = [
    'plain',
    'a,b',
    '"',
    '""',
    '\\',
    '\\"',
    '\\N',
    '{a,"b"}',
    "'",
    'NULL',
    ' ',
    'tab\t',
    'line\n\\.\nbreak\r\n',
    '🕊',
  ]
  const ddl = 'create table odd (code text primary key, created_at timestamptz)'
  const toy = await toyTables(t, ddl, { subject: 'odd', cold: { familiesPerFile: 5 } }, { beside: ['purger'] })
  await toy.db.query("insert into odd select code, now() - interval '90 days' from unnest($1::text[]) code", [keys])
  await archiveToy(toy)
  await ageArchive(toy, toy.db.query, 'odd_backup', 3)
  const place = await coldPlace(t)
  const keysIn = async (from: string, column: string) =>
    (await toy.db.query(`select ${column} as key from ${from}`)).map(({ key }) => key ?? '').sort()
  assert.equal((await exportAll(toy, place)).families, keys.length)
  assert.deepEqual(await keysIn('mothball.cold_family', 'subject_key'), [...keys].sort())
  assert.equal((await purgeAll(toy, place)).purged, keys.length)
  const { unknown } = await recall(toy.engine, place.vault, toy.policy, { keys, actor: 'thandi', reason: 'asked for' })
  assert.deepEqual([unknown, await keysIn('odd_backup', 'code')], [[], [...keys].sort()])
})
