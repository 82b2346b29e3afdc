/**
 * Holds the journal and the public log against the tables, by statements of the suite's own: what `verify` says is
 * checked by something that shares no line with it.
 */
import type { Query } from '../support/server.ts'
import { CUSTOMER, TABLES } from './content.ts'

type Question = Readonly<{ what: string; text: string; values?: readonly string[] }>

/** Each returns what differs, a line a row; none means that the journal is true. */
const QUESTIONS: readonly Question[] = [
  ...TABLES.map((table) => ({
    what: `${table}_backup holds what the batches moved and nobody brought home`,
    text: `select * from (select (select count(*) from ${table}_backup) as archived,
        (select coalesce(sum((b.tables->$1->>'rows')::bigint), 0) from mothball.batch b) as moved,
        (select count(*) from mothball.departure where table_name = $1) as departed) c where archived <> moved - departed`,
    values: [`public.${table}`],
  })),
  {
    what: 'every archived row names its batch',
    text: TABLES.map(
      (table) => `select id from ${table}_backup a where not exists
        (select from mothball.batch b where b.id = a.archive_batch)`,
    ).join(' union all '),
  },
  {
    what: 'a run has archived what its batches moved',
    text: `select r.id, r.archived, sum(b.subjects) as moved from mothball.run r left join mothball.batch b on b.run_id = r.id
      where r.operation = 'archive' and r.ended_at is not null group by r.id having r.archived <> coalesce(sum(b.subjects), 0)`,
  },
  {
    what: 'a restore has brought home who left the archive in its name',
    text: `select r.id, r.restored, count(d.row_key) as departed from mothball.run r
      left join mothball.departure d on d.run_id = r.id and d.table_name = $1
      where r.operation = 'restore' group by r.id having r.restored <> count(d.row_key)`,
    values: [`public.${CUSTOMER}`],
  },
  {
    what: 'every run of the archivers has ended',
    text: `select id, status from mothball.run where operation = 'archive' and ended_at is null`,
  },
  {
    what: 'every ended run stands once in the log, with its counts and its status',
    text: `select r.id, r.archived, r.status, count(l.run_id) as entries from mothball.run r
      left join nic_cc_archive_log l on l.run_id = r.id and l.records_archived = r.archived and l.status = r.status
        and l.records_failed = r.failed
      where r.operation = 'archive' and r.ended_at is not null group by r.id having count(l.run_id) <> 1`,
  },
  {
    what: 'the log has no entry without its run',
    text: `select l.run_id from nic_cc_archive_log l where not exists
        (select from mothball.run r where r.id = l.run_id and r.operation in ('archive', 'restore'))
      union all select run_id from nic_cc_archive_log group by run_id having count(*) > 1`,
  },
  {
    what: 'nobody is in quarantine: every row of these tables can move',
    text: 'select subject_key, code, sqlstate from mothball.failure',
  },
]

/** What is not so, in words. */
export async function journalFaults(query: Query): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { what, text, values } of QUESTIONS)
    for (const row of await query(text, values)) faults.push(`not so: ${what}: ${JSON.stringify(row)}`)
  return faults
}
