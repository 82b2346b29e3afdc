/**
 * The archive table's columns against its source's: same names, types, modifiers and collations, so that every value
 * arrives as it was; our four columns besides; and nothing else that an insert would have to know.
 */
import { ARCHIVE_COLUMN_TYPES, ARCHIVE_COLUMNS, isArchiveColumn } from '../archive-columns.ts'
import { type Finding, type Findings, mergeFindings } from '../finding.ts'
import { tableText } from '../names.ts'
import { type Column, columnOf, type TableShape } from '../table.ts'
import { refuse, warn } from './hazard.ts'
import { nameText, tableNameText, typeText } from './statement.ts'

/** Of one moved table and its archive table, both plain. */
export function archiveColumnHazards(source: TableShape, archive: TableShape): Findings {
  const object = (name: string) => `${tableText(archive.name)}.${name}`
  const extra = archive.columns.filter(({ name }) => columnOf(source, name) === undefined && !isArchiveColumn(name))
  return mergeFindings(
    refuse(source.columns.filter(({ name }) => isArchiveColumn(name)).map(({ name }) => nameTaken(source, name))),
    refuse(
      source.columns
        .filter(({ name }) => !isArchiveColumn(name))
        .flatMap((column) => sourceColumn(source, archive, column)),
    ),
    refuse(ARCHIVE_COLUMNS.flatMap((name) => ownColumn(archive, name))),
    refuse(archive.columns.flatMap((column) => computed(archive, column))),
    refuse(extra.filter(isRequired).map((column) => extraRequired(archive, column))),
    warn(
      extra
        .filter((column) => !isRequired(column))
        .map((column) => ({
          code: 'archive_extra_column',
          object: object(column.name),
          message: `${object(column.name)} is no column of ${tableText(source.name)}: it takes its default, and rows that have a value in it cannot come home`,
          hint: `Nothing to do, if that is meant. Was it dropped, and somebody is to come home: \`alter table ${tableNameText(source.name)} add column ${nameText(column.name)} ${typeText(column)};\`.`,
        })),
    ),
  )
}

/** An insert that does not know the column fails. */
const isRequired = (column: Column): boolean => column.notNull && !column.hasDefault && column.generated === null

const nameTaken = (source: TableShape, name: string): Finding => ({
  code: 'archive_column_taken',
  object: `${tableText(source.name)}.${name}`,
  message: `${tableText(source.name)} has a column ${name}, which every archive table has for itself`,
  hint: `Rename it: \`alter table ${tableNameText(source.name)} rename column ${nameText(name)} to <name>;\`.`,
})

function sourceColumn(source: TableShape, archive: TableShape, column: Column): readonly Finding[] {
  const twin = columnOf(archive, column.name)
  if (twin === undefined) return [lacks(archive, column.name)]
  const object = `${tableText(archive.name)}.${column.name}`
  const alter = `alter table ${tableNameText(archive.name)} alter column ${nameText(column.name)}`
  const findings: Finding[] = []
  if (twin.typeId !== column.typeId || twin.type !== column.type || twin.collation !== column.collation)
    findings.push({
      code: 'archive_type_differs',
      object,
      message: `${object} is ${typeText(twin)}, and ${tableText(source.name)}.${column.name} is ${typeText(column)}`,
      hint: retypeHint(archive, column.name, typeText(column), column.type),
    })
  // What a key demands is for the keys to settle.
  if (twin.notNull && !column.notNull && !archive.key.includes(column.name))
    findings.push({
      code: 'archive_not_null',
      object,
      message: `${object} takes no null, and ${tableText(source.name)}.${column.name} may be null`,
      hint: `Run \`${alter} drop not null;\`.`,
    })
  return findings
}

function ownColumn(archive: TableShape, name: (typeof ARCHIVE_COLUMNS)[number]): readonly Finding[] {
  const column = columnOf(archive, name)
  if (column === undefined) return [lacks(archive, name)]
  const needed = ARCHIVE_COLUMN_TYPES[name]
  if (column.type === needed) return []
  const object = `${tableText(archive.name)}.${name}`
  return [
    {
      code: 'archive_type_differs',
      object,
      message: `${object} is ${column.type}, and must be ${needed}`,
      hint: retypeHint(archive, name, needed, needed),
    },
  ]
}

/** By way of the text, which every type can be read from; a value that does not fit stops the statement. */
const retypeHint = (archive: TableShape, column: string, definition: string, type: string): string =>
  `Run \`alter table ${tableNameText(archive.name)} alter column ${nameText(column)} type ${definition} using ${nameText(column)}::text::${type};\`, after a look at the values that are there.`

const lacks = (archive: TableShape, name: string): Finding => ({
  code: 'archive_lacks_column',
  object: `${tableText(archive.name)}.${name}`,
  message: `${tableText(archive.name)} has no column ${name}`,
  hint: 'Run `mothball migrate`, which adds it.',
})

/** A column that computes itself takes no archived value. */
function computed(archive: TableShape, { name, generated, identity }: Column): readonly Finding[] {
  if (generated === null && identity !== 'always') return []
  const object = `${tableText(archive.name)}.${name}`
  return [
    {
      code: 'archive_column_computed',
      object,
      message: `${object} is ${generated === null ? 'generated always as identity' : 'a generated column'}, and takes no value from outside`,
      hint:
        generated === 'virtual'
          ? `Drop the column, and run \`mothball migrate\`, which adds a plain one.`
          : `Run \`alter table ${tableNameText(archive.name)} alter column ${nameText(name)} drop ${generated === null ? 'identity' : 'expression'};\`.`,
    },
  ]
}

const extraRequired = (archive: TableShape, { name }: Column): Finding => ({
  code: 'archive_extra_required',
  object: `${tableText(archive.name)}.${name}`,
  message: `${tableText(archive.name)}.${name} must have a value, and nothing gives it one`,
  hint: `Run \`alter table ${tableNameText(archive.name)} alter column ${nameText(name)} drop not null;\`.`,
})
