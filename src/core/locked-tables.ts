/** The tables whose rows a batch locks: those that move, those that a keep rule reads, and the parents on the way. */
import { type Family, type FamilyTable, isMoved, parentOf, ruledTable } from './family.ts'
import type { Policy } from './policy.ts'

export function lockedTables(policy: Policy, family: Family): readonly FamilyTable[] {
  const ruled = new Set(policy.keep.map(({ relation }) => relation && ruledTable(policy, family, relation)))
  const wanted = new Set(
    family.tables.filter((table) => isMoved(table) || table.action === 'block' || ruled.has(table)),
  )
  for (const table of family.tables.toReversed())
    if (wanted.has(table)) for (const link of table.links) wanted.add(parentOf(family, link))
  return family.tables.filter((table) => wanted.has(table))
}

/** The related ones among them, level by level: no table of a level is the parent of another. In the family's order. */
export function relatedLevels(policy: Policy, family: Family): readonly (readonly FamilyTable[])[] {
  const levels: FamilyTable[][] = []
  for (const table of lockedTables(policy, family).slice(1)) {
    const level = levels.at(-1)
    const isBelow = level === undefined || table.links.some((link) => level.includes(parentOf(family, link)))
    if (isBelow) levels.push([table])
    else level.push(table)
  }
  return levels
}
