/** A small family judged by a policy with every kind of rule: what the statements of `sql/` are written for in tests. */
import { resolveFamily } from '../../src/core/family.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import type { Judgement } from '../../src/sql/eligibility.sql.ts'
import { catalogOf, column, shape } from './shapes.ts'

const INPUT: PolicyInput = {
  name: 'customers',
  subject: 'customer',
  age: { column: 'created_at', days: 60 },
  relations: [
    { table: 'plan', columns: ['customer_id'] },
    { table: 'installment', columns: ['customer_id'] },
    { name: 'installment_of_plan', table: 'installment', columns: ['plan_id'], parent: 'plan' },
  ],
  keep: [
    { name: 'vip', where: [{ column: 'status', operator: '=', value: 'vip' }] },
    { name: 'unpaid', relation: 'installment', where: [{ column: 'status', operator: '<>', value: 'paid' }] },
  ],
}

/** Customers with plans, and instalments that name both. */
export function judged(over: Partial<PolicyInput> = {}): Judgement {
  const policy = parsePolicy({ ...INPUT, ...over }, 'policy')
  if (isProblems(policy)) throw new Error(JSON.stringify(policy))
  const catalog = catalogOf([
    shape('customer', [
      column('created_at', 'timestamp with time zone'),
      'status',
      column('place', 'point', { hashable: false }),
    ]),
    shape('plan', [column('customer_id', 'bigint')]),
    shape('installment', [column('customer_id', 'bigint'), column('plan_id', 'bigint'), 'status']),
  ])
  const { family } = resolveFamily(policy, catalog)
  if (family === null) throw new Error('the family is sound')
  return { policy, family, moment: '2026-11-23 00:00:00+00', journal: true }
}
