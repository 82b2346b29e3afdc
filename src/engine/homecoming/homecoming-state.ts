/**
 * Holds what is installed against what the tables ask for today: the text of every function, every trigger. Made for
 * other shapes, or changed by hand, is stale; the findings of a plan say so with the fix.
 */
import { type ArchivedFamily, archivedFamily } from '../../core/archived-family.ts'
import { type Family, subjectOf } from '../../core/family.ts'
import type { Finding } from '../../core/finding.ts'
import {
  type GuardStatus,
  guardedTables,
  type Homecoming,
  laterTriggers,
  stateOf,
  watchedColumns,
} from '../../core/homecoming.ts'
import { qualifiedText, sameTable, type TableName, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Catalog, TableShape } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { type Installed, readInstalled, readSealedForms } from '../../db/journal/homecoming.ts'
import type { GeneratedFunction } from '../../sql/homecoming/function.sql.ts'
import { type GeneratedTriggers, type HomecomingProgram, homecomingProgram } from '../../sql/homecoming/program.sql.ts'
import type { SealedForm } from '../../sql/journal/departure.sql.ts'

export type HomecomingSight = Readonly<{
  installed: Installed
  /** Null where the tables are not such that anybody could come home. */
  program: HomecomingProgram | null
}>

/** `withSubject`: the subject is to be guarded as well; it is, in any case, where it has its trigger already. */
export async function seeHomecoming(
  session: Session,
  policy: Policy,
  { family, catalog }: Readonly<{ family: Family | null; catalog: Catalog }>,
  withSubject = false,
): Promise<HomecomingSight> {
  const installed = await readInstalled(session, policy.subject)
  const archived = family === null ? null : archivedFamily(family, catalog)
  if (family === null || archived === null || !isWhole(archived)) return { installed, program: null }
  const hasSubject = installed.triggers.some(({ table }) => sameTable(table, policy.subject))
  const guards = guardedTables(family, archived, withSubject || hasSubject)
  const sealedForms = await sealedFormsOf(session, policy, archived)
  return { installed, program: homecomingProgram({ policy, family: archived, sealedForms }, guards) }
}

const isWhole = ({ tables }: ArchivedFamily): boolean =>
  tables.every(({ missing, retyped, home }) => missing.length + retyped.length === 0 && home.key.length > 0)

/** As the next run would move and seal, then as earlier ones did. */
async function sealedFormsOf(
  session: Session,
  { subject }: Policy,
  { tables }: ArchivedFamily,
): Promise<ReadonlyMap<string, readonly SealedForm[]>> {
  const sealed = await readSealedForms(session, subject)
  return new Map(
    tables.map(({ home }) => {
      const name = qualifiedText(home.name)
      const now = formOf(home)
      const before = sealed.get(name) ?? []
      return [name, [now, ...before.filter((each) => each.columns !== now.columns || each.as_text !== now.as_text)]]
    }),
  )
}

const formOf = ({ columns }: TableShape): SealedForm => ({
  columns: jsonbText(columns.map(({ name }) => name)),
  as_text: jsonbText(columns.flatMap(({ name, hashable }) => (hashable ? [] : [name]))),
})

/** As PostgreSQL prints a jsonb array of texts. */
const jsonbText = (names: readonly string[]): string => `[${names.map((name) => JSON.stringify(name)).join(', ')}]`

export const isSame = (wanted: GeneratedFunction, { functions }: Installed): boolean =>
  functions.some(({ name, source, definer }) => name === wanted.name && source === wanted.body && definer === 'true')

/** Both triggers stand on their table, fire, and call the function that they should. */
export const areThere = ({ guarded, names, functions: [write] }: GeneratedTriggers, { triggers }: Installed): boolean =>
  names.every((name) =>
    triggers.some(
      (each) =>
        each.name === name && each.enabled && each.called === write.name && sameTable(each.table, guarded.shape.name),
    ),
  )

const isInstalled = (triggers: GeneratedTriggers, program: HomecomingProgram, installed: Installed): boolean =>
  areThere(triggers, installed) && [program.bring, ...triggers.functions].every((each) => isSame(each, installed))

export function describeHomecoming(policy: Policy, family: Family | null, sight: HomecomingSight): Homecoming {
  const tables = family === null ? [] : family.tables.map(({ shape }) => statusOf(policy, family, sight, shape.name))
  const strays = sight.installed.triggers
    .map(({ table }) => table)
    .filter((table, at, all) => all.findIndex((other) => sameTable(other, table)) === at)
    .filter((table) => tables.every((each) => each.table !== tableText(table)))
    .map((table) => strayStatus(table))
  const all = [...tables, ...strays]
  return { policy: policy.name, subject: qualifiedText(policy.subject), state: stateOf(all), tables: all }
}

const strayStatus = (table: TableName): GuardStatus => ({
  table: tableText(table),
  state: 'stale',
  references: [],
  reason: 'the policy does not name this table any more',
})

function statusOf(
  policy: Policy,
  family: Family,
  { installed, program }: HomecomingSight,
  name: TableName,
): GuardStatus {
  const table = tableText(name)
  const isThere = installed.triggers.some((each) => sameTable(each.table, name))
  const wanted = program?.triggers.find(({ guarded }) => sameTable(guarded.shape.name, name))
  const references = wanted === undefined || sameTable(name, policy.subject) ? [] : watchedReferences(wanted)
  const status = (state: GuardStatus['state'], reason: string) => ({ table, state, references, reason })
  if (program === null)
    return isThere
      ? status('stale', 'the tables are not such that anybody could come home: see `mothball plan`')
      : status('missing', '')
  if (wanted === undefined)
    return isThere
      ? status('stale', 'it is of no use here any more')
      : status('not offered', whyNotOffered(family, name))
  if (!isThere) return status('missing', '')
  return isInstalled(wanted, program, installed)
    ? status('installed', '')
    : status('stale', 'made for other tables than these, or changed by hand')
}

const watchedReferences = ({ guarded }: GeneratedTriggers): readonly string[] =>
  watchedColumns({ ...guarded, twin: null })

function whyNotOffered(family: Family, name: TableName): string {
  if (sameTable(name, subjectOf(family).shape.name)) return 'optional: --subject'
  const found = family.tables.find(({ shape }) => sameTable(shape.name, name))
  return found?.action === 'keep' ? 'its rows are meant to stay active' : 'it refers to no table that has an archive'
}

/** Of a database that has the trigger: what is wrong with it. A run goes on all the same. */
export async function homecomingFindings(
  session: Session,
  policy: Policy,
  seen: Readonly<{ family: Family | null; catalog: Catalog }>,
): Promise<readonly Finding[]> {
  const { tables } = describeHomecoming(policy, seen.family, await seeHomecoming(session, policy, seen))
  const named = (state: GuardStatus['state']) => tables.filter((each) => each.state === state)
  const fix = 'Run `mothball homecoming install`.'
  return [
    ...named('stale').map(({ table, reason }) => ({
      code: 'homecoming_stale',
      object: table,
      message: `the homecoming trigger of ${table} is stale: ${reason}`,
      hint: fix,
    })),
    ...named('missing').map(({ table }) => ({
      code: 'homecoming_missing',
      object: table,
      message: `${table} has no homecoming trigger, and other tables of the family have`,
      hint: fix,
    })),
    ...(seen.family === null ? [] : laterTriggers(seen.family)).map(({ table, trigger }) => ({
      code: 'homecoming_not_last',
      object: `${table}.${trigger}`,
      message: `the trigger ${table}.${trigger} fires after the homecoming trigger, which does not see what it makes of a reference`,
      hint: 'Give it a name that sorts before zzz.',
    })),
  ]
}
