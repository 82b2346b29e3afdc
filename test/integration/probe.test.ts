// Probes and sizes: read before and after each run, kept as a series, and never in a run's way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicyInput } from '../../src/core/policy-schema.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { statistics } from '../../src/engine/statistics.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'

const withProbes = (probes: NonNullable<PolicyInput['probes']>) => ({ policy: { guard: 1, probes } })

async function probesOf({ db }: CallCenter) {
  return db.query(`select name, phase, array_length(durations_ms, 1)::text as n, rows::text as rows,
    (shared_hit + shared_read)::text as buffers, problem from mothball.probe order by id`)
}

test('a probe is timed before and after a run, with its buffers', async (t) => {
  const sql = 'select count(*) from nic_cc_customer -- all of them'
  const center = await callCenter(t, withProbes([{ name: 'all', sql, repeat: 2 }]))
  for (let n = 0; n < 40; n += 1) await center.customer(90)
  assert.equal((await run(center.engine, center.policy)).status, 'success')
  const readings = await probesOf(center)
  assert.deepEqual(
    readings.map(({ name, phase, n, rows, problem }) => ({ name, phase, n, rows, problem })),
    ['before', 'after'].map((phase) => ({ name: 'all', phase, n: '2', rows: '1', problem: null })),
  )
  // The table is empty afterwards, and vacuumed: there is nothing left to read.
  assert.ok(Number(readings[0]?.['buffers']) > Number(readings[1]?.['buffers']))
  const told = await statistics(center.engine, center.policy)
  assert.deepEqual(
    told.probes.map(({ probe, phase, samples }) => ({ probe, phase, samples })),
    ['before', 'after'].map((phase) => ({ probe: 'all', phase, samples: 2 })),
  )
  assert.ok(told.probes.every(({ p50Ms, p95Ms }) => p50Ms > 0 && p95Ms >= p50Ms))
})

test('a probe may take the parallel workers that the programs of its role may take', async (t) => {
  const workers = "select generate_series(1, current_setting('max_parallel_workers_per_gather')::int)"
  const center = await callCenter(t, withProbes([{ name: 'workers', sql: workers }]))
  await center.customer(90)
  await run(center.engine, center.policy)
  const [own] = await center.db.query('show max_parallel_workers_per_gather')
  const most = own?.['max_parallel_workers_per_gather']
  assert.notEqual(most, '0')
  assert.deepEqual(
    (await probesOf(center)).map(({ rows }) => rows),
    [most, most],
  )
})

test('a probe that is wrong, slow or writes is told, and the run does its work', async (t) => {
  const probes = [
    { name: 'wrong', sql: 'select no_such_column from nic_cc_customer' },
    { name: 'slow', sql: 'select pg_sleep(30)', timeoutMs: 50 },
    { name: 'writes', sql: 'select * from nic_cc_customer for update' },
    { name: 'nested', sql: 'with gone as (delete from nic_cc_customer returning *) select * from gone' },
    { name: 'escapes', sql: 'select 1) as probe; commit; delete from nic_cc_customer; select * from (select 1' },
    { name: 'good', sql: 'select 1' },
  ]
  const center = await callCenter(t, withProbes(probes))
  for (let n = 0; n < 3; n += 1) await center.customer(n === 0 ? 90 : 10)
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.status, result.archived], ['success', 1])
  assert.equal(await center.count('nic_cc_customer'), 2)
  const problems = Object.fromEntries((await probesOf(center)).map(({ name, problem }) => [name, problem]))
  assert.deepEqual(problems, {
    wrong: '42703',
    slow: '57014',
    writes: '25006',
    nested: '0A000',
    escapes: '42601',
    good: null,
  })
  const told = center.events.filter(({ kind }) => kind === 'probe-failed')
  assert.equal(told.length, 10)
})

test('a journal that takes no readings fails no run', async (t) => {
  const center = await callCenter(t, withProbes([{ name: 'one', sql: 'select 1' }]))
  await center.customer(90)
  await center.db.query('drop table mothball.probe; drop table mothball.size')
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.status, result.archived], ['success', 1])
  assert.deepEqual(
    [...new Set(center.events.flatMap((e) => (e.kind === 'probe-failed' ? [e.problem] : [])))],
    ['42P01'],
  )
})

test('the sizes of active and archive tables are kept around a run', async (t) => {
  const center = await callCenter(t, withProbes([]))
  for (let n = 0; n < 200; n += 1) await center.customer(90)
  await run(center.engine, center.policy)
  const sizes = await center.db.query(
    'select phase, tier, rows::text as rows, table_bytes > 0 as some from mothball.size',
  )
  assert.deepEqual(sizes.map(({ phase, tier }) => `${phase} ${tier}`).toSorted(), [
    'after active',
    'after archive',
    'before active',
    'before archive',
  ])
  const archived = sizes.find(({ phase, tier }) => phase === 'after' && tier === 'archive')
  assert.deepEqual([archived?.['rows'], archived?.['some']], ['200', 't'])
  const { growth } = await statistics(center.engine, center.policy)
  assert.ok(growth.archive && growth.archive.last.tableBytes > growth.archive.first.tableBytes)
})

test('a table that somebody has locked as a whole holds no reading up', async (t) => {
  let lock = async () => {}
  const center = await callCenter(t, {
    policy: { guard: 1, timeouts: { lockMs: 50 } },
    signals: once('run-opened', () => lock()),
  })
  await center.customer(90)
  const other = await connect(center.db.url)
  lock = async () => void (await other.query('begin; lock table nic_cc_customer in access exclusive mode'))
  const problems: string[] = []
  const engine: Engine = {
    ...center.engine,
    emit: (event) => {
      if (event.kind !== 'probe-failed') return
      problems.push(event.problem)
      // Only now may the run go on: the reading did not wait for this.
      void other.query('commit')
    },
  }
  const result = await run(engine, center.policy)
  assert.deepEqual([result.status, result.archived, problems], ['success', 1, ['55P03']])
  await other.end()
})
