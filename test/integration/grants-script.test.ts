// The script of `doctor --grants` over time: another policy, another server, tables that only archived rows refer to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { run } from '../../src/engine/run/run.ts'
import { archiveToy, toyTables } from '../support/archived-table.ts'
import { callCenter, policyOf } from '../support/call-center.ts'
import { twoOld, workers } from '../support/role-holders.ts'

test('rows that refer to a table of no policy come home by the restorer; the reader sees of it the key alone', async (t) => {
  const toy = await toyTables(
    t,
    `create schema staff; create table staff.agent (id bigint primary key, phone text); insert into staff.agent values (7, 'x');
    create table client (id bigint primary key, agent_id bigint references staff.agent, created_at timestamptz default now() - interval '90 days');
    insert into client values (1, 7)`,
    { subject: 'client' },
  )
  await archiveToy(toy)
  const made = await workers(t, { ...toy, engine: toy.owner })
  const selection = { by: 'keys', keys: ['1'] } as const
  const reader = await made.as('reader')
  assert.deepEqual((await previewRestore(reader.engine, toy.policy, selection)).conflicts, [])
  await reader.mayNot(['select phone from staff.agent'])
  const { engine } = await made.as('restorer')
  assert.equal((await restore(engine, toy.policy, { selection, reason: 'phoned' })).restored, 1)
})

test('a script that runs again takes away what its policy no longer needs', async (t) => {
  const center = await callCenter(t)
  const made = await workers(t, center)
  const archiver = await made.as('archiver')
  await made.grantAgain([center.policy])
  await archiver.may('delete from nic_cc_aod')
  const keeping = policyOf({ policy: { related: 'keep', criteria: 'enhanced' } })
  await made.grantAgain([keeping])
  await archiver.mayNot(['delete from nic_cc_aod'])
  await archiver.may('select 1 from nic_cc_aod for update')
  await twoOld(center)
  assert.equal((await run(archiver.engine, keeping, { confirm: 2 })).archived, 2)
})

test('from PostgreSQL 17 on who works may vacuum; before, it is told that nobody did', async (t) => {
  const center = await callCenter(t)
  await twoOld(center)
  const archiver = await (await workers(t, center)).as('archiver')
  await run(archiver.engine, center.policy, { confirm: 2 })
  const [row] = await center.db.query("select current_setting('server_version_num')::integer >= 170000 as new")
  const expected = row?.['new'] === 't' ? 'vacuumed' : 'not-vacuumed'
  const kinds = archiver.events.map(({ kind }) => kind).filter((kind) => kind.endsWith('vacuumed'))
  assert.deepEqual([...new Set(kinds)], [expected])
})
