/** The shapes of all tables of a family as one text: equal texts, equal shapes. Cheap enough for every batch. */
import { fingerprintSql } from '../sql/fingerprint.sql.ts'
import type { Session } from './database.ts'

/** `oids` in any order: equal sets of equal shapes give equal texts. */
export async function fingerprintsOf(session: Session, oids: readonly string[]): Promise<string> {
  const rows = await session.rows(fingerprintSql(oids))
  return rows
    .map((row) => `${row.oid}:${row.fingerprint}`)
    .toSorted()
    .join(' ')
}
