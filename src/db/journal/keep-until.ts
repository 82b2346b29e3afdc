/** Reads and writes of the keep rule `restored`: until when a subject that was brought home stays active. */
import { MothballError } from '../../core/errors/index.ts'
import type { Policy } from '../../core/policy.ts'
import { untilSql } from '../../sql/journal/keep-until.sql.ts'
import type { Session } from '../database.ts'
import { sqlstateOf } from '../database-error.ts'

/**
 * The instant as the database writes it: `given`, or the policy's days from `moment`. Throws `option_invalid` where it
 * is no instant or does not lie ahead by the database's clock.
 */
export async function keepUntilFrom(
  session: Session,
  policy: Policy,
  { given, moment }: Readonly<{ given: string | null; moment: string }>,
): Promise<string> {
  const row = await session.one(untilSql(given, moment, policy.keepUntilDays)).catch((error: unknown) => {
    if (sqlstateOf(error).startsWith('22')) throw invalid('is not an instant, such as 2027-01-21 or 2027-01-21T08:00Z')
    throw error
  })
  if (row.is_ahead !== 't' && row.is_ahead !== 'true') throw invalid('does not lie in the future')
  return row.until
}

const invalid = (problem: string): MothballError =>
  new MothballError('option_invalid', { option: 'keepUntil', problem })
