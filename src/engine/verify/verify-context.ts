/** What every group of checks is given, and how they name what differs. */
import { type FamilyTable, movedTables } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import type { NamedRow } from '../../sql/verify-rows.sql.ts'
import type { SoundInspection } from '../inspect.ts'
import { hasArchive } from '../subject.ts'

/** One snapshot of the database, and what the policy makes of it. */
export type VerifyContext = Readonly<{ session: Session; policy: Policy; inspection: SoundInspection }>

/** Tables whose rows move and whose archive can be read. What is missing is the business of the check `shapes`. */
export const readableTables = ({ inspection }: VerifyContext): readonly FamilyTable[] =>
  movedTables(inspection.family).filter((each) => hasArchive(inspection.catalog, each))

/** `3 rows (5, 7 and 1 more)`, from the first keys and the count of all. */
export function namedRows({ count, keys }: NamedRow): string {
  const total = Number(count)
  const first = keysOf(keys)
  const more = total - first.length
  const names = `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `${rows(total)} (${names})`
}

/** `1 batch`, `2 batches`. */
export const counted = (count: number, noun: 'row' | 'run' | 'batch' | 'table' | 'seal'): string =>
  count === 1 ? `1 ${noun}` : `${count} ${noun}${noun === 'batch' ? 'es' : 's'}`

export const rows = (count: number): string => counted(count, 'row')

/** A JSON array of texts, as the server makes it. */
function keysOf(json: string | null): readonly string[] {
  const parsed: unknown = JSON.parse(json ?? '[]')
  return Array.isArray(parsed) ? parsed.map(String) : []
}
