/**
 * The columns of the public log table: the eight that the specification names, which callers may rely on, and ours
 * after them. A log table that someone else made may use the wider or narrower types of the list.
 */
export type LogColumn = Readonly<{
  name: string
  /** The type it is made with, as `format_type` prints it. */
  type: string
  /** Other types that hold the same values. */
  alsoTypes: readonly string[]
  /** Named by the specification: never added to a table that lacks it, for such a table is something else. */
  specified: boolean
}>

const specified = (name: string, type: string, ...alsoTypes: string[]): LogColumn => ({
  name,
  type,
  alsoTypes,
  specified: true,
})
const ours = (name: string, type: string): LogColumn => ({ name, type, alsoTypes: [], specified: false })

export const LOG_COLUMNS: readonly LogColumn[] = [
  specified('id', 'integer', 'bigint'),
  specified('run_date', 'timestamp with time zone'),
  specified('records_archived', 'integer', 'bigint'),
  specified('records_failed', 'integer', 'bigint'),
  specified('status', 'text', 'character varying'),
  specified('error_message', 'text', 'character varying'),
  specified('execution_time_ms', 'integer', 'bigint'),
  specified('dry_run', 'boolean'),
  ours('run_id', 'bigint'),
  ours('policy', 'text'),
  ours('operation', 'text'),
  ours('cutoff', 'timestamp with time zone'),
  ours('actor', 'text'),
  ours('details', 'jsonb'),
]
