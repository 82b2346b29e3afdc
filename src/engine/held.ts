/** Who among many is held: what stops whatever would destroy families. `openHoldsSql` says what an open hold is. */
import { qualifiedText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import type { Session } from '../db/database.ts'
import { heldAmongSql } from '../sql/journal/hold.sql.ts'

/** To be asked in the transaction that destroys, when the subjects are locked FOR UPDATE. */
export const heldAmong = async (
  session: Session,
  policy: Policy,
  keys: readonly string[],
): Promise<ReadonlySet<string>> =>
  new Set((await session.rows(heldAmongSql(qualifiedText(policy.subject), keys))).map(({ key }) => key))
