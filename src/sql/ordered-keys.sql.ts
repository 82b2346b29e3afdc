/**
 * Keys of subjects in the key's order, with the ends of their range: what the scan finds, what a batch takes, what is
 * halved when a batch fails. They are cut as arrays, which costs half of numbering and grouping the rows.
 */
import { gatherKeys, journalKey, type KeySet, type KeySetRow, keySetOf } from './keys.sql.ts'
import { column, commaList, id, raw, type Sql, sql } from './tag.ts'

/** `first` and `last` are journal keys; every key lies between them. */
export type OrderedKeys = KeySet & Readonly<{ first: string; last: string }>

export type OrderedKeysRow = KeySetRow & Readonly<{ first: string | null; last: string | null }>

export const orderedKeysOf = (row: OrderedKeysRow, names: readonly string[]): OrderedKeys => ({
  ...keySetOf(row, names),
  first: row.first ?? '',
  last: row.last ?? '',
})

/**
 * `count`, `key_<n>` of `names`, and `first` and `last` by the key, of all rows called `alias`, as one row; nulls where
 * there is no row.
 */
export function gatherOrdered(alias: Sql, key: readonly string[], names = key): Sql {
  const order = commaList(key.map((name) => column(alias, name)))
  const at = (place: Sql) =>
    journalKey(key.map((name) => sql`(pg_catalog.array_agg(${column(alias, name)} order by ${order}))[${place}]`))
  return commaList([
    gatherKeys(alias, names, order),
    sql`${at(raw('1'))} as first`,
    sql`${at(raw('count(*)::integer'))} as last`,
  ])
}

/** The keys of all rows called `alias` as the arrays that `cutKeys` takes. */
export const keyArrays = (alias: Sql, key: readonly string[]): Sql => {
  const order = commaList(key.map((name) => column(alias, name)))
  return commaList(
    key.map((name, index) => sql`pg_catalog.array_agg(${column(alias, name)} order by ${order}) as ${id(`k${index}`)}`),
  )
}

/** `source` gives one row of arrays `k0`, `k1`, ... in one order; they come back as a row for every `size` keys. */
export function cutKeys(key: readonly string[], source: Sql, size: number): Sql<OrderedKeysRow> {
  const arrays = key.map((_name, index) => column(raw('e'), `k${index}`))
  const pieces = arrays.map((array, index) => sql`(${array})[p.at:p.until]::text as ${id(`key_${index}`)}`)
  const end = (place: Sql) => journalKey(arrays.map((array) => sql`(${array})[${place}]`))
  return sql`select p.until - p.at + 1 as count, ${commaList(pieces)}, ${end(raw('p.at'))} as first, ${end(raw('p.until'))} as last
    from (${source}) e cross join lateral (
      select s.at, least(s.at + ${size}::integer - 1, pg_catalog.cardinality(e.k0)) as until
      from pg_catalog.generate_series(1, pg_catalog.cardinality(e.k0), ${size}::integer) s (at)) p
    order by p.at`
}
