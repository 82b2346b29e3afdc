import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fullPace, mindsWaiters, nextPace, paceAfter } from './pace.ts'

const CALM = { oldestTransactionMs: 0, replicaLagMs: 0 }
const LIMITS = { heldMs: 20, replicaLagMs: 10_000, longTransactionMs: 60_000 }
const WAITED = { subjects: 1000, heldMs: 200, waiters: 1 }

test('nothing in the way: the full batch, no pause', () => {
  assert.deepEqual(nextPace(fullPace(1000), CALM, 1000, LIMITS), fullPace(1000))
})

test('somebody who waited makes the next batches as large as fits, by the measure of this one, down to a floor', () => {
  const slower = paceAfter(fullPace(1000), WAITED, 1000, LIMITS)
  assert.deepEqual([slower.batchSize, slower.pauseMs, slower.reason], [100, 0, 'waiters'])
  assert.equal(paceAfter(slower, { subjects: 100, heldMs: 90, waiters: 2 }, 1000, LIMITS).batchSize, 50)
  assert.equal(paceAfter(fullPace(10), { subjects: 10, heldMs: 90, waiters: 2 }, 10, LIMITS).batchSize, 10)
})

test('who waits for a short batch, and a long one for which nobody waits, make none smaller', () => {
  assert.deepEqual(paceAfter(fullPace(1000), { ...WAITED, waiters: 0 }, 1000, LIMITS), fullPace(1000))
  assert.deepEqual(paceAfter(fullPace(1000), { subjects: 9, heldMs: 19, waiters: 3 }, 1000, LIMITS), fullPace(1000))
})

test('at full pace nobody asks who waits for a short batch; while people work, each batch asks', () => {
  const slower = paceAfter(fullPace(1000), WAITED, 1000, LIMITS)
  assert.deepEqual(
    [
      mindsWaiters(fullPace(1000), 19, LIMITS),
      mindsWaiters(fullPace(1000), 21, LIMITS),
      mindsWaiters(slower, 1, LIMITS),
    ],
    [false, true, true],
  )
  assert.equal(mindsWaiters(slower, 500, { ...LIMITS, heldMs: null }), false)
})

test('while people work, batches become as large as the limit lets them, by steps, and no larger', () => {
  let pace = paceAfter(fullPace(1000), WAITED, 1000, LIMITS)
  const sizes: number[] = []
  // A tenth of a millisecond a subject, and five for every batch: 150 fit.
  for (let batch = 0; batch < 8; batch += 1) {
    const { batchSize } = pace
    pace = paceAfter(pace, { subjects: batchSize, heldMs: 5 + batchSize / 10, waiters: 1 }, 1000, LIMITS)
    sizes.push(pace.batchSize)
  }
  assert.deepEqual(sizes, [125, 142, 147, 149, 149, 149, 149, 149])
  for (let batch = 0; batch < 20; batch += 1)
    pace = paceAfter(pace, { subjects: pace.batchSize, heldMs: 1, waiters: null }, 1000, LIMITS)
  assert.equal(pace.batchSize, 1000)
})

test('batches stay small while people work, and grow again when nobody has waited for ten looks', () => {
  let pace = paceAfter(fullPace(1000), WAITED, 1000, LIMITS)
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
      paceAfter(fullPace(9), { ...WAITED, waiters: 9 }, 9, off),
      { oldestTransactionMs: 1e9, replicaLagMs: 1e9 },
      9,
      off,
    ).reason,
    'none',
  )
})
