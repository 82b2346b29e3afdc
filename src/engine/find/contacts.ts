/** The columns that a policy searches, of a few subjects, as they stand in the table: for whoever masks or reveals them. */
import type { ContactKind } from '../../core/contact.ts'
import { subjectOf } from '../../core/family.ts'
import type { TableName } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { type ContactsRow, contactsSql } from '../../sql/contacts.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import type { SoundInspection } from '../inspect.ts'
import { hasArchive } from '../subject.ts'

export type ClearContact = Readonly<{ kind: ContactKind; column: string; value: string }>

const KINDS: readonly ContactKind[] = ['phone', 'email', 'text']

/** By key; columns without a value are left out, and so are subjects that are not on that side. */
export async function contactsIn(
  session: Session,
  policy: Policy,
  { family, catalog }: SoundInspection,
  keys: readonly string[],
  tier: 'active' | 'archive',
): Promise<ReadonlyMap<string, readonly ClearContact[]>> {
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
  return new Map(rows.map((row) => [row.key, contactsOf(row, columns)]))
}

const contactsOf = (
  row: ContactsRow,
  columns: readonly Readonly<{ kind: ContactKind; column: string }>[],
): readonly ClearContact[] =>
  columns.flatMap(({ kind, column }, index) => {
    const value = row[`contact_${index}`]
    return value == null || value === '' ? [] : [{ kind, column, value }]
  })
