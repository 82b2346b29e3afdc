/**
 * Our side of each comparison: the run's own way of moving, with its lease, its heartbeat and its journal, but without
 * the plan before it and the sealing and vacuuming after it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ArchiveEvent } from '../src/core/event.ts'
import type { Policy } from '../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../src/core/policy-schema.ts'
import { shapeOf } from '../src/core/table.ts'
import type { Database } from '../src/db/database.ts'
import { fingerprintsOf } from '../src/db/fingerprint.ts'
import { startRun } from '../src/db/journal/run.ts'
import { applyMigration, planIndexes, planMigration } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open-database.ts'
import { inspectSound } from '../src/engine/inspect.ts'
import { type Engine, INERT_SIGNALS } from '../src/engine/ports.ts'
import { acquireLease, keepLease, leaseTransaction } from '../src/engine/run/lease.ts'
import { moveEligible } from '../src/engine/run/move-eligible.ts'
import { FailureShare } from '../src/engine/run/outcome.ts'
import type { Template } from './arena.ts'
import type { Contender } from './interleave.ts'
import { type StatementTimes, timedDatabase } from './statement-times.ts'

export function policyOf(input: PolicyInput): Policy {
  const policy = parsePolicy(input, 'bench')
  if (isProblems(policy)) throw new Error(policy.map(({ field, problem }) => `${field} ${problem}`).join('; '))
  return policy
}

export async function withEngine<T>(
  url: string,
  work: (engine: Engine) => Promise<T>,
  emit: Engine['emit'] = () => undefined,
): Promise<T> {
  const database = openDatabase({ url })
  try {
    return await work({
      database,
      emit,
      signals: INERT_SIGNALS,
      pause: { sleep: async (milliseconds) => void (await delay(milliseconds)) },
    })
  } finally {
    await database.close()
  }
}

/** Makes archive tables, log table and journal, as `mothball migrate` does. */
export const migrateFor = (url: string, policy: Policy): Promise<void> =>
  withEngine(url, async ({ database }) => {
    await applyMigration(database, await planMigration(database, [policy]))
  })

/** The optional indexes, as `mothball migrate --indexes` makes them. */
export const indexFor = (url: string, policy: Policy): Promise<void> =>
  withEngine(url, async ({ database }) => {
    await applyMigration(database, await planIndexes(database, [policy]))
  })

/** A contender that moves all that is eligible under this policy. */
export const moving = (
  name: string,
  template: Template,
  policy: Policy,
  times: StatementTimes | null = null,
): Contender => ({ name, template, run: (url) => moveAll(url, policy, times) })

export type Moved = Readonly<{
  ms: number
  /** All rows that moved, subjects and related ones. */
  rows: number
  /** Milliseconds from one batch's end to the next one's, the scan for it included. */
  batches: readonly number[]
}>

/** Moves all that is eligible; timed from the first look for keys to the last commit. */
export async function moveAll(url: string, policy: Policy, times: StatementTimes | null = null): Promise<Moved> {
  const ends: BatchEnd[] = []
  const emit = (event: ArchiveEvent) => {
    if (event.kind === 'batch-moved') ends.push({ at: performance.now(), rows: event.rows })
  }
  return withEngine(url, (engine) => moveTimed(engine, policy, times, ends), emit)
}

type BatchEnd = Readonly<{ at: number; rows: number }>

async function moveTimed(
  engine: Engine,
  policy: Policy,
  times: StatementTimes | null,
  ends: readonly BatchEnd[],
): Promise<Moved> {
  const { database } = engine
  const { family, catalog } = await inspectSound(database, policy)
  const started = await open(database, policy)
  const oids = family.tables.flatMap((each) => [each.shape.oid, shapeOf(catalog, each.archive)?.oid ?? []].flat())
  const fingerprints = await database.transaction({}, (session) => fingerprintsOf(session, oids))
  using lease = keepLease(engine, policy, started.epoch)
  const judgement = { policy, family, moment: started.moment, journal: true }
  const watched = times === null ? engine : { ...engine, database: timedDatabase(database, times) }
  const context = { engine: watched, judgement, lease, run: started.run, oids, fingerprints, share: new FailureShare() }
  const startedAt = performance.now()
  const { outcome } = await moveEligible(
    context,
    { batchSize: policy.batchSize, maxRows: null, ceiling: Number.POSITIVE_INFINITY },
    () => null,
  )
  const ms = performance.now() - startedAt
  if (outcome.failed + outcome.becameActive + outcome.deferred.length > 0)
    throw new Error('a bench run leaves nobody behind')
  const batches = ends.map(({ at }, index) => at - (ends[index - 1]?.at ?? startedAt))
  return { ms, rows: ends.reduce((sum, { rows }) => sum + rows, 0), batches }
}

const open = (database: Database, policy: Policy) =>
  leaseTransaction(database, policy, async (session) => {
    const start = { operation: 'archive', actor: 'bench', reason: null, dryRun: false, slot: null } as const
    const started = await startRun(session, policy, start)
    if (started === null) throw new RangeError('a run without a slot always starts')
    return { ...started, epoch: await acquireLease(session, policy, started.run) }
  })
