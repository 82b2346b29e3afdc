/** Finds out of each key that somebody typed whether it is in the archive, active, or unknown. */
import type { ArchivedTable } from '../../core/archived-family.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { whereaboutsSql } from '../../sql/restore-select.sql.ts'

export type Located = Readonly<{
  /** Journal keys as the database writes them, each once. */
  archived: readonly string[]
  home: readonly string[]
  /** As they were typed. */
  unknown: readonly string[]
}>

/** Keys that one statement looks up. */
const KEYS_AT_ONCE = 10_000

type Reader = Pick<Session, 'rows'>

/** A key in both tables counts as archived: its restore then says what stands in its way. */
export async function locate(reader: Reader, subject: ArchivedTable, keys: readonly string[]): Promise<Located> {
  const archived = new Set<string>()
  const home = new Set<string>()
  const unknown: string[] = []
  const distinct = [...new Set(keys)]
  for (let at = 0; at < distinct.length; at += KEYS_AT_ONCE) {
    for (const { typed, key, place } of await whereabouts(reader, subject, distinct.slice(at, at + KEYS_AT_ONCE))) {
      if (place === 'archive') archived.add(key)
      else if (place === 'active') home.add(key)
      else unknown.push(typed)
    }
  }
  return { archived: [...archived], home: [...home], unknown }
}

/** What was typed, by the key as the database writes it; a text that is no key stays what it is. Each key once. */
export async function asWritten(
  reader: Reader,
  subject: ArchivedTable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const written = new Map<string, string>()
  const distinct = [...new Set(keys)]
  for (let at = 0; at < distinct.length; at += KEYS_AT_ONCE)
    for (const { typed, key } of await whereabouts(reader, subject, distinct.slice(at, at + KEYS_AT_ONCE)))
      written.set(isSameKey(typed, key) ? key : typed, typed)
  return written
}

type Place = 'archive' | 'active' | 'nowhere'

type Whereabouts = Readonly<{ typed: string; key: string; place: Place }>

/** Halves what the database refuses, until the one text is found that is no key of this type. Needs a transaction for each try. */
async function whereabouts(
  reader: Reader,
  subject: ArchivedTable,
  keys: readonly string[],
): Promise<readonly Whereabouts[]> {
  try {
    const rows = await reader.rows(whereaboutsSql(subject, keySetOfTexts(keys, subject.shape.key)))
    return rows.map(({ key, active, archived }, index) => {
      const typed = keys[index] ?? ''
      const place = archived === 'true' ? 'archive' : active === 'true' ? 'active' : 'nowhere'
      return { typed, key, place: isSameKey(typed, key) ? place : 'nowhere' }
    })
  } catch (error) {
    if (!isNoKey(error)) throw error
    const [only] = keys
    if (keys.length === 1 && only !== undefined) return [{ typed: only, key: only, place: 'nowhere' }]
    const middle = Math.ceil(keys.length / 2)
    const first = await whereabouts(reader, subject, keys.slice(0, middle))
    return [...first, ...(await whereabouts(reader, subject, keys.slice(middle)))]
  }
}

/** A text that the database reads as another one (`0825550142` as a number) is no key: it would bring home a stranger. */
const isSameKey = (typed: string, key: string): boolean =>
  typed.replaceAll(' ', '').toLowerCase() === key.replaceAll(' ', '').toLowerCase()

/** Not a value of the key's type, or not as many parts as the key has. */
const isNoKey = (error: unknown): boolean =>
  error instanceof SyntaxError || error instanceof RangeError || sqlstateOf(error).startsWith('22')
