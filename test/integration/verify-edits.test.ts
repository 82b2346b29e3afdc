import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../src/engine/run/run.ts'
import { ARCHIVED_KEYS, archivedCenter } from '../support/archived-center.ts'
import { callCenter } from '../support/call-center.ts'
import { assertClean, checkOf, differing, verified } from '../support/verified.ts'

const EDITS: readonly [what: string, edit: string][] = [
  ['a letter of a text', "name = name || '.'"],
  ['a trailing zero of a numeric', 'score = 1.00'],
  ['archived_at by a microsecond', "archived_at = archived_at + interval '1 microsecond'"],
  ['one byte of a bytea', 'scan = set_byte(scan, 1, 254)'],
  ['NULL for an empty text', 'name = null'],
  ['the reason of archiving', "archive_reason = '61_day_rule'"],
]

for (const [what, edit] of EDITS)
  test(`an edited archive row is found and named by its key: ${what}`, async (t) => {
    const center = await archivedCenter(t)
    const key = ARCHIVED_KEYS[3]
    await center.db.query(`update nic_cc_customer_backup set ${edit} where id = ${key}`)
    const verification = await verified(center)
    assert.equal(verification.status, 'differs')
    assert.deepEqual(differing(verification), ['seals'])
    assert.match(
      checkOf(verification, 'seals').detail,
      new RegExp(`^nic_cc_customer batch \\d+ \\(2 sealed, 2 there\\): edited ${key};`),
    )
  })

test('an edited related row is named by its table and key', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("update nic_cc_call_log_backup set remark = 'nothing was said' where id = 2")
  assert.match(checkOf(await verified(center), 'seals').detail, /^nic_cc_call_log batch \d+ .*: edited 2;/)
})

test('a deleted archive row is missed by counts and seals', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`delete from nic_cc_call_log_backup where id = 2`)
  const verification = await verified(center)
  assert.ok(['counts', 'seals'].every((name) => differing(verification).includes(name)))
  assert.match(
    checkOf(verification, 'counts').detail,
    /nic_cc_call_log_backup journal 6, archive 5: batch \d+ \(2, 1 there\)/,
  )
  assert.match(checkOf(verification, 'seals').detail, /nic_cc_call_log batch \d+ \(2 sealed, 1 there\): 1 row missing/)
})

test('a row that was added to a batch is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_call_log_backup (id, customer_id, remark, archive_batch)
    select 999, customer_id, 'invented', archive_batch from nic_cc_call_log_backup where id = 2`)
  const verification = await verified(center)
  assert.deepEqual(differing(verification).slice(0, 2), ['counts', 'seals'])
  assert.match(checkOf(verification, 'seals').detail, /\(2 sealed, 3 there\): added 999/)
})

test('two rows that swapped their values are both named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`update nic_cc_customer_backup b set name = o.name from nic_cc_customer_backup o
    where b.archive_batch = o.archive_batch and b.id <> o.id and b.id in (${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]})
      and o.id in (${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]})`)
  const { detail } = checkOf(await verified(center), 'seals')
  assert.match(detail, new RegExp(`edited ${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]};`))
})

test('one edited and one deleted row of a batch are told apart', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 4; n += 1) await center.customer(100, { name: `name ${n}` })
  await run(center.engine, center.policy, { confirm: 4 })
  await center.db.query(
    "update nic_cc_customer_backup set name = 'edited' where id = 2; delete from nic_cc_customer_backup where id = 3",
  )
  assert.match(checkOf(await verified(center), 'seals').detail, /\(4 sealed, 3 there\): edited 2, 1 row missing/)
})

test('a row moved from one batch to another is missed in one and named in the other', async (t) => {
  const center = await archivedCenter(t)
  const [key] = ARCHIVED_KEYS
  await center.db.query(
    `update nic_cc_customer_backup set archive_batch = (select max(id) from mothball.batch) where id = ${key}`,
  )
  const verification = await verified(center)
  assert.equal(checkOf(verification, 'counts').ok, false)
  assert.match(checkOf(verification, 'seals').detail, new RegExp(`1 row missing.*added ${key}`))
})

test('a row whose batch the journal does not know is told, and one without a batch belongs to others', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("insert into nic_cc_customer_backup (id, name) values (777, 'put there by hand')")
  assert.match(checkOf(await assertClean(center), 'counts').detail, /1 row more put there by others/)
  await center.db.query('update nic_cc_customer_backup set archive_batch = 4711 where id = 777')
  assert.match(checkOf(await verified(center), 'counts').detail, /1 row of batches that the journal does not know/)
})
