/** Requests to be erased: recorded with the day by which they are due, withdrawn or refused, listed. An erasure closes its own. */
import { type Author, auditEntry } from '../../core/chain.ts'
import type { CloseRequest, Closing, ErasureRequest, RequestErasure } from '../../core/erasure-request.ts'
import { MothballError } from '../../core/errors/index.ts'
import { caseProblem, reasonProblem } from '../../core/hold.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { requestOf } from '../../db/journal/erasure-request.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { closeRequestSql, listRequestsSql, recordRequestSql } from '../../sql/journal/erasure-request.sql.ts'
import type { Engine } from '../ports.ts'
import { readSubject, subjectKey } from '../subject.ts'

const MAX_LISTED = 10_000
const CLOSE: Readonly<Record<Closing, string>> = { withdrawn: 'erase.withdraw', refused: 'erase.refuse' }

/**
 * Throws `option_invalid` for words that are none, a case that has an open request, or a day that is none; `not_found`
 * for a text that is no key. Whether there is anything of the person is the plan's business.
 */
export async function requestErasure(
  { database }: Engine,
  policy: Policy,
  request: RequestErasure,
): Promise<ErasureRequest> {
  requireWords(request)
  const { subject } = await readSubject(database, policy)
  const key = await subjectKey(database, subject.shape, request.key)
  if (key === null) throw new MothballError('not_found', { what: 'person', keys: request.key })
  const { caseNumber, reason, actor, due = null } = request
  const asked = { policy: policy.name, subject: qualifiedText(policy.subject), key, caseNumber, reason, actor, due }
  try {
    return await database.transaction({}, async (session) => {
      const row = await session.maybe(recordRequestSql({ ...asked, days: policy.erasure.dueDays }))
      if (row === null) throw invalid('case', 'has an open request already')
      const made = requestOf(row)
      await appendAudit(session, entryOf(policy, request, 'erase.request', { id: made.id, after: `due ${made.dueAt}` }))
      return made
    })
  } catch (error) {
    if (sqlstateOf(error).startsWith('22')) throw invalid('due', 'is not an instant')
    throw error
  }
}

/** Throws `not_found` where the case has no open request. */
export async function closeErasureRequest(
  { database }: Engine,
  policy: Policy,
  closing: CloseRequest,
): Promise<ErasureRequest> {
  requireWords(closing)
  const { caseNumber, actor, outcome } = closing
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    const row = await session.maybe(closeRequestSql(qualifiedText(policy.subject), { caseNumber, actor, outcome }))
    if (row === null) throw new MothballError('not_found', { what: 'open request', keys: caseNumber })
    const ended = requestOf(row)
    await appendAudit(session, entryOf(policy, closing, CLOSE[outcome], { id: ended.id, after: outcome }))
    return ended
  })
}

/** Open ones, or with `all` every one; the one that is due first comes first. */
export const listErasureRequests = (
  { database }: Engine,
  policy: Policy,
  { all = false, limit = MAX_LISTED }: Readonly<{ all?: boolean; limit?: number }> = {},
): Promise<readonly ErasureRequest[]> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    const rows = await session.rows(listRequestsSql(qualifiedText(policy.subject), { all, limit }))
    return rows.map(requestOf)
  })

const entryOf = (
  policy: Policy,
  { actor, role, reason, caseNumber }: Author & Readonly<{ reason: string; caseNumber: string }>,
  action: string,
  { id, after }: Readonly<{ id: number; after: string }>,
) =>
  auditEntry({
    actor,
    role,
    reason,
    action,
    policy: policy.name,
    object: `request ${id}`,
    after: `${after}, case ${caseNumber}`,
  })

function requireWords({ reason, caseNumber }: Readonly<{ reason: string; caseNumber: string }>): void {
  const [forReason, forCase] = [reasonProblem(reason), caseProblem(caseNumber)]
  if (forReason !== null) throw invalid('reason', forReason)
  if (forCase !== null) throw invalid('case', forCase)
}

const invalid = (option: string, problem: string): MothballError =>
  new MothballError('option_invalid', { option, problem })
