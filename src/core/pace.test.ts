import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fullPace, nextPace } from './pace.ts'

const CALM = { waiters: 0, oldestTransactionMs: 0, replicaLagMs: 0 }
const LIMITS = { replicaLagMs: 10_000, longTransactionMs: 60_000 }

test('nothing in the way: the full batch, no pause', () => {
  assert.deepEqual(nextPace(fullPace(1000), CALM, 1000, LIMITS), { batchSize: 1000, pauseMs: 0, reason: 'none' })
})

test('somebody who waits behind us makes the next batch half as large, down to a floor', () => {
  const waited = { ...CALM, waiters: 1 }
  const once = nextPace(fullPace(1000), waited, 1000, LIMITS)
  assert.deepEqual(once, { batchSize: 500, pauseMs: 100, reason: 'waiters' })
  assert.equal(nextPace({ ...once, batchSize: 60 }, waited, 1000, LIMITS).batchSize, 50)
  assert.equal(nextPace(fullPace(10), waited, 10, LIMITS).batchSize, 10)
})

test('a replica that is behind and a long transaction make pauses, longer each time, with an end', () => {
  let pace = fullPace(1000)
  for (let batch = 0; batch < 8; batch += 1) pace = nextPace(pace, { ...CALM, replicaLagMs: 20_000 }, 1000, LIMITS)
  assert.deepEqual(pace, { batchSize: 1000, pauseMs: 2000, reason: 'replica_lag' })
  assert.equal(nextPace(pace, { ...CALM, oldestTransactionMs: 70_000 }, 1000, LIMITS).reason, 'long_transaction')
})

test('it recovers step by step, and fully', () => {
  let pace = nextPace(fullPace(1000), { ...CALM, waiters: 3 }, 1000, LIMITS)
  for (let batch = 0; batch < 8; batch += 1) pace = nextPace(pace, CALM, 1000, LIMITS)
  assert.deepEqual(pace, fullPace(1000))
})

test('a limit that is switched off slows nothing', () => {
  const off = { replicaLagMs: null, longTransactionMs: null }
  assert.equal(
    nextPace(fullPace(9), { waiters: 0, oldestTransactionMs: 1e9, replicaLagMs: 1e9 }, 9, off).reason,
    'none',
  )
})
