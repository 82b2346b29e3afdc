import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from './plan.ts'
import { exceedsGuard, isConfirmed, wouldMove } from './plan.ts'
import { statusOf } from './run.ts'
import { isInWindow, windowText } from './window.ts'

const counts = (archived: number, failed: number) => ({ archived, failed, skipped: 0 })

test('the status comes from counts', () => {
  assert.equal(statusOf(counts(5, 0), false), 'success')
  assert.equal(statusOf(counts(0, 0), false), 'success')
  assert.equal(statusOf(counts(5, 1), false), 'partial')
  assert.equal(statusOf(counts(0, 1), false), 'failed')
  assert.equal(statusOf(counts(5, 0), true), 'partial')
  assert.equal(statusOf(counts(0, 0), true), 'failed')
})

test('skipped alone is not partial', () =>
  assert.equal(statusOf({ archived: 0, failed: 0, skipped: 3 }, false), 'success'))

const plan: Plan = {
  policy: 'p',
  hash: '',
  subject: 'public.p',
  moment: '',
  cutoff: '',
  active: 1000,
  candidates: 800,
  eligible: 300,
  quarantined: 10,
  kept: {},
  related: {},
  refusals: [],
  warnings: [],
  guard: 0.25,
  expectedMs: null,
}

test('quarantined subjects do not move, and a limit limits', () => {
  assert.equal(wouldMove(plan, null), 290)
  assert.equal(wouldMove(plan, 100), 100)
  assert.equal(wouldMove(plan, 1000), 290)
})

test('a quarter of the table passes the guard, one more does not', () => {
  assert.equal(exceedsGuard(plan, 250), false)
  assert.equal(exceedsGuard(plan, 251), true)
})

test('the number of the plan confirms, and so does what would be moved; no other does', () => {
  assert.equal(isConfirmed(plan, 290, 300), true)
  assert.equal(isConfirmed(plan, 290, 290), true)
  assert.equal(isConfirmed(plan, 290, 299), false)
  assert.equal(isConfirmed(plan, 290, null), false)
})

const night = { from: '22:00', to: '04:00', zone: 'Africa/Johannesburg' }

test('a window may cross midnight, includes its beginning and excludes its end', () => {
  // Johannesburg is two hours ahead of UTC all year.
  assert.equal(isInWindow(night, '2026-11-23 20:00:00+00'), true)
  assert.equal(isInWindow(night, '2026-11-23 19:59:59.999+00'), false)
  assert.equal(isInWindow(night, '2026-11-24 01:59:59+00'), true)
  assert.equal(isInWindow(night, '2026-11-24 02:00:00+00'), false)
})

test('a window knows daylight saving', () => {
  const berlin = { from: '02:00', to: '05:00', zone: 'Europe/Berlin' }
  assert.equal(isInWindow(berlin, '2026-01-10 01:30:00+00'), true)
  assert.equal(isInWindow(berlin, '2026-07-10 03:30:00+00'), false)
})

test('time that has passed since the moment counts', () => {
  assert.equal(isInWindow(night, '2026-11-24 01:59:00+00', 61_000), false)
})

test('a window is told in words', () => assert.equal(windowText(night), '22:00 to 04:00 Africa/Johannesburg'))
