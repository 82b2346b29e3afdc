import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { archiveToy, toyIn } from '../support/archived-table.ts'
import { testDatabase } from '../support/database.ts'
import { installHomecoming } from '../support/homecoming.ts'
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
