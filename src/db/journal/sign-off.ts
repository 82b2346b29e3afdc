/** Typed reads and writes of sign-offs. */
import { z } from 'zod'
import { SIGN_OFF_NAMES, type SignOff } from '../../core/sign-off.ts'
import {
  giveSignOffSql,
  listSignOffsSql,
  type NewSignOff,
  type SignOffRow,
  withdrawSignOffSql,
} from '../../sql/journal/sign-off.sql.ts'
import type { Session } from '../database.ts'

const item = z.enum(SIGN_OFF_NAMES)

export const insertSignOff = async (session: Session, policy: string, given: NewSignOff): Promise<SignOff> =>
  signOffOf(await session.one(giveSignOffSql(policy, given)))

/** Null where none of that number stands. */
export async function endSignOff(
  session: Session,
  policy: string,
  withdrawal: Readonly<{ id: number; reason: string; actor: string }>,
): Promise<SignOff | null> {
  const row = await session.maybe(withdrawSignOffSql(policy, withdrawal))
  return row === null ? null : signOffOf(row)
}

export const readSignOffs = async (
  session: Session,
  policy: string,
  { all, limit }: Readonly<{ all: boolean; limit: number }>,
): Promise<readonly SignOff[]> => (await session.rows(listSignOffsSql(policy, all, limit))).map(signOffOf)

const signOffOf = (row: SignOffRow): SignOff => ({
  id: Number(row.id),
  item: item.parse(row.item),
  hash: row.policy_hash,
  note: row.note,
  signedBy: row.actor,
  role: row.role,
  signedAt: row.signed_at,
  withdrawnBy: row.withdrawn_by,
  withdrawnAt: row.withdrawn_at,
  withdrawReason: row.withdraw_reason,
})
