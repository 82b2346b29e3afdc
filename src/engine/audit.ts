/** The audit log as people read it, and the walk along its chain that finds what was tampered with. */
import type { AuditVerification } from '../core/audit.ts'
import { type ChainedEntry, type ChainFault, type ChainHead, GENESIS, linkFault } from '../core/chain.ts'
import type { Session } from '../db/database.ts'
import { readAudit, walkAudit } from '../db/journal/audit.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

const DEFAULT_LIMIT = 50
/** Entries in memory at a time. */
const PAGE = 1_000
/** One forged entry makes one fault, or two; who finds more knows enough. */
const MAX_FAULTS = 100

/** Newest first; `before` an entry's number pages on. */
export const listAudit = (
  { database }: Engine,
  { limit = DEFAULT_LIMIT, before = null }: Readonly<{ limit?: number; before?: number | null }> = {},
): Promise<readonly ChainedEntry[]> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return readAudit(session, { limit, before })
  })

/**
 * Every entry and every link, in one snapshot. `head`: a hash that was noted earlier (a digest mail carries it); where
 * no entry has it any more, the end of the log was cut off or written anew.
 */
export const verifyAudit = (
  { database }: Engine,
  { head = null }: Readonly<{ head?: string | null }> = {},
): Promise<AuditVerification> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return walkChain(session, head)
  })

/** The same within a snapshot of the caller's. */
export async function walkChain(session: Session, noted: string | null): Promise<AuditVerification> {
  const faults: ChainFault[] = []
  let last: ChainHead = GENESIS
  let entries = 0
  let isNoted = noted === null
  for (let page = await walkAudit(session, 0, PAGE); page.length > 0; page = await walkAudit(session, last.id, PAGE)) {
    for (const entry of page) {
      const fault = linkFault(last, entry)
      if (fault !== null && faults.length < MAX_FAULTS) faults.push(fault)
      isNoted ||= noted !== null && entry.hash.startsWith(noted)
      last = entry
    }
    entries += page.length
  }
  const all: readonly ChainFault[] = isNoted ? faults : [...faults, { id: last.id, kind: 'head_unknown' }]
  return { status: all.length === 0 ? 'clean' : 'differs', entries, head: last.hash, faults: all }
}
