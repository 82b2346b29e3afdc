import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { callCenter } from '../support/call-center.ts'
import { assertClean, checkOf, verified } from '../support/verified.ts'

const bringHome = ({ engine, policy }: Pick<ArchivedCenter, 'engine' | 'policy'>, ...keys: readonly string[]) =>
  restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'phoned', actor: 'thandi' })

const restores = ({ db }: ArchivedCenter) =>
  db.query(`select records_archived, records_failed, status, dry_run, actor, cutoff, details->>'restored' as restored,
      details->>'stop_reason' as stop, (execution_time_ms >= 0)::text as timed
    from nic_cc_archive_log where operation = 'restore' order by id`)

const ROW = { records_archived: '0', dry_run: 'f', actor: 'thandi', cutoff: null, timed: 'true', stop: 'all_home' }

test('a restore has its row in the log, counts as nothing archived, and who could not come home as failed', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('insert into nic_cc_customer (id, created_at) values (3, now())')
  await bringHome(center, '1', '2')
  await bringHome(center, '3', '4')
  assert.deepEqual(await restores(center), [
    { ...ROW, records_failed: '0', status: 'success', restored: '2' },
    { ...ROW, records_failed: '1', status: 'partial', restored: '1' },
  ])
})

test('a log that somebody changed is found for restores as well', async (t) => {
  const center = await archivedCenter(t)
  await bringHome(center, '1')
  await assertClean(center)
  await center.db.query("delete from nic_cc_archive_log where operation = 'restore'")
  assert.match(checkOf(await verified(center), 'appendix_b_log').detail, /^run \d+ is not in the log/)
})

const BROKEN: readonly [what: string, ddl: string, code: string][] = [
  ['gone', 'drop table nic_cc_archive_log', 'log_table_missing'],
  ['of another shape', 'alter table nic_cc_archive_log drop column details', 'log_table_differs'],
  ['refusing', 'alter table nic_cc_archive_log add check (operation <> $$restore$$)', 'statement_failed'],
]

for (const [what, ddl, code] of BROKEN)
  test(`a log that is ${what} keeps nobody in the archive, and that it was not written is told`, async (t) => {
    const center = await callCenter(t)
    const customer = await center.customer(90)
    await run(center.engine, center.policy, { confirm: 1 })
    await center.db.query(ddl)
    const result = await bringHome(center, customer)
    assert.equal(result.restored, 1)
    const told = center.events.filter(({ kind }) => kind === 'not-logged')
    assert.deepEqual(told, [{ kind: 'not-logged', run: result.run, code }])
    const [row] = await center.db.query(`select status, restored from mothball.run where id = ${result.run}`)
    assert.deepEqual(row, { status: 'success', restored: '1' })
  })

const REFUSING = 'alter table nic_cc_archive_log add constraint full_disk check (operation <> $$restore$$) not valid'

for (const next of ['restore', 'run'] as const)
  test(`a restore that the log refused is in it after the next ${next} that it does not refuse, once`, async (t) => {
    const center = await archivedCenter(t)
    await center.db.query(REFUSING)
    await bringHome(center, '1')
    const goOn = () => (next === 'run' ? run(center.engine, center.policy) : bringHome(center, '2'))
    await goOn()
    assert.deepEqual(await restores(center), [])
    assert.equal(checkOf(await verified(center), 'appendix_b_log').ok, false)
    await center.db.query('alter table nic_cc_archive_log drop constraint full_disk')
    await goOn()
    await goOn()
    const [first] = await restores(center)
    assert.deepEqual(first, { ...ROW, records_failed: '0', status: 'success', restored: '1' })
    await assertClean(center)
  })

test('a restore that died is logged by the next one, with the time that it worked', async (t) => {
  const center = await archivedCenter(t)
  const { run: number } = await bringHome(center, '1')
  await center.db.query('delete from nic_cc_archive_log where operation = $$restore$$')
  await center.db.query(`update mothball.run set ended_at = null, status = 'running', started_at = now() - interval '3 hours',
    details = jsonb_build_object('backend_pid', 0, 'worked_at', now() - interval '3 hours' + interval '7 seconds') where id = ${number}`)
  await bringHome(center, '2')
  const [died] = await restores(center)
  assert.deepEqual(died, { ...ROW, records_failed: '0', status: 'partial', restored: '1', stop: 'interrupted' })
  assert.deepEqual(
    await center.db.query(`select l.execution_time_ms as logged, extract(epoch from r.ended_at - r.started_at)::integer as worked
      from mothball.run r join nic_cc_archive_log l on l.run_id = r.id where r.id = ${number}`),
    [{ logged: '7000', worked: '7' }],
  )
  await assertClean(center)
})

test('a large undo vacuums what it touched, a small restore does not', async (t) => {
  const center = await callCenter(t)
  await center.db.query(
    "insert into nic_cc_customer (name, created_at) select 'n', now() - interval '90 days' from generate_series(1, 1001)",
  )
  const { run: number } = await run(center.engine, center.policy, { confirm: 1001 })
  const vacuumed = () => center.events.flatMap((each) => (each.kind === 'vacuumed' ? [each.table] : []))
  const before = vacuumed().length
  await bringHome(center, '1')
  assert.equal(vacuumed().length, before)
  const undone = await restore(center.engine, center.policy, { selection: { by: 'run', run: number }, reason: 'undo' })
  assert.equal(undone.restored, 1000)
  assert.deepEqual(vacuumed().slice(before, before + 2), ['nic_cc_customer', 'nic_cc_customer_backup'])
})
