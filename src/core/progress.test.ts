import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ArchiveEvent } from './event.ts'
import { advance, meanRate, type Progress, remainingMs, shareOf } from './progress.ts'

const started = (eligible: number): ArchiveEvent => ({
  kind: 'run-started',
  run: 1,
  policy: 'p',
  eligible,
  dryRun: false,
})
const moved = (subjects: number): ArchiveEvent => ({
  kind: 'batch-moved',
  run: 1,
  batch: 1,
  subjects,
  rows: subjects * 9,
  durationMs: 1,
})
const failed = (count: number): ArchiveEvent => ({ kind: 'subjects-failed', run: 1, code: 'x', count, keys: [] })

function after(events: readonly (readonly [number, ArchiveEvent])[], maxRows: number | null = null): Progress {
  const progress = events.reduce<Progress | null>(
    (state, [now, event]) => advance(state, event, now, { maxRows }),
    null,
  )
  assert.ok(progress)
  return progress
}

test('progress tells what is done, of how many, how fast and for how long', () => {
  const progress = after([
    [0, started(3000)],
    [1000, moved(1000)],
  ])
  assert.equal(progress.done, 1000)
  assert.equal(progress.total, 3000)
  assert.equal(progress.batch, 1)
  assert.equal(progress.perSecond, 1000)
  assert.equal(remainingMs(progress), 2000)
  assert.equal(shareOf(progress), 1 / 3)
  assert.equal(meanRate(progress, 2000), 500)
})

test('the total is what --max-rows leaves of the eligible', () => {
  assert.equal(after([[0, started(3000)]], 10).total, 10)
  assert.equal(after([[0, started(3)]], 10).total, 3)
})

test('before the first batch there is no rate and no ETA', () => {
  const progress = after([[5, started(10)]])
  assert.equal(progress.perSecond, null)
  assert.equal(remainingMs(progress), null)
  assert.equal(meanRate(progress, 9), null)
})

test('a run with nothing to do is complete', () => {
  const progress = after([[0, started(0)]])
  assert.equal(shareOf(progress), 1)
  assert.equal(remainingMs(progress), 0)
})

test('a slower batch lowers the rate, but not to its own', () => {
  const progress = after([
    [0, started(9000)],
    [1000, moved(1000)],
    [3000, moved(1000)],
  ])
  assert.equal(progress.perSecond, 850)
})

test('a batch within one tick of the clock keeps the rate as it was', () => {
  const progress = after([
    [0, started(9)],
    [0, moved(1)],
  ])
  assert.equal(progress.perSecond, null)
  assert.equal(progress.done, 1)
})

test('those that could not move count as passed, not as done', () => {
  const progress = after([
    [0, started(10)],
    [10, failed(4)],
    [20, moved(6)],
  ])
  assert.equal(progress.done, 6)
  assert.equal(progress.failed, 4)
  assert.equal(shareOf(progress), 1)
})

test('events before the start, and those without progress, change nothing', () => {
  assert.equal(advance(null, moved(3), 1), null)
  const progress = after([[0, started(10)]])
  assert.equal(advance(progress, { kind: 'vacuumed', run: 1, table: 't' }, 5), progress)
})

test('done never exceeds the total, and the share stays between 0 and 1', () => {
  const event = fc.oneof(fc.nat(5000).map(moved), fc.nat(10).map(failed))
  fc.assert(
    fc.property(fc.nat(20_000), fc.array(fc.tuple(fc.nat(1000), event)), (eligible, steps) => {
      let now = 0
      const timed = steps.map(([wait, step]) => {
        now += wait
        return [now, step] as const
      })
      const progress = after([[0, started(eligible)], ...timed])
      assert.ok(progress.done <= progress.total)
      assert.ok(shareOf(progress) >= 0 && shareOf(progress) <= 1)
      assert.ok((remainingMs(progress) ?? 0) >= 0)
    }),
  )
})
