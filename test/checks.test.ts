// Brings the checks that ran before the tests into the tests' own count: see scripts/check.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'

const failed = process.env['MOTHBALL_FAILED_CHECKS']

test('lint, types and dead code are clean', { skip: failed === undefined && 'only npm test runs them' }, () => {
  assert.equal(failed, '', `failed before the tests, see above: ${failed}`)
})
