/** How a subject can be told from others on a screen: the columns that the policy searches, masked. Nothing else leaves here. */
import type { Found, MaskedContact, WithContacts } from '../../core/found.ts'
import { masked } from '../../core/mask.ts'
import type { Policy } from '../../core/policy.ts'
import type { Engine } from '../ports.ts'
import { type ClearContact, contactsIn } from './contacts.ts'
import { find } from './find.ts'
import { knownFamily } from './known-family.ts'

/** As `find`; who changes sides between the two looks is shown without his contacts. */
export async function findMasked(engine: Engine, policy: Policy, text: string): Promise<readonly WithContacts[]> {
  const found = await find(engine, policy, text)
  if (found.length === 0) return []
  const { database } = engine
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = await knownFamily(database, session, policy)
    const active = await contactsIn(session, policy, inspection, keysIn(found, 'active'), 'active')
    const archived = await contactsIn(session, policy, inspection, keysIn(found, 'archive'), 'archive')
    return found.map((each) => ({
      ...each,
      contacts: (active.get(each.key) ?? archived.get(each.key) ?? []).map(maskedContact),
    }))
  })
}

const keysIn = (found: readonly Found[], tier: Found['tier']): readonly string[] =>
  found.filter((each) => each.tier === tier).map(({ key }) => key)

const maskedContact = ({ kind, column, value }: ClearContact): MaskedContact => ({ column, value: masked(kind, value) })
