/** Raises the sequences that restored keys have overtaken, before the rows come home, so that no insert meets them. */
import { hasCode } from '../../core/errors/index.ts'
import type { TableName } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { TableShape } from '../../core/table.ts'
import type { Database } from '../../db/database.ts'
import type { HomeRow } from '../../sql/restore-move.sql.ts'
import {
  advanceSql,
  jumpSql,
  keepInsertsAwaySql,
  MAX_STEPS,
  sequenceColumns,
  stepsSql,
} from '../../sql/sequence.sql.ts'

/** A sequence of `table` that has to go to `target` first. */
export type Overtaken = Readonly<{ table: TableName; sequence: string; target: string }>

/** Thrown to roll a batch back until its sequences are raised: raising them in its transaction would hold their table. */
export class SequencesOvertaken extends Error {
  readonly sequences: readonly Overtaken[]

  constructor(sequences: readonly Overtaken[]) {
    super('sequences are behind the keys that come home')
    this.sequences = sequences
  }
}

/** As many steps as one statement takes where inserts cannot be kept away: about a second. */
const STEPS_AT_ONCE = 2_000_000
/** The way is no longer than this for whoever may not keep inserts away: about two minutes. */
const MOST_STEPS = 200_000_000

export const overtakenBy = (home: TableShape, row: HomeRow | undefined): readonly Overtaken[] =>
  sequenceColumns(home).flatMap(({ sequence }, index) => {
    const target = row?.[`beyond_${index}`]
    return target === null || target === undefined ? [] : [{ table: home.name, sequence, target }]
  })

/**
 * Gaps in a sequence are harmless, so this may commit although the batch does not come home later. Throws
 * `privilege_missing` where the way is too long for steps and the table may not be locked.
 */
export async function raiseSequences(
  database: Database,
  { timeouts }: Policy,
  sequences: readonly Overtaken[],
): Promise<void> {
  for (const each of sequences) {
    const steps = await stepsOf(database, each)
    if (steps > MAX_STEPS && (await jump(database, timeouts, each))) continue
    await walk(database, each)
  }
}

const stepsOf = async (database: Database, { sequence, target }: Overtaken): Promise<number> =>
  Number((await database.maybe(stepsSql(sequence, target)))?.steps ?? 0)

/** False where the user may not keep inserts away, which before PostgreSQL 17 asks for a right to change rows. */
async function jump(database: Database, timeouts: Policy['timeouts'], each: Overtaken): Promise<boolean> {
  try {
    await database.transaction({ timeouts }, async (session) => {
      await session.execute(keepInsertsAwaySql(each.table))
      await session.execute(jumpSql(each.sequence, each.target))
    })
    return true
  } catch (error) {
    const isWalkable = hasCode(error, 'privilege_missing') && (await stepsOf(database, each)) <= MOST_STEPS
    if (!isWalkable) throw error
    return false
  }
}

/** Needs no lock: others who take numbers meanwhile only shorten the way. */
async function walk(database: Database, each: Overtaken): Promise<void> {
  for (let left = await stepsOf(database, each); left > 0; left = await stepsOf(database, each))
    await database.execute(advanceSql(each.sequence, Math.min(left, STEPS_AT_ONCE)))
}
