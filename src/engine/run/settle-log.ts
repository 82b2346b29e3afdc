/** What the public log could not take before, as where its disk was full, is written into it as soon as it can be. */
import { hasCode } from '../../core/errors/index.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { settleLogSql } from '../../sql/journal/public-log.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'

/** Where the log still cannot take it, it stays owed: nothing waits for the log. */
export async function settleLog({ database }: Pick<Engine, 'database'>, policy: Policy): Promise<void> {
  try {
    await database.execute(settleLogSql(table(policy.logTable), qualifiedText(policy.subject)))
  } catch (error) {
    if (!hasCode(error, 'privilege_missing', 'statement_failed')) throw error
  }
}
