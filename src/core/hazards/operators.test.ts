import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  index,
  judge,
  logTable,
  policyOf,
  shape,
} from '../../../test/support/shapes.ts'

const citext = (name: string) => column(name, 'public.citext', { operator: 'public.=' })
const subject = customer([citext('code'), citext('note')], { indexes: [index('code', ['code'], { unique: true })] })
const order = shape('order', [citext('ref'), citext('status')], { indexes: [index('by_ref', ['ref'])] })
const catalog = catalogOf([subject, archiveOf(subject), order, archiveOf(order), logTable()])
const byCode = { relations: [{ table: 'order', columns: ['ref'], references: ['code'] }] }
const rule = (operator: '=' | 'is null') => ({
  keep: [
    { name: 'open', relation: 'order', where: [{ column: 'status', operator, value: operator === '=' ? 'x' : null }] },
  ],
})

test('both sides of a reference that an operator of an extension compares are refused, each once', () => {
  const { refusals, all } = judge(policyOf(byCode), catalog)
  assert.deepEqual(refusals.toSorted(), ['operator_outside customer.code', 'operator_outside order.ref'])
  assert.match(all[0]?.message ?? '', /is public\.citext, and public\.= compares such values/)
})

test('a keep rule that compares is refused, one that asks for NULL is not, and neither is what nothing compares', () => {
  const relations = [{ table: 'order', columns: ['id'] }]
  assert.deepEqual(judge(policyOf({ relations, ...rule('=') }), catalog).refusals, ['operator_outside order.status'])
  assert.deepEqual(judge(policyOf({ relations, ...rule('is null') }), catalog).refusals, [])
})
