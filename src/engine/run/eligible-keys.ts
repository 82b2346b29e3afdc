/** The eligible subjects of a run, batch by batch in the key's order, found window by window. */
import { subjectOf } from '../../core/family.ts'
import type { Database } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { type OrderedKeys, orderedKeysOf } from '../../sql/ordered-keys.sql.ts'
import { eligibleInWindowSql, lastCandidateSql, windowEndSql } from '../../sql/scan.sql.ts'

/** A window is ten batches of old keys, and never so few that the scan itself would be made of round trips. */
const WINDOW_BATCHES = 10
const MIN_WINDOW_ROWS = 10_000

export type ScanLimits = Readonly<{ batchSize: number; maxRows: number | null }>

/** Each key once. What becomes eligible behind the cursor waits for the next run. */
export async function* eligibleKeys(
  database: Database,
  judgement: Judgement,
  limits: ScanLimits,
): AsyncGenerator<OrderedKeys> {
  const last = (await database.maybe(lastCandidateSql(judgement)))?.key
  if (last === undefined) return
  const rows = Math.max(limits.batchSize * WINDOW_BATCHES, MIN_WINDOW_ROWS)
  let left = limits.maxRows ?? Number.MAX_SAFE_INTEGER
  let after: string | null = null
  while (left > 0) {
    const upTo: string = (await database.maybe(windowEndSql(judgement, { after, last, rows })))?.key ?? last
    const found = await database.rows(
      eligibleInWindowSql(judgement, { after, upTo }, { batchSize: limits.batchSize, limit: left }),
    )
    for (const row of found) {
      const keys = orderedKeysOf(row, subjectOf(judgement.family).shape.key)
      left -= keys.count
      yield keys
    }
    if (upTo === last) return
    after = upTo
  }
}
