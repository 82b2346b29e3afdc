/** What `doctor` says of a database: one line for each thing it looked at, with what is wrong and the fix. Pure. */
import type { Finding, Findings } from './finding.ts'

export type ExaminationState = 'ok' | 'warning' | 'refused'

export type Examination = Readonly<{
  /** Stable: `server`, `privileges`, `journal`, ... */
  name: string
  state: ExaminationState
  /** What was seen, in a few words. */
  detail: string
  findings: readonly Finding[]
}>

export type Diagnosis = Readonly<{
  /** The worst of all. */
  state: ExaminationState
  examinations: readonly Examination[]
}>

export const examinationOf = (name: string, detail: string, { refusals, warnings }: Findings): Examination => ({
  name,
  state: refusals.length > 0 ? 'refused' : warnings.length > 0 ? 'warning' : 'ok',
  detail,
  findings: [...refusals, ...warnings],
})

const RANK: readonly ExaminationState[] = ['ok', 'warning', 'refused']

export const diagnosisOf = (examinations: readonly Examination[]): Diagnosis => ({
  state: RANK.findLast((state) => examinations.some((each) => each.state === state)) ?? 'ok',
  examinations,
})

/** Values of pg_settings as text, in the setting's own unit. */
export type Settings = Readonly<Record<string, string | null>>

export type ServerActivity = Readonly<{ connections: number; oldestTransactionSeconds: number }>

/** Settings under which a run works badly or is cut; none of them can lose a row. */
export function settingFindings(settings: Settings, activity: ServerActivity, tables: number): readonly Finding[] {
  const is = (name: string, value: string) => settings[name] === value
  const locks = Number(settings['max_locks_per_transaction'] ?? 64)
  const connections = Number(settings['max_connections'] ?? 100)
  const found: readonly (Finding | false)[] = [
    is('autovacuum', 'off') &&
      setting('autovacuum', 'autovacuum is off: moved rows leave space that nobody makes usable', 'on'),
    is('track_counts', 'off') &&
      setting('track_counts', 'track_counts is off: autovacuum does not know that rows left', 'on'),
    is('full_page_writes', 'off') &&
      setting('full_page_writes', 'full_page_writes is off: a crash of the machine may tear pages', 'on'),
    ...['statement_timeout', 'transaction_timeout'].map(
      (name) =>
        Number(settings[name] ?? 0) > 0 &&
        setting(name, `${name} is ${settings[name]} ms for this user: a long plan or verify may be cut`, '0'),
    ),
    locks < tables * LOCKS_PER_TABLE && {
      code: 'setting',
      object: 'max_locks_per_transaction',
      message: `max_locks_per_transaction is ${locks}; a batch locks about ${tables * LOCKS_PER_TABLE} tables and indexes`,
      hint: `Set max_locks_per_transaction to ${tables * LOCKS_PER_TABLE} or more and restart the server.`,
    },
    activity.connections > connections * CROWDED && {
      code: 'connections',
      object: 'max_connections',
      message: `${activity.connections} of ${connections} connections are in use`,
      hint: 'Raise max_connections, or use a pooler; a run needs three.',
    },
    activity.oldestTransactionSeconds > OLD_TRANSACTION_SECONDS && {
      code: 'old_transaction',
      object: 'pg_stat_activity',
      message: `a transaction is open since ${Math.round(activity.oldestTransactionSeconds / 60)} minutes: until it ends no space is freed`,
      hint: 'Find it by xact_start in pg_stat_activity and end it.',
    },
  ]
  return found.filter((each) => each !== false)
}

/** A table and its indexes, as far as they are not in a backend's fast path. */
const LOCKS_PER_TABLE = 4
const CROWDED = 0.9
const OLD_TRANSACTION_SECONDS = 3600

const setting = (name: string, message: string, value: string): Finding => ({
  code: 'setting',
  object: name,
  message,
  hint: `Set ${name} to ${value}.`,
})
