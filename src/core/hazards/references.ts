/**
 * Foreign keys into the tables that move. Each must be a relation of the policy: else a delete fails, or cascades over
 * rows that were never copied. A cascade is followed as far as it goes, through every schema.
 */
import { type Family, type FamilyTable, type Link, movedTables } from '../family.ts'
import type { Finding, Findings } from '../finding.ts'
import { sameTable, tableText } from '../names.ts'
import { type Catalog, type ForeignKey, shapeOf } from '../table.ts'
import { dropKeyText, isSameKey, keyName, keyText } from './foreign-keys.ts'
import { type HazardInput, refuse } from './hazard.ts'

export const referenceHazards = ({ family, catalog }: HazardInput): Findings =>
  refuse(
    movedTables(family).flatMap((target) =>
      target.shape.incoming
        .filter((key) => key.enforced)
        .flatMap((key) => incomingHazards(family, catalog, target, key)),
    ),
  )

function incomingHazards(family: Family, catalog: Catalog, target: FamilyTable, key: ForeignKey): readonly Finding[] {
  if (sameTable(key.table, target.shape.name)) return [selfReference(key)]
  // An archive table takes no part in foreign keys at all, and is refused for it elsewhere.
  if (movedTables(family).some(({ archive }) => sameTable(archive, key.table))) return []
  const child = family.tables.find(({ shape }) => sameTable(shape.name, key.table))
  if (child?.action === 'keep') return [keepUnderForeignKey(key)]
  if (child?.links.some((link) => isLinkOf(family, link, target, key))) return []
  const parent = target.links[0]?.relation ?? null
  return [unnamedReference(key, parent, null), ...(child === undefined ? cascadesOf(catalog, key, [key]) : [])]
}

/** The link refers by the same columns to the same ones, in whatever order they are listed. */
function isLinkOf(family: Family, link: Link, target: FamilyTable, key: ForeignKey): boolean {
  const pairs = (columns: readonly string[], references: readonly string[]) =>
    columns
      .map((column, at) => JSON.stringify([column, references[at]]))
      .toSorted()
      .join()
  return (
    family.tables[link.parent] === target && pairs(link.columns, link.references) === pairs(key.columns, key.references)
  )
}

/** What a cascade through `key` would delete or change beyond its own table. */
function cascadesOf(catalog: Catalog, key: ForeignKey, seen: readonly ForeignKey[]): readonly Finding[] {
  if (key.onDelete !== 'cascade') return []
  const next = (shapeOf(catalog, key.table)?.incoming ?? []).filter(
    (further) => further.enforced && !seen.some((known) => isSameKey(known, further)),
  )
  return next.flatMap((further) => [
    unnamedReference(further, key.table.table, key),
    ...cascadesOf(catalog, further, [...seen, ...next]),
  ])
}

/** `parent` is the relation that holds the referenced table; null for the subject. */
function unnamedReference(key: ForeignKey, parent: string | null, through: ForeignKey | null): Finding {
  const relation = {
    table: tableText(key.table),
    columns: key.columns,
    ...(parent === null ? {} : { parent }),
    references: key.references,
    action: 'archive',
  }
  const reached = through === null ? '' : ` (reached by the cascade of ${keyName(through)})`
  return {
    code: 'unnamed_reference',
    object: keyName(key),
    message: `${keyText(key)}${reached}, and no relation of the policy names it`,
    hint: `Add ${JSON.stringify(relation)} to the policy's relations, or drop the foreign key.`,
  }
}

const selfReference = (key: ForeignKey): Finding => ({
  code: 'self_reference',
  object: keyName(key),
  message: `${keyText(key)}: rows of one family may hold rows of another`,
  hint: `Drop it with \`${dropKeyText(key)}\`, or leave ${tableText(key.table)} out of the policy.`,
})

const keepUnderForeignKey = (key: ForeignKey): Finding => ({
  code: 'keep_under_foreign_key',
  object: keyName(key),
  message: `${keyText(key)}, so its rows cannot stay when their parents leave`,
  hint: `Set the action of ${tableText(key.table)} to archive or block; or drop the key with \`${dropKeyText(key)}\` and name the relation's columns.`,
})
