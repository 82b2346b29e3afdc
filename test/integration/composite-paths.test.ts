// Every way to a customer, for keys of two texts in which no character is harmless: nobody is lost, doubled, changed, or
// taken for somebody else whose parts read alike once they are joined.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyMigration } from '../../src/db/migrate.ts'
import { listFailures, retryFailures } from '../../src/engine/failures.ts'
import { find } from '../../src/engine/find/find.ts'
import { reveal } from '../../src/engine/find/reveal.ts'
import { listHolds, releaseHold, setHold } from '../../src/engine/hold.ts'
import { planHomecoming } from '../../src/engine/homecoming/homecoming.ts'
import { sample } from '../../src/engine/plan/sample.ts'
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { run } from '../../src/engine/run/run.ts'
import { sweep } from '../../src/engine/sweep/sweep.ts'
import {
  archivedBook,
  KEYS,
  ORDERS,
  type OrderBook,
  orderBook,
  ordersIn,
  rowsIn,
  typedKeyOf,
} from '../support/order-book.ts'
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'
import { testService } from '../support/service.ts'
import { assertClean, checkOf, verified } from '../support/verified.ts'

/** Half of the orders, and the others; those that read alike stand on different sides. */
const EVEN = KEYS.filter((_key, index) => index % 2 === 0)
const ODD = KEYS.filter((_key, index) => index % 2 === 1)
const REASON = 'asked for'
/** As many more as make a run worth several lanes. */
const MORE = 40

const bring = ({ engine, policy }: OrderBook, keys: readonly string[]) =>
  restore(engine, policy, { selection: { by: 'keys', keys }, reason: REASON })

for (const foreignKeys of [false, true])
  test(`a run moves each family whole and a restore brings it back as it was, by either form of its key (foreign keys: ${foreignKeys})`, async (t) => {
    const book = await orderBook(t, { foreignKeys })
    const before = await rowsIn(book, 'active')
    const result = await run(book.engine, book.policy, { batchSize: 3 })
    assert.deepEqual([result.archived, result.failed], [KEYS.length, 0])
    assert.deepEqual([await rowsIn(book, 'archive'), await rowsIn(book, 'active')], [before, []])
    await assertClean(book)
    const preview = await previewRestore(book.engine, book.policy, { by: 'keys', keys: KEYS })
    assert.deepEqual([preview.subjects, preview.unknown], [KEYS.length, []])
    const { restored } = await bring(book, ORDERS.filter((_order, index) => index % 2 === 0).map(typedKeyOf))
    assert.equal(restored, EVEN.length)
    assert.deepEqual(await ordersIn(book, 'active'), new Set(EVEN))
    assert.deepEqual(await ordersIn(book, 'archive'), new Set(ODD))
    assert.equal((await bring(book, ODD)).restored, ODD.length)
    assert.deepEqual([await rowsIn(book, 'active'), await rowsIn(book, 'archive')], [before, []])
    await assertClean(book)
  })

test('a run in lanes, by two workers beside each other, moves the same', async (t) => {
  const book = await orderBook(t, { lanes: 3, parallel: 3, batchSize: 2 })
  await book.db.query(`insert into "Odd, Schema"."Order Book"
    select '(' || g, ',' || g, now() - interval '80 days' from generate_series(1, ${MORE}) g`)
  const before = await rowsIn(book, 'active')
  assert.equal((await run(book.engine, book.policy)).archived, KEYS.length + MORE)
  assert.deepEqual(await rowsIn(book, 'archive'), before)
  assert.ok(Number((await book.db.query('select count(*) as n from mothball.lane'))[0]?.['n']) > 1)
  await assertClean(book)
})

test('each is found by his key on either side, with who keeps him, and in no other row', async (t) => {
  const book = await orderBook(t)
  const { engine, policy, db } = book
  await db.query(`update "Odd, Schema".parts set size = 'gold' where "Branch" = '(,)'`)
  await run(engine, policy, { batchSize: 3 })
  assert.deepEqual(await ordersIn(book, 'active'), new Set([KEYS[4]]))
  for (const [index, order] of ORDERS.entries())
    for (const typed of [KEYS[index] ?? '', typedKeyOf(order)]) {
      const found = await find(engine, policy, typed)
      const [tier, kept] = index === 4 ? ['active', ['has_gold']] : ['archive', []]
      assert.deepEqual(
        found.map((each) => [each.key, each.tier, each.kept, each.archived?.related]),
        [[KEYS[index], tier, kept, index === 4 ? undefined : { 'Odd, Schema.lines': 2, 'Odd, Schema.parts': 1 }]],
        typed,
      )
    }
  const shown = await reveal(engine, policy, { key: KEYS[7] ?? '', reason: REASON, actor: 'thandi' })
  assert.deepEqual(
    shown?.contacts.map(({ value }) => value),
    ['0825550108', 'note 8'],
  )
  assert.deepEqual((await sample(engine, policy)).customers, [])
})

test('a hold keeps him, and nobody who reads like him, on either side', async (t) => {
  const book = await orderBook(t)
  const { engine, policy } = book
  const hold = { reason: 'case 7', actor: 'thandi' }
  for (const key of EVEN) assert.equal((await setHold(engine, policy, { key, ...hold })).tier, 'active')
  await run(engine, policy, { batchSize: 3 })
  assert.deepEqual(await ordersIn(book, 'active'), new Set(EVEN))
  for (const key of ODD) assert.equal((await setHold(engine, policy, { key, ...hold })).tier, 'archive')
  const listed = (await listHolds(engine, policy)).map(({ key }) => key)
  assert.deepEqual(new Set(listed), new Set(KEYS))
  for (const order of ORDERS)
    await releaseHold(engine, policy, { key: typedKeyOf(order), reason: null, actor: 'thandi' })
  await run(engine, policy, { batchSize: 3 })
  assert.deepEqual(await ordersIn(book, 'archive'), new Set(KEYS))
  await assertClean(book)
})

test('who cannot move is found by halves, stays in quarantine under his own key, and goes once it is put right', async (t) => {
  const book = await orderBook(t)
  const { db, engine, policy } = book
  const poison = `"Odd, Schema"."Order Book_backup"`
  await db.query(`alter table ${poison} add check (note not in ('note 2', 'note 5', 'note 11', 'note 20'))`)
  await db.query(`insert into ${poison} ("Branch", "No") values (',', '')`)
  const result = await run(engine, policy, { batchSize: 7 })
  const stuck = [1, 3, 4, 10, 19].map((index) => KEYS[index] ?? '')
  assert.deepEqual([result.failed, await ordersIn(book, 'active')], [5, new Set(stuck)])
  assert.deepEqual(new Set((await listFailures(engine, policy)).map(({ key }) => key)), new Set(stuck))
  await db.query(`delete from ${poison} where archive_batch is null`)
  await db.query(`alter table ${poison} drop constraint "Order Book_backup_note_check"`)
  assert.equal((await run(engine, policy)).archived, 0)
  assert.deepEqual(await retryFailures(engine, policy, stuck), { retried: 5, unknown: [] })
  assert.equal((await run(engine, policy)).archived, 5)
  await assertClean(book)
})

test('beside people who work: who is held waits whole, who is changed in time stays, who is late is swept home', async (t) => {
  const book = await orderBook(t)
  const { engine, policy, db } = book
  const holder = await connect(db.url)
  t.after(() => holder.end())
  await holder.query('begin')
  await holder.query(`select from "Odd, Schema".parts where "Branch" = 'a,b' for update`)
  const late = once('subjects-copied', () =>
    db.query(
      `insert into "Odd, Schema"."lines" select "Branch", "No", 'late', 1 from "Odd, Schema"."Order Book" where note in ('note 2', 'note 19')`,
    ),
  )
  const young = once('batch-begun', () =>
    db.query(`update "Odd, Schema"."Order Book" set "opened at" = now() where note = 'note 4'`),
  )
  const signals = {
    reached: async (point: Parameters<typeof late.reached>[0]) =>
      void (await Promise.all([late.reached(point), young.reached(point)])),
  }
  const result = await run({ ...engine, signals }, policy, { batchSize: KEYS.length })
  assert.equal(result.skippedBecause['locked'], 1)
  await holder.query('commit')
  const stay = [1, 3, 5, 18].map((index) => KEYS[index] ?? '')
  assert.deepEqual(await ordersIn(book, 'active'), new Set(stay))
  await assertClean(book)
  assert.equal((await run(engine, policy)).archived, 1)
  await assertClean(book)
})

for (const late of ['restore', 'follow'] as const)
  test(`a row written for somebody archived is settled with his own family (late: ${late})`, async (t) => {
    const book = await archivedBook(t, { late })
    const { db, engine, policy } = book
    await db.query(
      `insert into "Odd, Schema"."lines" select "Branch", "No", 'late', 1 from unnest($1::text[], $2::text[]) o ("Branch", "No")`,
      [ORDERS.map(([branch]) => branch), ORDERS.map(([, no]) => no)],
    )
    assert.match(checkOf(await verified(book), 'orphans').detail, new RegExp(`${KEYS.length} left behind`))
    const swept = await sweep(engine, policy)
    const [restored, followed] = late === 'restore' ? [KEYS.length, 0] : [0, KEYS.length]
    assert.deepEqual([swept.restored, swept.followed, swept.left], [restored, followed, {}])
    assert.deepEqual(await ordersIn(book, late === 'restore' ? 'active' : 'archive'), new Set(KEYS))
    await assertClean(book)
  })

test('homecoming brings the very family home for which somebody writes, and its hint names a key that works', async (t) => {
  const book = await archivedBook(t)
  const { db, engine, policy } = book
  await applyMigration(engine.database, await planHomecoming(engine, policy, { withSubject: true }))
  for (const [index, [branch, no]] of ORDERS.entries()) {
    const key = KEYS[index] ?? ''
    if (index % 4 === 0) await db.query(`insert into "Odd, Schema"."lines" values ($1, $2, 'late', 1)`, [branch, no])
    if (index % 4 === 1)
      await db.query(`insert into "Odd, Schema".parts values ($1, $2, $3, $2, 'late')`, [100 + index, branch, no])
    if (index % 4 === 2) await db.query('select mothball.bring_home($1, $2)', ['Odd, Schema.Order Book', key])
    if (index % 4 === 3) {
      const again = `insert into "Odd, Schema"."lines" values ($1, $2, $1, 2) on conflict (item, "No", "Branch") do update set amount = 2`
      const refused = await db.query(again, [branch, no]).then(
        () => null,
        (error: unknown) => error,
      )
      const hint = refused instanceof Error && 'hint' in refused ? String(refused.hint) : ''
      const [, statement = ''] = /`(select .*)` first/s.exec(hint) ?? []
      await db.query(statement)
      await db.query(again, [branch, no])
    }
    assert.deepEqual(await ordersIn(book, 'active'), new Set(KEYS.slice(0, index + 1)), key)
  }
  await assertClean(book)
})

test('verify names an edited row by its own key, and a reconciliation takes one of two equal copies', async (t) => {
  const book = await archivedBook(t)
  const { db, engine, policy } = book
  for (const [index, key] of KEYS.entries()) {
    if (index % 4 !== 0) continue
    const edit = (amount: number) =>
      db.query(
        `update "Odd, Schema"."Order Book_backup" set phone = ($1::bigint + phone::bigint)::text where note = $2`,
        [amount, `note ${index + 1}`],
      )
    await edit(10_000_000_000)
    const { detail } = checkOf(await verified(book), 'seals')
    assert.ok(detail.includes(`edited ${key}`), `${key}: ${detail}`)
    await db.query(`update "Odd, Schema"."Order Book_backup" set phone = '0' || right(phone, 9) where note = $1`, [
      `note ${index + 1}`,
    ])
  }
  await db.query(
    `insert into "Odd, Schema"."Order Book" select "Branch", "No", "opened at", note, phone from "Odd, Schema"."Order Book_backup"`,
  )
  const { mended, left } = await reconcile(engine, policy)
  assert.deepEqual([mended, left], [{ twin_equal: KEYS.length, torn: 3 * KEYS.length }, []])
  assert.deepEqual(await ordersIn(book, 'active'), new Set(KEYS))
  await assertClean(book)
})

test('over HTTP each is shown, explained, revealed, held and restored by the key in his address', async (t) => {
  const book = await archivedBook(t)
  const service = await testService(t, book)
  for (const [index, key] of KEYS.entries()) {
    const at = `/api/v1/customers/${encodeURIComponent(key)}`
    const { status, json } = await service.call(`GET ${at}${index % 2 === 0 ? '' : '/why'}`)
    assert.deepEqual([status, json?.['key'], json?.['tier']], [200, key, 'archive'])
    if (index % 3 !== 1) continue
    const revealed = await service.call(`POST ${at}/reveal`, { as: 'compliance', body: { reason: 'he phoned' } })
    assert.deepEqual([revealed.status, revealed.json?.['key']], [200, key])
    const held = await service.call('POST /api/v1/holds', { body: { key, reason: 'case 7' } })
    assert.deepEqual([held.status, held.json?.['key']], [201, key])
  }
  const selection = { by: 'keys', keys: ORDERS.map(typedKeyOf) }
  const restored = await service.call('POST /api/v1/restores', { body: { selection, reason: 'he phoned' } })
  assert.equal(restored.json?.['restored'], KEYS.length)
  assert.deepEqual(await ordersIn(book, 'active'), new Set(KEYS))
})
