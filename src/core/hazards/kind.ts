/**
 * Every table of a family is a plain, permanent table without inheritors: statements name ONLY that table, so rows of
 * partitions and inheritors would neither move nor be seen by a keep rule, and an unlogged table is empty after a crash.
 */
import type { Finding, Findings } from '../finding.ts'
import { tableText } from '../names.ts'
import type { TableShape } from '../table.ts'
import { type HazardInput, refuse } from './hazard.ts'
import { nameText, tableNameText } from './statement.ts'

export const kindHazards = ({ family }: HazardInput): Findings =>
  refuse(family.tables.flatMap(({ shape }) => [...notPlain(shape), ...inherited(shape)]))

const KINDS: Readonly<Record<string, string>> = {
  p: 'a partitioned table',
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
}

/** What else than a plain, permanent table this is; null for a plain one. */
export function oddKind(shape: TableShape): string | null {
  const kind = KINDS[shape.kind]
  if (kind !== undefined) return kind
  if (shape.persistence === 'u') return 'an unlogged table'
  return shape.persistence === 't' ? 'a temporary table' : null
}

function notPlain(shape: TableShape): readonly Finding[] {
  const kind = oddKind(shape)
  if (kind === null) return []
  const name = tableText(shape.name)
  return [
    {
      code: 'not_plain_table',
      object: name,
      message: `${name} is ${kind}, and only plain, permanent tables are moved, locked or read by a rule`,
      hint:
        shape.kind === 'r' && shape.persistence === 'u'
          ? `Run \`alter table ${tableNameText(shape.name)} set logged;\`.`
          : 'Name the plain table behind it in the policy, or leave it out.',
    },
  ]
}

function inherited(shape: TableShape): readonly Finding[] {
  const name = tableText(shape.name)
  const finding = (message: string, hint: string): Finding => ({ code: 'inherited_table', object: name, message, hint })
  // A partitioned table has been refused already, and its partitions are no news.
  const heirs = shape.kind === 'p' ? [] : shape.inheritors
  return [
    ...heirs.map((heir) =>
      finding(
        `${heir} inherits from ${name}, and its rows would be left behind`,
        `Run \`alter table ${qualifiedNameText(heir)} no inherit ${tableNameText(shape.name)};\`, or leave ${name} out of the policy.`,
      ),
    ),
    ...shape.parents.map((parent) =>
      finding(
        `${name} is part of ${parent}, so its rows can be reached by another name`,
        `Detach it from ${parent}, or leave ${name} out of the policy.`,
      ),
    ),
  ]
}

/** `crm.orders` with each part quoted where it must be. */
const qualifiedNameText = (qualified: string): string => {
  const [schema = '', ...table] = qualified.split('.')
  return `${nameText(schema)}.${nameText(table.join('.'))}`
}
