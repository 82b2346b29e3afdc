/**
 * Holds. `openHoldsSql` is the one place that says who is held: whatever moves or destroys a subject asks it, with his
 * rows locked, in a statement whose snapshot is younger than these locks. Setting one locks the subject's row, active or archived, in the statement that writes the hold: a batch or a
 * restore that has the row already is waited for, and one that comes later finds the row locked or the hold written.
 */
import type { HoldChoice } from '../../core/hold.ts'
import type { TableName } from '../../core/names.ts'
import type { TableShape } from '../../core/table.ts'
import { inKeys, type KeySet, keyText } from '../keys.sql.ts'
import { raw, type Sql, sql, table } from '../tag.ts'

export type HoldRow = Readonly<{
  id: string
  key: string
  reason: string
  case_number: string | null
  set_by: string
  set_at: string
  released_by: string | null
  released_at: string | null
  release_reason: string | null
}>

const COLUMNS =
  raw(`h.id::text as id, h.subject_key as key, h.reason, h.case_number, h.set_by, h.set_at::text as set_at,
    h.released_by, h.released_at::text as released_at, h.release_reason`)

/**
 * The open holds on subjects of a table (qualified), as rows `alias`. A hold that its own statement is still writing
 * has the subject's row locked, and so cannot appear behind the back of whoever has it locked.
 */
export const openHoldsSql = (alias: Sql, subject: string): Readonly<{ rows: Sql; where: Sql }> => ({
  rows: sql`mothball.hold ${alias}`,
  where: sql`${alias}.subject = ${subject} and ${alias}.released_at is null`,
})

/** `key` holds one key, `text` is the same as the journal writes it; `archive` is null before there is an archive table. */
export type HoldPlace = Readonly<{
  shape: TableShape
  archive: TableName | null
  key: KeySet
  text: string
  subject: string
}>

/**
 * No row: the subject was not there in this statement's snapshot. He may have changed sides while it waited for his
 * lock, so that only a second statement, with a new snapshot, can say that he is gone.
 */
export function setHoldSql(
  { shape, archive, key, text, subject }: HoldPlace,
  { reason, caseNumber, actor }: Readonly<{ reason: string; caseNumber: string | null; actor: string }>,
): Sql<HoldRow & { tier: string }> {
  const locked = (
    name: TableName,
    tier: string,
  ) => sql`select ${keyText(raw('s'), shape.key)} as key, ${tier}::text as tier
      from only ${table(name)} s where ${inKeys(raw('s'), shape.key, key, shape)} for key share`
  const archived = archive === null ? raw('') : sql`, archived as materialized (${locked(archive, 'archive')})`
  const either = archive === null ? raw('') : raw('union all select * from archived')
  // Where only cold files have him, his row in the journal stands for his own: an erasure locks it.
  const cold = sql`select c.subject_key as key, 'cold'::text as tier from mothball.cold_family c
      where c.subject = ${subject} and c.subject_key = ${text} and c.state = 'purged' for key share`
  return sql`with active as materialized (${locked(shape.name, 'active')})${archived}, cold as materialized (${cold}),
    place as materialized (select * from (select * from active ${either} union all select * from cold) p limit 1),
    h as (insert into mothball.hold (subject, subject_key, reason, case_number, set_by)
      select ${subject}, key, ${reason}, ${caseNumber}, ${actor} from place returning *)
    select ${COLUMNS}, place.tier from h cross join place`
}

export const releaseHoldSql = (
  subject: string,
  choice: HoldChoice,
  { actor, reason }: Readonly<{ actor: string; reason: string | null }>,
): Sql<HoldRow> =>
  sql`update mothball.hold h set released_by = ${actor}, released_at = clock_timestamp(), release_reason = ${reason}
    where h.subject = ${subject} and h.released_at is null and ${chosen(choice)} returning ${COLUMNS}`

/** `caseNumber` null: of any case, and of none; `before` a hold's number pages on. */
export type HoldList = Readonly<{ all: boolean; caseNumber: string | null; before: number | null; limit: number }>

/** Newest first. */
export const listHoldsSql = (subject: string, { all, caseNumber, before, limit }: HoldList): Sql<HoldRow> =>
  sql`select ${COLUMNS} from mothball.hold h
    where h.subject = ${subject} and (${all}::boolean or h.released_at is null)
      and (${caseNumber}::text is null or h.case_number = ${caseNumber}::text)
      and (${before}::bigint is null or h.id < ${before}::bigint) order by h.id desc limit ${limit}::bigint`

function chosen(choice: HoldChoice): Sql {
  if ('id' in choice) return sql`h.id = ${choice.id}::bigint`
  return 'key' in choice ? sql`h.subject_key = ${choice.key}` : sql`h.case_number = ${choice.caseNumber}`
}

/**
 * Those of `keys` that an open hold protects. The one question that everything that destroys asks, after it has locked
 * the subjects' rows and in a statement of its own: a hold that was set before is seen, one that is set later waits.
 */
export function heldAmongSql(subject: string, keys: readonly string[]): Sql<{ key: string }> {
  const open = openHoldsSql(raw('h'), subject)
  return sql`select distinct h.subject_key as key from ${open.rows} where ${open.where} and h.subject_key = any(${keys}::text[])`
}
