import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnosisOf, examinationOf, settingFindings } from './examination.ts'
import type { Finding } from './finding.ts'

const FINDING: Finding = { code: 'c', object: 'o', message: 'm', hint: 'H.' }
const QUIET = { connections: 1, oldestTransactionSeconds: 0 }
const SOUND = { autovacuum: 'on', track_counts: 'on', full_page_writes: 'on', max_connections: '100' }

const told = (settings: Readonly<Record<string, string | null>>, activity = QUIET, tables = 14) =>
  settingFindings({ ...SOUND, ...settings }, activity, tables).map(({ object }) => object)

test('a diagnosis is as bad as the worst that was seen', () => {
  const ok = examinationOf('a', 'd', { refusals: [], warnings: [] })
  const warning = examinationOf('b', 'd', { refusals: [], warnings: [FINDING] })
  const refused = examinationOf('c', 'd', { refusals: [FINDING], warnings: [] })
  assert.equal(diagnosisOf([]).state, 'ok')
  assert.equal(diagnosisOf([ok]).state, 'ok')
  assert.equal(diagnosisOf([warning, ok]).state, 'warning')
  assert.equal(diagnosisOf([refused, warning, ok]).state, 'refused')
})

test('sound settings are not complained of', () => {
  assert.deepEqual(told({}), [])
  assert.deepEqual(told({ statement_timeout: '0', transaction_timeout: '0', max_locks_per_transaction: '64' }), [])
})

test('settings that hinder a run are named', () => {
  assert.deepEqual(told({ autovacuum: 'off' }), ['autovacuum'])
  assert.deepEqual(told({ track_counts: 'off' }), ['track_counts'])
  assert.deepEqual(told({ full_page_writes: 'off' }), ['full_page_writes'])
  assert.deepEqual(told({ statement_timeout: '5000' }), ['statement_timeout'])
  assert.deepEqual(told({ transaction_timeout: '5000' }), ['transaction_timeout'])
  assert.deepEqual(told({ max_locks_per_transaction: '10' }), ['max_locks_per_transaction'])
})

test('a crowded server and an old transaction are named', () => {
  assert.deepEqual(told({}, { ...QUIET, connections: 95 }), ['max_connections'])
  assert.deepEqual(told({}, { ...QUIET, oldestTransactionSeconds: 7200 }), ['pg_stat_activity'])
  assert.deepEqual(settingFindings({}, { ...QUIET, connections: 95 }, 14).length, 1)
})
