import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLanes, lanesWorth, rangesOf } from './lane.ts'

test('a run is cut only where every lane has work, and never into more lanes than asked for', () => {
  assert.equal(lanesWorth(9_999, 1000, 4), 1)
  assert.equal(lanesWorth(20_000, 1000, 4), 2)
  assert.equal(lanesWorth(1_000_000, 1000, 4), 4)
  assert.equal(lanesWorth(0, 1000, 4), 1)
})

test('lanes are neighbours: each begins where the one before ends, and the last ends with the last key', () => {
  assert.deepEqual(rangesOf(['10', '20'], '27'), [
    { lane: 1, after: null, upTo: '10' },
    { lane: 2, after: '10', upTo: '20' },
    { lane: 3, after: '20', upTo: '27' },
  ])
})

test('ends that fall together make one lane', () => {
  assert.deepEqual(
    rangesOf(['10', '10', '27'], '27').map(({ upTo }) => upTo),
    ['10', '27'],
  )
  assert.deepEqual(rangesOf([], '27'), [{ lane: 1, after: null, upTo: '27' }])
})

test('the lanes of a run add up to one account, with the reason that says most', () => {
  const swept = { rows: {}, restored: 0, followed: 0 }
  const end = { becameActive: 1, locked: 2, stopReason: 'nothing_eligible', swept } as const
  assert.deepEqual(
    addLanes([
      { ...end, lane: 1 },
      { ...end, lane: 2, stopReason: 'locked' },
    ]),
    {
      becameActive: 2,
      locked: 4,
      stopReason: 'locked',
    },
  )
  assert.equal(
    addLanes([
      { ...end, lane: 1, stopReason: 'stopped' },
      { ...end, lane: 2 },
    ]).stopReason,
    'stopped',
  )
  assert.equal(addLanes([]).stopReason, 'nothing_eligible')
})
