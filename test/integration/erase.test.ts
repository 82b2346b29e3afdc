import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOT_REACHED } from '../../src/core/erase.ts'
import { listAudit } from '../../src/engine/audit.ts'
import { erase, listErasures, planErasure } from '../../src/engine/erase/erase.ts'
import { listHolds, releaseHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import { eraseHim, family, holdHim, personCenter, rowsOf } from '../support/person.ts'
import { connect } from '../support/server.ts'
import { assertClean } from '../support/verified.ts'

const ERASER = ['eraser'] as const
const UNKEPT = { policy: { erasure: { active: 'unless_kept' } } } as const

test('an archived person is erased from both sides, and whoever came with him in the batch is untouched and proven', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person, other } = center
  const others = await rowsOf(center, other)
  const plan = await planErasure(engine, policy, person)
  assert.deepEqual([plan.obstacles, plan.letter], [[], null])
  assert.equal(await rowsOf(center, person), others, 'a plan writes nothing')
  const receipt = await eraseHim(center, person)
  assert.deepEqual(receipt.reached, plan.rows)
  assert.equal(
    receipt.reached.reduce((sum, { rows }) => sum + rows, 0),
    others,
  )
  assert.deepEqual(
    receipt.reached.filter(({ place }) => place === 'active'),
    [{ place: 'active', object: 'nic_cc_call_log', rows: 1 }],
  )
  assert.deepEqual([await rowsOf(center, person), await rowsOf(center, other)], [0, others])
  assert.deepEqual(receipt.notReached, NOT_REACHED)
  await center.db.query(`delete from nic_cc_call_log where customer_id = ${other}`)
  await assertClean(center)
})

test('whoever was not sealed yet when he was erased leaves a batch that still gets its seal', async (t) => {
  const center = await personCenter(t)
  await center.db.query(`delete from mothball.seal; delete from nic_cc_call_log`)
  await eraseHim(center, center.person)
  await run(center.engine, center.policy)
  assert.notEqual(await center.count('mothball.seal'), 0)
  assert.equal(await center.count('mothball.seal_refusal'), 0)
  await assertClean(center)
})

test('an erased person is not found, not brought back by key or by run, and erasing him again finds nothing', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person } = center
  await eraseHim(center, person)
  const by = { by: 'keys', keys: [person] } as const
  assert.deepEqual((await restore(engine, policy, { selection: by, reason: 'x' })).unknown, [person])
  const whole = await restore(engine, policy, { selection: { by: 'run', run: 1 }, reason: 'undo' })
  assert.deepEqual([whole.restored, await rowsOf(center, person)], [1, 0])
  await assert.rejects(eraseHim(center, person), { code: 'not_found' })
  await center.related('call_log', person, { remark: 'written later' })
  assert.deepEqual((await eraseHim(center, person)).reached, [{ place: 'active', object: 'nic_cc_call_log', rows: 1 }])
})

test('a hold is in the way, with a letter that names neither case nor reason; once released he goes', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person } = center
  const { id } = await holdHim(engine, policy, person)
  const before = await rowsOf(center, person)
  const { obstacles, letter } = await planErasure(engine, policy, person)
  assert.deepEqual(
    obstacles.map(({ kind }) => kind),
    ['held'],
  )
  assert.match(letter ?? '', /obliged by law to keep it/)
  assert.doesNotMatch(letter ?? '', /2026|court|Nomsa/)
  await assert.rejects(eraseHim(center, person), { code: 'erasure_held', message: /hold 1, case 2026\/114/ })
  assert.equal(await rowsOf(center, person), before)
  await releaseHold(engine, policy, { id, actor: 'a lawyer', reason: 'Nomsa has settled' })
  await eraseHim(center, person)
  const [hold] = await listHolds(engine, policy, { all: true })
  assert.deepEqual([hold?.key, hold?.reason, hold?.releaseReason], ['erased', 'erased', 'erased'])
})

test('an active person is refused, or by policy only while a keep rule holds', async (t) => {
  const strict = await callCenter(t, { beside: ERASER })
  const key = await strict.customer(5)
  await assert.rejects(eraseHim(strict, key), { code: 'erasure_active' })
  const center = await callCenter(t, { ...UNKEPT, beside: ERASER })
  const person = await center.customer(5)
  await family(center, person)
  const aod = await center.related('aod', person, { status: 'active' })
  await assert.rejects(eraseHim(center, person), { code: 'erasure_kept', message: /active_aod/ })
  assert.notEqual(await rowsOf(center, person), 0)
  await center.db.query(`update nic_cc_aod set status = 'closed' where id = ${aod}`)
  await eraseHim(center, person)
  assert.equal(await rowsOf(center, person), 0)
  await assertClean(center)
})

test('a restored person may be erased although he was promised to stay', async (t) => {
  const center = await personCenter(t, UNKEPT)
  const { engine, policy, person } = center
  const selection = { by: 'keys', keys: [person] } as const
  await restore(engine, policy, { selection, reason: 'Nomsa phoned' })
  const { reached } = await eraseHim(center, person)
  assert.equal(reached.find(({ object }) => object === 'mothball.keep_until')?.rows, 1)
  assert.equal(await rowsOf(center, person), 0)
  const [kept] = await center.db.query('select subject_key, reason from mothball.keep_until')
  assert.deepEqual([kept?.['subject_key']?.startsWith('erased '), kept?.['reason']], [true, 'erased'])
})

test('rows that the policy leaves behind go with him, under every action and foreign key', async (t) => {
  for (const related of ['keep', 'block'] as const) {
    const center = await personCenter(t, { policy: { related } })
    await eraseHim(center, center.person)
    assert.equal(await rowsOf(center, center.person), 0, related)
  }
})

for (const foreignKeys of ['no action', 'cascade'] as const)
  test(`foreign keys (${foreignKeys}) are obeyed: children go before parents`, async (t) => {
    const center = await callCenter(t, { ...UNKEPT, foreignKeys, beside: ERASER })
    const [person, other] = [await center.customer(90), await center.customer(91)]
    for (const key of [person, other]) await family(center, key)
    const others = await rowsOf(center, other)
    await eraseHim(center, person)
    assert.deepEqual([await rowsOf(center, person), await rowsOf(center, other)], [0, others])
    assert.equal(await center.count('nic_cc_installment', 'customer_id is null'), 0)
  })

test('what the journal says of him goes, and what it says of others stays', async (t) => {
  const center = await personCenter(t, UNKEPT)
  const { db, person, other } = center
  await db.query(`insert into mothball.failure (subject, subject_key, run_id, code)
      select 'public.nic_cc_customer', k, 1, 'x' from unnest('{${person},${other}}'::text[]) k;
    insert into mothball.reveal (subject, subject_key, actor, reason)
      select 'public.nic_cc_customer', k, 'desk', 'he asked' from unnest('{${person},${other}}'::text[]) k;
    insert into mothball.api_key (name, role, digest, created_by) values ('a', 'admin', '\\x00', 'a');
    insert into mothball.idempotency (key_id, name, fingerprint, begun_at, status, body) values
      (1, 'his', '\\x00', now(), 201, '{"hold":[{"key":"${person}"}]}'), (1, 'hers', '\\x00', now(), 201, '{"key":"${other}"}'),
      (1, 'text', '\\x00', now(), 201, '${person}')`)
  const { reached } = await eraseHim(center, person)
  const journal = Object.fromEntries(
    reached.filter(({ place }) => place === 'journal').map(({ object, rows }) => [object, rows]),
  )
  assert.deepEqual(journal, { 'mothball.failure': 1, 'mothball.idempotency': 1, 'mothball.reveal': 1 })
  const open = await db.query(`select subject_key from mothball.failure where resolved_at is null`)
  assert.deepEqual(open, [{ subject_key: other }])
  assert.deepEqual(await db.query(`select name from mothball.idempotency where body is not null order by 1`), [
    { name: 'hers' },
    { name: 'text' },
  ])
})

test('a row that is another’s as well keeps both, on whichever side the other’s part is; one that hangs on nothing does not', async (t) => {
  const center = await personCenter(t, UNKEPT)
  const { engine, policy, person, other } = center
  const third = await center.customer(5)
  const torn = await center.related('installment', third, { payment_plan_id: '1', status: 'paid' })
  // The plan is in the archive, the instalment is not, and each has an owner of his own.
  for (const key of [third, person])
    await assert.rejects(eraseHim(center, key), { code: 'erasure_shared', message: /nic_cc_installment/ })
  const { obstacles } = await planErasure(engine, policy, person)
  assert.deepEqual(obstacles, [{ kind: 'shared', tables: ['nic_cc_installment'] }])
  await eraseHim(center, other)
  await center.db.query(`update nic_cc_installment set payment_plan_id = 4711 where id = ${torn}`)
  await eraseHim(center, third)
  assert.equal(await center.count('nic_cc_installment'), 0)
  await eraseHim(center, person)
})

test('the receipt, the audit entry and the run name no person; whoever has the key finds the receipt', async (t) => {
  const center = await personCenter(t)
  const { engine, policy } = center
  await center.db.query(`update nic_cc_customer_backup set id = 825550142 where id = 1;
    update nic_cc_call_log_backup set customer_id = 825550142 where customer_id = 1`)
  const receipt = await eraseHim(center, '825550142')
  const [entry] = await listAudit(engine)
  assert.deepEqual([entry?.action, entry?.object, entry?.after], ['erase', 'erasure 1', 'nothing, case DSR-7'])
  const stored = await center.db.query(
    `select e::text || r::text as all from mothball.erasure e join mothball.run r on r.id = e.run_id`,
  )
  assert.doesNotMatch(JSON.stringify([receipt, entry, stored]), /825550142|Nomsa/)
  assert.deepEqual(await listErasures(engine, policy, { key: '825550142' }), [receipt])
  assert.deepEqual(await listErasures(engine, policy, { key: '2' }), [])
})

test('bad input is refused before anything is written', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, person, other } = center
  const good = { key: person, confirm: person, reason: 'x', caseNumber: '7', actor: 'thandi' }
  for (const [bad, code] of [
    [{ reason: '' }, 'option_invalid'],
    [{ reason: 'a\nb' }, 'option_invalid'],
    [{ caseNumber: '' }, 'option_invalid'],
    [{ caseNumber: ' 7' }, 'option_invalid'],
    [{ confirm: other }, 'erasure_unconfirmed'],
    [{ confirm: '' }, 'erasure_unconfirmed'],
    [{ key: '4711', confirm: '4711' }, 'not_found'],
    [{ key: '01', confirm: '01' }, 'not_found'],
    [{ key: '1; drop table x', confirm: '1; drop table x' }, 'not_found'],
    [{ key: '', confirm: '' }, 'not_found'],
  ] as const)
    await assert.rejects(erase(engine, policy, { ...good, ...bad }), { code }, JSON.stringify(bad))
  assert.notEqual(await rowsOf(center, person), 0)
  assert.equal(await center.count('mothball.erasure'), 0)
})

test('whoever works with a row of his is not overrun: the erasure gives way, and the person stays whole', async (t) => {
  const center = await personCenter(t)
  const before = await rowsOf(center, center.person)
  const agent = await connect(center.db.url)
  await agent.query(`begin; update nic_cc_call_log set remark = 'on the phone' where customer_id = ${center.person}`)
  await assert.rejects(eraseHim(center, center.person), { code: 'erasure_busy' })
  await agent.query('commit')
  await agent.end()
  assert.equal(await rowsOf(center, center.person), before)
  await eraseHim(center, center.person)
})

test('a trigger that keeps a row makes the erasure fail as a whole', async (t) => {
  const center = await personCenter(t, { policy: { acceptedTriggers: ['nic_cc_call_log.keep'] } })
  await center.db.query(`create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger keep before delete on nic_cc_call_log for each row execute function keep()`)
  const before = await rowsOf(center, center.person)
  await assert.rejects(eraseHim({ ...center, engine: testEngine(t, center.db) }, center.person), {
    code: 'erasure_differs',
  })
  assert.equal(await rowsOf(center, center.person), before)
})
