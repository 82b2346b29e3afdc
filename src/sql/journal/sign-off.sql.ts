/** Sign-offs: given, withdrawn, listed. */
import { raw, type Sql, sql } from '../tag.ts'

export type SignOffRow = Readonly<{
  id: string
  item: string
  policy_hash: string
  note: string
  actor: string
  role: string | null
  signed_at: string
  withdrawn_by: string | null
  withdrawn_at: string | null
  withdraw_reason: string | null
}>

const COLUMNS = raw(`id::text as id, item, policy_hash, note, actor, role, signed_at::text as signed_at,
    withdrawn_by, withdrawn_at::text as withdrawn_at, withdraw_reason`)

export type NewSignOff = Readonly<{ item: string; hash: string; note: string; actor: string; role: string | null }>

export const giveSignOffSql = (policy: string, { item, hash, note, actor, role }: NewSignOff): Sql<SignOffRow> =>
  sql`insert into mothball.sign_off (policy, item, policy_hash, note, actor, role)
    values (${policy}, ${item}, ${hash}, ${note}, ${actor}, ${role}) returning ${COLUMNS}`

/** No row: it is not there, or was withdrawn before. */
export const withdrawSignOffSql = (
  policy: string,
  { id, reason, actor }: Readonly<{ id: number; reason: string; actor: string }>,
): Sql<SignOffRow> =>
  sql`update mothball.sign_off set withdrawn_by = ${actor}, withdrawn_at = pg_catalog.clock_timestamp(),
      withdraw_reason = ${reason}
    where policy = ${policy} and id = ${id}::bigint and withdrawn_at is null returning ${COLUMNS}`

/** Newest first. */
export const listSignOffsSql = (policy: string, all: boolean, limit: number): Sql<SignOffRow> =>
  sql`select ${COLUMNS} from mothball.sign_off
    where policy = ${policy} and (${all}::boolean or withdrawn_at is null) order by id desc limit ${limit}::bigint`
