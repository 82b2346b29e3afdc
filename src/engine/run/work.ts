/** What every process that works on a run has in hand: whose run it is, what it may do, and the tables as judged. */
import type { Family } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import type { Catalog } from '../../core/table.ts'
import type { RunLimits, StartedRun } from '../../db/journal/run.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import type { Engine } from '../ports.ts'
import type { Lease } from './lease.ts'
import type { MoveContext } from './move-batch.ts'
import { FailureShare, type LateAccount } from './outcome.ts'

/** The family's tables and their archive tables, and their shapes as they were judged. */
export type JudgedTables = Readonly<{
  family: Family
  catalog: Catalog
  oids: readonly string[]
  fingerprints: string
}>

export type Work = Readonly<{
  policy: Policy
  tables: JudgedTables
  started: StartedRun
  limits: RunLimits
  /** What the plan at the run's start found, quarantined ones left out. */
  eligible: number
  actor: string
  /** The database's moment at which this process began its part. */
  since: string
  signal: AbortSignal | null
  /** What sweeps have found and done: this process's, and those of all lanes when they have ended. */
  late: LateAccount
}>

export const judgementOf = ({ policy, tables, started }: Pick<Work, 'policy' | 'tables' | 'started'>): Judgement => ({
  policy,
  family: tables.family,
  moment: started.moment,
  journal: true,
})

/** What a batch of this run needs; each process has its own share of failures. */
export const moveContext = (
  engine: Engine,
  work: Pick<Work, 'policy' | 'tables' | 'started'>,
  lease: Pick<Lease, 'name' | 'epoch'>,
): MoveContext => ({
  engine,
  judgement: judgementOf(work),
  lease,
  run: work.started.run,
  oids: work.tables.oids,
  fingerprints: work.tables.fingerprints,
  share: new FailureShare(),
})
