/** What the journal remembers of single subjects: holds, the last restore, quarantine, and earlier stays. */
import { type Sql, sql } from '../tag.ts'

/** Each but the key is JSON, or null. */
export type SubjectFactsRow = Readonly<{
  key: string
  holds: string | null
  keep_until: string | null
  failure: string | null
  visits: string | null
}>

export const subjectFactsSql = (subject: string, keys: readonly string[]): Sql<SubjectFactsRow> =>
  sql`select u.key,
      (select jsonb_agg(jsonb_build_object('id', h.id, 'reason', h.reason, 'caseNumber', h.case_number,
          'setBy', h.set_by, 'setAt', h.set_at::text) order by h.id)
        from mothball.hold h where h.subject = ${subject} and h.subject_key = u.key and h.released_at is null)::text as holds,
      (select jsonb_build_object('until', k.until::text, 'reason', k.reason, 'actor', k.actor, 'run', k.run_id, 'setAt', k.set_at::text,
          'holds', k.until > now())
        from mothball.keep_until k where k.subject = ${subject} and k.subject_key = u.key)::text as keep_until,
      (select jsonb_build_object('run', f.run_id, 'code', f.code, 'sqlstate', f.sqlstate, 'object', f.object, 'failedAt', f.failed_at::text)
        from mothball.failure f where f.subject = ${subject} and f.subject_key = u.key and f.resolved_at is null)::text as failure,
      (select jsonb_agg(jsonb_build_object('archivedBy', b.run_id, 'leftBy', d.run_id) order by d.batch_id)
        from mothball.departure d join mothball.batch b on b.id = d.batch_id
        where d.table_name = ${subject} and d.row_key = u.key)::text as visits
    from unnest(${keys}::text[]) u (key)`
