/**
 * Times the policy's probes and measures its tables, before and after a run, and keeps both in the journal. Whatever
 * goes wrong here is told and kept with the reading; it never fails a run, and never holds one up for long.
 */
import { MothballError } from '../core/errors/index.ts'
import { type Family, movedTables } from '../core/family.ts'
import type { Policy } from '../core/policy.ts'
import { type Probe, type ProbeTiming, readTiming } from '../core/probe.ts'
import { quantile } from '../core/statistics.ts'
import { sqlstateOf } from '../db/database-error.ts'
import { type ProbeReading, recordProbeSql, recordSizeSql } from '../sql/journal/probe.sql.ts'
import { beginReadOnlySql, explainProbeSql, tierSizesNowSql } from '../sql/probe.sql.ts'
import type { Engine } from './ports.ts'

export type ProbeInput = Readonly<{ policy: Policy; family: Family; run: number; phase: 'before' | 'after' }>

/** All probes of one phase together; those that are left then are left out. */
const PHASE_MS = 60_000

/** Resolves when all is read and recorded, or when it is clear that it cannot be. */
export async function takeProbes(engine: Engine, input: ProbeInput): Promise<void> {
  const startedAt = performance.now()
  // Another process that goes on with the run would take the middle of it for its beginning.
  if ((await told(engine, input, 'size', () => recordSizes(engine, input))) === 0) return
  for (const probe of input.policy.probes) {
    if (performance.now() - startedAt > PHASE_MS) return
    await told(engine, input, probe.name, async () => {
      const reading = await readProbe(engine, input, probe)
      await engine.database.execute(recordProbeSql(reading))
      if (reading.problem !== null) throw new MothballError('probe_failed', { problem: reading.problem })
    })
  }
}

/** An error ends the reading, not the run: then null. */
async function told<T>(engine: Engine, { run }: ProbeInput, probe: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    const problem = error instanceof MothballError ? problemOf(error) : 'unexpected'
    engine.emit({ kind: 'probe-failed', run, probe, problem })
    return null
  }
}

const problemOf = (error: MothballError): string => sqlstateOf(error) || String(error.facts['problem'] ?? error.code)

/** How many it recorded: none where this phase of the run was measured before. */
function recordSizes({ database }: Engine, { policy, family, run, phase }: ProbeInput): Promise<number> {
  const tables = movedTables(family).flatMap(({ shape, archive }) => [
    { tier: 'active' as const, name: shape.name },
    { tier: 'archive' as const, name: archive },
  ])
  // A table that somebody has locked as a whole is not waited for.
  return database.transaction({ timeouts: policy.timeouts }, async (session) => {
    let recorded = 0
    for (const size of await session.rows(tierSizesNowSql(tables)))
      recorded += await session.execute(recordSizeSql(run, phase, size))
    return recorded
  })
}

async function readProbe(engine: Engine, { policy, run, phase }: ProbeInput, probe: Probe): Promise<ProbeReading> {
  const base = { policy: policy.name, run, phase, name: probe.name }
  const timings: ProbeTiming[] = []
  try {
    for (let n = 0; n < probe.repeat; n += 1) timings.push(await timeOnce(engine, probe))
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    return { ...base, ...NO_READING, problem: problemOf(error) }
  }
  const median = (of: 'rows' | 'sharedHit' | 'sharedRead') =>
    Math.round(
      quantile(
        timings.map((each) => each[of]),
        0.5,
      ) ?? 0,
    )
  return {
    ...base,
    durationsMs: timings.map(({ ms }) => ms),
    rows: median('rows'),
    sharedHit: median('sharedHit'),
    sharedRead: median('sharedRead'),
    problem: null,
  }
}

const NO_READING = { durationsMs: [], rows: null, sharedHit: null, sharedRead: null }

/**
 * In a transaction of its own that can only read, with the search path and the parallel workers of the role, as the
 * user's programs have them.
 */
const timeOnce = ({ database }: Engine, { sql, timeoutMs }: Probe): Promise<ProbeTiming> =>
  database.transaction(
    { timeouts: { lockMs: timeoutMs, statementMs: timeoutMs, idleMs: timeoutMs }, parallel: true },
    async (session) => {
      await session.execute(beginReadOnlySql)
      const row = await session.one(explainProbeSql(sql))
      const timing = readTiming(row['QUERY PLAN'])
      if (timing === null) throw new MothballError('probe_failed', { problem: 'unreadable' })
      return timing
    },
  )
