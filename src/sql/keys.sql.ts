/**
 * Keys travel as PostgreSQL's own array texts, one array a column, never as rows: what was locked is sent back as it
 * came, so that nothing is parsed on the way and a batch of thousands costs one value. Works for keys of any type and
 * of several columns.
 */
import { type Column, columnOf, type TableShape } from '../core/table.ts'
import { column, commaList, id, raw, type Sql, sql } from './tag.ts'

/**
 * Column name to array text such as `{1,2,3}`, or to SQL that gives such a text where it is known inside the server
 * only; all arrays have `count` elements, in one order.
 */
export type KeySet = Readonly<{ count: number; arrays: Readonly<Record<string, string | Sql>> }>

/** What a statement that gathers keys returns: `count`, and one `key_<n>` for each column that was asked for. */
export type KeySetRow = Readonly<{ count: string } & Record<string, string | null>>

export const EMPTY_KEYS: KeySet = { count: 0, arrays: {} }

/** The columns as the shape has them; a name that is not there is a mistake of ours. */
export function columnsOf(shape: TableShape, names: readonly string[]): readonly Column[] {
  return names.map((name) => {
    const found = columnOf(shape, name)
    if (found === undefined) throw new RangeError(`${shape.name.table} has no column ${name}`)
    return found
  })
}

/** `count(*) as count, array_agg(a.x)::text as key_0, ...` over rows that are called `alias`. */
export const gatherKeys = (alias: Sql, names: readonly string[], order?: Sql): Sql =>
  commaList([
    sql`count(*) as count`,
    ...names.map((name, index) => {
      const inOrder = order === undefined ? raw('') : sql` order by ${order}`
      return sql`pg_catalog.array_agg(${column(alias, name)}${inOrder})::text as ${id(`key_${index}`)}`
    }),
  ])

/** Reads what `gatherKeys` returned; an empty set has empty arrays. */
export const keySetOf = (row: KeySetRow, names: readonly string[]): KeySet => ({
  count: Number(row.count),
  arrays: Object.fromEntries(names.map((name, index) => [name, row[`key_${index}`] ?? '{}'])),
})

/**
 * `a.id = any($1::bigint[])`, or for several columns a row that is in the unnested arrays. For rows that are found by
 * other means: the server looks a long constant array up by hash, but weighs each of its elements when it plans.
 */
export function amongKeys(
  alias: Sql,
  own: readonly string[],
  keys: KeySet,
  shape: TableShape,
  names: readonly string[] = own,
): Sql {
  const arrays = columnsOf(shape, names).map((each) => arrayOf(keys, each))
  const [first] = own
  const [array] = arrays
  if (own.length === 1 && first !== undefined && array !== undefined)
    return sql`${column(alias, first)} = any(${array})`
  const row = commaList(own.map((name) => column(alias, name)))
  return sql`(${row}) in (select * from unnest(${commaList(arrays)}))`
}

/**
 * The same for rows that are found by these keys. Behind a sub-select the planner counts on ten elements: it takes the
 * index whatever the statistics say, in a tenth of the time.
 */
export function inKeys(
  alias: Sql,
  own: readonly string[],
  keys: KeySet,
  shape: TableShape,
  names: readonly string[] = own,
): Sql {
  const [type] = columnsOf(shape, names)
  const [first] = own
  if (own.length > 1 || first === undefined || type === undefined) return amongKeys(alias, own, keys, shape, names)
  return sql`${column(alias, first)} = any((select ${arrayOf(keys, type)})::${raw(type.type)}[])`
}

/** `$1::bigint[]` with the array text bound. */
export const arrayOf = (keys: KeySet, { name, type }: Column): Sql => sql`${keys.arrays[name] ?? '{}'}::${raw(type)}[]`

/** The arrays of a key set as rows named by their columns: `unnest(...) as alias (id, ...)`. */
export const unnestKeys = (alias: Sql, shape: TableShape, keys: KeySet): Sql => {
  const names = shape.key
  const arrays = columnsOf(shape, names).map((each) => arrayOf(keys, each))
  return sql`unnest(${commaList(arrays)}) with ordinality as ${alias} (${commaList([...names.map(id), id('ordinality')])})`
}

/** The key as the journal stores it: the value's text, or a JSON array of texts where it has several columns. */
export function journalKey(values: readonly Sql[]): Sql {
  const texts = values.map((value) => sql`${value}::text`)
  const [only] = texts
  return texts.length === 1 && only !== undefined ? only : sql`pg_catalog.jsonb_build_array(${commaList(texts)})::text`
}

/** The journal key of the row `alias`. */
export const keyText = (alias: Sql, key: readonly string[]): Sql => journalKey(key.map((name) => column(alias, name)))

/** Both sets as one; a key in both stands twice, which no statement minds. Throws RangeError for sets without texts. */
export function mergeKeys(a: KeySet, b: KeySet): KeySet {
  if (a.count === 0) return b
  if (b.count === 0) return a
  const arrays = Object.keys(a.arrays).map((name) => [
    name,
    `${textOf(a, name).slice(0, -1)},${textOf(b, name).slice(1)}`,
  ])
  return { count: a.count + b.count, arrays: Object.fromEntries(arrays) }
}

function textOf({ arrays }: KeySet, name: string): string {
  const array = arrays[name] ?? '{}'
  if (typeof array !== 'string') throw new RangeError(`the keys of ${name} are known to the server only`)
  return array
}

/** A journal key as the values of its columns, the inverse of `keyText`. Throws RangeError on another number of parts. */
export function keyParts(text: string, key: readonly string[]): readonly string[] {
  if (key.length === 1) return [text]
  const parts: unknown = JSON.parse(text)
  if (!Array.isArray(parts) || parts.length !== key.length)
    throw new RangeError(`a key of ${key.length} parts expected`)
  return parts.map(String)
}

/** Journal keys as a key set that can be bound. */
export const keySetOfTexts = (texts: readonly string[], key: readonly string[]): KeySet => {
  const rows = texts.map((text) => keyParts(text, key))
  return {
    count: texts.length,
    arrays: Object.fromEntries(key.map((name, index) => [name, arrayText(rows.map((row) => row[index] ?? ''))])),
  }
}

/** PostgreSQL's array text of non-null elements. */
const arrayText = (elements: readonly string[]): string =>
  `{${elements.map((element) => `"${element.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`

/** Rows of `alias` after `after` (exclusive) and up to `upTo` (inclusive) in the key's order; both are journal keys. */
export function keyRange(alias: Sql, shape: TableShape, after: string | null, upTo: string | null): readonly Sql[] {
  const { row, bound } = comparing(alias, shape)
  return [
    ...(after === null ? [] : [sql`${row} > ${bound(after)}`]),
    ...(upTo === null ? [] : [sql`${row} <= ${bound(upTo)}`]),
  ]
}

/** The same with both ends in it. */
export function keysBetween(alias: Sql, shape: TableShape, first: string, last: string): readonly Sql[] {
  const { row, bound } = comparing(alias, shape)
  return [sql`${row} >= ${bound(first)}`, sql`${row} <= ${bound(last)}`]
}

function comparing(alias: Sql, shape: TableShape) {
  const columns = columnsOf(shape, shape.key)
  const bound = (text: string) => {
    const parts = keyParts(text, shape.key)
    return sql`(${commaList(columns.map((each, index) => sql`${parts[index] ?? ''}::${raw(each.type)}`))})`
  }
  return { row: sql`(${commaList(columns.map((each) => column(alias, each.name)))})`, bound }
}
