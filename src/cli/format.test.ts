import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  count,
  counted,
  duration,
  fold,
  hang,
  hangEach,
  instant,
  namedCounts,
  percent,
  sumOf,
  visibleWidth,
  wrap,
} from './format.ts'
import { COLOURED } from './style.ts'

test('numbers have thousands separators and their nouns', () => {
  assert.equal(count(58_284), '58,284')
  assert.equal(counted(1, 'row'), '1 row')
  assert.equal(counted(2000, 'match', 'matches'), '2,000 matches')
})

test('a share that is something is never shown as nothing, and one that is not all never as all', () => {
  assert.equal(percent(0), '0 %')
  assert.equal(percent(0.001), '< 1 %')
  assert.equal(percent(0.7349), '73 %')
  assert.equal(percent(0.999), '> 99 %')
  assert.equal(percent(1), '100 %')
})

test('durations are as exact as people need', () => {
  assert.deepEqual([0, 41, 800, 1000, 9940, 12_400, 200_000, 7_500_000].map(duration), [
    '0 ms',
    '41 ms',
    '0.8 s',
    '1 s',
    '9.9 s',
    '12 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
})

test('an instant is shown in a zone, which is named', () => {
  const moment = '2026-09-23 00:00:00.123456+00'
  assert.equal(instant(moment, 'Africa/Johannesburg'), '2026-09-23 02:00 Africa/Johannesburg')
  assert.equal(instant(moment, 'Etc/UTC'), '2026-09-23 00:00 UTC')
})

test('a zone that is unknown here is shown as UTC, and what is no date as it is', () => {
  assert.equal(instant('2026-09-23 00:00:00+00', '<+02>-02'), '2026-09-23 00:00 UTC')
  assert.equal(instant('infinity', 'UTC'), 'infinity')
  assert.equal(instant('4714-11-24 00:00:00+00 BC', 'UTC'), '4714-11-24 00:00:00+00 BC')
})

test('lists break before an item that would pass the width, and not inside it', () => {
  assert.deepEqual(wrap('  kept: ', ['aaaa 1', 'bbbb 2', 'cccc 3'], 24), ['  kept: aaaa 1 ·', '    bbbb 2 · cccc 3'])
  assert.deepEqual(wrap('  ', ['x'.repeat(50)], 20), [`  ${'x'.repeat(50)}`])
  assert.deepEqual(wrap('a: ', [], 20), ['a: '])
  assert.deepEqual(fold('one two three', 8, '  '), ['  one', '    two', '    three'])
})

test('colours take no room', () => {
  const painted = COLOURED.bad('four')
  assert.ok(painted.length > 4)
  assert.equal(visibleWidth(painted), 4)
  assert.equal(wrap('', [painted, painted], 11).length, 1)
})

test('a text hangs below its first line, or four columns in where that leaves it no room', () => {
  assert.deepEqual(hang('lead: ', 'one two three four five six seven', 36), [
    'lead: one two three four five six',
    '      seven',
  ])
  assert.deepEqual(hang('a long lead: ', 'one two three', 22), ['a long lead: one two', '    three'])
})

test('each of several texts has a line of its own, and what goes on with one stands further in', () => {
  assert.deepEqual(hangEach('lead: ', ['one', 'two; three', 'four'], Number.POSITIVE_INFINITY), [
    'lead: one',
    '      two; three',
    '      four',
  ])
  assert.deepEqual(hangEach('lead: ', ['one two three four five six seven', 'eight'], 36), [
    'lead: one two three four five six',
    '        seven',
    '      eight',
  ])
  assert.deepEqual(hangEach('a long lead: ', ['one two three', 'four'], 22), [
    'a long lead: one two',
    '      three',
    '    four',
  ])
})

test('tables without rows are left out, the largest comes first', () => {
  assert.deepEqual(namedCounts({ a: 1, b: 0, c: 2000 }), ['c 2,000', 'a 1'])
  assert.equal(sumOf({ a: 1, b: 2 }), 3)
})
