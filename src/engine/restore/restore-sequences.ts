/** Raises the sequences that restored keys have overtaken, before the rows come home, so that no insert meets them. */
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

export const overtakenBy = (home: TableShape, row: HomeRow | undefined): readonly Overtaken[] =>
  sequenceColumns(home).flatMap(({ sequence }, index) => {
    const target = row?.[`beyond_${index}`]
    return target === null || target === undefined ? [] : [{ table: home.name, sequence, target }]
  })

/** Gaps in a sequence are harmless, so this may commit although the batch does not come home later. */
export async function raiseSequences(
  database: Database,
  { timeouts }: Policy,
  sequences: readonly Overtaken[],
): Promise<void> {
  for (const { table, sequence, target } of sequences) {
    await database.transaction({ timeouts }, async (session) => {
      const way = await session.maybe(stepsSql(sequence, target))
      if (way === null) return
      if (Number(way.steps) <= MAX_STEPS) {
        await session.execute(advanceSql(sequence, Number(way.steps)))
        return
      }
      await session.execute(keepInsertsAwaySql(table))
      await session.execute(jumpSql(sequence, target))
    })
  }
}
