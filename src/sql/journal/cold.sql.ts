/** Cold files and their families in the journal. `subject` is the qualified name of the subject table. */
import type { ContactKind } from '../../core/contact.ts'
import { SEARCH_FORMS } from '../search.sql.ts'
import { commaList, id, join, raw, type Sql, sql } from '../tag.ts'

export type NewColdFile = Readonly<{
  policy: string
  subject: string
  run: number
  month: string
  store: string
  manifest: string
  sha256: string
  keyId: string | null
  families: number
  rows: number
  bytes: number
  firstKey: string
  lastKey: string
}>

export const recordColdFileSql = (file: NewColdFile): Sql<{ file: string }> =>
  sql`insert into mothball.cold_file (policy, subject, run_id, month, store, manifest, manifest_sha256, key_id, families, rows, bytes, first_key, last_key)
    values (${file.policy}, ${file.subject}, ${file.run}::bigint, ${file.month}, ${file.store}, ${file.manifest}, ${file.sha256}, ${file.keyId},
      ${file.families}::bigint, ${file.rows}::bigint, ${file.bytes}::bigint, ${file.firstKey}, ${file.lastKey}) returning id::text as file`

/** One text array a column; `contacts` are values of columns that the policy searches, with their kind. */
export type ColdFamilies = Readonly<{
  file: string
  subject: string
  keys: readonly (string | null)[]
  archivedAt: readonly (string | null)[]
  batches: readonly (string | null)[]
  contacts: readonly Readonly<{ kind: ContactKind; values: readonly (string | null)[] }>[]
}>

export const recordColdFamiliesSql = ({ file, subject, keys, archivedAt, batches, contacts }: ColdFamilies): Sql => {
  const values = contacts.map(({ values }) => sql`, ${values}::text[]`)
  const names = contacts.map((_each, at) => sql`, ${id(`t${at}`)}`)
  const digests = contacts.map(({ kind }, at) => contactDigest(kind, sql`v.${id(`t${at}`)}`))
  const all =
    digests.length === 0 ? raw("'{}'::bytea[]") : sql`pg_catalog.array_remove(array[${commaList(digests)}], null)`
  return sql`insert into mothball.cold_family (file_id, subject, subject_key, archived_at, archive_batch, contacts)
    select ${file}::bigint, ${subject}, v.key, v.archived_at::timestamptz, v.batch::bigint, ${all}
    from unnest(${keys}::text[], ${archivedAt}::text[], ${batches}::text[]${join(values, '')}) v (key, archived_at, batch${join(names, '')})`
}

/** The kind is part of it, so that a policy number is not taken for a phone number. */
const contactDigest = (kind: ContactKind, text: Sql): Sql =>
  sql`case when ${text} is not null then pg_catalog.sha256(pg_catalog.convert_to(${`${kind}:`}::text || ${SEARCH_FORMS[kind](text)}, 'UTF8')) end`

/** Purged families that answer to the text: by key, or by a contact. `state` is not in doubt: only the cold file has them. */
export const findColdSql = (
  subject: string,
  { key, text, kinds }: Readonly<{ key: string | null; text: string; kinds: readonly ContactKind[] }>,
  limit: number,
): Sql<{ key: string; matched: 'key' | ContactKind }> => {
  const byContact = kinds.map(
    (kind) =>
      sql`select subject_key as key, ${kind}::text as matched from mothball.cold_family
        where subject = ${subject} and state = 'purged' and contacts @> array[${contactDigest(kind, sql`${text}::text`)}]`,
  )
  const byKey = sql`select subject_key as key, 'key'::text as matched from mothball.cold_family
    where subject = ${subject} and state = 'purged' and subject_key = ${key}::text`
  return sql`select key, matched from (${join([byKey, ...byContact], ' union ')}) m order by length(key), key collate "C" limit ${limit}::bigint`
}

export type ColdPlaceRow = Readonly<{
  key: string
  file: string
  store: string
  manifest: string
  sha256: string
  key_id: string | null
  archived_at: string
  purged_by: string
  purged_at: string
  month: string
}>

/** The file that holds each of these purged families. */
export const coldPlacesSql = (subject: string, keys: readonly string[]): Sql<ColdPlaceRow> =>
  sql`select c.subject_key as key, f.id::text as file, f.store, f.manifest, f.manifest_sha256 as sha256, f.key_id,
      c.archived_at::text as archived_at, c.purged_by::text as purged_by, r.started_at::text as purged_at, f.month
    from mothball.cold_family c join mothball.cold_file f on f.id = c.file_id join mothball.run r on r.id = c.purged_by
    where c.subject = ${subject} and c.state = 'purged' and c.subject_key = any(${keys}::text[]) order by f.id, length(c.subject_key), c.subject_key`

export const coldFilesSql = (subject: string): Sql<{ manifest: string; sha256: string }> =>
  sql`select manifest, manifest_sha256 as sha256 from mothball.cold_file where subject = ${subject} order by id`

export type ColdSetRow = Readonly<{
  file: string
  run: string
  month: string
  store: string
  manifest: string
  sha256: string
  key_id: string | null
  families: string
  rows: string
  bytes: string
  recorded_at: string
}>

/** Sets of a policy, newest first, those before `before` (null: from the newest on). */
export const listColdSetsSql = (
  policy: string,
  { before, limit }: Readonly<{ before: number | null; limit: number }>,
): Sql<ColdSetRow> =>
  sql`select id::text as file, run_id::text as run, month, store, manifest, manifest_sha256 as sha256, key_id,
      families::text as families, rows::text as rows, bytes::text as bytes, recorded_at::text as recorded_at
    from mothball.cold_file where policy = ${policy} and (${before}::bigint is null or id < ${before}::bigint)
    order by id desc limit ${limit}::bigint`

/** Marks families of a file; with `run` who did it. Touches those only that are still in state `from`. */
export const turnFamiliesSql = (
  file: string,
  keys: readonly string[],
  turn: Readonly<{ from: 'exported' | 'purged'; to: 'purged' | 'returned' | 'changed'; run: number }>,
): Sql =>
  sql`update mothball.cold_family set state = ${turn.to},
      purged_by = case when ${turn.to} = 'purged' then ${turn.run}::bigint else purged_by end,
      returned_by = case when ${turn.to} = 'returned' then ${turn.run}::bigint end
    where file_id = ${file}::bigint and subject_key = any(${keys}::text[]) and state = ${turn.from}`

/** What a purge left behind for these rows goes when they are back: their batches' seals close with the rows again. */
export const undoDeparturesSql = (table: string, rowKeys: Sql, purges: readonly number[]): Sql =>
  sql`select mothball.take_back(${table}, pg_catalog.array_agg(k.key), pg_catalog.array_agg(k.batch), ${purges}::bigint[])
    from (${rowKeys}) k`

export const coldOutcomeSql = (
  file: string,
  key: string,
  { state, transaction }: Readonly<{ state: string; transaction: string }>,
): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.cold_family where file_id = ${file}::bigint and subject_key = ${key} and state = ${state})::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`
