import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARCHIVED_KEYS, archivedCenter } from '../support/archived-center.ts'
import { assertError, program } from '../support/program.ts'

const [KEY, OTHER] = ARCHIVED_KEYS

test('mothball sweep looks, refuses to guess, and settles', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_call_log (customer_id) values (${KEY})`)
  const { json, plain } = program(t, center.db)
  const looked = await json('sweep', '--dry-run')
  assert.deepEqual([looked.code, looked.last['type'], looked.last['rows']], [0, 'sweep', { nic_cc_call_log: 1 }])
  assertError(await json('sweep'), 'confirmation_missing', 2)
  const swept = await json('sweep', '--yes')
  assert.deepEqual([swept.code, swept.last['restored'], swept.last['left']], [0, 1, {}])
  assert.ok(swept.lines.some((line) => line['kind'] === 'late-restored'))
  assert.match((await plain('sweep', '--yes')).stdout, /^SWEPT {2}run \d+ {2}0 late rows found/)
})

test('mothball reconcile shows first, mends on --yes, and says what only a person can decide', async (t) => {
  const center = await archivedCenter(t)
  const columns = 'id, name, email, mobile, policy_number, score, scan, created_at'
  await center.db.query(
    `insert into nic_cc_customer (${columns}) select ${columns} from nic_cc_customer_backup where id = ${KEY}`,
  )
  const { json, plain } = program(t, center.db)
  const shown = await json('reconcile')
  assert.deepEqual([shown.code, shown.last['type'], shown.last['run']], [10, 'reconcile', null])
  const mended = await json('reconcile', '--yes')
  assert.deepEqual([mended.code, mended.last['mended'], mended.last['found']], [0, { twin_equal: 1, torn: 3 }, []])
  await center.db.query(`insert into nic_cc_customer (id, name) values (${OTHER}, 'another')`)
  const left = await plain('reconcile', '--yes')
  assert.equal(left.code, 3)
  assert.match(
    left.stdout,
    /left: twin_differs nic_cc_customer: 1 rows on both sides that differ \(2\), in created_at, email, name/,
  )
  assert.doesNotMatch(left.stdout, /another|example/)
})
