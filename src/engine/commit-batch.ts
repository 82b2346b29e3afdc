/**
 * Commits a batch and knows afterwards whether it did. When the answer to COMMIT is lost, the batch's own record and
 * the server's memory of the transaction say what became of it; nobody guesses.
 */
import { hasCode, MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Session } from '../db/database.ts'
import { batchOutcomeSql } from '../sql/journal/batch.sql.ts'
import type { Engine } from './ports.ts'

/** Waiting for a server that restarts, or for a COMMIT that is still on its way: 120 times 500 ms. */
const OUTCOME_ATTEMPTS = 120
const OUTCOME_PAUSE_MS = 500

/** What a transaction did, with the names by which it can be asked for. */
export type Committing<T> = Readonly<{ batch: string; transaction: string; result: T }>

export async function commitBatch<T>(
  engine: Engine,
  policy: Policy,
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
    if (!isUnknown || !(await didCommit(engine, last))) throw error
  }
  await engine.signals.reached('batch-committed')
  const [committed] = done
  if (committed === undefined) throw new RangeError('a transaction that committed has a result')
  return committed.result
}

async function didCommit({ database, pause }: Engine, { batch, transaction }: Committing<unknown>): Promise<boolean> {
  for (let attempt = 1; attempt <= OUTCOME_ATTEMPTS; attempt += 1) {
    try {
      const { recorded, status } = await database.one(batchOutcomeSql(batch, transaction))
      if (recorded === 'true') return true
      if (status !== 'in progress') return false
    } catch (error) {
      if (!hasCode(error, 'connection_lost', 'database_unreachable')) throw error
    }
    await pause.sleep(OUTCOME_PAUSE_MS)
  }
  throw new MothballError('connection_lost', { at: 'commit' })
}
