import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { assertError, listOf, program, sampleDatabase } from '../support/program.ts'

test('a stage is set and listed; history shows a slot that was missed; a run that is over cannot be paused', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const mothball = program(t, db)
  const set = await mothball.json('policy', 'stage', 'nic-call-center', 'live', '--reason', 'looked at')
  assert.deepEqual(
    [set.code, set.last['type'], set.last['stage'], set.last['reason']],
    [0, 'policy', 'live', 'looked at'],
  )
  const listed = await mothball.json('policy')
  const [policy] = listOf(listed.last['policies'])
  assert.equal(policy?.['stage'], 'live')
  assert.match(String(policy?.['next']), /00:00:00\+00$/)

  await db.query(
    "insert into mothball.slot (policy, planned_at, state, missed_at) values ('nic-call-center', '2026-01-02 00:00+00', 'missed', now())",
  )
  await mothball.json('run', '--max-rows', '1', '--yes')
  const history = await mothball.plain('history')
  assert.match(history.stdout, /missed +2026-01-02 02:00/)
  const told = await mothball.json('history')
  assert.deepEqual(
    listOf(told.last['slots']).map(({ state }) => state),
    ['missed'],
  )
  assertError(await mothball.json('pause', '1'), 'run_over', 1)
})

test('a stage that is none, or that nobody gives a reason for, is refused', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const mothball = program(t, db)
  assertError(await mothball.json('policy', 'stage', 'nic-call-center', 'lively', '--reason', 'x'), 'option_invalid', 2)
  assertError(await mothball.json('policy', 'stage', 'nic-call-center', 'live'), 'usage_invalid', 2)
  assertError(await mothball.json('stop', '99'), 'not_found', 1)
})

test('what has nothing to send, or nowhere to send it, says so', async (t) => {
  const mothball = program(t, await sampleDatabase(t, { migrated: true }))
  assertError(await mothball.json('audit', 'publish'), 'audit_empty', 4)
  await mothball.json('policy', 'stage', 'nic-call-center', 'live', '--reason', 'looked at')
  assertError(await mothball.json('audit', 'publish'), 'audit_heads_missing', 2)
  assertError(await mothball.json('notify', 'test'), 'notify_missing', 2)
})

test('the head of the audit log is noted, old entries are pruned, and the log is held against both', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const audit = { heads: 'heads', signing: { keyId: '2026', privateKey } }
  const mothball = program(t, db, { policies: [{ preset: 'nic-call-center' }], audit })
  await mothball.json('policy', 'stage', 'nic-call-center', 'live', '--reason', 'looked at')
  const noted = await mothball.json('audit', 'publish')
  assert.deepEqual([noted.code, noted.last['isNew'], noted.last['entry']], [0, true, 1])
  const pruned = await mothball.json('audit', 'prune', '--before', '2999-01-01', '--reason', 'a trial', '--yes')
  assert.deepEqual([pruned.code, pruned.last['entries']], [0, 1])
  const verified = await mothball.plain('audit', 'verify')
  assert.match(
    verified.stdout,
    /^CLEAN {2}1 entry, .*\n {2}from checkpoint 1 on: entries up to 1 were pruned, key 2026/,
  )
})
