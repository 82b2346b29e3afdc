/**
 * The archive table as a whole: it exists, is a plain table of its own, has its source's key, and nothing on it
 * (trigger, rule, foreign key, unique index) can refuse, change or take away a row that comes in.
 */
import { type FamilyTable, movedTables } from '../family.ts'
import { type Finding, type Findings, mergeFindings, NO_FINDINGS } from '../finding.ts'
import { tableText } from '../names.ts'
import { type ForeignKey, shapeOf, type TableShape } from '../table.ts'
import { archiveColumnHazards } from './archive-columns.ts'
import { dropKeyText, isSameKey, keyName, keyText } from './foreign-keys.ts'
import { type HazardInput, refuse, warn } from './hazard.ts'
import { oddKind } from './kind.ts'
import { namesText, nameText, tableNameText } from './statement.ts'

export const archiveHazards = ({ family, catalog }: HazardInput): Findings =>
  mergeFindings(
    ...movedTables(family).map((table) => {
      // Refused for what it is; it will get no archive table.
      if (table.shape.kind !== 'r') return NO_FINDINGS
      const archive = shapeOf(catalog, table.archive)
      if (archive === undefined) return refuse([missing(table)])
      const source = family.tables.find(({ shape }) => shape.oid === archive.oid)
      if (source !== undefined) return refuse([isSource(table)])
      const kind = notPlain(archive)
      // Nothing that a view or a foreign table has or lacks would mend it.
      if (archive.kind !== 'r') return refuse(kind)
      return mergeFindings(
        refuse([...kind, ...keyDiffers(table.shape, archive)]),
        guards(archive),
        archiveColumnHazards(table.shape, archive),
        warn(extraChecks(table.shape, archive)),
      )
    }),
  )

function missing({ shape, archive }: FamilyTable): Finding {
  return {
    code: 'archive_missing',
    object: tableText(archive),
    message: `${tableText(shape.name)} has no archive table ${tableText(archive)}`,
    hint: 'Run `mothball migrate`.',
  }
}

const isSource = ({ shape, archive }: FamilyTable): Finding => ({
  code: 'archive_is_source',
  object: tableText(archive),
  message: `${tableText(archive)} is the archive table of ${tableText(shape.name)} and itself a table of the family`,
  hint: 'Set another archiveSuffix in the policy, or set discover to false and name the relations.',
})

function notPlain(archive: TableShape): readonly Finding[] {
  const name = tableText(archive.name)
  const relatives = [...archive.parents, ...archive.inheritors]
  const kind =
    oddKind(archive) ?? (relatives.length === 0 ? null : `part of an inheritance with ${relatives.join(', ')}`)
  if (kind === null) return []
  const isUnlogged = archive.kind === 'r' && archive.persistence === 'u'
  return [
    {
      code: 'archive_not_plain',
      object: name,
      message: `${name} is ${kind}, and an archive table must be plain and permanent`,
      hint: isUnlogged
        ? `Run \`alter table ${tableNameText(archive.name)} set logged;\`.`
        : `Rename ${name}, and run \`mothball migrate\`.`,
    },
  ]
}

function keyDiffers(source: TableShape, archive: TableShape): readonly Finding[] {
  const name = tableText(archive.name)
  if (source.key.length === 0 || source.key.toSorted().join() === archive.key.toSorted().join()) return []
  const add = `add primary key (${namesText(source.key)})`
  if (archive.key.length === 0)
    return [
      {
        code: 'archive_no_key',
        object: name,
        message: `${name} has no primary key, and ${tableText(source.name)} has (${source.key.join(', ')})`,
        hint: `Run \`alter table ${tableNameText(archive.name)} ${add};\`.`,
      },
    ]
  const old = archive.indexes.find((index) => index.primary)?.name ?? '<constraint>'
  return [
    {
      code: 'archive_key_differs',
      object: name,
      message: `the primary key of ${name} is (${archive.key.join(', ')}), and that of ${tableText(source.name)} is (${source.key.join(', ')})`,
      hint: `Run \`alter table ${tableNameText(archive.name)} drop constraint ${nameText(old)}, ${add};\`.`,
    },
  ]
}

function guards(archive: TableShape): Findings {
  const table = tableNameText(archive.name)
  const object = (name: string) => `${tableText(archive.name)}.${name}`
  const triggers = archive.triggers
    .filter(({ enabled }) => enabled)
    .map(({ name }) => ({
      code: 'archive_trigger',
      object: object(name),
      message: `the trigger ${object(name)} could refuse or change what is archived`,
      hint: `Run \`drop trigger ${nameText(name)} on ${table};\`.`,
    }))
  const rules = archive.rules.map((name) => ({
    code: 'archive_rule',
    object: object(name),
    message: `the rule ${object(name)} could redirect what is archived`,
    hint: `Run \`drop rule ${nameText(name)} on ${table};\`.`,
  }))
  const outgoing = archive.outgoing.filter((key) => key.enforced)
  const incoming = archive.incoming.filter((key) => key.enforced && !outgoing.some((own) => isSameKey(own, key)))
  return mergeFindings(
    refuse([...triggers, ...rules, ...[...outgoing, ...incoming].map(foreignKeyHazard)]),
    warn(extraUnique(archive)),
  )
}

const foreignKeyHazard = (key: ForeignKey): Finding => ({
  code: 'archive_foreign_key',
  object: keyName(key),
  message: `${keyText(key)}, and an archive table takes no part in foreign keys`,
  hint: `Run \`${dropKeyText(key)}\`.`,
})

/** A unique index that holds the whole key refuses nothing that the key lets in. */
const extraUnique = (archive: TableShape): readonly Finding[] =>
  archive.indexes
    .filter(({ unique, primary, columns }) => unique && !primary && !isAbout(columns, archive.key))
    .map(({ name, columns }) => ({
      code: 'archive_extra_unique',
      object: `${tableText(archive.name)}.${name}`,
      message: `the unique index ${name} on (${columns?.join(', ') ?? 'an expression'}) refuses a row whose value is in the archive already`,
      hint: `Run \`drop index concurrently ${tableNameText({ ...archive.name, table: name })};\` (or drop its constraint), unless that is meant.`,
    }))

const isAbout = (columns: readonly string[] | null, key: readonly string[]): boolean =>
  key.length > 0 && columns !== null && key.every((column) => columns.includes(column))

const extraChecks = (source: TableShape, archive: TableShape): readonly Finding[] =>
  archive.checks
    .filter((check) => !source.checks.includes(check))
    .map((check) => ({
      code: 'archive_extra_check',
      object: tableText(archive.name),
      message: `${tableText(archive.name)} has a constraint that ${tableText(source.name)} has not: ${check}`,
      hint: 'Drop it, unless every row that is archived meets it.',
    }))
