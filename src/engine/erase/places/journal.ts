/** What the journal remembers of a person: his quarantine, holds, restores, and answers that were given about him. */
import { countTraceSql, traces } from '../../../sql/erase.sql.ts'
import type { Count, Place } from '../place.ts'

export const journalPlace: Place = {
  name: 'journal',
  look: async (session, { subject, key }) => {
    const found: Count[] = []
    for (const trace of traces(subject, key))
      found.push({ object: trace.object, rows: Number((await session.one(countTraceSql(trace))).count) })
    return found
  },
  destroy: async (session, { subject, key }) => {
    const gone: Count[] = []
    for (const { object, destroy } of traces(subject, key)) {
      const rows = await session.execute(destroy)
      if (rows > 0) gone.push({ object, rows })
    }
    return gone
  },
}
