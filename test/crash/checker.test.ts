// The checker itself: on hand-made states it finds each fault that it is there for, and nothing in a sound one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, type Found, type FoundRow, type Side } from './checker.ts'
import { contentOf, isKeeping, keyOf, nextVersion, type Place } from './content.ts'
import { Model } from './model.ts'
import type { Promises } from './promises.ts'

const BASE = Date.UTC(2026, 0, 1)
const ARCHIVED_AT = 5000

const customer: Place = { table: 'nic_cc_customer', id: 7, customer: 7, plan: null }
const aod: Place = { table: 'nic_cc_aod', id: 8, customer: 7, plan: null }

const acknowledged = (...places: readonly Place[]) => ({
  kind: 'acknowledged' as const,
  touched: new Set(places.map(keyOf)),
})

/** The family as its writer left it: customer and AOD in version 1, acknowledged at 1000 ms. */
function written(): Model {
  const model = new Model()
  const changes = [customer, aod].map((place) => ({ place, to: 1 }))
  model.settle(changes, acknowledged(customer, aod), 1000)
  return model
}

const row = (place: Place, side: Side, version = 1): FoundRow => ({
  table: place.table,
  side,
  id: place.id,
  content: contentOf(place, version, BASE),
  archivedAt: side === 'archive' ? ARCHIVED_AT : null,
})

type Case = Partial<Promises> & Readonly<{ model?: Model; rows: readonly FoundRow[]; held?: readonly number[] }>

function checked({ model = written(), rows, held = [], lateRowsStay = false, rulesKeep = true }: Case) {
  const found: Found = { rows, held: new Set(held) }
  return check({ model, found, promises: { lateRowsStay, rulesKeep }, base: BASE })
}

const kinds = (given: Case) => checked(given).violations.map(({ kind }) => kind)

test('a family on either side as it was written is sound', () => {
  assert.deepEqual(kinds({ rows: [row(customer, 'active'), row(aod, 'active')] }), [])
  assert.deepEqual(kinds({ rows: [row(customer, 'archive'), row(aod, 'archive')] }), [])
})

test('a row that is nowhere is lost', () => {
  assert.deepEqual(kinds({ rows: [row(customer, 'active')] }), ['lost'])
})

test('a row on both sides, or twice on one, is doubled', () => {
  const both = [row(customer, 'active'), row(aod, 'active')]
  assert.deepEqual(kinds({ rows: [...both, row(aod, 'archive')] }), ['doubled'])
  assert.deepEqual(kinds({ rows: [...both, row(customer, 'active')] }), ['doubled'])
})

test('an older version, or one that nobody was told of, is changed', () => {
  const model = written()
  model.settle([{ place: aod, to: 3 }], acknowledged(aod), 2000)
  assert.deepEqual(kinds({ model, rows: [row(customer, 'active'), row(aod, 'active')] }), ['changed'])
  assert.deepEqual(kinds({ rows: [row(customer, 'active'), row(aod, 'active', 4)] }), ['changed'])
})

test('one changed byte, a rounded number, a NULL, a column of another version are torn', () => {
  const whole = row(aod, 'archive')
  for (const change of [{ amount: `${whole.content['amount']}0` }, { status: null }, { customer_id: '9' }]) {
    const torn = { ...whole, content: { ...whole.content, ...change } }
    assert.deepEqual(kinds({ rows: [row(customer, 'archive'), torn] }), ['torn'], JSON.stringify(change))
  }
  const cut = row(customer, 'active')
  const mixed = { ...cut, content: { ...cut.content, email: contentOf(customer, 2, BASE)['email'] ?? null } }
  assert.deepEqual(kinds({ rows: [mixed, row(aod, 'active')] }), ['torn'])
  const created = String(cut.content['created_at']).replace(/\.\d+/, (micros) => micros.slice(0, 4))
  const shorter = { ...cut, content: { ...cut.content, created_at: created } }
  assert.deepEqual(kinds({ rows: [shorter, row(aod, 'active')] }), ['torn'])
})

test('a row that nobody wrote is invented', () => {
  const stranger = row({ ...aod, id: 99 }, 'active')
  assert.deepEqual(kinds({ rows: [row(customer, 'active'), row(aod, 'active'), stranger] }), ['invented'])
})

test('a row whose insert failed, or whose deletion was acknowledged, is invented when it is there', () => {
  const model = written()
  model.settle([{ place: { ...aod, id: 9 }, to: 1 }], { kind: 'failed' }, 2000)
  model.settle([{ place: aod, to: null }], acknowledged(aod), 2000)
  const rows = [row(customer, 'active'), row(aod, 'active'), row({ ...aod, id: 9 }, 'active')]
  assert.deepEqual(kinds({ model, rows }), ['invented', 'invented'])
  assert.deepEqual(kinds({ model, rows: [row(customer, 'active')] }), [])
})

test('an unknown operation may have happened or not, and nothing else', () => {
  const model = written()
  model.settle([{ place: aod, to: 2 }], { kind: 'unknown' }, 2000)
  for (const version of [1, 2])
    assert.deepEqual(kinds({ model, rows: [row(customer, 'active'), row(aod, 'active', version)] }), [])
  assert.deepEqual(kinds({ model, rows: [row(customer, 'active'), row(aod, 'active', 3)] }), ['changed'])
  assert.deepEqual(kinds({ model, rows: [row(customer, 'active')] }), ['lost'])
})

test('an operation that hit no row changes nothing', () => {
  const model = written()
  model.settle([{ place: aod, to: 2 }], acknowledged(), 2000)
  assert.equal(model.certain(aod), 1)
  model.settle([{ place: aod, to: null }], { kind: 'unknown' }, 3000)
  assert.equal(model.certain(aod), undefined)
})

test('a family on two sides is split, whichever side has the customer', () => {
  assert.deepEqual(kinds({ rows: [row(customer, 'archive'), row(aod, 'active')] }), ['split'])
  assert.deepEqual(kinds({ rows: [row(customer, 'active'), row(aod, 'archive')] }), ['split'])
})

test('a late row may stay active where that is all that is promised, an older one may not', () => {
  const late = written()
  late.settle([{ place: { ...aod, id: 9 }, to: 1 }], acknowledged({ ...aod, id: 9 }), ARCHIVED_AT + 10)
  const whole = [row(customer, 'archive'), row(aod, 'archive')]
  const rows = [...whole, row({ ...aod, id: 9 }, 'active')]
  assert.deepEqual(checked({ model: late, rows, lateRowsStay: true }), { violations: [], lateRows: 1 })
  assert.deepEqual(kinds({ model: late, rows }), ['split'])
  const old = [row(customer, 'archive'), row(aod, 'active')]
  assert.deepEqual(kinds({ rows: old, lateRowsStay: true }), ['split'])
  assert.deepEqual(kinds({ rows: [row(customer, 'active'), row(aod, 'archive')], lateRowsStay: true }), ['split'])
})

test('an archived row that keeps its customer active is found', () => {
  const model = written()
  const active = nextVersion(1, true)
  assert.ok(isKeeping(aod, active))
  model.settle([{ place: aod, to: active }], acknowledged(aod), 2000)
  assert.deepEqual(kinds({ model, rows: [row(customer, 'archive'), row(aod, 'archive', active)] }), ['not kept'])
  assert.deepEqual(kinds({ model, rows: [row(customer, 'active'), row(aod, 'active', active)] }), [])
})

test('where age alone decides, a related row keeps nobody, and a young customer is still found', () => {
  const model = written()
  const young = nextVersion(1, true)
  const changes = [customer, aod].map((place) => ({ place, to: young }))
  model.settle(changes, acknowledged(customer, aod), 2000)
  const rows = [row(customer, 'archive', young), row(aod, 'archive', young)]
  assert.deepEqual(kinds({ model, rows }), ['not kept', 'not kept'])
  assert.deepEqual(kinds({ model, rows, rulesKeep: false }), ['not kept'])
})

test('a hold that is gone, and one that was run over, are found', () => {
  const family = (side: Side) => [row(customer, side), row(aod, side)]
  const model = written()
  model.settleHold(7, true, 'acknowledged', ARCHIVED_AT - 1000)
  assert.deepEqual(kinds({ model, rows: family('active'), held: [7] }), [])
  assert.deepEqual(kinds({ model, rows: family('active') }), ['hold lost'])
  assert.deepEqual(kinds({ model, rows: family('archive'), held: [7] }), ['hold run over'])
  const later = written()
  later.settleHold(7, true, 'acknowledged', ARCHIVED_AT + 1000)
  assert.deepEqual(kinds({ model: later, rows: family('archive'), held: [7] }), [])
})
