// Callers who crowd take nothing from a run: it has connections of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKey } from '../../src/engine/keys.ts'
import { openFleet } from '../../src/fleet.ts'
import { httpSchema } from '../../src/http/options.ts'
import { startServer } from '../../src/http/server.ts'
import { callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { gateAt } from '../support/reached.ts'
import { connect } from '../support/server.ts'

const CALLERS = 3
/** More than all connections of the service. */
const CROWD = 40

test('a run goes on while every connection for callers is taken, and as many callers wait again', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 1 } })
  for (let n = 0; n < 5; n += 1) await center.customer(90 + n)
  const { key } = await createKey(center.engine, { name: 'desk', as: 'admin', actor: 'test' })
  const databases = [{ name: 'database', url: center.db.url }]
  const onTrouble = (_database: string, error: unknown) => assert.fail(`${error}`)
  await using fleet = openFleet(
    { databases, policies: [center.policy] },
    { emit: () => undefined, onTrouble, callers: CALLERS },
  )
  const { signals, arrived, open } = gateAt('subjects-locked')
  const server = await startServer({
    databases: fleet.stations.map(({ name, engine, callers, policies }) => {
      return { name, engine: { ...engine, signals }, callers, policies, metrics: null }
    }),
    options: { ...httpSchema.parse({}), port: 0 },
  })
  t.after(() => server.stop())
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ confirm: 5 })
  assert.equal((await fetch(`${server.url}/api/v1/runs`, { method: 'POST', headers, body })).status, 202)
  await arrived

  const client = await connect(center.db.url)
  t.after(() => client.end())
  await client.query('begin')
  await client.query('lock table mothball.api_key in access exclusive mode')
  const asked = Array.from({ length: CROWD }, () => fetch(`${server.url}/api/v1/runs`, { headers }))
  await eventually('all connections for callers wait', async () => (await waiting(center)) >= CALLERS)
  open()
  await eventually('the run is over', async () => (await statusOf(center)) !== 'running')
  assert.equal(await statusOf(center), 'success')
  assert.equal(await waiting(center), CALLERS, 'no caller was answered meanwhile, and no more of them were let in')
  await client.query('rollback')
  const answers = await Promise.all(asked)
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.equal(await center.count('nic_cc_customer'), 0)
})

type Center = Awaited<ReturnType<typeof callCenter>>

const waiting = async ({ db }: Center): Promise<number> => {
  const [row] = await db.query(
    "select count(*) as n from pg_locks where not granted and relation = 'mothball.api_key'::regclass",
  )
  return Number(row?.['n'])
}

const statusOf = async ({ db }: Center): Promise<unknown> => {
  const [row] = await db.query('select status from mothball.run order by id desc limit 1')
  return row?.['status']
}
