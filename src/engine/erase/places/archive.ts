/** A person's archived rows. Each leaves its hash behind, so that the seals of its batch still close: a departure. */
import { tableText } from '../../../core/names.ts'
import { manifestsOf, sealedColumnsOf } from '../../../db/journal/departure.ts'
import { leaveArchiveSql, pinPathSql } from '../../../sql/restore-move.sql.ts'
import type { Count, Place } from '../place.ts'

export const archivePlace: Place = {
  name: 'archive',
  look: async (_session, { archived }) =>
    [...archived].map(([{ shape }, { count }]) => ({ object: tableText(shape.name), rows: count })),
  destroy: async (session, { archived, batches }, { policy, run }) => {
    const manifests = await manifestsOf(session, batches)
    await session.execute(pinPathSql)
    const gone: Count[] = []
    for (const [each, rows] of [...archived].reverse()) {
      if (rows.count === 0) continue
      const leaving = { rows, sealed: sealedColumnsOf(manifests, each), run }
      const { count } = await session.one(leaveArchiveSql(policy, each, leaving))
      gone.push({ object: tableText(each.shape.name), rows: Number(count) })
    }
    return gone
  },
}
