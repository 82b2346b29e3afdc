/** Cold files and their families in the journal. `subject` is the qualified name of the subject table. */
import type { ContactKind } from '../../core/contact.ts'
import { commaList, join, type Sql, sql } from '../tag.ts'

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

/** One array a column, in PostgreSQL's writing. */
export type ColdFamilies = Readonly<{
  file: string
  subject: string
  keys: string
  archivedAt: string
  batches: string
}>

export const recordColdFamiliesSql = ({ file, subject, keys, archivedAt, batches }: ColdFamilies): Sql =>
  sql`insert into mothball.cold_family (file_id, subject, subject_key, archived_at, archive_batch)
    select ${file}::bigint, ${subject}, v.key, v.archived_at, v.batch
    from unnest(${keys}::text[], ${archivedAt}::timestamptz[], ${batches}::bigint[]) v (key, archived_at, batch)`

/** A contact in hexadecimal digests, one for each key that it may have been kept under. */
export type SoughtContact = Readonly<{ kind: ContactKind; digests: readonly string[] }>

/** Purged families that answer to the text: by key, or by a contact. `state` is not in doubt: only the cold file has them. */
export const findColdSql = (
  subject: string,
  { key, contacts }: Readonly<{ key: string | null; contacts: readonly SoughtContact[] }>,
  limit: number,
): Sql<{ key: string; matched: 'key' | ContactKind }> => {
  const byContact = contacts.map(({ kind, digests }) => {
    const bytes = digests.map((digest) => sql`pg_catalog.decode(${digest}, 'hex')`)
    return sql`select subject_key as key, ${kind}::text as matched from mothball.cold_family
        where subject = ${subject} and state = 'purged' and contacts && array[${commaList(bytes)}]`
  })
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

export const coldFilesSql = (subject: string): Sql<{ manifest: string; sha256: string; store: string }> =>
  sql`select manifest, manifest_sha256 as sha256, store from mothball.cold_file where subject = ${subject} order by id`

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
  turn: Readonly<{ from: 'exported' | 'purged'; to: 'returned' | 'changed'; run: number }>,
): Sql =>
  sql`update mothball.cold_family set state = ${turn.to},
      returned_by = case when ${turn.to} = 'returned' then ${turn.run}::bigint end
    where file_id = ${file}::bigint and subject_key = any(${keys}::text[]) and state = ${turn.from}`

/** Beside each key one hexadecimal digest of a contact of that family; `keyId` null: none is kept. */
export type FamilyContacts = Readonly<{ keyId: string | null; keys: readonly string[]; digests: readonly string[] }>

/** Marks families of a file as purged, with the contacts by which they are found from now on. */
export const purgeFamiliesSql = (
  file: string,
  families: readonly string[],
  { run, contacts }: Readonly<{ run: number; contacts: FamilyContacts }>,
): Sql =>
  sql`with kept as materialized (
      select d.key, pg_catalog.array_agg(distinct pg_catalog.decode(d.digest, 'hex')) as digests
      from unnest(${contacts.keys}::text[], ${contacts.digests}::text[]) d (key, digest) group by d.key)
    update mothball.cold_family c set state = 'purged', purged_by = ${run}::bigint,
      contacts = coalesce(k.digests, '{}'), contact_key = case when k.digests is not null then ${contacts.keyId}::text end
    from unnest(${families}::text[]) f (key) left join kept k on k.key = f.key
    where c.file_id = ${file}::bigint and c.subject_key = f.key and c.state = 'exported'`

/** Purged families whose contacts are kept under none of these keys. */
export const strayContactsSql = (subject: string, keyIds: readonly string[]): Sql<{ families: string }> =>
  sql`select count(*) as families from mothball.cold_family
    where subject = ${subject} and state = 'purged' and contact_key is not null and contact_key <> all(${keyIds}::text[])`

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
