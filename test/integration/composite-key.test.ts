import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, parsePolicy } from '../../src/core/policy-schema.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { listErasures } from '../../src/engine/erase/erase.ts'
import { listFailures, retryFailures } from '../../src/engine/failures.ts'
import { find } from '../../src/engine/find/find.ts'
import { setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { testEngine } from '../support/call-center.ts'
import { testDatabase } from '../support/database.ts'
import { eraseHim } from '../support/person.ts'

/** Keys of two columns, a text with what breaks arrays and JSON, a uuid beside it, and names that need quotes. */
const TABLES = `
  create schema "Odd-Schema";
  create table "Odd-Schema"."Order Book" ("Branch" text, "No" uuid, "opened at" timestamptz, note text,
    primary key ("Branch", "No"));
  create table "Odd-Schema"."lines" (id int primary key, "Branch" text, "No" uuid, item text);
  create index on "Odd-Schema"."lines" ("Branch", "No")`

const POLICY = {
  name: 'orders',
  subject: 'Odd-Schema.Order Book',
  age: { column: 'opened at', days: 60 },
  keep: [{ name: 'has_gold', relation: 'lines', where: [{ column: 'item', operator: '=', value: 'gold' }] }],
  relations: [{ name: 'lines', table: 'Odd-Schema.lines', columns: ['Branch', 'No'], references: ['Branch', 'No'] }],
  guard: 1,
  search: { text: ['note'] },
}

const UUID = '00000000-0000-4000-8000-00000000000'
const BRANCHES = ['plain', 'a,b', '"quoted"', 'back\\slash', '{brace}', "it's", 'tëxt 🕊', ' ']
const keyOf = (n: number) => JSON.stringify([BRANCHES[n], `${UUID}${n}`]).replace('","', '", "')

async function orderBook(t: TestContext) {
  const db = await testDatabase(t)
  await db.query(TABLES)
  for (const [n, branch] of BRANCHES.entries()) {
    await db.query(`insert into "Odd-Schema"."Order Book" values ($1, $2, now() - interval '90 days', $3)`, [
      branch,
      `${UUID}${n}`,
      `NOTE ${n}`,
    ])
    await db.query('insert into "Odd-Schema"."lines" values ($1, $2, $3, $4)', [
      n,
      branch,
      `${UUID}${n}`,
      n === 0 ? 'gold' : 'tin',
    ])
  }
  const policy = parsePolicy(POLICY, 'policy')
  if (isProblems(policy)) throw new Error(JSON.stringify(policy))
  const engine = testEngine(t, db)
  await applyMigration(engine.database, await planMigration(engine.database, [policy]))
  return { db, engine, policy }
}

const look = async ({ engine, policy }: { engine: Parameters<typeof find>[0]; policy: Policy }, text: string) =>
  (await find(engine, policy, text)).map(({ key, tier, kept }) => [key, tier, kept])

test('keys of several columns and names that need quotes go all the way', async (t) => {
  const book = await orderBook(t)
  const { db, engine, policy } = book
  await setHold(engine, policy, { key: JSON.stringify([BRANCHES[1], `${UUID}1`]), reason: 'case 7', actor: 'thandi' })
  const result = await run(engine, policy, { batchSize: 4 })
  assert.equal(result.archived, BRANCHES.length - 2)
  assert.equal((await verify(engine, policy)).status, 'clean')
  assert.deepEqual(await look(book, keyOf(0)), [[keyOf(0), 'active', ['has_gold']]])
  assert.deepEqual(await look(book, keyOf(1)), [[keyOf(1), 'active', ['hold']]])
  for (const n of [2, 3, 4, 5, 6, 7]) assert.deepEqual(await look(book, keyOf(n)), [[keyOf(n), 'archive', []]])
  assert.deepEqual(await look(book, 'note 3'), [[keyOf(3), 'archive', []]])
  const keys = [2, 3, 6].map(keyOf)
  assert.equal((await restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'asked for' })).restored, 3)
  assert.equal((await verify(engine, policy)).status, 'clean')
  await db.query(`update "Odd-Schema"."Order Book_backup" set note = note || '.' where "No" = '${UUID}5'`)
  const seals = (await verify(engine, policy)).checks.find(({ name }) => name === 'seals')
  assert.ok(seals?.detail.includes(`edited ${keyOf(5)}`), seals?.detail)
})

test('whoever has such a key is erased by it, in whichever form it is typed, and nobody beside him', async (t) => {
  const book = await orderBook(t)
  const { db, engine, policy } = book
  await run(engine, policy, { batchSize: 4 })
  for (const n of [2, 3, 4]) await eraseHim(book, keyOf(n))
  for (const n of [5, 6, 7]) await eraseHim(book, JSON.stringify([BRANCHES[n], `${UUID}${n}`]))
  assert.deepEqual(await db.query(`select "Branch" from "Odd-Schema"."Order Book_backup"`), [{ Branch: BRANCHES[1] }])
  assert.deepEqual(await db.query(`select id from "Odd-Schema"."lines_backup"`), [{ id: '1' }])
  assert.equal((await listErasures(engine, policy, { key: keyOf(6) })).length, 1)
  assert.equal((await verify(engine, policy)).status, 'clean')
})

test('a text that is not the JSON of such a key is none', async (t) => {
  const book = await orderBook(t)
  for (const text of [
    'plain',
    '["plain"]',
    `["plain", "${UUID}0", "x"]`,
    '["plain", "no uuid"]',
    '{"a": 1}',
    '[',
    'null',
  ])
    assert.deepEqual(await look(book, text), [], text)
})

test('failures of such keys are listed and retried by what the list shows', async (t) => {
  const { db, engine, policy } = await orderBook(t)
  await db.query(`insert into "Odd-Schema"."Order Book_backup" ("Branch", "No") values ('a,b', '${UUID}1')`)
  assert.equal((await run(engine, policy)).failed, 1)
  const [failure] = await listFailures(engine, policy)
  assert.equal(failure?.key, keyOf(1))
  assert.deepEqual(await retryFailures(engine, policy, [failure?.key ?? '']), { retried: 1, unknown: [] })
})
