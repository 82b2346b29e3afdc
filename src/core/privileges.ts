/**
 * What the user of a run must be allowed, and the GRANT that allows it. Pure: the list comes from the family's shapes;
 * who has what is the database's answer.
 */
import { type Family, isMoved } from './family.ts'
import type { Finding } from './finding.ts'
import { nameText, tableNameText } from './hazards/statement.ts'
import type { TableName } from './names.ts'
import type { Policy } from './policy.ts'
import { type Catalog, shapeOf } from './table.ts'

/**
 * `owner` is no privilege that can be granted: VACUUM asks for it. A schema's table is empty, and a database is the
 * connection's own, with both empty.
 */
export type Need = Readonly<{
  kind: 'table' | 'schema' | 'database' | 'owner'
  name: TableName
  privilege: string
  /** Without it no run goes on; otherwise something else is left undone. */
  required: boolean
}>

const JOURNAL = 'mothball'
/** Rows that move are locked (UPDATE), copied and deleted here, and inserted here when they come home. */
const MOVING = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
/** FOR UPDATE on rows that a keep rule reads. */
const LOCKING = ['SELECT', 'UPDATE']

/** Only for tables that exist: what `migrate` is yet to make belongs to whoever makes it. */
export function neededPrivileges(policy: Policy, family: Family, catalog: Catalog, journal: readonly string[]): Need[] {
  const archives = family.tables.filter(isMoved).flatMap(({ archive }) => shapeOf(catalog, archive) ?? [])
  const log = shapeOf(catalog, policy.logTable)
  const tables = [
    ...family.tables.map((each) => ({ name: each.shape.name, privileges: isMoved(each) ? MOVING : LOCKING })),
    ...archives.map(({ name }) => ({ name, privileges: MOVING })),
    ...(log === undefined ? [] : [{ name: log.name, privileges: ['SELECT', 'INSERT'] }]),
    ...journal.map((table) => ({ name: { schema: JOURNAL, table }, privileges: MOVING })),
  ]
  const schemas = [...new Set(tables.map(({ name }) => name.schema))]
  const missing = family.tables.filter((each) => isMoved(each) && shapeOf(catalog, each.archive) === undefined)
  const created = [
    ...missing.map(({ archive }) => archive.schema),
    ...(log === undefined ? [policy.logTable.schema] : []),
  ]
  const vacuumed = family.tables.filter(isMoved).map(({ shape }) => shape.name)
  return [
    ...schemas.map((schema) => need('schema', { schema, table: '' }, 'USAGE', true)),
    ...tables.flatMap(({ name, privileges }) => privileges.map((privilege) => need('table', name, privilege, true))),
    ...[...new Set(created)].map((schema) => need('schema', { schema, table: '' }, 'CREATE', false)),
    ...(journal.length === 0 ? [need('database', { schema: '', table: '' }, 'CREATE', false)] : []),
    ...vacuumed.map((name) => need('owner', name, 'VACUUM', false)),
  ]
}

const need = (kind: Need['kind'], name: TableName, privilege: string, required: boolean): Need => ({
  kind,
  name,
  privilege,
  required,
})

/** One finding for each object, with everything that it lacks in one statement. */
export function privilegeFindings(missing: readonly Need[], user: string, database: string): readonly Finding[] {
  const groups = Map.groupBy(missing, ({ kind, name, required }) => JSON.stringify([kind, name, required]))
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [finding(first, more, user, database)],
  )
}

function finding(first: Need, more: readonly Need[], user: string, database: string): Finding {
  const { kind, name } = first
  const privileges = [first, ...more].map(({ privilege }) => privilege.toLowerCase()).join(', ')
  const object = kind === 'database' ? database : kind === 'schema' ? name.schema : tableNameText(name)
  if (kind === 'owner')
    return {
      code: 'not_vacuumed',
      object,
      message: `${user} is not the owner of ${object}, so its space is freed by autovacuum alone`,
      hint: `On PostgreSQL 17 or newer run \`grant maintain on ${object} to ${nameText(user)};\`; before, let the owner vacuum it.`,
    }
  const target = kind === 'table' ? object : `${kind} ${nameText(object)}`
  const purpose = first.required ? '' : ', which `mothball migrate` needs'
  return {
    code: 'privilege_missing',
    object,
    message: `${user} lacks ${privileges} on ${kind} ${object}${purpose}`,
    hint: `Run \`grant ${privileges} on ${target} to ${nameText(user)};\` as its owner.`,
  }
}
