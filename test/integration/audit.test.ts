import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { auditEntry, type ChainFault, entryHash } from '../../src/core/chain.ts'
import { appendAudit } from '../../src/db/journal/audit.ts'
import { listAudit, verifyAudit } from '../../src/engine/audit.ts'
import { retryFailures } from '../../src/engine/failures.ts'
import { releaseHold, setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

const ENTRY = auditEntry({ actor: 'thandi', action: 'test', object: 'thing 1' })

const append = ({ engine }: CallCenter, times = 1) =>
  Promise.all(
    Array.from({ length: times }, () => engine.database.transaction({}, (session) => appendAudit(session, ENTRY))),
  )

/** A log of five entries that somebody who owns the database may change. */
async function forged(t: TestContext, sql: string): Promise<readonly ChainFault[]> {
  const center = await callCenter(t)
  await append(center, 5)
  await center.db.query(`alter table mothball.audit disable trigger user; ${sql}`)
  return (await verifyAudit(center.engine)).faults
}

test('what changes something is in the audit log, with who and why, and without a customer’s key', async (t) => {
  const center = await callCenter(t)
  const { engine, policy } = center
  const key = await center.customer(90)
  const thandi = { actor: 'thandi', role: 'operator' }
  const hold = await setHold(engine, policy, { key, reason: 'complaint', ...thandi })
  await releaseHold(engine, policy, { id: hold.id, reason: 'closed', ...thandi })
  const poison = await center.customer(93)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  await run(engine, policy, { confirm: 2, ...thandi })
  await retryFailures(engine, policy, 'all', thandi)
  await restore(engine, policy, { selection: { by: 'keys', keys: [key] }, reason: 'phoned again', ...thandi })
  const entries = (await listAudit(engine)).toReversed()
  assert.deepEqual(
    entries.map(({ action, object, reason, before }) => [action, object, reason, before]),
    [
      ['hold.set', `hold ${hold.id}`, 'complaint', null],
      ['hold.release', `hold ${hold.id}`, 'closed', 'open'],
      ['run.start', 'run 1', null, '2 eligible'],
      ['failures.retry', 'failures', null, '1 in quarantine'],
      ['restore.start', 'run 2', 'phoned again', 'asked for by key: 1'],
    ],
  )
  assert.ok(
    entries.every(({ actor, role, policy: name }) => actor === 'thandi' && role === 'operator' && name === policy.name),
  )
  assert.deepEqual((await verifyAudit(engine)).faults, [])
})

test('a dry run, a refused run and a hold on nobody change nothing, and are not in the audit log', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  await run(center.engine, center.policy, { dryRun: true })
  await assert.rejects(run(center.engine, center.policy, {}), { code: 'guard_exceeded' })
  await assert.rejects(setHold(center.engine, center.policy, { key: '999', reason: 'x', actor: 'x' }))
  assert.deepEqual(await listAudit(center.engine), [])
})

test('an entry is there exactly when its change is', async (t) => {
  const center = await callCenter(t)
  const failing = center.engine.database.transaction({}, async (session) => {
    await appendAudit(session, ENTRY)
    throw new Error('the change fails')
  })
  await assert.rejects(failing, /the change fails/)
  assert.deepEqual(await listAudit(center.engine), [])
})

test('entries that are written at once make one chain without a gap', async (t) => {
  const center = await callCenter(t)
  await append(center, 30)
  const { status, entries, head } = await verifyAudit(center.engine)
  assert.deepEqual([status, entries], ['clean', 30])
  assert.equal(head, (await listAudit(center.engine, { limit: 1 }))[0]?.hash)
  const second = await listAudit(center.engine, { limit: 10, before: 21 })
  assert.deepEqual([second.length, second[0]?.id, second.at(-1)?.id], [10, 20, 11])
})

test('nobody edits, deletes or truncates the audit log, its owner neither', async (t) => {
  const center = await callCenter(t)
  await append(center)
  for (const sql of [
    "update mothball.audit set actor = 'nobody'",
    'delete from mothball.audit',
    'truncate mothball.audit',
  ])
    await assert.rejects(center.db.query(sql), { code: '42501' }, sql)
  assert.equal(await center.count('mothball.audit'), 1)
})

test('an edited entry is found and named, by verify too', async (t) => {
  assert.deepEqual(await forged(t, "update mothball.audit set actor = 'nobody' where id = 3"), [
    { id: 3, kind: 'edited' },
  ])
  const center = await callCenter(t)
  await append(center, 2)
  await center.db.query(
    "alter table mothball.audit disable trigger user; update mothball.audit set reason = 'x' where id = 1",
  )
  const { checks } = await verify(center.engine, center.policy)
  const check = checks.find(({ name }) => name === 'audit')
  assert.equal(check?.ok, false)
  assert.match(check?.detail ?? '', /entry 1 edited/)
})

test('a removed entry is found', async (t) => {
  assert.deepEqual(await forged(t, 'delete from mothball.audit where id = 2'), [{ id: 3, kind: 'missing' }])
})

test('an inserted entry is found, and so is each that it has moved', async (t) => {
  const shift = 'update mothball.audit set id = -id - 1 where id >= 3; update mothball.audit set id = -id where id < 0'
  const copy = `insert into mothball.audit select 3, at, actor, role, action, policy, object, reason, before, after, outcome,
    previous, sha256(hash) from mothball.audit where id = 2`
  assert.deepEqual(
    (await forged(t, `${shift}; ${copy}`)).map(({ id }) => id),
    [3, 4, 5, 6],
  )
})

test('an entry that was edited with its hash no longer is what the next one follows', async (t) => {
  const center = await callCenter(t)
  await append(center, 5)
  const third = (await listAudit(center.engine)).find(({ id }) => id === 3) ?? assert.fail('there are five')
  const hash = entryHash(third.previous, { ...third, actor: 'nobody' })
  await center.db.query(`alter table mothball.audit disable trigger user;
    update mothball.audit set actor = 'nobody', hash = decode('${hash}', 'hex') where id = 3`)
  assert.deepEqual((await verifyAudit(center.engine)).faults, [{ id: 4, kind: 'unlinked' }])
})

test('a cut end is found by a head that was noted before', async (t) => {
  const center = await callCenter(t)
  await append(center, 4)
  const { head } = await verifyAudit(center.engine)
  await center.db.query('alter table mothball.audit disable trigger user; delete from mothball.audit where id = 4')
  assert.equal((await verifyAudit(center.engine)).status, 'clean')
  assert.deepEqual((await verifyAudit(center.engine, { head: head.slice(0, 12) })).faults, [
    { id: 3, kind: 'head_unknown' },
  ])
})

test('a log of thousands is walked in pages', async (t) => {
  const center = await callCenter(t)
  await center.engine.database.transaction({}, async (session) => {
    for (let n = 0; n < 2001; n += 1) await appendAudit(session, ENTRY)
  })
  assert.deepEqual(
    [(await verifyAudit(center.engine)).entries, (await verifyAudit(center.engine)).status],
    [2001, 'clean'],
  )
})
