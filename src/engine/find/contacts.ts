/** How a subject can be told from others on a screen: the columns that the policy searches, masked. Nothing else leaves here. */
import type { ContactKind } from '../../core/contact.ts'
import { subjectOf } from '../../core/family.ts'
import type { Found, MaskedContact, WithContacts } from '../../core/found.ts'
import { masked } from '../../core/mask.ts'
import type { TableName } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { type ContactsRow, contactsSql } from '../../sql/contacts.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import type { SoundInspection } from '../inspect.ts'
import type { Engine } from '../ports.ts'
import { hasArchive } from '../subject.ts'
import { find } from './find.ts'
import { knownFamily } from './known-family.ts'

const KINDS: readonly ContactKind[] = ['phone', 'email', 'text']

/** As `find`; who changes sides between the two looks is shown without his contacts. */
export async function findMasked(engine: Engine, policy: Policy, text: string): Promise<readonly WithContacts[]> {
  const found = await find(engine, policy, text)
  if (found.length === 0) return []
  const { database } = engine
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = await knownFamily(database, session, policy)
    const active = await contactsIn(session, policy, inspection, keysIn(found, 'active'), 'active')
    const archived = await contactsIn(session, policy, inspection, keysIn(found, 'archive'), 'archive')
    return found.map((each) => ({ ...each, contacts: active.get(each.key) ?? archived.get(each.key) ?? [] }))
  })
}

const keysIn = (found: readonly Found[], tier: Found['tier']): readonly string[] =>
  found.filter((each) => each.tier === tier).map(({ key }) => key)

async function contactsIn(
  session: Session,
  policy: Policy,
  { family, catalog }: SoundInspection,
  keys: readonly string[],
  tier: 'active' | 'archive',
): Promise<ReadonlyMap<string, readonly MaskedContact[]>> {
  const subject = subjectOf(family)
  const name: TableName | null =
    tier === 'active' ? subject.shape.name : hasArchive(catalog, subject) ? subject.archive : null
  if (name === null || keys.length === 0) return new Map()
  const columns = KINDS.flatMap((kind) =>
    policy.search[kind]
      .filter((each) => columnOf(subject.shape, each) !== undefined)
      .map((column) => ({ kind, column })),
  )
  const set = keySetOfTexts(keys, subject.shape.key)
  const names = columns.map(({ column }) => column)
  const rows = await session.rows(contactsSql(name, subject.shape, set, names))
  return new Map(rows.map((row) => [row.key, maskedRow(row, columns)]))
}

const maskedRow = (
  row: ContactsRow,
  columns: readonly Readonly<{ kind: ContactKind; column: string }>[],
): readonly MaskedContact[] =>
  columns.flatMap(({ kind, column }, index) => {
    const value = row[`contact_${index}`]
    return value == null || value === '' ? [] : [{ column, value: masked(kind, value) }]
  })
