/**
 * (1) The policy: what moves, when, what keeps it, what goes along. Parsed once, at the edge; inside, the type is
 * the proof. A policy is data: no clock, no database, no SQL text. Its hash names the version that a run obeyed.
 */
import { createHash } from 'node:crypto'
import type { LateAction } from './late.ts'
import type { TableName } from './names.ts'
import type { PaceLimits } from './pace.ts'
import type { Probe } from './probe.ts'
import type { Schedule } from './schedule.ts'

/** `zone` gives a `timestamp` or `date` its meaning; `unit` gives it to a bigint. Both null: timestamptz. */
export type TimeColumn = Readonly<{ column: string; unit: 'epoch_ms' | 'epoch_s' | null; zone: string | null }>

/** `ago`/`ahead` are days of 24 hours from the run's moment. */
export type ConditionValue = string | number | boolean | Readonly<{ ago: number }> | Readonly<{ ahead: number }>

export type Condition = Readonly<{
  column: string
  operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is null' | 'is not null'
  /** Absent for `is null` and `is not null`, a list for `in` and `not in`. */
  value: ConditionValue | readonly (string | number)[] | null
  unit: TimeColumn['unit']
  zone: string | null
}>

/** Keeps a candidate active while a row of `relation` (null: the subject itself) meets every condition. */
export type KeepRule = Readonly<{ name: string; relation: string | null; where: readonly Condition[] }>

export type RelatedAction = 'archive' | 'keep' | 'block'

/** How the rows of one table belong to a subject, or to rows that do. */
export type Relation = Readonly<{
  name: string
  table: TableName
  /** Referencing columns; null: as the only foreign key to the parent says. */
  columns: readonly string[] | null
  /** Name of the relation that is referenced; null: the subject. */
  parent: string | null
  /** Referenced columns; null: the foreign key's, or the parent's primary key. */
  references: readonly string[] | null
  action: RelatedAction
  /** A missing table or column is reported, and the run goes on without it. */
  optional: boolean
}>

/** `HH:MM` in `zone`; `to` before `from` crosses midnight. */
export type Window = Readonly<{ from: string; to: string; zone: string }>

/** Columns that `show` searches, by the kind of contact they hold. */
export type SearchColumns = Readonly<{ phone: readonly string[]; email: readonly string[]; text: readonly string[] }>

/**
 * When archived families may go into cold files, and when they may be destroyed. `keep` counts by the calendar from the
 * moment at which a family was archived: years and months first, then days. Who was archived on 29 February is kept
 * until 28 February where the last year has no 29th.
 */
export type ColdTerms = Readonly<{
  exportAfterDays: number
  keep: Readonly<{ years: number; months: number; days: number }>
  /** At the most in one set of files. */
  familiesPerFile: number
}>

/** By table and column: what takes the place of a value. Null, or a text that is read as the column's type. */
export type Identifying = Readonly<Record<string, Readonly<Record<string, string | null>>>>

export type Timeouts = Readonly<{ lockMs: number; statementMs: number; idleMs: number; leaseMs: number }>

export type Policy = Readonly<{
  name: string
  subject: TableName
  age: TimeColumn & Readonly<{ days: number }>
  keep: readonly KeepRule[]
  relations: readonly Relation[]
  /** Tables with a foreign key into the family join it, with `related` as their action. */
  discover: boolean
  related: RelatedAction
  /** What becomes of a related row that is written for an archived subject. */
  late: LateAction
  batchSize: number
  /** Largest share of the active table (0 to 1) that a run moves without `--confirm`. */
  guard: number
  window: Window | null
  /** When it runs by itself; null: never. */
  schedule: Schedule | null
  /** Key ranges at the most that a large run is cut into, for as many workers. */
  lanes: number
  /** Lanes that one process goes through beside each other; a large run is cut into at least so many. */
  parallel: number
  reason: string
  archivedBy: string
  logTable: TableName
  archiveSuffix: string
  keepUntilDays: number
  timeouts: Timeouts
  /** Beyond these a run goes slower. */
  throttle: PaceLimits
  /** Both sides of each batch are compared by digest; off only for measuring what that costs. */
  compare: boolean
  /** User triggers on source tables that the policy knows and accepts, as `table.trigger`. */
  acceptedTriggers: readonly string[]
  search: SearchColumns
  /** `<table>_all` over each table that moves and its archive, with the tier as a column. */
  views: boolean
  /** Whether a person who is active may be erased: never, or where no keep rule holds. Archived ones always may. */
  erasure: Readonly<{
    active: 'refuse' | 'unless_kept'
    /** What a de-identification replaces, and by what. */
    identifying: Identifying
    /** A named column that does not exist is an error, or is told and passed over. */
    missing: 'refuse' | 'pass'
    /** Within so many days of 24 hours a request is due. */
    dueDays: number
  }>
  /** Queries that are timed before and after each run. */
  probes: readonly Probe[]
  cold: ColdTerms
}>

/** The zone in which people read the policy's times; null: the database's own. */
export const policyZone = ({ window, schedule, age }: Pick<Policy, 'window' | 'schedule' | 'age'>): string | null =>
  window?.zone ?? schedule?.zone ?? age.zone

/** First 12 hex digits of SHA-256 over the policy's canonical JSON: the version that a run obeyed. */
export const policyHash = (policy: Policy): string =>
  createHash('sha256').update(canonicalJson(policy)).digest('hex').slice(0, 12)

/** JSON with sorted keys, so that the same policy written in another order has the same hash. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** The name of an archive table: same schema, the policy's suffix. */
export const archiveName = (table: TableName, suffix: string): TableName => ({
  schema: table.schema,
  table: `${table.table}${suffix}`,
})

/** Keep rules that the engine adds to every policy; no policy may use these names. */
export const BUILT_IN_RULES = { hold: 'hold', restored: 'restored' } as const

/** Under option C a related row is itself a reason to stay; this is the name of that reason. */
export const blockRuleName = (table: TableName): string => `has_${table.table}`
