/** Typed reads and writes of erasures. */
import { z } from 'zod'
import { type Erasure, METHODS, notReachedBy, type Obstacle, PLACES, type Reached } from '../../core/erase.ts'
import { type ErasureRow, holdsOnSql, listErasuresSql, recordErasureSql } from '../../sql/journal/erasure.sql.ts'
import type { Session } from '../database.ts'

const reached = z.array(
  z.strictObject({
    place: z.enum(PLACES),
    object: z.string(),
    rows: z.number(),
    columns: z.array(z.string()).optional(),
  }),
)

type Receipt = Pick<Erasure, 'method' | 'policy' | 'run' | 'caseNumber' | 'reason' | 'actor'> &
  Readonly<{ reached: readonly Reached[] }>

export const recordErasure = async (
  session: Session,
  subject: string,
  key: string,
  receipt: Receipt,
): Promise<Erasure> =>
  erasureOf(await session.one(recordErasureSql(subject, key, { ...receipt, reached: JSON.stringify(receipt.reached) })))

export const readErasures = async (
  session: Session,
  subject: string,
  which: Readonly<{ key: string | null; before: number | null; limit: number }>,
): Promise<readonly Erasure[]> => (await session.rows(listErasuresSql(subject, which))).map(erasureOf)

/** Null where nobody holds him. */
export async function heldBy(
  session: Session,
  subject: string,
  key: string,
): Promise<Extract<Obstacle, { kind: 'held' }> | null> {
  const rows = await session.rows(holdsOnSql(subject, key))
  const holds = rows.map((row) => ({ id: Number(row.id), caseNumber: row.case_number, setAt: row.set_at }))
  return holds.length === 0 ? null : { kind: 'held', holds }
}

const methodOf = (row: ErasureRow) => z.enum(METHODS).parse(row.method)

const erasureOf = (row: ErasureRow): Erasure => ({
  erasure: Number(row.id),
  method: methodOf(row),
  policy: row.policy,
  run: Number(row.run),
  caseNumber: row.case_number,
  reason: row.reason,
  actor: row.actor,
  erasedAt: row.erased_at,
  reached: reached.parse(JSON.parse(row.reached)),
  unremoved: z.array(z.string()).parse(JSON.parse(row.unremoved)),
  notReached: notReachedBy(methodOf(row)),
})
