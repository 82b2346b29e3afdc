/** The audit log as people read it, and the walk along its chain that finds what was tampered with. */
import type { AuditFault, AuditVerification, NotedHead, PublishedHead } from '../core/audit.ts'
import { type ChainedEntry, type ChainHead, linkFault } from '../core/chain.ts'
import { type Checkpoint, checkpointFault, endOf, type TrustedKeys } from '../core/checkpoint.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Session } from '../db/database.ts'
import { readAudit, readAuditHead, readCheckpoints, walkAudit } from '../db/journal/audit.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { clockSql } from '../sql/journal/audit.sql.ts'
import type { Engine } from './ports.ts'

const DEFAULT_LIMIT = 50
/** Entries in memory at a time. */
const PAGE = 1_000
/** Whatever number somebody has slipped in is behind it. */
const BEFORE_ALL = -Number.MAX_SAFE_INTEGER
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

export type VerifyAudit = Readonly<{
  /** A hash that was noted earlier (a digest mail carries it), or its first digits. */
  head?: string | null
  /** Heads that were noted with their entries; what was pruned since is not asked for. */
  noted?: readonly NotedHead[]
  /** Keys under which checkpoints may be signed. Left out: signatures are not looked at. */
  keys?: TrustedKeys | null
}>

/**
 * Every checkpoint, every entry and every link, in one snapshot. Where no entry has a head that was noted, the end of
 * the log was cut off or written anew.
 */
export const verifyAudit = ({ database }: Engine, options: VerifyAudit = {}): Promise<AuditVerification> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return walkChain(session, options)
  })

/** The same within a snapshot of the caller's. */
export async function walkChain(
  session: Session,
  { head = null, noted = [], keys = null }: VerifyAudit,
): Promise<AuditVerification> {
  const faults: AuditFault[] = []
  const checkpoint = await walkCheckpoints(session, keys, faults)
  const notes = notesOf(head, noted, endOf(checkpoint))
  let last: ChainHead = endOf(checkpoint)
  let entries = 0
  notes.meet(last)
  for (
    let page = await walkAudit(session, BEFORE_ALL, PAGE);
    page.length > 0;
    page = await walkAudit(session, last.id, PAGE)
  ) {
    for (const entry of page) {
      const fault = linkFault(last, entry)
      if (fault !== null && faults.length < MAX_FAULTS) faults.push(fault)
      notes.meet(entry)
      last = entry
    }
    entries += page.length
  }
  const all = [...faults, ...notes.unmet(last.id)]
  const status = all.length === 0 ? 'clean' : 'differs'
  return { status, entries, last: last.id, head: last.hash, checkpoint: checkpoint ?? null, faults: all }
}

/** Returns the last one. */
async function walkCheckpoints(
  session: Session,
  keys: TrustedKeys | null,
  faults: AuditFault[],
): Promise<Checkpoint | undefined> {
  let before: Checkpoint | undefined
  for (const checkpoint of await readCheckpoints(session)) {
    const fault = checkpointFault(before, checkpoint, keys)
    if (fault !== null && faults.length < MAX_FAULTS) faults.push(fault)
    before = checkpoint
  }
  return before
}

/** Heads that were noted: each has to be met, unless its entry was pruned with others behind it. */
function notesOf(head: string | null, noted: readonly NotedHead[], end: ChainHead) {
  const open = new Map(noted.filter(({ entry }) => entry >= end.id).map((each) => [each.entry, each.head]))
  let isMet = head === null
  return {
    meet: ({ id, hash }: ChainHead): void => {
      if (open.get(id) === hash) open.delete(id)
      isMet ||= head !== null && hash.startsWith(head)
    },
    unmet: (last: number): readonly AuditFault[] => [
      ...[...open.keys()].map((id) => ({ id, kind: 'head_unknown' as const })),
      ...(isMet ? [] : [{ id: last, kind: 'head_unknown' as const }]),
    ],
  }
}

/** The end of the chain now, to be noted elsewhere. Throws `audit_empty`. */
export const auditHead = ({ database }: Engine): Promise<PublishedHead> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    const { id, hash } = await readAuditHead(session)
    if (id === 0) throw new MothballError('audit_empty')
    return { entry: id, head: hash, at: (await session.one(clockSql)).at }
  })
