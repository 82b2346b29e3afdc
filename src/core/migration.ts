/**
 * What a database lacks for a set of policies, as changes that only add: archive tables, their columns and indexes,
 * the log. Whatever would need more than an addition is a refusal of the hazards and never a change here. Pure.
 */
import { ARCHIVE_COLUMNS, type ArchiveColumn } from './archive-columns.ts'
import type { ContactKind } from './contact.ts'
import { type Family, type FamilyTable, movedTables, resolveFamily, subjectOf } from './family.ts'
import { indexName } from './index-name.ts'
import { LOG_COLUMNS, type LogColumn } from './log-columns.ts'
import { qualifiedText, type TableName } from './names.ts'
import type { Policy, SearchColumns } from './policy.ts'
import { type Catalog, type Column, columnOf, isIndexed, shapeOf, type TableShape } from './table.ts'

/** What the policy writes beside each archived row. */
export type ArchiveDefaults = Readonly<Pick<Policy, 'archivedBy' | 'reason'>>

/** An index over columns, or over one column in its search form. `leftover`: an invalid one of the name is in the way. */
export type IndexChange = Readonly<{
  kind: 'index'
  table: TableName
  name: string
  columns: readonly string[]
  form: ContactKind | null
  leftover: boolean
}>

export type Change =
  | Readonly<{
      kind: 'archive'
      table: TableName
      source: TableShape
      defaults: ArchiveDefaults
      indexes: readonly IndexChange[]
    }>
  | Readonly<{
      kind: 'column'
      table: TableName
      columns: readonly Column[]
      own: readonly ArchiveColumn[]
      defaults: ArchiveDefaults
    }>
  | Readonly<{ kind: 'log'; table: TableName; isNew: boolean; columns: readonly LogColumn[] }>
  | IndexChange

/** In the order in which they are to be made. A policy whose family cannot be resolved adds its log table only. */
export function planChanges(policies: readonly Policy[], catalog: Catalog): readonly Change[] {
  const changes = policies.flatMap((policy) => {
    const { family } = resolveFamily(policy, catalog)
    const archives =
      family === null ? [] : movedTables(family).flatMap((table) => archiveChanges(policy, family, table, catalog))
    return [...archives, ...logChanges(policy, catalog)]
  })
  const order: readonly Change['kind'][] = ['archive', 'column', 'log', 'index']
  return order.flatMap((kind) => distinct(changes.filter((change) => change.kind === kind)))
}

/** Indexes that make runs and searches quick: on the children's references, and on each search form. */
export function planIndexChanges(policies: readonly Policy[], catalog: Catalog): readonly IndexChange[] {
  return distinct(
    policies.flatMap((policy) => {
      const { family } = resolveFamily(policy, catalog)
      if (family === null) return []
      const references = family.tables.flatMap(({ shape, links }) =>
        links.flatMap((link) => missingIndexes(shape, [link.columns])),
      )
      const archive = shapeOf(catalog, subjectOf(family).archive)
      const searched = [subjectOf(family).shape, ...(archive === undefined ? [] : [archive])]
      return [...references, ...searched.flatMap((shape) => searchIndexes(shape, policy.search))]
    }),
  )
}

function archiveChanges(
  policy: Policy,
  family: Family,
  { shape: source, archive: table, links }: FamilyTable,
  catalog: Catalog,
): readonly Change[] {
  const defaults = { archivedBy: policy.archivedBy, reason: policy.reason }
  const wanted = [['archive_batch'], ...links.map((link) => link.columns)]
  const archive = shapeOf(catalog, table)
  if (!isPlain(source) || source.key.length === 0) return []
  if (archive === undefined) {
    const indexes = distinct(
      wanted
        .filter((columns) => !isPrefix(columns, source.key))
        .map((columns) => indexChange(table, columns, null, false)),
    )
    return [{ kind: 'archive', table, source, defaults, indexes }]
  }
  if (!isItsArchive(archive, source, family)) return []
  const columns = source.columns.filter(({ name }) => columnOf(archive, name) === undefined)
  const own = ARCHIVE_COLUMNS.filter((name) => columnOf(archive, name) === undefined)
  const added: readonly Change[] =
    columns.length + own.length === 0 ? [] : [{ kind: 'column', table, columns, own, defaults }]
  return [...added, ...missingIndexes(archive, wanted)]
}

const isPlain = (shape: TableShape): boolean => shape.kind === 'r' && shape.persistence === 'p'

/** A stranger's table of that name is left alone: an archive has its source's key, or at least could have it. */
const isItsArchive = (archive: TableShape, source: TableShape, family: Family): boolean =>
  isPlain(archive) &&
  family.tables.every(({ shape }) => shape.oid !== archive.oid) &&
  (archive.key.length === 0
    ? source.key.every((name) => columnOf(archive, name)?.typeId === columnOf(source, name)?.typeId)
    : archive.key.toSorted().join() === source.key.toSorted().join())

function logChanges({ logTable }: Policy, catalog: Catalog): readonly Change[] {
  const shape = shapeOf(catalog, logTable)
  if (shape === undefined) return [{ kind: 'log', table: logTable, isNew: true, columns: LOG_COLUMNS }]
  const missing = LOG_COLUMNS.filter(({ name }) => columnOf(shape, name) === undefined)
  // Without the specification's columns it is no log table, whatever its name.
  if (missing.length === 0 || missing.some((column) => column.specified) || !isPlain(shape)) return []
  return [{ kind: 'log', table: logTable, isNew: false, columns: missing }]
}

const isPrefix = (columns: readonly string[], key: readonly string[]): boolean =>
  columns.every((column) => key.slice(0, columns.length).includes(column))

const missingIndexes = (shape: TableShape, wanted: readonly (readonly string[])[]): readonly IndexChange[] =>
  isPlain(shape)
    ? wanted.filter((columns) => !isIndexed(shape, columns)).map((columns) => indexOn(shape, columns, null))
    : []

function searchIndexes(shape: TableShape, search: SearchColumns): readonly IndexChange[] {
  const wanted = (['phone', 'email', 'text'] as const).flatMap((form) =>
    search[form].map((column) => ({ form, column })),
  )
  return wanted
    .filter(({ column }) => isPlain(shape) && columnOf(shape, column) !== undefined)
    .map(({ form, column }) => indexOn(shape, [column], form))
    .filter(({ name }) => !shape.indexes.some((index) => index.name === name && index.valid))
}

function indexOn(shape: TableShape, columns: readonly string[], form: ContactKind | null): IndexChange {
  const change = indexChange(shape.name, columns, form, false)
  return { ...change, leftover: shape.indexes.some(({ name, valid }) => name === change.name && !valid) }
}

const indexChange = (
  table: TableName,
  columns: readonly string[],
  form: ContactKind | null,
  leftover: boolean,
): IndexChange => ({
  kind: 'index',
  table,
  name: indexName(table, form === null ? columns : [`${form} ${columns.join()}`]),
  columns,
  form,
  leftover,
})

/** Two policies, or two links over the same columns, ask for one thing once. */
function distinct<T extends Change>(changes: readonly T[]): readonly T[] {
  const seen = new Set<string>()
  return changes.filter((change) => {
    const identity = `${change.kind} ${qualifiedText(change.table)} ${change.kind === 'index' ? change.name : ''}`
    if (seen.has(identity)) return false
    seen.add(identity)
    return true
  })
}
