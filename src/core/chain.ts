/**
 * The audit log's chain. Every entry carries the hash of the one before it, and its own is SHA-256 over that and all
 * it says: an entry that was edited, taken out or slipped in breaks the chain at its place, and is named. What is cut
 * off at the end breaks nothing; only a head that somebody noted earlier tells of it.
 */
import { createHash } from 'node:crypto'

/** `done`: it was changed. `refused`: somebody asked for it and had no right to. */
export type AuditOutcome = 'done' | 'refused'

/** What somebody did. Names of things, never a customer's key or data: the thing itself is looked up by its number. */
export type AuditEntry = Readonly<{
  actor: string
  /** Of the key or session that he used; null at the command line, where the machine decides who may do what. */
  role: string | null
  /** `hold.set`, `run.start`, `key.revoke`, ... */
  action: string
  policy: string | null
  /** `hold 7`, `run 391`, `key 3`, or the route that was refused. */
  object: string
  /** In the words of who did it. */
  reason: string | null
  /** What it was and what it became: a safe word, a count or a hash. */
  before: string | null
  after: string | null
  outcome: AuditOutcome
}>

/** Who acts; `role` is that of the key with which he came. */
export type Author = Readonly<{ actor: string; role?: string | undefined }>

/** What is left out is null; it was done unless it was refused. */
export const auditEntry = ({
  role,
  policy,
  reason,
  before,
  after,
  outcome,
  ...rest
}: Pick<AuditEntry, 'actor' | 'action' | 'object'> &
  Readonly<{ [Field in keyof AuditEntry]?: AuditEntry[Field] | undefined }>): AuditEntry => ({
  ...rest,
  role: role ?? null,
  policy: policy ?? null,
  reason: reason ?? null,
  before: before ?? null,
  after: after ?? null,
  outcome: outcome ?? 'done',
})

/** An entry at its place. Hashes are 64 hex digits, `at` the exact text of an instant in UTC. */
export type ChainedEntry = AuditEntry & Readonly<{ id: number; at: string; previous: string; hash: string }>

/** The end of a chain: the number and the hash of its last entry. */
export type ChainHead = Readonly<{ id: number; hash: string }>

/** Before the first entry. */
export const GENESIS: ChainHead = { id: 0, hash: '0'.repeat(64) }

export type ChainFault = Readonly<{
  id: number
  /**
   * `edited`: it does not say what it was hashed with. `missing`: entries before it are gone. `unlinked`: the one
   * before it is another than the one that it followed. `head_unknown`: no entry has the hash that was noted.
   */
  kind: 'edited' | 'missing' | 'unlinked' | 'head_unknown'
}>

/** A list of texts has one form only as JSON, so no two entries share it. */
export const entryHash = (previous: string, { id, at, ...entry }: Omit<ChainedEntry, 'previous' | 'hash'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        previous,
        id,
        at,
        entry.actor,
        entry.role,
        entry.action,
        entry.policy,
        entry.object,
        entry.reason,
        entry.before,
        entry.after,
        entry.outcome,
      ]),
    )
    .digest('hex')

/** What is wrong with an entry as the follower of `last`; null where nothing is. */
export function linkFault(last: ChainHead, entry: ChainedEntry): ChainFault | null {
  const { id } = entry
  if (id !== last.id + 1) return { id, kind: 'missing' }
  if (entryHash(entry.previous, entry) !== entry.hash) return { id, kind: 'edited' }
  return entry.previous === last.hash ? null : { id, kind: 'unlinked' }
}

/** Its first digits, as people read them out to each other. */
export const shortHash = (hash: string): string => hash.slice(0, 12)
