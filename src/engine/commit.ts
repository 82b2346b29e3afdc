/**
 * Commits a batch and knows afterwards whether it did. When COMMIT is answered by an error or not at all, what the batch
 * wrote about itself and the server's memory of the transaction say what became of it; nobody guesses.
 */
import { hasCode, MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Session, TransactionOptions } from '../db/database.ts'
import { sqlstateOf } from '../db/database-error.ts'
import type { Sql } from '../sql/tag.ts'
import type { Engine } from './ports.ts'

/** Waiting for a server that restarts, or for a COMMIT that is still on its way: 120 times 500 ms. */
const OUTCOME_ATTEMPTS = 120
const OUTCOME_PAUSE_MS = 500

/** `pg_xact_status` of a transaction that a crashed server has forgotten: nothing of it had reached the disk. */
const NUMBER_OF_THE_FUTURE = '22023'

/** Whether the batch's own record is there, and what `pg_xact_status` says of its transaction (null: forgotten). */
export type OutcomeRow = Readonly<{ recorded: string; status: string | null }>

export type OutcomeQuestion = Sql<OutcomeRow>

/** What a transaction did, and how to ask for it afterwards; null where it wrote nothing. */
export type Committing<T> = Readonly<{ question: OutcomeQuestion | null; result: T }>

/** Runs `work` in a transaction with the policy's timeouts, and returns its result once it is known to have committed. */
export async function commitKnowingly<T>(
  engine: Engine,
  policy: Policy,
  work: (session: Session) => Promise<Committing<T>>,
  { repeated = false }: Pick<TransactionOptions, 'repeated'> = {},
): Promise<T> {
  const done: Committing<T>[] = []
  try {
    await engine.database.transaction({ timeouts: policy.timeouts, repeated }, async (session) => {
      done.push(await work(session))
    })
  } catch (error) {
    const [last] = done
    const isUnknown = last !== undefined && error instanceof MothballError && error.facts['at'] === 'commit'
    if (!isUnknown || !(await didCommit(engine, last.question, error))) throw error
  }
  const [committed] = done
  if (committed === undefined) throw new RangeError('a transaction that committed has a result')
  return committed.result
}

/**
 * The record is looked for in a snapshot, the status is the one of now: what committed between the two is seen by the
 * next look. If it isn't, a server that crashed has given the number to somebody else. Throws `unanswered` where nobody
 * can be asked in time.
 */
async function didCommit(
  { database, pause }: Engine,
  question: OutcomeQuestion | null,
  unanswered: MothballError,
): Promise<boolean> {
  if (question === null) return true
  let wasCommitted = false
  for (let attempt = 1; attempt <= OUTCOME_ATTEMPTS; attempt += 1) {
    try {
      const { recorded, status } = await database.one(question)
      if (recorded === 'true') return true
      const isCommitted = status === 'committed'
      if (status !== 'in progress' && (!isCommitted || wasCommitted)) return false
      wasCommitted = isCommitted
      if (isCommitted) continue
    } catch (error) {
      if (sqlstateOf(error) === NUMBER_OF_THE_FUTURE) return false
      if (!hasCode(error, 'connection_lost', 'database_unreachable')) throw error
    }
    await pause.sleep(OUTCOME_PAUSE_MS)
  }
  throw unanswered
}
