/**
 * Notes the head of a database's audit log once a day, where the configuration has a place for it. Any number of
 * processes may do it: the day's name is taken once. A place that cannot be written is told and tried again; runs do
 * not know of it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from '../core/errors/index.ts'
import type { Archiver } from '../engine/archiver.ts'
import { dayName, type HeadsPlace } from './audit-heads.ts'
import type { OnTrouble } from './station.ts'

export type HeadRounds = Readonly<{
  /** Of the database. */
  name: string
  archiver: Pick<Archiver, 'auditHead'>
  place: HeadsPlace
  onTrouble: OnTrouble
  /** Between two looks. */
  everyMs?: number
}>

/** A new day begins to be noted so much late at the most; a look is one row of the log. */
const EVERY_MS = 60_000

/** Looks at once, and until it is disposed. */
export function startHeadRounds(rounds: HeadRounds): AsyncDisposable {
  const stopping = new AbortController()
  const going = goRound(rounds, stopping.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await going
    },
  }
}

async function goRound(
  { name, archiver, place, onTrouble, everyMs = EVERY_MS }: HeadRounds,
  signal: AbortSignal,
): Promise<void> {
  let noted = ''
  while (!signal.aborted) {
    try {
      const head = await archiver.auditHead()
      const today = dayName(head)
      if (today !== noted) await place.note(today, head)
      noted = today
    } catch (error) {
      if (!isNothingYet(error)) onTrouble(name, error)
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

/** No change yet, or not even a journal: there is no head to note. */
const isNothingYet = (error: unknown): boolean =>
  error instanceof MothballError && (error.code === 'audit_empty' || error.code === 'journal_missing')
