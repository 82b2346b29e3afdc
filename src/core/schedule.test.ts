import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cronProblem, nextSlot, slotsBetween } from './schedule.ts'

const DAY = 86_400_000
const texts = (slots: readonly number[]) => slots.map((at) => new Date(at).toISOString().slice(5, 16))
const between = (cron: string, zone: string, from: string, days: number) =>
  texts(slotsBetween({ cron, zone }, Date.parse(from), Date.parse(from) + days * DAY))

test('02:30 comes once on the night that leaves it out, an hour later', () => {
  assert.deepEqual(between('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3), [
    '03-28T01:30',
    '03-29T01:30',
    '03-30T00:30',
  ])
})

test('02:30 comes once on the night that has it twice, the first time', () => {
  assert.deepEqual(between('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', 3), [
    '10-24T00:30',
    '10-25T00:30',
    '10-26T01:30',
  ])
})

test('a day has its slot in zones that change the clock at midnight, by half an hour, or never', () => {
  assert.deepEqual(between('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T00:00Z', 3), [
    '11-03T03:00',
    '11-04T03:00',
    '11-05T02:00',
  ])
  assert.deepEqual(between('15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T00:00Z', 3), [
    '10-02T15:45',
    '10-03T15:45',
    '10-04T15:15',
  ])
  assert.deepEqual(between('45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T12:00Z', 2), ['04-03T14:45', '04-04T14:45'])
  assert.deepEqual(between('0 2 * * *', 'Africa/Johannesburg', '2026-03-28T00:00Z', 2), ['03-29T00:00', '03-30T00:00'])
})

test('every half hour goes by the time that passes, whatever the clock shows', () => {
  const autumn = between('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:45Z', 0.2)
  assert.deepEqual(autumn.slice(0, 6), [
    '10-25T00:00',
    '10-25T00:30',
    '10-25T01:00',
    '10-25T01:30',
    '10-25T02:00',
    '10-25T02:30',
  ])
  const spring = between('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:15Z', 0.07)
  assert.deepEqual(spring, ['03-29T00:30', '03-29T01:00', '03-29T01:30'])
})

test('two rules that fall together where the clock jumps are one slot', () => {
  assert.deepEqual(between('30 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 1), ['03-29T01:30'])
})

test('a slot belongs to the range that ends with it, and to no other', () => {
  const rule = { cron: '0 2 * * *', zone: 'UTC' }
  const at = Date.parse('2026-01-02T02:00Z')
  assert.deepEqual(slotsBetween(rule, at - DAY, at), [at])
  assert.deepEqual(slotsBetween(rule, at, at + DAY - 1), [])
  assert.equal(nextSlot(rule, at), at + DAY)
  assert.equal(nextSlot(rule, at - 1), at)
})

test('of more slots than anybody reads the newest are kept', () => {
  const until = Date.parse('2026-01-02T00:00Z')
  const slots = slotsBetween({ cron: '* * * * *', zone: 'UTC' }, until - DAY, until, 10)
  assert.equal(slots.length, 10)
  assert.equal(slots.at(-1), until)
})

test('every day of every year has one slot of a fixed time, in any zone', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 365 * 12 }),
      (zone, hour, minute, day) => {
        const from = Date.UTC(2018, 0, 1) + day * DAY
        const slots = slotsBetween({ cron: `${minute} ${hour} * * *`, zone }, from, from + 10 * DAY)
        // Ten days of 24 hours hold ten slots, or one fewer or more where the clock was changed.
        assert.ok(Math.abs(slots.length - 10) <= 1, `${zone} ${hour}:${minute} ${slots.length}`)
        const gaps = slots.slice(1).map((at, index) => (at - (slots[index] ?? 0)) / 3_600_000)
        assert.ok(
          gaps.every((hours) => hours >= 21 && hours <= 27),
          `${zone} ${hour}:${minute} ${gaps}`,
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('slots that are found one range after the other are those of the whole range', () => {
  const rule = { cron: '*/20 1-4 * * *', zone: 'Europe/Berlin' }
  const from = Date.parse('2026-10-24T00:00Z')
  const whole = slotsBetween(rule, from, from + 3 * DAY)
  const pieces = Array.from({ length: 36 }, (_none, at) =>
    slotsBetween(rule, from + at * 7_200_000, from + (at + 1) * 7_200_000),
  ).flat()
  assert.deepEqual(pieces, whole)
})

test('the next slot is the first of those that are found', () => {
  for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'UTC'])
    for (let hour = 0; hour < 24 * 14; hour += 5) {
      const from = Date.parse('2026-10-18T00:00Z') + hour * 3_600_000
      const rule = { cron: '30 2 * * *', zone }
      assert.equal(nextSlot(rule, from), slotsBetween(rule, from, from + 3 * DAY)[0])
    }
})

test('rules that are none, or that never come, are told', () => {
  assert.equal(cronProblem('0 2 * * *'), null)
  assert.equal(cronProblem('0 2 29 2 *'), null)
  assert.equal(cronProblem('0 2 * * MON-FRI'), null)
  assert.equal(cronProblem('15 14 1 * THU'), null)
  assert.match(cronProblem('0 0 2 * * *') ?? '', /five fields/)
  assert.match(cronProblem('@daily') ?? '', /five fields/)
  assert.match(cronProblem('99 2 * * *') ?? '', /not a cron rule/)
  assert.match(cronProblem('0 2 30 2 *') ?? '', /never comes|not a cron rule/)
  assert.match(cronProblem('H 2 * * *') ?? '', /names no time/)
})
