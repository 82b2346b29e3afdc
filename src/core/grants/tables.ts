/**
 * What each role needs on the tables of one policy: of every table the least with which its verbs work. A row lock asks
 * for UPDATE on one column, LOCK TABLE for any right to write, so a table from which rows leave is granted DELETE and
 * one that receives them INSERT, and neither more.
 */
import { type Family, type FamilyTable, movedTables, subjectOf } from '../family.ts'
import { redactionsOf } from '../identifying.ts'
import { lockedTables } from '../locked-tables.ts'
import type { Policy } from '../policy.ts'
import { type Catalog, columnOf, shapeOf, type TableShape } from '../table.ts'
import { type Grant, lockingRows, onSchema, onSequence, onTable, selecting, updating } from './grant.ts'

export type GrantScope = Readonly<{ policy: Policy; family: Family; catalog: Catalog }>

/** VACUUM and ANALYZE without being the owner. */
const MAINTAIN_SINCE = 170_000

/** plan, show, verify, history, and the lists. */
export const readingTables = ({ policy, family, catalog }: GrantScope): readonly Grant[] => {
  const log = shapeOf(catalog, policy.logTable)
  const shapes = [...family.tables.map(({ shape }) => shape), ...archivesOf({ family, catalog })]
  const names = [...shapes, ...(log === undefined ? [] : [log])].map(({ name }) => name)
  const keys = family.tables.flatMap(({ shape }) => shape.outgoing.filter(({ enforced }) => enforced))
  return [
    ...usage([...names, ...keys.map(({ target }) => target)]),
    ...names.flatMap((name) => onTable(name, 'SELECT')),
    // What a row refers to may be gone when it is to come home: the look for conflicts asks, in tables of no policy too.
    ...keys.flatMap(({ target, references }) => selecting(target, references)),
  ]
}

/** Rows leave the source and reach the archive; rows that keep rules read are locked where they are. */
export const archivingTables = ({ policy, family, catalog }: GrantScope): readonly Grant[] => [
  ...lockedTables(policy, family).flatMap(({ shape }) => lockingRows(shape.name, shape.key)),
  ...movedTables(family).flatMap(({ shape }) => onTable(shape.name, 'DELETE')),
  ...archivesOf({ family, catalog }).flatMap(({ name }) => onTable(name, 'INSERT')),
  ...logging({ policy, catalog }),
  ...maintaining(catalog, touchedBy({ family, catalog })),
]

/**
 * Rows leave the archive and come home, or return to it from a cold file; a sequence that fell behind is moved on. Holds
 * lock the subject on either side.
 */
export const restoringTables = ({ policy, family, catalog }: GrantScope): readonly Grant[] => {
  const subject = subjectOf(family).shape
  const homes = family.tables.filter(({ archive }) => shapeOf(catalog, archive) !== undefined)
  return [
    ...lockingRows(subject.name, subject.key),
    ...homes.flatMap(({ shape }) => [
      ...onTable(shape.name, 'INSERT'),
      ...sequencesOf(shape).flatMap((sequence) => onSequence(sequence, 'USAGE', 'UPDATE')),
    ]),
    ...archivesOf({ family, catalog }).flatMap((archive) => [...onTable(archive.name, 'INSERT'), ...leaving(archive)]),
    ...logging({ policy, catalog }),
    ...maintaining(catalog, touchedBy({ family, catalog })),
  ]
}

/** Archived rows are destroyed; nothing active is even read. */
export const purgingTables = ({ policy, family, catalog }: GrantScope): readonly Grant[] => {
  const archives = archivesOf({ family, catalog })
  const log = shapeOf(catalog, policy.logTable)
  return [
    ...usage([...archives.map(({ name }) => name), ...(log === undefined ? [] : [log.name])]),
    ...archives.flatMap((archive) => [...onTable(archive.name, 'SELECT'), ...leaving(archive)]),
    ...logging({ policy, catalog }),
    ...maintaining(catalog, archives),
  ]
}

/**
 * One person's rows are locked and deleted on both sides, whatever the policy does with their tables; or the columns that
 * identify him are replaced in them, and an archived row gets the number of the erasure's batch.
 */
export const erasingTables = ({ policy, family, catalog }: GrantScope): readonly Grant[] => {
  const archives = archivesOf({ family, catalog })
  return [
    ...[...family.tables.map(({ shape }) => shape), ...archives].flatMap(leaving),
    ...family.tables.flatMap((each) => redacting(policy, each, shapeOf(catalog, each.archive))),
    ...maintaining(catalog, touchedBy({ family, catalog })),
  ]
}

function redacting(policy: Policy, each: FamilyTable, archive: TableShape | undefined): readonly Grant[] {
  const names = (side: TableShape) => redactionsOf(policy, each, side).map(({ column }) => column.name)
  const active = updating(each.shape.name, names(each.shape))
  if (archive === undefined || names(archive).length === 0) return active
  // What the source computes from them is stored there.
  const computed = each.shape.columns.filter(({ name, generated }) => generated !== null && columnOf(archive, name))
  return [
    ...active,
    ...updating(archive.name, [...names(archive), ...computed.map(({ name }) => name), 'archive_batch']),
  ]
}

/** Every archive table that is there, whatever the policy does with its source today. */
const archivesOf = ({ family, catalog }: Pick<GrantScope, 'family' | 'catalog'>): readonly TableShape[] =>
  family.tables.flatMap(({ archive }) => shapeOf(catalog, archive) ?? [])

const leaving = ({ name, key }: TableShape): readonly Grant[] => [...onTable(name, 'DELETE'), ...lockingRows(name, key)]

/** Both sides of whatever moves, or moved once. */
const touchedBy = ({ family, catalog }: Pick<GrantScope, 'family' | 'catalog'>): readonly TableShape[] =>
  family.tables.flatMap(({ shape, archive }) => {
    const twin = shapeOf(catalog, archive)
    return twin === undefined ? [] : [shape, twin]
  })

const maintaining = ({ server }: Catalog, shapes: readonly TableShape[]): readonly Grant[] =>
  server.version < MAINTAIN_SINCE ? [] : shapes.flatMap(({ name }) => onTable(name, 'MAINTAIN'))

/** The public log gets one row for each run and restore. An identity's sequence asks for nothing, a serial's does. */
function logging({ policy, catalog }: Pick<GrantScope, 'policy' | 'catalog'>): readonly Grant[] {
  const log = shapeOf(catalog, policy.logTable)
  if (log === undefined) return []
  const serials = log.columns.flatMap(({ identity, sequence }) => (identity === null ? (sequence ?? []) : []))
  return [...onTable(log.name, 'INSERT'), ...serials.flatMap((sequence) => onSequence(sequence, 'USAGE'))]
}

const sequencesOf = ({ columns }: TableShape): readonly string[] => columns.flatMap(({ sequence }) => sequence ?? [])

const usage = (names: readonly GrantScope['policy']['subject'][]): readonly Grant[] =>
  [...new Set(names.map(({ schema }) => schema))].map(onSchema)
