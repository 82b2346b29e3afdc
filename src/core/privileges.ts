/**
 * What the user of a run must be allowed, and the GRANT that allows it: what the roles of `grants/` have. Pure: the list
 * comes from the family's shapes; who has what is the database's answer.
 */
import { type Family, isMoved } from './family.ts'
import type { Finding } from './finding.ts'
import { beyond, type Grant, united } from './grants/grant.ts'
import { journalGrants } from './grants/journal.ts'
import { DEFAULT_ROLE_PREFIX } from './grants/roles.ts'
import { archivingTables, readingTables, restoringTables } from './grants/tables.ts'
import { namesText, nameText, tableNameText } from './hazards/statement.ts'
import type { TableName } from './names.ts'
import type { Policy } from './policy.ts'
import { type Catalog, shapeOf } from './table.ts'

/**
 * `object` is a table, a schema (its table is empty), the database (both empty), or a sequence or function (quoted and
 * qualified in `table` where its schema is empty). `owner` is no privilege that can be granted: VACUUM asks for it.
 */
export type Need = Readonly<{
  kind: Grant['kind'] | 'database' | 'owner'
  name: TableName
  privilege: string
  /** Granted on these alone; null: on the whole object. */
  columns: readonly string[] | null
  /** Without it no run goes on; otherwise something else is left undone, which `purpose` says. */
  required: boolean
  purpose: string
}>

const JOURNAL = 'mothball'
const MIGRATING = ', which `mothball migrate` needs'
const RESTORING = ', which a restore needs'

/** Only for tables that exist: what `migrate` is yet to make belongs to whoever makes it. */
export function neededPrivileges(policy: Policy, family: Family, catalog: Catalog): readonly Need[] {
  const scope = { policy, family, catalog }
  // Who owns a table, or may maintain it, is asked at the end.
  const plain = (grants: readonly Grant[]) => united(grants).filter(({ privilege }) => privilege !== 'MAINTAIN')
  const running = plain([...readingTables(scope), ...archivingTables(scope)])
  const restoring = beyond(plain(restoringTables(scope)), running)
  const moved = family.tables.filter(isMoved)
  const created = [
    ...moved.filter(({ archive }) => shapeOf(catalog, archive) === undefined).map(({ archive }) => archive.schema),
    ...(shapeOf(catalog, policy.logTable) === undefined ? [policy.logTable.schema] : []),
  ]
  return [
    ...running.map((grant) => needed(grant)),
    ...unique(created).map((schema) => needOf('schema', inSchema(schema), 'CREATE', MIGRATING)),
    ...restoring.map((grant) => needed(grant, RESTORING)),
    ...moved.map(({ shape }) => needOf('owner', shape.name, 'VACUUM', ' ')),
  ]
}

/** Of those tables of the journal that are there; where there are none, of whoever makes them. */
export function journalPrivileges(tables: readonly string[]): readonly Need[] {
  if (tables.length === 0) return [needOf('database', inSchema(''), 'CREATE', MIGRATING)]
  const there = ({ kind, name }: Grant) => kind !== 'table' || tables.includes(name.table)
  const running = united([...journalGrants('reader'), ...journalGrants('archiver')]).filter(there)
  const restoring = beyond(united(journalGrants('restorer')).filter(there), running)
  return [...running.map((grant) => needed(grant)), ...restoring.map((grant) => needed(grant, RESTORING))]
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
const inSchema = (schema: string): TableName => ({ schema, table: '' })

const needed = (grant: Grant, purpose = ''): Need => ({ ...grant, required: purpose === '', purpose })

/** With a purpose it is not required for a run. */
const needOf = (kind: Need['kind'], name: TableName, privilege: string, purpose = ''): Need => ({
  kind,
  name,
  privilege,
  columns: null,
  required: purpose === '',
  purpose,
})

/** One finding, and one GRANT, for all objects that lack the same. */
export function privilegeFindings(missing: readonly Need[], user: string, database: string): readonly Finding[] {
  const objects = Map.groupBy(missing, ({ kind, name, required }) => JSON.stringify([kind, name, required]))
  const alike = Map.groupBy(objects.values(), (needs) => JSON.stringify([needs[0]?.kind, privilegesText(needs)]))
  return [...alike.values()].flatMap((group) => {
    const [first] = group.flat()
    const names = group.flatMap(([need]) => (need === undefined ? [] : [objectText(need, database)]))
    return first === undefined ? [] : [finding(first, privilegesText(group[0] ?? []), names, user)]
  })
}

const privilegesText = (needs: readonly Need[]): string =>
  needs
    .map(({ privilege, columns }) => `${privilege.toLowerCase()}${columns === null ? '' : ` (${namesText(columns)})`}`)
    .join(', ')

/** The journal's tables are granted by role: nobody would like to read what each of them needs. */
export const journalFindings = (missing: readonly Need[], user: string, database: string): readonly Finding[] => [
  ...privilegeFindings(
    missing.filter(({ kind }) => kind !== 'table'),
    user,
    database,
  ),
  ...journalTables(missing, user),
]

function journalTables(missing: readonly Need[], user: string): readonly Finding[] {
  const tables = missing.filter(({ kind }) => kind === 'table')
  if (tables.length === 0) return []
  const isRun = tables.some(({ required }) => required)
  const names = unique(tables.map(({ name }) => name.table))
  const role = `${DEFAULT_ROLE_PREFIX}${isRun ? 'archiver' : 'restorer'}`
  return [
    {
      code: 'privilege_missing',
      object: JOURNAL,
      message: `${user} lacks what a ${isRun ? 'run' : 'restore'} needs in schema ${JOURNAL}, on ${names.join(', ')}`,
      hint: `Let the owner run what \`mothball doctor --grants\` prints, and \`grant ${role} to ${nameText(user)};\`.`,
    },
  ]
}

function finding({ kind, purpose }: Need, privileges: string, names: readonly string[], user: string): Finding {
  const [object = ''] = names
  const noun = kind === 'owner' ? 'table' : kind
  const what = names.length === 1 ? `${noun} ${object}` : `${names.length} ${noun}s`
  const list = names.join(', ')
  if (kind === 'owner')
    return {
      code: 'not_vacuumed',
      object,
      message: `${user} does not own ${what}, so autovacuum alone makes the space of moved rows usable again`,
      hint: `On PostgreSQL 17 or newer run \`grant maintain on ${list} to ${nameText(user)};\`; before, let the owner vacuum.`,
    }
  return {
    code: 'privilege_missing',
    object,
    message: `${user} lacks ${privileges} on ${what}${purpose}`,
    hint: `Run \`grant ${privileges} on ${kind === 'table' ? '' : `${kind} `}${list} to ${nameText(user)};\` as owner.`,
  }
}

function objectText({ kind, name }: Need, database: string): string {
  switch (kind) {
    case 'database':
      return nameText(database)
    case 'schema':
      return nameText(name.schema)
    case 'sequence':
    case 'function':
      return name.schema === '' ? name.table : tableNameText(name)
    default:
      return tableNameText(name)
  }
}
