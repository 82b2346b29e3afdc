/** A person's active rows, those included that the policy would have left behind. */
import { tableText } from '../../../core/names.ts'
import { deleteRowsSql } from '../../../sql/erase.sql.ts'
import type { Count, Place } from '../place.ts'

export const activePlace: Place = {
  name: 'active',
  look: async (_session, { active }) =>
    [...active].map(([{ shape }, { count }]) => ({ object: tableText(shape.name), rows: count })),
  destroy: async (session, { active }) => {
    const gone: Count[] = []
    for (const [each, rows] of [...active].reverse())
      if (rows.count > 0)
        gone.push({ object: tableText(each.shape.name), rows: await session.execute(deleteRowsSql(each, rows)) })
    return gone
  },
}
