import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSwept, isUnsettled, lateDetails, NOTHING_SWEPT, type Swept } from './late.ts'

const AFTER_BATCH: Swept = { ...NOTHING_SWEPT, rows: { calls: 2 }, restored: 1, left: { held: 1 } }
const AT_END: Swept = {
  ...NOTHING_SWEPT,
  rows: { calls: 1, plans: 3 },
  followed: 4,
  left: { conflict: 1 },
  returned: { subjects: 1, keys: ['5521'] },
  isWhole: true,
}

test('sweeps add up what they did; what is left is told by the last', () => {
  assert.deepEqual(addSwept(AFTER_BATCH, AT_END), {
    ...AT_END,
    rows: { calls: 3, plans: 3 },
    restored: 1,
    followed: 4,
  })
  assert.equal(addSwept(AT_END, AFTER_BATCH).isWhole, true)
})

test('what is left, nobody to bring home, and subjects on both sides are unsettled; rows of nobody are not', () => {
  assert.equal(isUnsettled(NOTHING_SWEPT), false)
  assert.equal(isUnsettled({ ...NOTHING_SWEPT, nobody: { calls: 9 } }), false)
  assert.equal(isUnsettled({ ...NOTHING_SWEPT, left: { reported: 1 } }), true)
  assert.equal(isUnsettled({ ...NOTHING_SWEPT, unowned: 1 }), true)
  assert.equal(isUnsettled(AT_END), true)
})

test("journal and log keep counts, and no customer's key", () => {
  assert.doesNotMatch(JSON.stringify(lateDetails(AT_END)), /5521/)
})
