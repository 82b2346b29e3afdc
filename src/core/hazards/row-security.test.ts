import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, customer, judge, logTable, policyOf } from '../../../test/support/shapes.ts'
import type { TableShape } from '../table.ts'

const judgeWith = (source: Partial<TableShape>, archive: Partial<TableShape>) => {
  const subject = customer([], source)
  return judge(policyOf(), catalogOf([subject, archiveOf(subject, archive), logTable()]))
}

test('row security that applies to us is refused, on the source and on the archive table', () => {
  const on = { rowSecurity: true, rowSecurityActive: true }
  const { refusals, all } = judgeWith(on, on)
  assert.deepEqual(refusals, ['row_security customer', 'row_security customer_backup'])
  assert.match(all[0]?.hint ?? '', /alter role mothball bypassrls;/)
})

test('who sees all rows may go on, and hears that the archive table hides less', () => {
  const { refusals, warnings } = judgeWith({ rowSecurity: true }, {})
  assert.deepEqual(refusals, [])
  assert.deepEqual(warnings, ['archive_without_row_security customer_backup'])
  assert.deepEqual(judgeWith({ rowSecurity: true }, { rowSecurity: true }).warnings, [])
})
