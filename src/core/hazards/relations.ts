/**
 * What the policy says of a relation against what the tables are: parents that stay while children leave, columns
 * that cannot be compared, keys that guard nothing, orphans that are meant.
 */
import { type Family, type FamilyTable, isMoved, type Link, parentOf } from '../family.ts'
import { type Finding, type Findings, mergeFindings } from '../finding.ts'
import { tableText } from '../names.ts'
import { type Column, columnOf, type ForeignKey } from '../table.ts'
import { keyName } from './foreign-keys.ts'
import { type HazardInput, refuse, warn } from './hazard.ts'
import { namesText, nameText, tableNameText, typeText } from './statement.ts'

export const relationHazards = ({ family }: HazardInput): Findings =>
  mergeFindings(
    refuse(family.tables.flatMap((table) => archivedUnderKept(family, table))),
    refuse(eachLink(family, (table, link) => typesDiffer(family, table, link))),
    refuse(eachLink(family, (table, link) => notUnique(family, table, link))),
    warn(eachLink(family, (table, link) => weakKeys(family, table, link))),
    warn(family.tables.flatMap((table) => intendedOrphans(family, table))),
  )

const eachLink = (family: Family, look: (table: FamilyTable, link: Link) => readonly Finding[]): readonly Finding[] =>
  family.tables.flatMap((table) => table.links.flatMap((link) => look(table, link)))

function archivedUnderKept(family: Family, table: FamilyTable): readonly Finding[] {
  if (table.action !== 'archive' || table.links.some((link) => isMoved(parentOf(family, link)))) return []
  const name = tableText(table.shape.name)
  const parents = table.links.map((link) => parentOf(family, link))
  return [
    {
      code: 'archived_under_kept',
      object: name,
      message: `${name} would be archived, but ${parents.map(({ shape, action }) => `${tableText(shape.name)} is ${action}`).join(' and ')}`,
      hint: `Give ${name} the action of its parent, or archive the parent too.`,
    },
  ]
}

const COMPARABLE: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint'],
  ['text', 'character varying', 'character'],
]

/**
 * Equality between the two finds the same rows whichever side it starts from. A foreign key to a padded text compares as
 * that does, where blanks at the end mean nothing, and a statement that compares it with another text does not.
 */
function isComparable(child: Column, parent: Column): boolean {
  const sameKind =
    child.baseType === parent.baseType ||
    (parent.baseType !== 'character' &&
      COMPARABLE.some((group) => group.includes(child.baseType) && group.includes(parent.baseType)))
  return sameKind && child.collation === parent.collation
}

function typesDiffer(family: Family, { shape }: FamilyTable, link: Link): readonly Finding[] {
  const parent = parentOf(family, link).shape
  return link.columns.flatMap((name, at) => {
    const reference = link.references[at] ?? ''
    const [own, other] = [columnOf(shape, name), columnOf(parent, reference)]
    if (own === undefined || other === undefined || isComparable(own, other)) return []
    const object = `${tableText(shape.name)}.${name}`
    return [
      {
        code: 'reference_types_differ',
        object,
        message: `${object} is ${typeText(own)}, but ${tableText(parent.name)}.${reference} is ${typeText(other)}`,
        hint: `Give both columns one type and collation, or correct the relation ${link.relation} of the policy.`,
      },
    ]
  })
}

/** A row that moves belongs to one parent: the columns that it refers to hold a key, or a unique index over rows of all kinds. */
function notUnique(family: Family, table: FamilyTable, link: Link): readonly Finding[] {
  const { name, key, indexes } = parentOf(family, link).shape
  const isAmong = (columns: readonly string[]) =>
    columns.length > 0 && columns.every((column) => link.references.includes(column))
  const isUnique = indexes.some(
    ({ unique, valid, partial, columns }) => unique && valid && !partial && columns !== null && isAmong(columns),
  )
  // A table without a key, and sides of different lengths, have been refused for that.
  const isRefused = key.length === 0 || link.columns.length !== link.references.length
  if (!isMoved(table) || isRefused || isAmong(key) || isUnique) return []
  const columns = namesText(link.references)
  return [
    {
      code: 'reference_not_unique',
      object: `${tableText(table.shape.name)}.${link.columns.join()}`,
      message: `${tableText(table.shape.name)} refers to ${tableText(name)} (${columns}), which is not unique: a row could belong to several, and leave with any of them`,
      hint: `Run \`alter table ${tableNameText(name)} add unique (${columns});\`, or refer to the key, or give the relation ${link.relation} the action keep or block.`,
    },
  ]
}

function weakKeys(family: Family, { shape }: FamilyTable, link: Link): readonly Finding[] {
  const parent = parentOf(family, link).shape
  const keys = shape.outgoing.filter(
    ({ target, columns }) =>
      tableText(target) === tableText(parent.name) && columns.toSorted().join() === link.columns.toSorted().join(),
  )
  if (keys.some((key) => key.enforced && key.validated)) return []
  return keys.map((key) => (key.enforced ? notValid(key) : notEnforced(key)))
}

const notEnforced = (key: ForeignKey): Finding => ({
  code: 'reference_not_enforced',
  object: keyName(key),
  message: `${keyName(key)} is not enforced, so nothing stops rows of archived parents`,
  hint: `Run \`alter table ${tableNameText(key.table)} alter constraint ${nameText(key.name)} enforced;\`, or look for orphans with \`mothball verify\`.`,
})

const notValid = (key: ForeignKey): Finding => ({
  code: 'reference_not_valid',
  object: keyName(key),
  message: `${keyName(key)} is not validated, so older rows may refer to nothing`,
  hint: `Run \`alter table ${tableNameText(key.table)} validate constraint ${nameText(key.name)};\`.`,
})

function intendedOrphans(family: Family, table: FamilyTable): readonly Finding[] {
  if (table.action !== 'keep' || !table.links.some((link) => isMoved(parentOf(family, link)))) return []
  const name = tableText(table.shape.name)
  return [
    {
      code: 'intended_orphans',
      object: name,
      message: `rows of ${name} stay active when their parents are archived`,
      hint: `Nothing to do, if that is meant; else set the action of ${name} to archive or block.`,
    },
  ]
}
