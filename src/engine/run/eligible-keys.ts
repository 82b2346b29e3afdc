/** The eligible subjects of a run, window by window in the key's order, each window cut into batches. */
import { subjectOf } from '../../core/family.ts'
import type { KeyRange } from '../../core/lane.ts'
import type { Database, Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { type OrderedKeys, orderedKeysOf } from '../../sql/ordered-keys.sql.ts'
import { eligibleInWindowSql, lastCandidateSql, windowEndSql } from '../../sql/scan.sql.ts'

/** A window is ten batches of old keys, and never so few that the scan itself would be made of round trips. */
const WINDOW_BATCHES = 10
const MIN_WINDOW_ROWS = 10_000

export type ScanLimits = Readonly<{
  batchSize: number
  maxRows: number | null
  /** Left out: all candidates. */
  range?: KeyRange
}>

/** Each key once. What becomes eligible behind the cursor waits for the next run. */
export async function* eligibleWindows(
  database: Database,
  judgement: Judgement,
  limits: ScanLimits,
): AsyncGenerator<readonly OrderedKeys[]> {
  const last = limits.range?.upTo ?? (await lastCandidate(database, judgement))
  if (last === null) return
  let left = limits.maxRows ?? Number.MAX_SAFE_INTEGER
  let after: string | null = limits.range?.after ?? null
  while (left > 0) {
    const place: Place = { after, last, batchSize: limits.batchSize, limit: left }
    const window: Window = await database.transaction({}, (session) => scanWindow(session, judgement, place))
    left -= countKeys(window.batches)
    yield window.batches
    if (window.upTo === last) return
    after = window.upTo
  }
}

type Place = Readonly<{ after: string | null; last: string; batchSize: number; limit: number }>

type Window = Readonly<{ batches: readonly OrderedKeys[]; upTo: string }>

async function scanWindow(
  session: Session,
  judgement: Judgement,
  { after, last, batchSize, limit }: Place,
): Promise<Window> {
  const rows = Math.max(batchSize * WINDOW_BATCHES, MIN_WINDOW_ROWS)
  const upTo = (await session.maybe(windowEndSql(judgement, { after, last, rows })))?.key ?? last
  const found = await session.rows(eligibleInWindowSql(judgement, { after, upTo }, { batchSize, limit }))
  const { key } = subjectOf(judgement.family).shape
  return { upTo, batches: found.map((row) => orderedKeysOf(row, key)) }
}

/** The largest candidate key; null where nobody is old enough. */
export const lastCandidate = async (database: Database, judgement: Judgement): Promise<string | null> =>
  (await database.maybe(lastCandidateSql(judgement)))?.key ?? null

export const countKeys = (sets: readonly OrderedKeys[]): number => sets.reduce((sum, { count }) => sum + count, 0)
