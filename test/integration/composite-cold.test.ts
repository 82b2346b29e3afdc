// Cold files and erasures for keys of two texts in which no character is harmless: each family under its own key, and
// nobody destroyed for somebody who reads like him.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recall } from '../../src/engine/cold/recall.ts'
import { listErasureRequests, requestErasure } from '../../src/engine/erase/requests.ts'
import { find } from '../../src/engine/find/find.ts'
import { setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { ageArchive, coldPlace, exportAll, purgeAll } from '../support/cold.ts'
import { archivedBook, KEYS, ORDERS, type OrderBook, ordersIn, rowsIn, typedKeyOf } from '../support/order-book.ts'
import { eraseHim } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

const EVEN = KEYS.filter((_key, index) => index % 2 === 0)
const ODD = KEYS.filter((_key, index) => index % 2 === 1)
const REASON = 'asked for'

/** As if it had been archived three years ago, and sealed then. */
const age = (book: OrderBook) => ageArchive(book, book.db.query, '"Odd, Schema"."Order Book_backup"', 3)

test('cold files hold each under his own key: exported, held, purged, found, recalled, restored', async (t) => {
  const book = await archivedBook(t, { cold: { familiesPerFile: 6 } })
  const { db, engine, policy } = book
  const before = await rowsIn(book, 'archive')
  await age(book)
  const place = await coldPlace(t)
  assert.equal((await exportAll(book, place)).families, KEYS.length)
  for (const key of ODD) await setHold(engine, policy, { key, reason: 'case 7', actor: 'thandi' })
  assert.equal((await purgeAll(book, place)).purged, EVEN.length)
  assert.deepEqual(await ordersIn(book, 'archive'), new Set(ODD))
  for (const [index, order] of ORDERS.entries()) {
    const [found] = await find(engine, policy, typedKeyOf(order))
    assert.deepEqual([found?.key, found?.tier], [KEYS[index], index % 2 === 0 ? 'cold' : 'archive'])
  }
  const keys = ORDERS.filter((_order, index) => index % 2 === 0).map(typedKeyOf)
  await recall(engine, place.vault, policy, { keys, actor: 'thandi', reason: REASON })
  assert.deepEqual(await rowsIn(book, 'archive'), before)
  await assertClean(book)
  await db.query('update mothball.hold set released_at = now(), released_by = set_by')
  assert.equal(
    (await restore(engine, policy, { selection: { by: 'keys', keys: KEYS }, reason: REASON })).restored,
    KEYS.length,
  )
  assert.deepEqual(await rowsIn(book, 'active'), before)
  await assertClean(book)
})

test('an erasure destroys the one person, in archive, files and journal, and nobody who reads like him', async (t) => {
  const made = await archivedBook(t, { cold: { familiesPerFile: 30 } })
  await age(made)
  const place = await coldPlace(t)
  await exportAll(made, place)
  const book = { ...made, engine: { ...made.engine, vault: () => Promise.resolve(place.vault) } }
  const { engine, policy, db } = book
  for (const [index, key] of KEYS.entries()) {
    if (![1, 4, 5, 10, 11, 14].includes(index)) continue
    await requestErasure(engine, policy, { key, caseNumber: `DSR-${index}`, reason: 'he asked', actor: 'thandi' })
    const { reached } = await eraseHim(book, index % 2 === 0 ? key : typedKeyOf(ORDERS[index] ?? ['', '']))
    assert.deepEqual(
      reached.filter(({ place: where }) => where !== 'journal').map(({ rows }) => rows),
      [1, 2, 1, 1, 2, 1],
      key,
    )
    assert.ok(!(await ordersIn(book, 'archive')).has(key))
  }
  assert.equal((await ordersIn(book, 'archive')).size, KEYS.length - 6)
  assert.deepEqual(await listErasureRequests(engine, policy), [])
  assert.deepEqual(await db.query('select sum(families) as n from mothball.cold_file'), [
    { n: String(KEYS.length - 6) },
  ])
  await assertClean(book)
})
