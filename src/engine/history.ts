/** What has happened: runs newest first, and one run with its batches and failures. */
import { MothballError } from '../core/errors/index.ts'
import type { RunDetail, RunRecord } from '../core/history.ts'
import { qualifiedText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import type { Session } from '../db/database.ts'
import { readFailures } from '../db/journal/failure.ts'
import { readBatches, readRun, readRuns } from '../db/journal/history.ts'
import { committedOf } from '../db/journal/run.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

const DEFAULT_LIMIT = 20
/** Of one run; a run of a million in batches of a thousand is whole. */
const MAX_BATCHES = 1_000
const MAX_FAILURES = 1_000

/** Archives, dry runs and restores of the policy, newest first; `before` a run's number pages on. */
export const listRuns = (
  { database }: Engine,
  policy: Policy,
  { limit = DEFAULT_LIMIT, before = null }: Readonly<{ limit?: number; before?: number | null }> = {},
): Promise<readonly RunRecord[]> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    return readRuns(session, policy.name, { limit, before })
  })

/** Throws `not_found` for a run that is none of this policy's. */
export const runDetail = ({ database }: Engine, policy: Policy, run: number): Promise<RunDetail> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    const record = await recordOf(session, policy, run)
    const which = { all: true, run, limit: MAX_FAILURES }
    const [batches, failures, committed] = await Promise.all([
      readBatches(session, run, MAX_BATCHES),
      readFailures(session, qualifiedText(policy.subject), which),
      committedOf(session, run),
    ])
    return { run: record, batches, failures, related: committed.related }
  })

/** Throws `not_found` for a run that is none of this policy's. */
export const runRecord = ({ database }: Engine, policy: Policy, run: number): Promise<RunRecord> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    return recordOf(session, policy, run)
  })

async function recordOf(session: Session, policy: Policy, run: number): Promise<RunRecord> {
  const record = await readRun(session, policy.name, run)
  if (record === null) throw new MothballError('not_found', { what: 'run', keys: run })
  return record
}
