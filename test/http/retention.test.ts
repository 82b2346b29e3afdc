// Export and purge over HTTP: started like runs, by who may; a purge by two people, with the number.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { archivedCenter } from '../support/archived-center.ts'
import { ageArchive, coldPlace } from '../support/cold.ts'
import { listOf } from '../support/program.ts'
import { assertProblem, type CallOptions, ended, RETENTION_TAGS, tagged, testService } from '../support/service.ts'

const OF_POLICY = '/api/v1/policies/nic-call-center'

test('an export and a purge are started, watched and proven over HTTP; one person alone destroys nothing', async (t) => {
  const center = await archivedCenter(t)
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const { vault } = await coldPlace(t)
  const engine = { ...center.engine, vault: () => Promise.resolve(vault) }
  const service = await testService(t, { ...center, engine })
  const get = (path: string, options: CallOptions = {}) => service.call(`GET ${OF_POLICY}${path}`, options)
  const post = (path: string, as: CallOptions['as'], body: unknown, headers = {}) =>
    service.call(`POST ${OF_POLICY}${path}`, { as: as ?? null, body, headers })
  const archived = async () => (await center.db.query('select id from nic_cc_customer_backup')).length
  const counts = async () => {
    const { json } = await get('/retention', { as: 'viewer' })
    return [json?.['exported'], json?.['due'], json?.['held'], json?.['soon'], json?.['purged'], json?.['sets']]
  }

  assert.deepEqual((await get('/exports/due', { as: 'viewer' })).json?.['families'], 6)
  assertProblem(await post('/exports', 'operator', {}), 'role_missing', 403)
  const once = { 'idempotency-key': 'first' }
  const started = await post('/exports', 'compliance', { reason: 'quarter' }, once)
  const run = started.json?.['run']
  assert.deepEqual(
    [started.status, started.headers.get('location')],
    [202, `/api/v1/runs/${run}?policy=nic-call-center`],
  )
  assert.equal((await post('/exports', 'compliance', { reason: 'quarter' }, once)).json?.['run'], run)
  await ended(service, run)
  const [set] = listOf((await get('/exports', { as: 'viewer' })).json?.['sets'])
  assert.deepEqual([set?.['run'], set?.['families'], set?.['rows'], set?.['keyId']], [run, 6, 24, null])
  await service.call('POST /api/v1/holds', { body: { key: '1', reason: 'case 12' } })
  assert.deepEqual(await counts(), [6, 5, 1, 0, 0, 1])

  assertProblem(await post('/purges', 'compliance', { reason: 'over' }), 'purge_no_basis', 409)
  assertProblem(await post('/retention/basis', 'operator', { basis: 'the law' }), 'role_missing', 403)
  assert.equal((await post('/retention/basis', 'admin', { basis: 'FAIS Act s18' })).status, 201)
  const plan = await post('/purges', 'compliance', { reason: 'retention is over' })
  const id = plan.json?.['id']
  assert.deepEqual([plan.status, plan.json?.['families'], plan.json?.['state']], [201, 5, 'planned'])
  const carryOut = (as: CallOptions['as'], confirm: unknown) => post(`/purges/${id}/run`, as, { confirm })
  assertProblem(await carryOut('compliance', 5), 'purge_same_person', 403)
  assertProblem(await carryOut('operator', 5), 'role_missing', 403)
  assertProblem(await carryOut('admin', 6), 'purge_count_differs', 409)
  assertProblem(await carryOut('admin', '5'), 'request_invalid', 400)
  assert.equal(await archived(), 6)

  const going = await carryOut('admin', 5)
  assert.equal(going.status, 202)
  await ended(service, going.json?.['run'])
  const { json: done } = await get(`/purges/${id}`, { as: 'compliance' })
  const certificate = String(done?.['certificate'])
  assert.deepEqual([done?.['state'], done?.['plannedBy'], done?.['carriedOutBy']], ['done', 'compliance', 'admin'])
  assert.match(certificate, /"outcomes":\{"purged":\{"families":5,"hash":"[0-9a-f]{64}"\}\}/)
  assert.equal(done?.['certificateSha256'], createHash('sha256').update(certificate).digest('hex'))
  assert.equal(await archived(), 1)
  assert.deepEqual(await counts(), [1, 0, 1, 0, 5, 1])
  assertProblem(await carryOut('admin', 5), 'purge_closed', 409)
  assert.deepEqual(listOf((await get('/purges')).json?.['purges']), [done])
  assertProblem(await get('/purges/99'), 'not_found', 404)
  assert.equal((await post('/retention/basis/withdraw', 'compliance', { reason: 'new counsel' })).status, 200)
  assertProblem(await post('/purges', 'compliance', { reason: 'over' }), 'purge_no_basis', 409)

  const audit = listOf((await service.call('GET /api/v1/audit?limit=50')).json?.['entries'])
  const told = audit.map(({ action, actor, outcome, after }) => [action, actor, outcome, after].join(' '))
  assert.ok(told.includes(`purge.done admin done ${done?.['certificateSha256']}`))
  assert.ok(
    told.some((each) => /^http.refused compliance refused purge_same_person$/.test(each)),
    told.join('\n'),
  )
  const unanswered = tagged(service, RETENTION_TAGS).filter((operation) => !service.answered.has(operation))
  assert.deepEqual(unanswered, [])
  assert.deepEqual(service.unexpected, [])
})
