// Every operation answers over a real socket as /openapi.json describes it; `call` holds each answer against it.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { run } from '../../src/engine/run/run.ts'
import { registry } from '../../src/telemetry/registry.ts'
import { callCenter } from '../support/call-center.ts'
import { type Listening, listening } from '../support/notifying.ts'
import { listOf } from '../support/program.ts'
import { assertProblem, ended, RETENTION_TAGS, type TestService, tagged, testService } from '../support/service.ts'

/** Three old customers of whom one is poisonous, one young one, and one who was archived before. */
async function scene(t: TestContext) {
  const center = await callCenter(t)
  const gone = await center.customer(120, { mobile: '+27 82 555 0142', email: 'nomsa@example.com' })
  await center.related('call_log', gone, { created_at: -80 })
  await run(center.engine, center.policy, { confirm: 1 })
  const old = [await center.customer(90), await center.customer(91)]
  const poison = await center.customer(93)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  const young = await center.customer(5)
  const ops = listening(center)
  const service = await testService(t, center, {
    metrics: registry({ database: center.engine.database, policies: [center.policy] }),
    notifier: ops.notifier,
  })
  return { center, service, ops, gone, old, poison, young }
}

test('a validator of OpenAPI finds nothing in the description', async (t) => {
  const { service } = await scene(t)
  const result = await new Validator().validate(JSON.parse(JSON.stringify(service.api.document)))
  assert.deepEqual(result.errors, undefined)
  assert.equal(result.valid, true)
  assert.equal(service.api.document.openapi, '3.1.0')
})

/** Somebody's word for an item of the rollout, taken back. */
async function signOff({ call }: TestService): Promise<void> {
  const item = { item: 'small_batch', note: '10 of 10 compared by hand' }
  assertProblem(await call('POST /api/v1/sign-offs', { as: 'viewer', body: item }), 'role_missing', 403)
  const signed = await call('POST /api/v1/sign-offs', { as: 'operator', body: item })
  assert.deepEqual([signed.status, signed.json?.['signedBy'], signed.json?.['role']], [201, 'operator', 'operator'])
  const standing = await call('GET /api/v1/sign-offs', { as: 'viewer' })
  assert.deepEqual(standing.json?.['signOffs'], [signed.json])
  const withdrawal = { as: 'operator', body: { reason: 'two were left out' } } as const
  await call(`POST /api/v1/sign-offs/${signed.json?.['id']}/withdraw`, withdrawal)
  assertProblem(await call(`POST /api/v1/sign-offs/${signed.json?.['id']}/withdraw`, withdrawal), 'not_found', 404)
  assert.deepEqual((await call('GET /api/v1/sign-offs', { as: 'viewer' })).json?.['signOffs'], [])
  assert.equal(listOf((await call('GET /api/v1/sign-offs?all=true', { as: 'viewer' })).json?.['signOffs']).length, 1)
}

/** Trial messages: by an admin, to a channel that is there, and not without end. */
async function tryChannel({ call }: TestService, ops: Listening): Promise<void> {
  const channels = await call('GET /api/v1/channels', { as: 'viewer' })
  assert.deepEqual(channels.json?.['channels'], [{ name: 'ops', kind: 'slack' }])
  const tested = await call('POST /api/v1/channels/ops/test', { body: {} })
  assert.deepEqual(tested.json, { channel: 'ops', kind: 'slack', problem: null })
  assert.deepEqual(ops.verdicts(), ['TEST'])
  assertProblem(await call('POST /api/v1/channels/nobody/test', { body: {} }), 'channel_unknown', 404)
  const audited = await call('GET /api/v1/audit', { as: 'compliance' })
  assert.deepEqual(
    listOf(audited.json?.['entries'])
      .filter(({ action }) => action === 'channel.test')
      .map(({ actor, role, object: channel }) => [actor, role, channel]),
    [['admin', 'admin', 'channel ops']],
  )
  assertProblem(await call('POST /api/v1/channels/ops/test', { as: 'operator', body: {} }), 'role_missing', 403)
  let trial = await call('POST /api/v1/channels/ops/test', { body: {} })
  for (let more = 0; more < 6 && trial.status === 200; more += 1)
    trial = await call('POST /api/v1/channels/ops/test', { body: {} })
  assertProblem(trial, 'too_many_requests', 429)
  assert.ok(ops.got.length < 8, 'nobody is sent trial messages without end')
}

test('every operation does its work and answers as it is described', async (t) => {
  const { center, service, ops, gone, old, poison, young } = await scene(t)
  const { call } = service

  const plan = await call('POST /api/v1/plans', { as: 'viewer', body: {} })
  assert.deepEqual([plan.json?.['eligible'], plan.json?.['needsConfirmation']], [3, 3])

  const sampled = await call('GET /api/v1/samples?limit=1', { as: 'viewer' })
  assert.deepEqual(
    listOf(sampled.json?.['customers']).map(({ key }) => key),
    old.slice(0, 1),
  )
  await signOff(service)
  await tryChannel(service, ops)

  const started = await call('POST /api/v1/runs', { as: 'operator', body: { confirm: 3, batchSize: 2 } })
  assert.equal(started.status, 202)
  const { run: number } = started.json ?? {}
  assert.equal(started.headers.get('location'), `/api/v1/runs/${number}?policy=nic-call-center`)
  await ended(service, number)
  const detail = await call(`GET ${started.headers.get('location')}`, { as: 'viewer' })
  assert.deepEqual(detail.json?.['run'], { ...object(detail.json?.['run']), archived: 2, failed: 1, status: 'partial' })
  assert.equal(await center.count('nic_cc_customer', `id in (${old})`), 0)

  const dry = await call('POST /api/v1/runs', { as: 'operator', body: { dryRun: true } })
  await ended(service, dry.json?.['run'])

  const page = await call('GET /api/v1/runs?limit=2', { as: 'viewer' })
  const rest = await call(`GET /api/v1/runs?limit=2&cursor=${page.json?.['next']}`, { as: 'viewer' })
  assert.deepEqual(
    [...listOf(page.json?.['runs']), ...listOf(rest.json?.['runs'])].map((each) => each['run']),
    [3, 2, 1],
  )
  assert.equal(rest.json?.['next'], null)

  const failures = await call('GET /api/v1/failures', { as: 'viewer' })
  assert.deepEqual(
    listOf(failures.json?.['failures']).map(({ key }) => key),
    [poison],
  )
  const retried = await call('POST /api/v1/failures/retry', { as: 'operator', body: { keys: [poison, '999'] } })
  assert.deepEqual(retried.json, { retried: 1, unknown: ['999'] })

  const found = await call('POST /api/v1/customers/search', { as: 'viewer', body: { text: '082 555 0142' } })
  const [customer] = listOf(found.json?.['customers'])
  assert.deepEqual(
    [customer?.['key'], customer?.['tier'], customer?.['contacts']],
    [
      gone,
      'archive',
      [
        { column: 'mobile', value: '*** 0142' },
        { column: 'email', value: 'n***@e***.com' },
      ],
    ],
  )
  assert.equal(found.text.includes('555'), false, 'a number is never shown whole')
  await call(`GET /api/v1/customers/${gone}`, { as: 'viewer' })
  const why = await call(`GET /api/v1/customers/${young}/why`, { as: 'viewer' })
  assert.match(String(why.json?.['because']), /too young until/)

  const body = { reason: 'he phones from another number' }
  const revealed = await call(`POST /api/v1/customers/${gone}/reveal`, { as: 'operator', body })
  assert.deepEqual([revealed.json?.['key'], revealed.json?.['tier']], [gone, 'archive'])

  const hold = await call('POST /api/v1/holds', {
    as: 'operator',
    body: { key: gone, reason: 'complaint', caseNumber: '7/1' },
  })
  assert.deepEqual([hold.status, hold.json?.['tier']], [201, 'archive'])
  assert.equal(listOf((await call('GET /api/v1/holds?caseNumber=7/1', { as: 'viewer' })).json?.['holds']).length, 1)
  await call(`POST /api/v1/holds/${hold.json?.['id']}/release`, { as: 'compliance', body: { reason: 'closed' } })
  assert.equal(listOf((await call('GET /api/v1/holds?all=true', { as: 'viewer' })).json?.['holds']).length, 1)

  const [lost] = await center.db.query(`select id from nic_cc_customer_backup where id <> ${gone} order by id limit 1`)
  const key = lost?.['id'] ?? ''
  const request = { key: young, caseNumber: 'DSR-8', reason: 'he asked by mail' }
  const late = await call('POST /api/v1/erasures/requests', {
    as: 'compliance',
    body: { ...request, due: '2026-01-02T02:00:00+02:00' },
  })
  assert.deepEqual([late.status, late.json?.['dueAt'], late.json?.['isOverdue']], [201, '2026-01-02 00:00:00+00', true])
  assertProblem(await call('POST /api/v1/erasures/requests', { as: 'operator', body: request }), 'role_missing', 403)
  const open = await call('GET /api/v1/erasures/requests', { as: 'compliance' })
  assert.deepEqual(open.json, { requests: [late.json] })
  const close = { caseNumber: 'DSR-8', outcome: 'refused', reason: 'FICA s23' }
  const refused = await call('POST /api/v1/erasures/requests/close', { as: 'compliance', body: close })
  assert.deepEqual([refused.json?.['outcome'], refused.json?.['closedBy']], ['refused', 'compliance'])
  assertProblem(await call('POST /api/v1/erasures/requests/close', { body: close }), 'not_found', 404)

  const looked = await call('POST /api/v1/erasures/preview', { as: 'compliance', body: { key: young } })
  assert.deepEqual(looked.json?.['obstacles'], [{ kind: 'active' }])
  const asked = { key, confirm: key, reason: 'he asked', caseNumber: 'DSR-7' }
  const softly = await call('POST /api/v1/erasures/preview', { as: 'compliance', body: { key, method: 'deidentify' } })
  assert.deepEqual([softly.status, softly.json?.['method'], softly.json?.['obstacles']], [200, 'deidentify', []])
  const receipt = await call('POST /api/v1/erasures', { as: 'compliance', body: asked })
  assert.deepEqual([receipt.status, receipt.json?.['erasure'], receipt.json?.['actor']], [201, 1, 'compliance'])
  const receipts = await call('GET /api/v1/erasures', { as: 'compliance' })
  assert.deepEqual(receipts.json?.['erasures'], [receipt.json])

  const selection = { by: 'keys', keys: [gone] }
  const preview = await call('POST /api/v1/restores/preview', { as: 'operator', body: { selection } })
  assert.deepEqual([preview.json?.['subjects'], preview.json?.['conflicts']], [1, []])
  const restored = await call('POST /api/v1/restores', { as: 'operator', body: { selection, reason: 'phoned again' } })
  assert.equal(restored.json?.['restored'], 1)
  const undone = await call(`POST /api/v1/runs/${number}/undo`, { as: 'operator', body: { reason: 'wrong criteria' } })
  assert.equal(undone.json?.['restored'], 1)
  assert.equal(await center.count('nic_cc_customer'), 4)

  const waiting = await call('POST /api/v1/runs', { as: 'operator', body: { maxRows: 1 } })
  await ended(service, waiting.json?.['run'])
  for (const verb of ['pause', 'resume', 'stop'])
    assertProblem(
      await call(`POST /api/v1/runs/${waiting.json?.['run']}/${verb}`, { as: 'operator', body: {} }),
      'run_over',
      409,
    )

  await call('GET /api/v1/policies', { as: 'viewer' })
  const stage = await call('GET /api/v1/policies/nic-call-center/stage', { as: 'viewer' })
  const change = { stage: 'live', reason: 'three nights were right' }
  const put = (tag: string) =>
    call('PUT /api/v1/policies/nic-call-center/stage', { body: change, headers: { 'if-match': tag } })
  const set = await put(stage.headers.get('etag') ?? '')
  assert.deepEqual([set.json?.['stage'], set.json?.['actor']], ['live', 'admin'])
  assertProblem(await put(stage.headers.get('etag') ?? ''), 'changed_meanwhile', 412)
  const policy = await call('GET /api/v1/policies/nic-call-center', { as: 'viewer' })
  const etag = policy.headers.get('etag') ?? ''
  const same = await call('GET /api/v1/policies/nic-call-center', { as: 'viewer', headers: { 'if-none-match': etag } })
  assert.deepEqual([same.status, same.text], [304, ''])

  assert.equal((await call('POST /api/v1/verifications', { as: 'viewer', body: {} })).status, 200)
  const audit = await call('GET /api/v1/audit?limit=3', { as: 'compliance' })
  assert.deepEqual(
    listOf(audit.json?.['entries']).map(({ action, actor, role, reason }) => [action, actor, role, reason]),
    [
      ['policy.stage', 'admin', 'admin', 'three nights were right'],
      ['run.start', 'operator', 'operator', null],
      ['restore.start', 'operator', 'operator', 'wrong criteria'],
    ],
  )
  const verified = await call('GET /api/v1/audit/verify', { as: 'compliance' })
  assert.equal(verified.json?.['status'], 'clean')

  const signedIn = await call('POST /api/v1/session', { as: null, body: { key: service.keys.viewer } })
  assert.equal(signedIn.status, 201)
  await call('GET /api/v1/session', { as: 'viewer' })
  await call('DELETE /api/v1/session', { as: 'viewer' })

  assert.deepEqual((await call('GET /api/v1/about', { as: 'viewer' })).json, {
    environment: null,
    zone: 'UTC',
    policies: [{ name: 'nic-call-center', zone: 'Africa/Johannesburg' }],
  })
  assert.match(String((await call('GET /api/v1/slots', { as: 'viewer' })).json?.['next']), / 00:00:00\+00$/)
  const diagnosis = await call('GET /api/v1/diagnosis', { as: 'viewer' })
  assert.ok(listOf(diagnosis.json?.['examinations']).length > 3)
  await call('GET /api/v1/notices', { as: 'viewer' })
  const made = await call('POST /api/v1/keys', { body: { name: 'thandi', role: 'operator' } })
  assert.match(String(made.json?.['key']), /^mbk_/)
  await call(`POST /api/v1/keys/${made.json?.['id']}/revoke`, { body: {} })
  const keys = await call('GET /api/v1/keys?all=true')
  assert.equal(keys.text.includes('mbk_'), false)
  assertProblem(await call('GET /api/v1/keys', { as: 'compliance' }), 'role_missing', 403)
  const keep = await call('POST /api/v1/plans', { as: 'viewer', body: { related: 'block', days: 1 } })
  assert.equal(keep.json?.['candidates'], 4, 'one of five was erased')

  await call('GET /livez', { as: null })
  await call('GET /readyz', { as: null })
  const scraped = await call('GET /metrics', { as: 'viewer' })
  assert.match(scraped.text, /^mothball_rows_archived_total\{policy="[^"]+"\} \d+$/m)
  assert.match(scraped.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  const statistics = await call('GET /api/v1/statistics?days=7', { as: 'viewer' })
  assert.equal(Array.isArray(statistics.json?.['days']) && statistics.json['days'].length, 7)
  assertProblem(await call('GET /api/v1/statistics?days=3661', { as: 'viewer' }), 'request_invalid', 400)
  assert.equal((await call('POST /archive_old_customers', { as: 'operator', body: { dry_run: true } })).status, 200)

  const kept = await call('GET /api/v1/policies/nic-call-center/retention', { as: 'viewer' })
  assert.deepEqual([kept.json?.['coldFiles'], kept.json?.['basis']], [false, null])
  const exported = await call('POST /api/v1/policies/nic-call-center/exports', { body: {} })
  assertProblem(exported, 'cold_missing', 409)

  // The stream, what is asked of a run that goes on, and what cold files are needed for have tests of their own.
  const others = ['followRun', 'pauseRun', 'resumeRun', 'stopRun', ...tagged(service, RETENTION_TAGS)]
  const missing = service.api.operations.filter((id) => !service.answered.has(id) && !others.includes(id))
  assert.deepEqual(missing, [])
  assert.deepEqual(service.unexpected, [])
})

const object = (value: unknown): object => (value !== null && typeof value === 'object' ? value : {})
