import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { AuditFault } from '../../src/core/audit.ts'
import { auditEntry, entryHash } from '../../src/core/chain.ts'
import type { TrustedKeys } from '../../src/core/checkpoint.ts'
import { appendAudit } from '../../src/db/journal/audit.ts'
import { auditHead, listAudit, verifyAudit } from '../../src/engine/audit.ts'
import { retryFailures } from '../../src/engine/failures.ts'
import { releaseHold, setHold } from '../../src/engine/hold.ts'
import { pruneAudit } from '../../src/engine/prune-audit.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { checkOf } from '../support/verified.ts'

const ENTRY = auditEntry({ actor: 'thandi', action: 'test', object: 'thing 1' })

const append = ({ engine }: CallCenter, times = 1) =>
  Promise.all(
    Array.from({ length: times }, () => engine.database.transaction({}, (session) => appendAudit(session, ENTRY))),
  )

/** A log of five entries that somebody who owns the database may change. */
async function forged(t: TestContext, sql: string): Promise<readonly AuditFault[]> {
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

const PAIR = generateKeyPairSync('ed25519')
const TRUSTED = new Map([['2026', PAIR.publicKey]])
const KEYS = { signing: { id: '2026', key: PAIR.privateKey }, trusted: TRUSTED }
const WHY = { actor: 'thandi', role: 'admin', reason: 'two years are over' }

/** Five entries of which three are pruned; behind them a sixth that says so. */
async function pruned(t: TestContext) {
  const center = await callCenter(t)
  await append(center, 3)
  const early = await auditHead(center.engine)
  const [row] = await center.db.query('select clock_timestamp()::text as now')
  await append(center, 2)
  const result = await pruneAudit(center.owner, KEYS, { before: row?.['now'] ?? '', ...WHY })
  const check = async () => (await verifyAudit(center.engine, { keys: TRUSTED })).faults
  return { center, early, result, check }
}

test('pruned entries leave a signed checkpoint, behind which the chain is walked; the log says who pruned it', async (t) => {
  const { center, early, result } = await pruned(t)
  const { engine, db } = center
  assert.deepEqual([result.entries, result.checkpoints.length], [3, 1])
  const [checkpoint] = result.checkpoints
  assert.deepEqual(
    [checkpoint?.first, checkpoint?.last, checkpoint?.head, checkpoint?.keyId],
    [1, 3, early.head, '2026'],
  )
  const late = await auditHead(engine)
  const verified = await verifyAudit(engine, { keys: TRUSTED, noted: [early, late] })
  assert.deepEqual([verified.status, verified.entries, verified.checkpoint], ['clean', 3, checkpoint])
  const [told] = await listAudit(engine, { limit: 1 })
  assert.deepEqual(
    [told?.id, told?.action, told?.actor, told?.before, told?.after],
    [6, 'audit.prune', 'thandi', 'entries 1 to 3', early.head],
  )
  for (const sql of [
    'delete from mothball.audit where id = 4',
    'update mothball.audit_checkpoint set last_entry = 5',
    'delete from mothball.audit_checkpoint',
    'truncate mothball.audit_checkpoint',
  ])
    await assert.rejects(db.query(sql), { code: '42501' }, sql)
  const again = await pruneAudit(center.owner, KEYS, { before: '2999-01-01', ...WHY })
  assert.deepEqual([again.checkpoints[0]?.first, again.checkpoints[0]?.previous], [4, early.head])
  const after = await verifyAudit(engine, { keys: TRUSTED, noted: [early, late] })
  assert.deepEqual([after.status, after.checkpoint?.id], ['clean', 2])
  const { checks } = await verify(engine, center.policy)
  assert.equal(checks.find(({ name }) => name === 'audit')?.ok, true)
})

test('verify holds a checkpoint against the configured keys; without any it says that it did not', async (t) => {
  const { center } = await pruned(t)
  const { engine, policy, db } = center
  const audit = async (auditKeys?: TrustedKeys) => {
    const { ok, detail } = checkOf(await verify(engine, policy, auditKeys === undefined ? {} : { auditKeys }), 'audit')
    return [ok, detail.split('; ').slice(1)]
  }
  const unchecked = [true, ['signatures of checkpoints up to 1 not checked, no key is configured']]
  assert.deepEqual(await audit(TRUSTED), [true, []])
  assert.deepEqual(await audit(), unchecked)
  assert.deepEqual(await audit(new Map()), unchecked)
  assert.deepEqual(await audit(new Map([['2025', PAIR.publicKey]])), [false, ['checkpoint 1 key_unknown']])
  await db.query(`alter table mothball.audit_checkpoint disable trigger user;
    update mothball.audit_checkpoint set reason = 'another'`)
  assert.deepEqual(await audit(TRUSTED), [false, ['checkpoint 1 checkpoint_forged']])
})

test('over a pruned chain an entry that was edited, removed or inserted is found, and a checkpoint that was touched', async (t) => {
  const { center, check } = await pruned(t)
  const { db } = center
  const both = ['audit', 'audit_checkpoint'] as const
  for (const name of both)
    await db.query(
      `alter table mothball.${name} disable trigger user; create table kept_${name} as table mothball.${name}`,
    )
  const insert = `insert into mothball.audit select ID, at, actor, role, action, policy, object, reason, before, after,
    outcome, previous, sha256(hash) from mothball.audit where id = 4`
  const forge = (set: string) => `update mothball.audit_checkpoint set ${set}`
  for (const [sql, ...faults] of [
    ["update mothball.audit set actor = 'nobody' where id = 5", { id: 5, kind: 'edited' }],
    ['delete from mothball.audit where id = 4', { id: 5, kind: 'missing' }],
    ['delete from mothball.audit where id = 5', { id: 6, kind: 'missing' }],
    [insert.replace('ID', '2'), { id: 2, kind: 'missing' }, { id: 4, kind: 'missing' }],
    [forge("reason = 'another'"), { id: 1, kind: 'checkpoint_forged' }],
    [forge("pruned_at = pruned_at - interval '1 day'"), { id: 1, kind: 'checkpoint_forged' }],
    [forge("signature = translate(signature, 'ABab', 'BAba')"), { id: 1, kind: 'checkpoint_forged' }],
    [forge("key_id = 'mine'"), { id: 1, kind: 'key_unknown' }],
    [forge('first_entry = 2'), { id: 1, kind: 'checkpoint_unlinked' }],
    [forge('head = sha256(head)'), { id: 1, kind: 'checkpoint_forged' }, { id: 4, kind: 'unlinked' }],
    ['delete from mothball.audit_checkpoint', { id: 4, kind: 'missing' }],
    [
      `${forge('last_entry = 4, entries = 4')}; delete from mothball.audit where id = 4`,
      { id: 1, kind: 'checkpoint_forged' },
      { id: 5, kind: 'unlinked' },
    ],
  ] as const) {
    await db.query(sql)
    assert.deepEqual(await check(), faults, sql)
    for (const name of both)
      await db.query(`delete from mothball.${name}; insert into mothball.${name} table kept_${name}`)
  }
  assert.deepEqual(await check(), [])
})

test('nothing is pruned without a key, for no reason, or from a log that is not as it was written', async (t) => {
  const center = await callCenter(t)
  const { engine, db } = center
  await append(center, 3)
  const prune = (keys: Parameters<typeof pruneAudit>[1], before = '2999-01-01', reason = 'old') =>
    pruneAudit(engine, keys, { before, reason, actor: 'thandi' })
  await assert.rejects(prune({ signing: null, trusted: TRUSTED }), { code: 'audit_key_missing' })
  await assert.rejects(prune(KEYS, 'soon'), { code: 'option_invalid' })
  await assert.rejects(prune(KEYS, '2999-01-01', ' '), { code: 'option_invalid' })
  assert.deepEqual(await prune(KEYS, '2020-01-01'), { entries: 0, checkpoints: [] })
  await db.query("alter table mothball.audit disable trigger user; update mothball.audit set actor = 'x' where id = 2")
  await assert.rejects(prune(KEYS), { code: 'audit_differs' })
  assert.equal(await center.count('mothball.audit'), 3)
})
