/**
 * The databases of a fleet: one service, several databases under the same policies, each with its own lease, journal
 * and log. A command works on one of them, a service on all. Pure.
 */
import { z } from 'zod'
import { MothballError } from '../core/errors/index.ts'
import type { Problem } from '../core/policy-problems.ts'

export const databasesSchema = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
  z.strictObject({ url: z.string() }),
)

/** A database as the configuration calls it. */
export type NamedDatabase = Readonly<{ name: string; url: string }>

export type Databases = Readonly<{
  /** Those that a service works on; empty where nothing names one. */
  databases: readonly NamedDatabase[]
  /** The one that a command works on. `choices`: it has to be named, for there are several. */
  database: Readonly<{ url: string | null; choices: readonly string[] }>
}>

/** What the only database is called where nobody has named it. */
const ONLY = 'database'

/** Where several share a place for files, each that has a name has a folder of that name; null: it has none. */
export const folderOf = (database: string): string | null => (database === ONLY ? null : database)

/** One database, named by `database`, the environment or a flag; null: none is. */
export const onlyDatabase = (url: string | null): Databases => ({
  databases: url === null ? [] : [{ name: ONLY, url }],
  database: { url, choices: [] },
})

/** Of several, the one that is `chosen`, or all. Throws `database_unknown`. */
export function chooseDatabase(all: readonly NamedDatabase[], chosen: string | undefined): Databases {
  const choices = all.map(({ name }) => name)
  const found = all.length === 1 && chosen === undefined ? all[0] : all.find(({ name }) => name === chosen)
  if (found !== undefined) return { databases: [found], database: { url: found.url, choices: [] } }
  if (chosen !== undefined)
    throw new MothballError('database_unknown', { database: chosen, known: choices.join(', ') || 'none by name' })
  return { databases: all, database: { url: null, choices } }
}

/** What is wrong with `databases`, beside what each address says itself. */
export function databasesProblems(
  written: Readonly<{
    database?: object | undefined
    databases?: Readonly<Record<string, { url: string }>> | undefined
  }>,
  urlProblem: (url: string) => string | null,
): readonly Problem[] {
  const { database, databases } = written
  if (databases === undefined) return []
  const entries = Object.entries(databases)
  const urls = entries.flatMap(([name, { url }]): readonly Problem[] => {
    const problem = urlProblem(url)
    return problem === null ? [] : [{ field: `databases.${name}.url`, problem }]
  })
  return [
    ...(database === undefined
      ? []
      : [{ field: 'databases', problem: 'stands beside database; only one of them can' }]),
    ...(entries.length === 0 ? [{ field: 'databases', problem: 'names no database' }] : []),
    ...urls,
  ]
}
