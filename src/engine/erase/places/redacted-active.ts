/** A person's active rows, with what identifies him replaced in them; what triggers made of it is looked at afterwards. */
import { tableText } from '../../../core/names.ts'
import { redactedSql, redactSql } from '../../../sql/redact.sql.ts'
import type { Count, Place } from '../place.ts'
import { sideOf } from '../redacting.ts'

export const redactedActivePlace: Place = {
  name: 'active',
  look: async (_session, { active, redacting }) =>
    [...active].map(([each, { count }]) => ({
      object: tableText(each.shape.name),
      rows: count,
      columns: (redacting?.active.get(each) ?? []).map(({ column }) => column.name),
    })),
  destroy: async (session, { active, redacting }) => {
    const changing = [...active].filter(([, { count }]) => count > 0)
    for (const [each, rows] of changing)
      await session.execute(redactSql(sideOf(each, rows), redacting?.active.get(each) ?? []))
    const done: Count[] = []
    for (const [each, rows] of changing) {
      const { count } = await session.one(redactedSql(sideOf(each, rows), redacting?.active.get(each) ?? []))
      done.push({ object: tableText(each.shape.name), rows: Number(count) })
    }
    return done
  },
}
