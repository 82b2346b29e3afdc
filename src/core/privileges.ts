/**
 * What the user of a run must be allowed, and the GRANT that allows it. Pure: the list comes from the family's shapes;
 * who has what is the database's answer.
 */
import { type Family, isMoved } from './family.ts'
import type { Finding } from './finding.ts'
import { nameText, tableNameText } from './hazards/statement.ts'
import type { TableName } from './names.ts'
import type { Policy } from './policy.ts'
import { type Catalog, shapeOf, type TableShape } from './table.ts'

/**
 * `object` is a table, a schema (its table is empty), the database (both empty), or a sequence (quoted and
 * qualified in `table` where its schema is empty). `owner` is no privilege that can be granted: VACUUM asks for it.
 */
export type Need = Readonly<{
  kind: 'table' | 'schema' | 'database' | 'sequence' | 'owner'
  name: TableName
  privilege: string
  /** Without it no run goes on; otherwise something else is left undone, which `purpose` says. */
  required: boolean
  purpose: string
}>

/** Rows that move are locked (UPDATE), copied and deleted here, and inserted here when they come home. */
const MOVING = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
/** FOR UPDATE on rows that a keep rule reads. */
const LOCKING = ['SELECT', 'UPDATE']
/** The journal forgets nothing. */
const WRITING = ['SELECT', 'INSERT', 'UPDATE']

const JOURNAL = 'mothball'
const MIGRATING = ', which `mothball migrate` needs'
const RESTORING = ', which a restore needs where a sequence fell behind'

/** Only for tables that exist: what `migrate` is yet to make belongs to whoever makes it. */
export function neededPrivileges(policy: Policy, family: Family, catalog: Catalog): readonly Need[] {
  const moved = family.tables.filter(isMoved)
  const archives = moved.flatMap(({ archive }) => shapeOf(catalog, archive) ?? [])
  const log = shapeOf(catalog, policy.logTable)
  const tables = [
    ...family.tables.map((each) => ({ name: each.shape.name, privileges: isMoved(each) ? MOVING : LOCKING })),
    ...archives.map(({ name }) => ({ name, privileges: MOVING })),
    ...(log === undefined ? [] : [{ name: log.name, privileges: ['SELECT', 'INSERT'] }]),
  ]
  const created = [
    ...moved.filter(({ archive }) => shapeOf(catalog, archive) === undefined).map(({ archive }) => archive.schema),
    ...(log === undefined ? [policy.logTable.schema] : []),
  ]
  return [
    ...unique(tables.map(({ name }) => name.schema)).map((schema) => needOf('schema', inSchema(schema), 'USAGE')),
    ...tables.flatMap(({ name, privileges }) => privileges.map((privilege) => needOf('table', name, privilege))),
    ...(log === undefined ? [] : serialsOf(log).map((name) => needOf('sequence', name, 'USAGE'))),
    ...unique(created).map((schema) => needOf('schema', inSchema(schema), 'CREATE', MIGRATING)),
    ...moved.flatMap(({ shape }) =>
      sequencesOf(shape).flatMap((name) =>
        ['USAGE', 'UPDATE'].map((privilege) => needOf('sequence', name, privilege, RESTORING)),
      ),
    ),
    ...moved.map(({ shape }) => needOf('owner', shape.name, 'VACUUM', ' ')),
  ]
}

/** Of the journal's tables; where there are none, of whoever makes them. */
export const journalPrivileges = (tables: readonly string[]): readonly Need[] =>
  tables.length === 0
    ? [needOf('database', inSchema(''), 'CREATE', MIGRATING)]
    : [
        needOf('schema', inSchema(JOURNAL), 'USAGE'),
        // The fence of every batch takes its number from it.
        needOf('sequence', { schema: JOURNAL, table: 'batch_id_seq' }, 'USAGE'),
        ...tables.flatMap((table) =>
          WRITING.map((privilege) => needOf('table', { schema: JOURNAL, table }, privilege)),
        ),
      ]

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
const inSchema = (schema: string): TableName => ({ schema, table: '' })

/** With a purpose it is not required for a run. */
const needOf = (kind: Need['kind'], name: TableName, privilege: string, purpose = ''): Need => ({
  kind,
  name,
  privilege,
  required: purpose === '',
  purpose,
})

const sequencesOf = ({ columns }: TableShape): readonly TableName[] =>
  columns.flatMap(({ sequence }) => (sequence === null ? [] : [{ schema: '', table: sequence }]))

/** An identity's sequence asks for nothing, the default of a serial column does. */
const serialsOf = (shape: TableShape): readonly TableName[] =>
  sequencesOf({ ...shape, columns: shape.columns.filter(({ identity }) => identity === null) })

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
  needs.map(({ privilege }) => privilege.toLowerCase()).join(', ')

/** The journal's tables are granted together: there is no reason to write in one of them only. */
export const journalFindings = (missing: readonly Need[], user: string, database: string): readonly Finding[] => [
  ...privilegeFindings(
    missing.filter(({ kind }) => kind !== 'table'),
    user,
    database,
  ),
  ...(missing.some(({ kind }) => kind === 'table') ? [journalTables(user)] : []),
]

const journalTables = (user: string): Finding => ({
  code: 'privilege_missing',
  object: JOURNAL,
  message: `${user} may not read and write every table of schema ${JOURNAL}`,
  hint: `Run \`grant ${WRITING.join(', ').toLowerCase()} on all tables in schema ${JOURNAL} to ${nameText(user)};\` as owner.`,
})

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
      return name.schema === '' ? name.table : tableNameText(name)
    default:
      return tableNameText(name)
  }
}
