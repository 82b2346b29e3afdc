/**
 * Who asked for a trial message, and for which channel: written down before it leaves, so that nobody sends one unseen.
 * The channels are known to whoever sends; the engine only keeps the book.
 */
import { type Author, auditEntry } from '../core/chain.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

/** By the name that the configuration gives it. */
export type Trial = Author & Readonly<{ channel: string }>

export const noteTrial = ({ database }: Engine, { channel, actor, role }: Trial): Promise<void> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    await appendAudit(session, auditEntry({ actor, role, action: 'channel.test', object: `channel ${channel}` }))
  })
