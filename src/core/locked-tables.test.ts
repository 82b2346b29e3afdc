import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogOf, column, customer, policyOf, shape } from '../../test/support/shapes.ts'
import { resolveFamily } from './family.ts'
import { relatedLevels } from './locked-tables.ts'

const CATALOG = catalogOf([
  customer(),
  shape('call', [column('customer_id', 'bigint')]),
  shape('plan', [column('customer_id', 'bigint')]),
  shape('installment', [column('customer_id', 'bigint'), column('plan_id', 'bigint')]),
  shape('receipt', [column('installment_id', 'bigint')]),
])

function levels(kept: readonly string[] = []) {
  const relation = (table: string, parent?: string) => ({
    table,
    columns: [`${parent ?? 'customer'}_id`],
    ...(parent === undefined ? {} : { parent }),
    action: kept.includes(table) ? ('keep' as const) : ('archive' as const),
  })
  const policy = policyOf({
    relations: [
      relation('installment', 'plan'),
      relation('call'),
      relation('plan'),
      relation('receipt', 'installment'),
    ],
  })
  const { family } = resolveFamily(policy, CATALOG)
  assert.ok(family)
  return relatedLevels(policy, family).map((level) => level.map((table) => table.shape.name.table))
}

test('no table stands on one level with its parent, and each parent stands on a level before', () => {
  assert.deepEqual(levels(), [['call', 'plan'], ['installment'], ['receipt']])
})

test('a table whose rows neither move nor count is on no level', () => {
  assert.deepEqual(levels(['call']), [['plan'], ['installment'], ['receipt']])
  assert.deepEqual(levels(['receipt']), [['call', 'plan'], ['installment']])
})
