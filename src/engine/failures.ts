/** Failures: listed with their reasons, and on request tried again by the next run. */
import { type Author, auditEntry } from '../core/chain.ts'
import type { Failure, RetryResult } from '../core/failure.ts'
import { qualifiedText } from '../core/names.ts'
import type { Page } from '../core/page.ts'
import type { Policy } from '../core/policy.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { endQuarantine, readFailures } from '../db/journal/failure.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

/** More than a person reads; a run breaks off long before one cause has failed so many. */
const MAX_LISTED = 10_000

/** Open failures, or with `all` solved ones too; newest first; `before` a failure's number pages on. */
export const listFailures = (
  { database }: Engine,
  policy: Policy,
  {
    all = false,
    run = null,
    before = null,
    limit = MAX_LISTED,
  }: Readonly<{ all?: boolean; run?: number | null } & Page> = {},
): Promise<readonly Failure[]> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    return readFailures(session, qualifiedText(policy.subject), { all, run, before, limit })
  })

/** Lets the next run try these subjects again. Keys are taken as `listFailures` shows them. */
export const retryFailures = (
  { database }: Engine,
  policy: Policy,
  keys: readonly string[] | 'all',
  author: Author = { actor: policy.archivedBy },
): Promise<RetryResult> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    const wanted = keys === 'all' ? null : keys.map((key) => key.trim())
    const retried = await endQuarantine(session, qualifiedText(policy.subject), wanted)
    if (retried.length > 0) await appendAudit(session, retryEntry(policy, author, retried.length))
    return { retried: retried.length, unknown: (wanted ?? []).filter((key) => !retried.includes(key)) }
  })

const retryEntry = (policy: Policy, { actor, role }: Author, count: number) =>
  auditEntry({
    actor,
    role,
    action: 'failures.retry',
    policy: policy.name,
    object: 'failures',
    before: `${count} in quarantine`,
    after: 'retried by the next run',
  })
