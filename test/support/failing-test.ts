// A test that fails on purpose: test-database.test.ts looks at what it leaves behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from './database.ts'

test('fails on purpose', async (t) => {
  const { query } = await testDatabase(t)
  assert.deepEqual(await query('select 1 as n'), [{ n: '2' }])
})
