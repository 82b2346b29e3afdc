/**
 * Where the homecoming trigger stands, and how everything of it is called. It guards the related tables whose rows go
 * along with their subject (`archive`) or keep him (`block`), by every link to a table that has an archive. Rows that are
 * meant to stay without their subject (`keep`) bring nobody home. Pure.
 */
import { createHash } from 'node:crypto'
import { type ArchivedFamily, type ArchivedTable, archivedHome } from './archived-family.ts'
import { type Family, type FamilyTable, parentOf, subjectOf } from './family.ts'
import { cutToBytes } from './index-name.ts'
import { MAX_NAME_BYTES, qualifiedText, type TableName, tableText } from './names.ts'
import type { Catalog, TableShape, Trigger } from './table.ts'

/** The transaction's own setting: while it is `on`, rows come home and the trigger lets them pass. */
export const COMING_HOME = 'mothball.coming_home'

/** Sorts after every name that people give, so that it sees the row as their triggers have left it. */
const TRIGGER_PREFIX = 'zzz_mothball_homecoming_'

/** Columns of a guarded table that hold `references` of a row that may be in the archive. */
export type GuardedLink = Readonly<{ columns: readonly string[]; references: readonly string[]; parent: ArchivedTable }>

export type GuardedTable = Readonly<{
  shape: TableShape
  links: readonly GuardedLink[]
  /** Where a row with the same key may lie; null where the table has no archive. */
  twin: ArchivedTable | null
}>

/** Parents before children. The subject is guarded only where that is asked for: against the insert of an archived key. */
export function guardedTables(family: Family, archived: ArchivedFamily, withSubject: boolean): readonly GuardedTable[] {
  return family.tables.flatMap((each): readonly GuardedTable[] => {
    const twin = archivedHome(archived, each.shape.name) ?? null
    if (each.action === 'subject') return withSubject ? [{ shape: each.shape, links: [], twin }] : []
    if (each.action === 'keep') return []
    const links = guardedLinks(family, archived, each)
    return links.length === 0 ? [] : [{ shape: each.shape, links, twin }]
  })
}

/** A trigger before the row is written does not see what the table computes; nobody refers by that. */
const guardedLinks = (family: Family, archived: ArchivedFamily, each: FamilyTable): readonly GuardedLink[] =>
  each.links.flatMap(({ columns, references, ...link }) => {
    const parent = archivedHome(archived, parentOf(family, { columns, references, ...link }).shape.name)
    const isComputed = columns.some((name) =>
      each.shape.columns.some((own) => own.name === name && own.generated !== null),
    )
    return parent === undefined || isComputed ? [] : [{ columns, references, parent }]
  })

/** Columns that the trigger looks at: the key, where a twin may have it, then the references. */
export const watchedColumns = ({ shape, links, twin }: GuardedTable): readonly string[] => [
  ...new Set([...(twin === null ? [] : shape.key), ...links.flatMap(({ columns }) => columns)]),
]

const digits = (text: string, count: number): string => createHash('sha256').update(text).digest('hex').slice(0, count)

/** What every function of a subject's homecoming begins with, within the schema `mothball`. */
export const functionPrefix = (subject: TableName): string => `homecoming_${digits(qualifiedText(subject), 8)}_`

/** The same for the triggers, whatever table they stand on. */
export const triggerPrefix = (subject: TableName): string => `${TRIGGER_PREFIX}${digits(qualifiedText(subject), 8)}_`

export const bringName = (subject: TableName): string => `${functionPrefix(subject)}bring`

/** `seek` looks into the archive for a row that is about to be written; `write` is the trigger's own function. */
export function guardName(subject: TableName, table: TableName, part: 'seek' | 'write'): string {
  const prefix = `${functionPrefix(subject)}${part}_`
  const end = `_${digits(qualifiedText(table), 6)}`
  return `${prefix}${cutToBytes(table.table, MAX_NAME_BYTES - prefix.length - end.length)}${end}`
}

/** A trigger of ours, of whichever policy. Its name alone would be anybody's word. */
export const isHomecoming = ({ name, function: called }: Trigger): boolean =>
  name.startsWith(TRIGGER_PREFIX) && called.startsWith('mothball.homecoming_')

/** The user's triggers that fire when a row comes home, in the order of their names' bytes. */
export const insertTriggers = ({ triggers }: TableShape): readonly string[] =>
  triggers
    .filter((each) => each.enabled && each.events.includes('insert') && !isHomecoming(each))
    .map(({ name }) => name)
    .toSorted(byBytes)

export const hasHomecoming = (catalog: Catalog, subject: TableName): boolean =>
  [...catalog.tables.values()].some(({ triggers }) =>
    triggers.some((each) => isHomecoming(each) && each.name.startsWith(triggerPrefix(subject))),
  )

/**
 * How the trigger of a table fares: as its tables ask for (`installed`), made for other shapes or by hand changed
 * (`stale`), not there (`missing`), or of no use there (`not offered`).
 */
export type GuardState = 'installed' | 'stale' | 'missing' | 'not offered'

export type GuardStatus = Readonly<{
  table: string
  state: GuardState
  /** Columns by which its rows refer to what may be in the archive. */
  references: readonly string[]
  /** Why it is so, in a few words; empty for `installed`. */
  reason: string
}>

export type Homecoming = Readonly<{
  policy: string
  subject: string
  /** The worst of its tables; `missing` where none has a trigger. */
  state: 'installed' | 'stale' | 'incomplete' | 'missing'
  tables: readonly GuardStatus[]
}>

/** The whole's state from those of its tables; what is optional or not offered does not count. */
export function stateOf(tables: readonly GuardStatus[]): Homecoming['state'] {
  const states = tables.map(({ state }) => state).filter((state) => state !== 'not offered')
  if (states.includes('stale')) return 'stale'
  if (!states.includes('installed')) return 'missing'
  return states.includes('missing') ? 'incomplete' : 'installed'
}

/** User triggers that fire before the write and after ours: what they make of a reference, ours does not see. */
export const laterTriggers = (family: Family): readonly Readonly<{ table: string; trigger: string }>[] =>
  family.tables
    .filter((each) => each !== subjectOf(family))
    .flatMap(({ shape }) => {
      const ours = shape.triggers.filter(isHomecoming).map(({ name }) => name)
      return shape.triggers
        .filter((each) => isBeforeWrite(each) && !isHomecoming(each) && ours.some((name) => isAfter(each.name, name)))
        .map(({ name }) => ({ table: tableText(shape.name), trigger: name }))
    })

const isBeforeWrite = ({ timing, enabled, events }: Trigger): boolean =>
  enabled && timing === 'before' && events.some((event) => event === 'insert' || event === 'update')

/** PostgreSQL fires triggers in the order of their names' bytes. */
const isAfter = (name: string, other: string): boolean => byBytes(name, other) > 0

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
