import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDueErasures } from '../../src/db/journal/erasure-request.ts'
import { listAudit } from '../../src/engine/audit.ts'
import { closeErasureRequest, listErasureRequests, requestErasure } from '../../src/engine/erase/requests.ts'
import { eraseHim, type PersonCenter, personCenter } from '../support/person.ts'

const WORDS = { reason: 'he asked by mail', actor: 'thandi' } as const

const ask = ({ engine, policy }: PersonCenter, key: string, caseNumber: string, due?: string) =>
  requestErasure(engine, policy, { key, caseNumber, due, ...WORDS })

const dueOf = ({ engine }: PersonCenter) =>
  engine.database.transaction({}, (session) => readDueErasures(session, 'public.nic_cc_customer'))

test('a request is due by the policy, or when it says; those past their day and within a week are told', async (t) => {
  const center = await personCenter(t, { policy: { erasure: { dueDays: 6 } } })
  const first = await ask(center, center.person, 'DSR-1')
  await ask(center, center.other, 'DSR-2', '2020-02-29 02:00 UTC')
  await ask(center, center.other, 'DSR-3', '2999-01-01')
  const days = (Date.parse(first.dueAt) - Date.parse(first.requestedAt)) / 86_400_000
  assert.ok(Math.abs(days - 6) < 0.001, String(days))
  const open = await listErasureRequests(center.engine, center.policy)
  assert.deepEqual(
    open.map(({ caseNumber, isOverdue }) => [caseNumber, isOverdue]),
    [
      ['DSR-2', true],
      ['DSR-1', false],
      ['DSR-3', false],
    ],
  )
  assert.deepEqual(await dueOf(center), { overdue: 1, soon: 1 })
})

test('the erasure closes every request of the person, and takes his key and the words out of them', async (t) => {
  const center = await personCenter(t)
  for (const caseNumber of ['DSR-1', 'DSR-2']) await ask(center, center.person, caseNumber)
  await ask(center, center.other, 'DSR-3')
  const { reached } = await eraseHim(center, center.person)
  assert.equal(reached.find(({ object }) => object === 'mothball.erasure_request')?.rows, 2)
  const all = await listErasureRequests(center.engine, center.policy, { all: true })
  assert.deepEqual(
    all.map(({ caseNumber, key, outcome, reason }) => [caseNumber, key, outcome, reason]),
    [
      ['DSR-3', center.other, null, WORDS.reason],
      ['DSR-1', 'erased', 'erased', 'erased'],
      ['DSR-2', 'erased', 'erased', 'erased'],
    ],
  )
})

test('a case has one open request; withdrawn or refused, it may be asked again, and all stand in the audit log', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person } = center
  await ask(center, person, 'DSR-1')
  await assert.rejects(ask(center, center.other, 'DSR-1'), { code: 'option_invalid' })
  const close = (outcome: 'withdrawn' | 'refused') =>
    closeErasureRequest(engine, policy, { caseNumber: 'DSR-1', outcome, ...WORDS })
  const ended = await close('withdrawn')
  assert.deepEqual([ended.outcome, ended.closedBy], ['withdrawn', 'thandi'])
  await assert.rejects(close('withdrawn'), { code: 'not_found' })
  await ask(center, person, 'DSR-1')
  assert.equal((await close('refused')).outcome, 'refused')
  assert.deepEqual(await listErasureRequests(engine, policy), [])
  const entries = await listAudit(engine, { limit: 4 })
  assert.deepEqual(
    entries.map(({ action, object }) => [action, object]),
    [
      ['erase.refuse', 'request 3'],
      ['erase.request', 'request 3'],
      ['erase.withdraw', 'request 1'],
      ['erase.request', 'request 1'],
    ],
  )
})

test('a key, case, reason or day that is none is refused before anything is written', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person } = center
  const good = { key: person, caseNumber: '7', ...WORDS }
  for (const [bad, code] of [
    [{ key: '01' }, 'not_found'],
    [{ key: '' }, 'not_found'],
    [{ caseNumber: '' }, 'option_invalid'],
    [{ caseNumber: 'a\nb' }, 'option_invalid'],
    [{ reason: ' ' }, 'option_invalid'],
    [{ due: 'soon' }, 'option_invalid'],
    [{ due: '2026-02-30' }, 'option_invalid'],
  ] as const)
    await assert.rejects(requestErasure(engine, policy, { ...good, ...bad }), { code }, JSON.stringify(bad))
  assert.equal(await center.count('mothball.erasure_request'), 0)
})
