/**
 * Holds: set, released, listed. Once a hold is set, no batch moves the customer before it is released; it is set on
 * an archived customer as well, and on one whom only cold files have, for whatever would destroy him there.
 */
import { type Author, auditEntry } from '../core/chain.ts'
import { MothballError } from '../core/errors/index.ts'
import {
  caseProblem,
  type Hold,
  type HoldChoice,
  type HoldSet,
  type ReleaseHold,
  reasonProblem,
  type SetHold,
} from '../core/hold.ts'
import { qualifiedText } from '../core/names.ts'
import type { Page } from '../core/page.ts'
import type { Policy } from '../core/policy.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { endHolds, insertHold, readHolds } from '../db/journal/hold.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { keySetOfTexts } from '../sql/keys.sql.ts'
import type { Engine } from './ports.ts'
import { hasArchive, readSubject, subjectKey } from './subject.ts'

/** Once for the side that he left while we waited, once for the side he went to, and once more for one who went on. */
const ATTEMPTS = 3
const MAX_LISTED = 10_000

/**
 * Throws `already_gone` where the customer is on neither side and in no cold file that a purge left him in,
 * `option_invalid` for a reason or a case that is none.
 */
export async function setHold({ database }: Engine, policy: Policy, hold: SetHold): Promise<HoldSet> {
  const reason = checked('reason', hold.reason)
  const caseNumber = hold.caseNumber === undefined ? null : checkedCase(hold.caseNumber)
  const actor = checked('actor', hold.actor)
  const { subject, inspection } = await readSubject(database, policy)
  const { shape } = subject
  const key = await subjectKey(database, shape, hold.key)
  if (key === null) throw new MothballError('already_gone', { key: hold.key })
  const archive = hasArchive(inspection.catalog, subject) ? subject.archive : null
  const place = {
    shape,
    archive,
    key: keySetOfTexts([key], shape.key),
    text: key,
    subject: qualifiedText(policy.subject),
  }
  // An open batch is waited for: it holds the row for as long as it may run, not for as long as a lock may wait.
  const { statementMs, idleMs } = policy.timeouts
  const timeouts = { lockMs: statementMs, statementMs, idleMs }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const set = await database.transaction({ pinnedSearchPath: true, timeouts }, async (session) => {
      const made = await insertHold(session, place, { reason, caseNumber, actor })
      if (made !== null)
        await appendAudit(session, holdEntry(policy, hold, 'hold.set', made, { after: heldText(made) }))
      return made
    })
    if (set !== null) return set
  }
  throw new MothballError('already_gone', { key: hold.key })
}

/** Ends one hold, all that are open on a customer, or all of a case; throws `not_found` where there is none. */
export async function releaseHold(
  { database }: Engine,
  policy: Policy,
  release: ReleaseHold,
): Promise<readonly Hold[]> {
  const reason = release.reason === null ? null : checked('reason', release.reason)
  const actor = checked('actor', release.actor)
  const { subject } = await readSubject(database, policy)
  const key = 'key' in release ? await subjectKey(database, subject.shape, release.key) : null
  const choice = choiceOf(release, key)
  const ended = await database.transaction({}, async (session) => {
    const released = await endHolds(session, qualifiedText(policy.subject), choice, { actor, reason })
    for (const each of released)
      await appendAudit(session, holdEntry(policy, release, 'hold.release', each, { before: 'open' }))
    return released
  })
  if (ended.length === 0)
    throw new MothballError('not_found', { what: 'open hold', keys: Object.values(choice)[0] ?? '' })
  return ended
}

function choiceOf(release: ReleaseHold, key: string | null): HoldChoice {
  if ('id' in release) return { id: release.id }
  return 'key' in release ? { key: key ?? release.key } : { caseNumber: checkedCase(release.caseNumber) }
}

const heldText = ({ tier, caseNumber }: HoldSet): string => (caseNumber === null ? tier : `${tier}, case ${caseNumber}`)

const holdEntry = (
  policy: Policy,
  { actor, role, reason }: Author & Readonly<{ reason: string | null }>,
  action: string,
  { id }: Pick<Hold, 'id'>,
  change: Readonly<{ before?: string; after?: string }>,
) => auditEntry({ actor, role, reason, action, policy: policy.name, object: `hold ${id}`, ...change })

/** Open holds, or with `all` every one, of one case or of all; newest first; `before` a hold's number pages on. */
export async function listHolds(
  { database }: Engine,
  policy: Policy,
  {
    all = false,
    caseNumber = null,
    before = null,
    limit = MAX_LISTED,
  }: Readonly<{ all?: boolean; caseNumber?: string | null } & Page> = {},
): Promise<readonly Hold[]> {
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    return readHolds(session, qualifiedText(policy.subject), { all, caseNumber, before, limit })
  })
}

function checked(option: string, text: string, problemOf = reasonProblem): string {
  const problem = problemOf(text)
  if (problem !== null) throw new MothballError('option_invalid', { option, problem })
  return text
}

const checkedCase = (caseNumber: string): string => checked('case', caseNumber, caseProblem)
