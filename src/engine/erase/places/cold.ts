/**
 * The cold files that have a person. They were written again without him before the transaction began; here the sets
 * are exchanged, his key goes from them, and the old files are put on the list of what is to be removed.
 */
import { MothballError } from '../../../core/errors/index.ts'
import type { Session } from '../../../db/database.ts'
import { forgetFamilySql, recordRemovalsSql, replaceColdFileSql } from '../../../sql/journal/cold-erase.sql.ts'
import type { RewrittenSet } from '../../cold/rewrite.ts'
import type { Person } from '../person.ts'
import type { Place } from '../place.ts'

export const coldPlace: Place = {
  name: 'cold',
  look: async (_session, { sets, inFiles }) =>
    // A set that nobody has read yet has him at least once.
    sets.flatMap(({ file, manifest }) => inFiles.get(file) ?? [{ object: manifest, rows: 1 }]),
  destroy: async (session, person, { run, rewritten }) => {
    requireAll(person, rewritten)
    for (const set of rewritten) await exchange(session, person, set, run)
    return rewritten.flatMap(({ taken }) => taken).filter(({ rows }) => rows > 0)
  },
}

/** The lease keeps exports away meanwhile; what a hand has changed is no basis to go on. */
function requireAll({ sets }: Person, rewritten: readonly RewrittenSet[]): void {
  const isSame = sets.every(({ file, sha256 }) =>
    rewritten.some(({ next }) => next.file === file && next.before === sha256),
  )
  if (!isSame || sets.length !== rewritten.length) throw differs(sets.length, rewritten.length)
}

async function exchange(session: Session, { subject, key }: Person, { next, old }: RewrittenSet, run: number) {
  const replaced = await session.execute(replaceColdFileSql(next))
  const forgotten = await session.execute(forgetFamilySql(next.file, key))
  if (replaced !== 1 || forgotten !== 1) throw differs(1, Math.min(replaced, forgotten))
  await session.execute(recordRemovalsSql(subject, run, old))
}

const differs = (locked: number, gone: number): MothballError =>
  new MothballError('erasure_differs', { object: 'mothball.cold_family', locked, gone })
