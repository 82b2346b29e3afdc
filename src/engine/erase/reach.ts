/**
 * The reach of an erasure: every place where a person's data may lie, each with its own module. Whoever adds a place
 * where data can be adds it here, and it is planned, destroyed, counted and told on every receipt.
 */

import type { Reached } from '../../core/erase.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { Session } from '../../db/database.ts'
import type { Person } from './person.ts'
import type { Erasing, Place } from './place.ts'
import { activePlace } from './places/active.ts'
import { archivePlace } from './places/archive.ts'
import { coldPlace } from './places/cold.ts'
import { journalPlace } from './places/journal.ts'
import { redactedActivePlace } from './places/redacted-active.ts'
import { redactedArchivePlace } from './places/redacted-archive.ts'

const REACH: readonly Place[] = [archivePlace, activePlace, coldPlace, journalPlace]

/** His rows stay: in tables what identifies him is replaced, everywhere else he goes as before. */
const REDACTED: readonly Place[] = [redactedArchivePlace, redactedActivePlace, coldPlace, journalPlace]

const reachOf = ({ redacting }: Person): readonly Place[] => (redacting === null ? REACH : REDACTED)

/** Everything there is of him. */
export async function lookEverywhere(session: Session, person: Person): Promise<readonly Reached[]> {
  const found: Reached[] = []
  for (const { name, look } of reachOf(person))
    found.push(...(await look(session, person)).map((count) => ({ place: name, ...count })))
  return found.filter(({ rows }) => rows > 0)
}

/** Destroys all that `looked` has found, with his rows locked. Throws `erasure_differs` where something else went. */
export async function destroyEverywhere(
  session: Session,
  person: Person,
  erasing: Erasing,
  looked: readonly Reached[],
): Promise<void> {
  for (const { name, destroy } of reachOf(person)) {
    const gone = new Map((await destroy(session, person, erasing)).map(({ object, rows }) => [object, rows]))
    const wanted = new Map(looked.flatMap(({ place, object, rows }) => (place === name ? [[object, rows]] : [])))
    for (const object of new Set([...wanted.keys(), ...gone.keys()])) {
      const [locked, rows] = [wanted.get(object) ?? 0, gone.get(object) ?? 0]
      if (rows !== locked) throw new MothballError('erasure_differs', { object, locked, gone: rows })
    }
  }
}
