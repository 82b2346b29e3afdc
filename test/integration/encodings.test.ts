import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { recall } from '../../src/engine/cold/recall.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { archiveToy, toyIn } from '../support/archived-table.ts'
import { testEngine } from '../support/call-center.ts'
import { ageArchive, coldPlace, exportAll, purgeAll } from '../support/cold.ts'
import { testDatabase } from '../support/database.ts'
import { installHomecoming } from '../support/homecoming.ts'
import { connect } from '../support/server.ts'
import { assertClean } from '../support/verified.ts'

const DDL = `create table person (id bigint primary key, name text, created_at timestamptz);
  create table call (id bigint primary key, person_id bigint, remark text);
  create index on call (person_id);
  insert into person select n, 'plain', now() - interval '90 days' from generate_series(1, 3) n;
  insert into call select n, n, 'plain' from generate_series(1, 3) n`

const toyWith = async (t: TestContext, encoding: string) =>
  toyIn(t, await testDatabase(t, { encoding }), DDL, {
    subject: 'person',
    relations: [{ table: 'call', columns: ['person_id'] }],
  })

test('in SQL_ASCII a row whose bytes are no UTF-8 moves, is sealed, and comes home, by hand and by the trigger', async (t) => {
  const toy = await toyWith(t, 'SQL_ASCII')
  const { db, engine, policy } = toy
  const bytes = () =>
    db.query(`select encode(convert_to(string_agg(p.name || c.remark, ',' order by p.id), 'SQL_ASCII'), 'hex') as bytes
      from person p join call c on c.person_id = p.id`)
  await db.query(`update person set name = convert_from('\\x4a6fe3ff80', 'SQL_ASCII') where id > 1`)
  await db.query(`update call set remark = convert_from('\\xfe', 'SQL_ASCII') where id > 1`)
  const before = await bytes()
  await archiveToy(toy)
  assert.equal((await db.query('select from mothball.seal')).length, 2)
  await assertClean(toy)
  await installHomecoming(toy)
  await db.query('insert into call (id, person_id) values (9, 3)')
  await db.query('delete from call where id = 9')
  const home = await restore(engine, policy, { selection: { by: 'keys', keys: ['1', '2'] }, reason: 'phoned' })
  assert.deepEqual([home.restored, home.conflicts], [2, []])
  assert.deepEqual(await bytes(), before)
  await assertClean(toy)
})

/** Kinds whose text, or the reading of it, depends on a setting. */
const KINDS = [
  ['money', '(-1234567.89)::numeric::money'],
  ['numeric(20,10)', '0.1'],
  ['float8', '0.1::float8 + 0.2'],
  ['real', '1e-7'],
  ['interval', "'-1 year 2 mons -3 days 04:05:06.7'"],
  ['interval[]', `'{"1 day -00:00:01",NULL}'`],
  ['timestamptz', "'2026-03-02 01:00:00.000001+05:30'"],
  ['time with time zone', "'23:59:59+13:30'"],
  ['tstzrange', `'["2026-03-02 01:00:00+02",)'`],
  ['bytea', "'\\x00e9ff5c'"],
  ['point', "'(0.1,1e-300)'"],
  ['text', "'Zoé §'"],
  ['regtype', "'feeling'"],
  ['xml', "xmlparse(content 'é <b/>')"],
] as const

/** Whatever decides how a value is written or read, as two offices that share nothing would set it. */
const OFFICES = {
  paris: {
    datestyle: 'German',
    intervalstyle: 'sql_standard',
    timezone: 'Asia/Kathmandu',
    bytea_output: 'escape',
    extra_float_digits: '-15',
    xmloption: 'document',
    lc_monetary: 'fr_FR.ISO-8859-1',
    lc_numeric: 'fr_FR.ISO-8859-1',
    search_path: 'nowhere',
  },
  boston: {
    datestyle: 'SQL, DMY',
    intervalstyle: 'iso_8601',
    timezone: 'America/St_Johns',
    bytea_output: 'hex',
    extra_float_digits: '3',
    xmloption: 'content',
    lc_monetary: 'C',
    lc_numeric: 'C',
    search_path: 'public',
  },
}

test('what was sealed, exported or left under the settings of one office agrees, in LATIN1, under those of another', async (t) => {
  const db = await testDatabase(t, { encoding: 'LATIN1' })
  const hasXml = await db.query("select '<a/>'::xml").then(
    () => true,
    () => false,
  )
  const kinds = KINDS.filter(([type]) => type !== 'xml' || hasXml)
  const columns = kinds.map(([type], at) => `add column c${at} ${type}`)
  const values = kinds.map(([, value], at) => `c${at} = ${value}`)
  const ddl = `${DDL}; create type feeling as enum ('sad'); alter table call ${columns.join()}; update call set ${values.join()}`
  const toy = await toyIn(t, db, ddl, { subject: 'person', relations: [{ table: 'call', columns: ['person_id'] }] })
  const [name] = await db.query('select current_database() as name')
  const moveTo = async (office: keyof typeof OFFICES) => {
    for (const [setting, value] of Object.entries(OFFICES[office]))
      await db.query(`alter database ${name?.['name']} set ${setting} = '${value}'`).catch((error: unknown) => {
        // A locale that this machine lacks; the other settings are tried all the same.
        if (!setting.startsWith('lc_')) throw error
      })
    return { ...toy, engine: testEngine(t, db) }
  }
  const rows = () =>
    db.query('select c::text as call, p.name from call c join person p on p.id = c.person_id order by c.id')
  const before = await rows()

  const there = await moveTo('paris')
  await archiveToy(there)
  await ageArchive(there, db.query, 'person_backup', 3)
  await installHomecoming(toy)
  const here = await moveTo('boston')
  await assertClean(here)
  const writer = await connect(db.url)
  await writer.query('insert into call (id, person_id) values (9, 3); delete from call where id = 9')
  await writer.end()
  const place = await coldPlace(t)
  assert.equal((await exportAll(here, place)).families, 2)
  const again = await moveTo('paris')
  await assertClean(again)
  assert.equal((await purgeAll(again, place)).purged, 2)
  const keys = ['1', '2']
  await recall(again.engine, place.vault, toy.policy, { keys, actor: 'thandi', reason: 'asked for' })
  await assertClean(here)
  const home = await restore(here.engine, toy.policy, { selection: { by: 'keys', keys }, reason: 'phoned' })
  assert.deepEqual([home.restored, home.conflicts], [2, []])
  assert.deepEqual(await rows(), before)
  await assertClean(again)
})
