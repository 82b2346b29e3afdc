import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fullPace, nextPace, paceAfter } from './pace.ts'

const CALM = { oldestTransactionMs: 0, replicaLagMs: 0 }
const LIMITS = { heldMs: 20, replicaLagMs: 10_000, longTransactionMs: 60_000 }
const WAITED = { subjects: 1000, heldMs: 200, waiters: 1 }

test('nothing in the way: the full batch, no pause', () => {
  assert.deepEqual(nextPace(fullPace(1000), CALM, 1000, LIMITS), fullPace(1000))
})

test('somebody who waited makes the next batches as large as fits, by the measure of this one, down to a floor', () => {
  const slower = paceAfter(fullPace(1000), WAITED, LIMITS)
  assert.deepEqual([slower.batchSize, slower.pauseMs, slower.reason], [100, 0, 'waiters'])
  assert.equal(paceAfter(slower, { subjects: 100, heldMs: 90, waiters: 2 }, LIMITS).batchSize, 50)
  assert.equal(paceAfter(fullPace(10), { subjects: 10, heldMs: 90, waiters: 2 }, LIMITS).batchSize, 10)
})

test('who waits for a short batch makes it no larger, and nobody who waits makes none smaller', () => {
  const slower = paceAfter(fullPace(1000), WAITED, LIMITS)
  assert.equal(paceAfter(slower, { subjects: 100, heldMs: 1, waiters: 1 }, LIMITS).batchSize, 100)
  assert.deepEqual(paceAfter(fullPace(1000), { ...WAITED, waiters: 0 }, LIMITS), fullPace(1000))
})

test('batches stay small while people work, and grow again when nobody has waited for ten looks', () => {
  let pace = paceAfter(fullPace(1000), WAITED, LIMITS)
  for (let look = 0; look < 10; look += 1) pace = nextPace(pace, CALM, 1000, LIMITS)
  assert.deepEqual([pace.batchSize, pace.reason], [100, 'waiters'])
  pace = nextPace(pace, CALM, 1000, LIMITS)
  assert.deepEqual([pace.batchSize, pace.reason], [125, 'none'])
  for (let look = 0; look < 12; look += 1) pace = nextPace(pace, CALM, 1000, LIMITS)
  assert.deepEqual(pace, fullPace(1000))
})

test('a replica that is behind and a long transaction make pauses, longer each time, with an end', () => {
  let pace = fullPace(1000)
  for (let batch = 0; batch < 8; batch += 1) pace = nextPace(pace, { ...CALM, replicaLagMs: 20_000 }, 1000, LIMITS)
  assert.deepEqual(pace, { ...fullPace(1000), pauseMs: 2000, reason: 'replica_lag' })
  assert.equal(nextPace(pace, { ...CALM, oldestTransactionMs: 70_000 }, 1000, LIMITS).reason, 'long_transaction')
})

test('pauses end step by step, and fully', () => {
  let pace = nextPace(fullPace(1000), { ...CALM, replicaLagMs: 20_000 }, 1000, LIMITS)
  for (let look = 0; look < 8; look += 1) pace = nextPace(pace, CALM, 1000, LIMITS)
  assert.deepEqual(pace, fullPace(1000))
})

test('a limit that is switched off slows nothing', () => {
  const off = { heldMs: null, replicaLagMs: null, longTransactionMs: null }
  assert.equal(
    nextPace(
      paceAfter(fullPace(9), { ...WAITED, waiters: 9 }, off),
      { oldestTransactionMs: 1e9, replicaLagMs: 1e9 },
      9,
      off,
    ).reason,
    'none',
  )
})
