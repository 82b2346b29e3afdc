/** Failures as people read and answer them. They are written by the run that met them. */
import { type Sql, sql } from '../tag.ts'

export type FailureRow = Readonly<{
  id: string
  key: string
  run: string
  code: string
  sqlstate: string | null
  object: string | null
  failed_at: string
  resolved_at: string | null
  resolution: string | null
}>

/** Newest first; `run` null: of every run. */
export const listFailuresSql = (
  subject: string,
  {
    all,
    run,
    before = null,
    limit,
  }: Readonly<{ all: boolean; run: number | null; before?: number | null; limit: number }>,
): Sql<FailureRow> =>
  sql`select f.id::text as id, f.subject_key as key, f.run_id::text as run, f.code, f.sqlstate, f.object,
      f.failed_at::text as failed_at, f.resolved_at::text as resolved_at, f.resolution
    from mothball.failure f
    where f.subject = ${subject} and (${all}::boolean or f.resolved_at is null) and (${run}::bigint is null or f.run_id = ${run}::bigint)
      and (${before}::bigint is null or f.id < ${before}::bigint)
    order by f.id desc limit ${limit}::bigint`

/** Ends the quarantine of these keys, or of all where `keys` is null; returns those that were in it. */
export const retryFailuresSql = (subject: string, keys: readonly string[] | null): Sql<{ key: string }> =>
  sql`update mothball.failure f set resolved_at = clock_timestamp(), resolution = 'retry'
    where f.subject = ${subject} and f.resolved_at is null
      and (${keys === null}::boolean or f.subject_key = any(${keys ?? []}::text[])) returning f.subject_key as key`
