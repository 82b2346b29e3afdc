import assert from 'node:assert/strict'
import { snapshot, test } from 'node:test'
import { archiveOf, catalogOf, column, customer, logTable, policyOf, shape } from '../../test/support/shapes.ts'
import { resolveFamily } from '../core/family.ts'
import { planGrants } from '../core/grants/roles.ts'
import { grantScript } from './grants.sql.ts'

snapshot.setDefaultSnapshotSerializers([(value: string) => value])

test('the script makes roles, takes away, and grants, in one transaction', (t) => {
  const source = customer([], { rowSecurity: true })
  const calls = shape('crm.Ca$body$lls', [column('customer_id', 'bigint')])
  const policy = policyOf({ relations: [{ table: 'crm.Ca$body$lls', columns: ['customer_id'] }] })
  const catalog = catalogOf([source, archiveOf(source), calls, logTable()])
  const { family } = resolveFamily(policy, catalog)
  assert.ok(family)
  t.assert.snapshot(grantScript(planGrants([{ policy, family, catalog }], 'o"dd_')))
})

test('a name with a line break stays within its comment', () => {
  const source = shape('customer\ndrop table x; --', ['created_at'], { rowSecurity: true })
  const catalog = catalogOf([{ ...source, name: { schema: 'public', table: 'customer' } }])
  const policy = policyOf()
  const { family } = resolveFamily(policy, catalog)
  assert.ok(family)
  const plan = { ...planGrants([{ policy, family, catalog }], 'x_'), rowSecured: [source.name.table], absent: ['a\rb'] }
  assert.ok(
    grantScript(plan)
      .split(/[\r\n]/)
      .every((line) => !line.startsWith('drop')),
  )
})
