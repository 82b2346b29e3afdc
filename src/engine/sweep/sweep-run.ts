/**
 * The sweeps of a run: after each batch below its own families, where nothing but this look guards them; and over
 * everything at the end, where that takes about a second. What breaks off here harms nothing that was moved, and is told.
 */
import { MothballError } from '../../core/errors/index.ts'
import { type Family, subjectOf } from '../../core/family.ts'
import { NOTHING_SWEPT, type Swept, sumOfCounts } from '../../core/late.ts'
import { type Catalog, shapeOf, type TableShape } from '../../core/table.ts'
import { type FoundTable, findLateEverywhere, findLateOfBatch } from './find-late.ts'
import { type Settled, type SweepContext, settleLate } from './settle-late.ts'

/** Rows that are gone through at a run's end at the most: half a second a million. */
const AFFORDABLE_ROWS = 3_000_000

/** With its share of the indexes. */
const BYTES_PER_ROW = 200

/** A look that finds more than it can name is followed by another, as long as something is mended. */
const MOST_LOOKS = 100

export const countsOf = (
  tables: readonly FoundTable[],
  of: (each: FoundTable) => number,
): Readonly<Record<string, number>> =>
  Object.fromEntries(tables.map((each) => [each.table, of(each)] as const).filter(([, count]) => count > 0))

/** After a batch has committed. What is left then is found, and told, by the sweep over everything. */
export async function sweepBatch(context: SweepContext, batch: number): Promise<void> {
  const { policy } = context.judgement
  if (policy.late === 'report' || context.places.unguarded.length === 0) return
  await told(context, async () => {
    const found = await findLateOfBatch(context.engine.database, context.places, batch)
    if (found.every(({ owners }) => owners.length === 0)) return
    announce(context, found)
    const settled = await settleLate(context, found, policy.late)
    const isSettled = sumOfCounts(settled.left) === 0
    const rows = isSettled ? countsOf(found, (each) => each.rows) : {}
    context.late.add({ ...NOTHING_SWEPT, rows, restored: settled.restored, followed: settled.followed })
  })
}

/** At the end of a run; left out, and told so, where the tables are too large for that. */
export async function sweepAtEnd(context: SweepContext, catalog: Catalog): Promise<void> {
  const { engine, run } = context
  const rows = rowsToRead(context.judgement.family, catalog)
  if (rows > AFFORDABLE_ROWS) {
    engine.emit({ kind: 'sweep-left-out', run, rows })
    return
  }
  await told(context, async () => context.late.add(await sweepEverywhere(context)))
}

/** By the planner's estimates: what a look over everything reads. */
function rowsToRead(family: Family, catalog: Catalog): number {
  const twin = shapeOf(catalog, subjectOf(family).archive)
  const shapes = [...family.tables.map(({ shape }) => shape), ...(twin === undefined ? [] : [twin])]
  return shapes.reduce((sum, each) => sum + estimateOf(each), 0)
}

/** A table that was never analyzed is judged by its size. */
const estimateOf = ({ estimatedRows, bytes }: TableShape): number =>
  estimatedRows < 0 ? Math.round(bytes / BYTES_PER_ROW) : estimatedRows

/** Looks at everything, and mends what the policy lets it. */
export async function sweepEverywhere(context: SweepContext, action = context.judgement.policy.late): Promise<Swept> {
  const { engine, judgement, places } = context
  let done: Settled = { restored: 0, followed: 0, left: {} }
  let rows: Readonly<Record<string, number>> = {}
  for (let look = 1; ; look += 1) {
    const { tables, returned } = await findLateEverywhere(engine.database, judgement.family, places)
    if (look === 1) rows = countsOf(tables, (each) => each.rows)
    announce(context, tables)
    const settled = await settleLate(context, tables, action)
    const mended = settled.restored + settled.followed
    done = {
      restored: done.restored + settled.restored,
      followed: done.followed + settled.followed,
      left: settled.left,
    }
    if (mended > 0 && look < MOST_LOOKS && !context.signal?.aborted) continue
    if (returned.subjects > 0)
      engine.emit({ kind: 'subjects-returned', run: context.run, count: returned.subjects, keys: returned.keys })
    const unowned = tables.reduce((sum, each) => sum + each.unowned, 0)
    return { ...done, rows, unowned, nobody: countsOf(tables, (each) => each.nobody), returned, isWhole: true }
  }
}

function announce({ engine, run }: SweepContext, tables: readonly FoundTable[]): void {
  const rows = tables.reduce((sum, each) => sum + each.rows, 0)
  const families = new Set(tables.flatMap(({ owners }) => owners)).size
  if (rows > 0) engine.emit({ kind: 'late-found', run, rows, families })
}

async function told({ engine, run }: SweepContext, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MothballError) || error.code === 'lease_lost') throw error
    engine.emit({ kind: 'not-swept', run, code: error.code })
  }
}
