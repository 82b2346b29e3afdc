/**
 * Commits a batch of a restore and knows afterwards whether it did: when the answer to COMMIT is lost, the journal and
 * the server's memory of the transaction say what became of it.
 */
import { hasCode, MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Session } from '../db/database.ts'
import { type KeepUntil, restoreOutcomeSql } from '../sql/journal/keep-until.sql.ts'
import type { Engine } from './ports.ts'

/** Waiting for a server that restarts, or for a COMMIT that is still on its way: 120 times 500 ms. */
const OUTCOME_ATTEMPTS = 120
const OUTCOME_PAUSE_MS = 500

/** What a transaction did, and by which key it can be asked for; null where it wrote nothing. */
type Committing<T> = Readonly<{ transaction: string; key: string | null; result: T }>

export async function commitRestore<T>(
  engine: Engine,
  policy: Policy,
  keep: KeepUntil,
  work: (session: Session) => Promise<Committing<T>>,
): Promise<T> {
  const done: Committing<T>[] = []
  try {
    await engine.database.transaction({ timeouts: policy.timeouts }, async (session) => {
      done.push(await work(session))
    })
  } catch (error) {
    const [last] = done
    const isUnknown = last !== undefined && hasCode(error, 'connection_lost') && error.facts['at'] === 'commit'
    if (!isUnknown || !(await didCommit(engine, keep, last))) throw error
  }
  await engine.signals.reached('restore-committed')
  const [committed] = done
  if (committed === undefined) throw new RangeError('a transaction that committed has a result')
  return committed.result
}

async function didCommit(
  { database, pause }: Engine,
  keep: KeepUntil,
  { transaction, key }: Committing<unknown>,
): Promise<boolean> {
  if (key === null) return true
  for (let attempt = 1; attempt <= OUTCOME_ATTEMPTS; attempt += 1) {
    try {
      const asked = restoreOutcomeSql(keep.subject, key, keep.run, transaction)
      const { recorded, status } = await database.one(asked)
      if (recorded === 'true') return true
      if (status !== 'in progress') return false
    } catch (error) {
      if (!hasCode(error, 'connection_lost', 'database_unreachable')) throw error
    }
    await pause.sleep(OUTCOME_PAUSE_MS)
  }
  throw new MothballError('connection_lost', { at: 'commit' })
}
