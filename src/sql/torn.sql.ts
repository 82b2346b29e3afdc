/**
 * Archived rows that a reconciliation may set right: those whose parents are all active again, those that no known batch
 * brought, and those that came home by other hands, proven by their seal.
 */
import type { ArchivedFamily, ArchivedTable } from '../core/archived-family.ts'
import { type Link, parentOf } from '../core/family.ts'
import { qualifiedText } from '../core/names.ts'
import { gatherKeys, type KeySetRow, keyRange, keyText } from './keys.sql.ts'
import { knownColumns } from './lock.sql.ts'
import { sealHash } from './seal.sql.ts'
import { allOf, anyOf, column, commaList, join, raw, type Sql, sql, table } from './tag.ts'
import { firstKeys, type NamedRow } from './verify-rows.sql.ts'

const ROW: Sql = raw('a')

/** Rows with an active parent that is not archived, and no active namesake. */
export function tornSql(family: ArchivedFamily, each: ArchivedTable): Sql<NamedRow> {
  const isTorn = anyOf(each.links.map((link) => isTornBy(family, link)))
  return named(each, allOf([isTorn, sql`not ${isActive(each)}`]))
}

/** Locks those of which every parent is active, at most `limit` after the journal key `after`; `last` is the last of them. */
export function lockTornSql(
  family: ArchivedFamily,
  each: ArchivedTable,
  after: string | null,
  limit: number,
): Sql<KeySetRow & Readonly<{ batches: string | null; last: string | null }>> {
  const { shape } = each
  const torn = [anyOf(each.links.map((link) => isTornBy(family, link))), sql`not ${isActive(each)}`]
  const whole = each.links.map((link) => sql`(${isNothing(link)} or ${isThere(family, link, 'home')})`)
  const names = knownColumns(family, each)
  const order = (alias: Sql, direction: string) =>
    commaList(shape.key.map((name) => sql`${column(alias, name)} ${raw(direction)}`))
  const found = raw('locked')
  return sql`with locked as materialized (
      select ${commaList([...names, 'archive_batch'].map((name) => column(ROW, name)))} from only ${table(shape.name)} ${ROW}
      where ${allOf([...torn, ...whole, ...keyRange(ROW, shape, after, null)])} order by ${order(ROW, 'asc')}
      limit ${limit}::bigint for update skip locked)
    select ${gatherKeys(found, names)}, pg_catalog.json_agg(distinct locked.archive_batch::text)
      filter (where locked.archive_batch is not null)::text as batches,
      (select ${keyText(found, shape.key)} from locked order by ${order(found, 'desc')} limit 1) as last from locked`
}

const isNothing = ({ columns }: Link): Sql => anyOf(columns.map((name) => sql`${column(ROW, name)} is null`))

const isTornBy = (family: ArchivedFamily, link: Link): Sql =>
  sql`(${isThere(family, link, 'home')} and not ${isThere(family, link, 'shape')})`

function isThere(family: ArchivedFamily, link: Link, where: 'home' | 'shape'): Sql {
  const parent = family.tables[link.parent]
  if (parent === undefined) throw new RangeError(`no parent for the relation ${link.relation}`)
  const same = link.columns.map(
    (name, index) => sql`${column(ROW, name)} = ${column(raw('p'), link.references[index] ?? '')}`,
  )
  return sql`exists (select from only ${table(parent[where].name)} p where ${allOf(same)})`
}

const isActive = ({ home }: ArchivedTable): Sql =>
  sql`exists (select from only ${table(home.name)} h where ${allOf(home.key.map((name) => sql`${column(raw('h'), name)} = ${column(ROW, name)}`))})`

const named = ({ shape }: ArchivedTable, where: Sql): Sql<NamedRow> =>
  sql`with found as materialized (select ${keyText(ROW, shape.key)} as k from only ${table(shape.name)} ${ROW} where ${where})
    select (select count(*) from found) as count, ${firstKeys(raw('found'))} as keys`

/** Rows without a batch, to which no active row refers: others put them there, with all that was theirs. */
export const batchlessSql = (family: ArchivedFamily, each: ArchivedTable): Sql<NamedRow> =>
  named(each, isBatchless(family, each))

function isBatchless(family: ArchivedFamily, each: ArchivedTable): Sql {
  const children = family.tables.flatMap((child) =>
    child.links
      .filter((link) => parentOf(family, link) === each)
      .map((link) => {
        const same = link.columns.map(
          (name, index) => sql`${column(raw('c'), name)} = ${column(ROW, link.references[index] ?? '')}`,
        )
        return sql`not exists (select from only ${table(child.home.name)} c where ${allOf(same)})`
      }),
  )
  return allOf([sql`${ROW}.archive_batch is null`, sql`not ${isActive(each)}`, ...children])
}

/** Gives at most `limit` of them this batch; returns their keys. */
export const adoptSql = (family: ArchivedFamily, each: ArchivedTable, batch: string, limit: number): Sql<KeySetRow> => {
  const { key, name } = each.shape
  const keys = commaList(key.map((part) => column(ROW, part)))
  const same = key.map((part) => sql`${column(ROW, part)} = ${column(raw('m'), part)}`)
  return sql`with mine as materialized (
      select ${keys} from only ${table(name)} ${ROW} where ${isBatchless(family, each)}
      order by ${keys} limit ${limit}::bigint for update skip locked),
    taken as (update only ${table(name)} ${ROW} set archive_batch = ${batch}::bigint from mine m where ${allOf(same)} returning ${keys})
    select ${gatherKeys(raw('taken'), key, commaList(key.map((part) => column(raw('taken'), part))))} from taken`
}

/** Gives the rows of a batch another number. */
export const renumberSql = ({ shape }: ArchivedTable, from: string, to: string): Sql =>
  sql`update only ${table(shape.name)} set archive_batch = ${to}::bigint where archive_batch = ${from}::bigint`

/** Numbers of batches that rows carry and that the journal does not have, with their rows; ascending. */
export const unknownBatchesSql = ({ shape }: ArchivedTable): Sql<{ batch: string; rows: string }> =>
  sql`select ${ROW}.archive_batch::text as batch, count(*)::text as rows from only ${table(shape.name)} ${ROW}
    where ${ROW}.archive_batch is not null and not exists (select from mothball.batch b where b.id = ${ROW}.archive_batch)
    group by ${ROW}.archive_batch order by ${ROW}.archive_batch`

/** Rows that carry the batch, with those that left it, and when they were moved; `keys` in order. */
export const ofBatchSql = (
  { home, shape }: ArchivedTable,
  batch: string,
): Sql<KeySetRow & Readonly<{ moved: string; archived_at: string | null }>> =>
  sql`select (count(*) + (select count(*) from mothball.departure d where d.batch_id = ${batch}::bigint
        and d.table_name = ${qualifiedText(home.name)}))::text as moved, max(${ROW}.archived_at)::text as archived_at,
      ${gatherKeys(ROW, shape.key, commaList(shape.key.map((name) => column(ROW, name))))}
    from only ${table(shape.name)} ${ROW} where ${ROW}.archive_batch = ${batch}::bigint`

/** Who, when and why of a batch, as any of its rows that is still there tells. */
export const batchFactsSql = (
  tables: readonly ArchivedTable[],
  batch: string,
): Sql<{ at: string; who: string | null; why: string | null }> =>
  sql`select archived_at::text as at, archived_by as who, archive_reason as why from (${join(
    tables.map(
      ({ shape }) =>
        sql`(select archived_at, archived_by, archive_reason from only ${table(shape.name)} where archive_batch = ${batch}::bigint limit 1)`,
    ),
    ' union all ',
  )}) f limit 1`

export type ProofFacts = Readonly<{ batch: string; at: string; who: string | null; why: string | null }>

/**
 * Active rows that the batch's seal knows by their hash, and that neither the archive nor a departure accounts for: they
 * came home with the values that they left with. `digest` is the hash in hex.
 */
export function provenHomeSql(
  each: ArchivedTable,
  columns: readonly string[],
  { batch, at, who, why }: ProofFacts,
): Sql<{ key: string; digest: string }> {
  const name = qualifiedText(each.home.name)
  const here = sql`select h.*, ${at}::timestamptz as archived_at, ${who}::text as archived_by, ${why}::text as archive_reason from only ${table(each.home.name)} h`
  return sql`with sealed as (
      select substr(s.prefixes, 1 + 8 * i, 8) as p from mothball.seal s cross join generate_series(0, length(s.prefixes) / 8 - 1) i
      where s.batch_id = ${batch}::bigint and s.table_name = ${name}),
    present as (
      select substr(${sealHash(ROW, columns)}, 1, 8) as p from only ${table(each.shape.name)} ${ROW} where ${ROW}.archive_batch = ${batch}::bigint
      union all select substr(d.digest, 1, 8) from mothball.departure d where d.batch_id = ${batch}::bigint and d.table_name = ${name}),
    lost as materialized (select p from sealed except all select p from present),
    home as (select ${keyText(ROW, each.home.key)} as key, ${sealHash(ROW, columns)} as h from (${here}) ${ROW}
      where exists (select from lost))
    select key, encode(h, 'hex') as digest from home where substr(h, 1, 8) in (select p from lost)`
}

export const recordProvenSql = (
  departure: Readonly<{ batch: string; table: string; key: string; digest: string; run: number }>,
): Sql =>
  sql`insert into mothball.departure (batch_id, table_name, row_key, digest, run_id)
    values (${departure.batch}::bigint, ${departure.table}, ${departure.key}, decode(${departure.digest}, 'hex'), ${departure.run}::bigint)
    on conflict do nothing`
