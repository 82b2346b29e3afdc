/**
 * Which table of a database a policy could be about, and in which unit its age is kept. Pure guesses, each of which
 * the person who runs `init` reads and corrects.
 */
import type { TableName } from './names.ts'

export type CandidateTable = Readonly<{
  name: TableName
  rows: number
  keyed: boolean
  incoming: number
  outgoing: number
  columns: readonly Readonly<{ name: string; type: string }>[]
}>

export type AgeColumn = Readonly<{ column: string; type: string }>

/** The likeliest first. A bigint is an age only under a name that says so. */
const AGE_NAMES = [
  /^(created|inserted|registered)(_?(at|on|date|time|ts|timestamp|ms))?$/i,
  /^(creation|insert|registration)_?(date|time|ts)$/i,
  /^(date|time|ts)_?(created|added|inserted)$/i,
  /^(added|opened|joined|ordered|placed|issued|received|logged|occurred)_?(at|on|date|time)$/i,
  /^(event|order|entry|log)?_?(date|time|timestamp|ts)$/i,
]
const TIME_TYPES = ['timestamp with time zone', 'timestamp without time zone', 'date']

/** The column that says how old a row is, or null. */
export function ageColumnOf({ columns }: Pick<CandidateTable, 'columns'>): AgeColumn | null {
  for (const pattern of AGE_NAMES) {
    const found = columns.find(({ name, type }) => pattern.test(name) && [...TIME_TYPES, 'bigint'].includes(type))
    if (found !== undefined) return { column: found.name, type: found.type }
  }
  return null
}

/** Tables that can be archived, the best first: those that others belong to, then those with the most rows. */
export const rankTables = (tables: readonly CandidateTable[]): readonly CandidateTable[] =>
  tables
    .filter((table) => table.keyed && ageColumnOf(table) !== null && !isOurs(table.name))
    .toSorted((a, b) => Number(isChild(a)) - Number(isChild(b)) || b.rows - a.rows)

const isChild = ({ incoming, outgoing }: CandidateTable): boolean => outgoing > 0 && incoming === 0

/** Archive tables and logs of earlier trials. */
const isOurs = ({ table }: TableName): boolean => /(_backup|_archive|_archive_log)$/.test(table)

/** Seconds have ten digits from 2001 to 2286, milliseconds thirteen; null where the largest value is neither. */
export function epochUnitOf(largest: string | null): 'epoch_ms' | 'epoch_s' | null {
  if (largest === null) return 'epoch_ms'
  const digits = /^\d+$/.test(largest) ? largest.length : 0
  if (digits === 10) return 'epoch_s'
  return digits === 13 ? 'epoch_ms' : null
}

/** A policy's name from a table's: lower-case letters, digits and dashes. */
export const policyNameOf = ({ table }: TableName): string =>
  table
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'policy'
