/**
 * Shows what is masked elsewhere to somebody who has said why. Who saw whose values is written down, with its audit
 * entry, before a single value leaves: where that cannot be written, nothing is shown. The values are written nowhere.
 */
import { type Author, auditEntry } from '../../core/chain.ts'
import { MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import type { Revealed } from '../../core/found.ts'
import { reasonProblem } from '../../core/hold.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { insertRevealSql } from '../../sql/journal/reveal.sql.ts'
import type { Engine } from '../ports.ts'
import { subjectKey } from '../subject.ts'
import { contactsIn } from './contacts.ts'
import { knownFamily } from './known-family.ts'

export type RevealCustomer = Author & Readonly<{ key: string; reason: string }>

/** Null where nobody has the key on either side: then nothing is written. Throws `option_invalid` for a reason that is none. */
export async function reveal(engine: Engine, policy: Policy, asked: RevealCustomer): Promise<Revealed | null> {
  const problem = reasonProblem(asked.reason)
  if (problem !== null) throw new MothballError('option_invalid', { option: 'reason', problem })
  const shown = await readClear(engine, policy, asked.key)
  if (shown !== null) await writeDown(engine, policy, { ...asked, key: shown.key })
  return shown
}

const snapshot = { mode: 'snapshot', pinnedSearchPath: true } as const

async function readClear({ database }: Engine, policy: Policy, text: string): Promise<Revealed | null> {
  const { family } = await database.transaction(snapshot, (session) => knownFamily(database, session, policy))
  const key = await subjectKey(database, subjectOf(family).shape, text)
  if (key === null) return null
  return database.transaction(snapshot, async (session) => {
    const inspection = await knownFamily(database, session, policy)
    for (const tier of ['active', 'archive'] as const) {
      const contacts = (await contactsIn(session, policy, inspection, [key], tier)).get(key)
      if (contacts !== undefined)
        return { key, tier, contacts: contacts.map(({ column, value }) => ({ column, value })) }
    }
    return null
  })
}

const writeDown = (
  { database }: Engine,
  policy: Policy,
  { key, actor, role, reason }: RevealCustomer,
): Promise<unknown> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    const { id } = await session.one(insertRevealSql({ subject: qualifiedText(policy.subject), key, actor, reason }))
    const object = `reveal ${id}`
    return appendAudit(
      session,
      auditEntry({ actor, role, reason, action: 'customer.reveal', policy: policy.name, object }),
    )
  })
