/** One person's active rows, whatever the policy does with their tables, and the traces of him that the journal keeps. */
import { type Family, type FamilyTable, type Link, parentOf } from '../core/family.ts'
import type { TableName } from '../core/names.ts'
import { amongKeys, EMPTY_KEYS, gatherKeys, inKeys, type KeySet, type KeySetRow } from './keys.sql.ts'
import { belongsToRows, knownColumns, type LockedRows } from './lock.sql.ts'
import { allOf, anyOf, column, commaList, empty, raw, type Sql, sql, table } from './tag.ts'

const FOUND: Sql = raw('found')
const PARENT: Sql = raw('p')
const ROW: Sql = raw('c')

/**
 * Keys of one side's rows; `batches` those that they came to the archive with, a JSON array of texts; `shared` counts
 * rows that also refer to a row which is there and is not among those known: they are another's as well.
 */
export type OwnRowsRow = KeySetRow & Readonly<{ batches: string | null; shared: string }>

/** `name`: the table, or its archive. `rows`: the subject's own key, or what is known of the parents. */
export type OwnRows = Readonly<{
  name: TableName
  isArchive: boolean
  rows: Readonly<{ own: KeySet } | { of: LockedRows }>
  /** Archive tables that are there, by their table. */
  archives: ReadonlyMap<FamilyTable, TableName>
  isLocking: boolean
}>

/**
 * Rows of `each` on one side that are the subject's own, or that belong to rows which are known, on whichever side
 * those are. With `isLocking` they are locked, and what somebody else has is waited for.
 */
export function ownRowsSql(family: Family, each: FamilyTable, wanted: OwnRows): Sql<OwnRowsRow> {
  const { name, isArchive, rows, isLocking } = wanted
  const names = knownColumns(family, each)
  const where =
    'own' in rows ? inKeys(ROW, each.shape.key, rows.own, each.shape) : belongsToRows(family, each, rows.of, ROW)
  // With one link only, that is how the row was found.
  const links = 'of' in rows && each.links.length > 1 ? each.links : []
  const needed = [
    ...new Set([...names, ...links.flatMap((link) => link.columns), ...(isArchive ? ['archive_batch'] : [])]),
  ]
  const batches = isArchive
    ? sql`pg_catalog.json_agg(distinct found.archive_batch::text) filter (where found.archive_batch is not null)::text`
    : raw('null')
  const strange = links.map((link) => isAnothers(family, link, wanted, 'of' in rows ? rows.of : new Map()))
  return sql`with found as materialized (
      select ${commaList(needed.map((own) => column(ROW, own)))} from only ${table(name)} ${ROW}
      where ${where} ${isLocking ? raw('for update') : empty})
    select ${gatherKeys(FOUND, names)}, ${batches} as batches,
      count(*) filter (where ${anyOf(strange)})::text as shared from found`
}

/** A reference to nobody makes a row nobody else's. */
function isAnothers(family: Family, link: Link, { archives }: OwnRows, known: LockedRows): Sql {
  const parent = parentOf(family, link)
  const inside = amongKeys(FOUND, link.columns, known.get(parent) ?? EMPTY_KEYS, parent.shape, link.references)
  const archive = archives.get(parent)
  const isThere = [parent.shape.name, ...(archive === undefined ? [] : [archive])].map((name) => {
    const same = link.columns.map(
      (own, index) => sql`${column(PARENT, link.references[index] ?? '')} = ${column(FOUND, own)}`,
    )
    return sql`exists (select from only ${table(name)} ${PARENT} where ${allOf(same)})`
  })
  return allOf([sql`(${inside}) is false`, anyOf(isThere)])
}

export const deleteRowsSql = ({ shape }: FamilyTable, rows: KeySet): Sql =>
  sql`delete from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, rows, shape)}`

/** A trace in the journal: the rows that name a subject, and what is done about them. */
export type Trace = Readonly<{ object: string; rows: Sql; destroy: Sql }>

/** What stands in place of a key, and of words that may name the person. */
const ERASED = 'erased'

/** Of the subject `key` of a table (qualified). No row goes, for counts of runs rest on them: each stays without him. */
export function traces(subject: string, key: string): readonly Trace[] {
  const about = sql`t.subject = ${subject} and t.subject_key = ${key}`
  return [
    {
      object: 'mothball.failure',
      rows: sql`mothball.failure t where ${about}`,
      destroy: sql`update mothball.failure t set subject_key = ${ERASED}, resolution = coalesce(t.resolution, ${ERASED}),
        resolved_at = coalesce(t.resolved_at, pg_catalog.clock_timestamp()) where ${about}`,
    },
    {
      object: 'mothball.hold',
      rows: sql`mothball.hold t where ${about}`,
      destroy: sql`update mothball.hold t set subject_key = ${ERASED}, reason = ${ERASED},
        release_reason = case when t.release_reason is not null then ${ERASED} end where ${about}`,
    },
    {
      object: 'mothball.keep_until',
      rows: sql`mothball.keep_until t where ${about}`,
      destroy: sql`update mothball.keep_until t set subject_key = ${`${ERASED} `} || pg_catalog.gen_random_uuid(), reason = ${ERASED}
        where ${about}`,
    },
    {
      object: 'mothball.reveal',
      rows: sql`mothball.reveal t where ${about}`,
      destroy: sql`update mothball.reveal t set subject_key = ${ERASED}, reason = ${ERASED} where ${about}`,
    },
    {
      object: 'mothball.erasure_request',
      rows: sql`mothball.erasure_request t where ${about}`,
      destroy: sql`update mothball.erasure_request t set subject_key = ${ERASED}, reason = ${ERASED},
        outcome = coalesce(t.outcome, ${ERASED}), closed_at = coalesce(t.closed_at, pg_catalog.clock_timestamp()) where ${about}`,
    },
    {
      object: 'mothball.idempotency',
      rows: sql`mothball.idempotency t where ${answersAbout(key)}`,
      // As if the request had never come: whoever repeats it asks anew.
      destroy: sql`update mothball.idempotency t set begun_at = '-infinity', status = null, headers = null, body = null
        where ${answersAbout(key)}`,
    },
  ]
}

/** Answers that name the key anywhere, as a text. */
const answersAbout = (key: string): Sql =>
  sql`case when left(t.body, 1) in ('{', '[') then pg_catalog.jsonb_path_exists(t.body::jsonb, '$.** ? (@ == $key)',
      pg_catalog.jsonb_build_object('key', ${key}::text)) else false end`

export const countTraceSql = ({ rows }: Trace): Sql<{ count: string }> => sql`select count(*) as count from ${rows}`
