/**
 * One run at a time for a subject. Whoever holds the lease beats its heart beside the batches; whoever finds a dead
 * one takes it over, and the epoch fences whatever the old owner still tries.
 */
import { hostname } from 'node:os'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session, TransactionOptions } from '../../db/database.ts'
import {
  acquireLeaseSql,
  ensureLeaseSql,
  heartbeatSql,
  leaseHolderSql,
  releaseLeaseSql,
  terminateExpiredSql,
} from '../../sql/journal/lease.sql.ts'
import type { Engine } from '../ports.ts'

export type Lease = Readonly<{
  name: string
  epoch: string
  /** Aborted when the lease is found to be somebody else's. */
  lost: AbortSignal
  /** Stops the heart. The row itself is released by the transaction that closes the run. */
  [Symbol.dispose](): void
}>

export const leaseName = (policy: Policy): string => qualifiedText(policy.subject)

/**
 * For whatever writes the lease's row: it may wait for an open batch to its end, but a process that stands still with the
 * row locked lets go of it after the idle time, or nobody could ever take the lease over.
 */
export const leaseTimeouts = ({ timeouts: { statementMs, idleMs } }: Policy): TransactionOptions => ({
  timeouts: { lockMs: statementMs + idleMs, statementMs: statementMs + idleMs, idleMs },
})

/** Takes the lease in the transaction that starts the run; throws `already_running` where its owner lives. */
export async function acquireLease(session: Session, policy: Policy, run: number): Promise<string> {
  const name = leaseName(policy)
  const { leaseMs } = policy.timeouts
  await session.execute(ensureLeaseSql(name))
  await session.rows(terminateExpiredSql(name, leaseMs))
  const row = await session.maybe(
    acquireLeaseSql({ name, owner: `${hostname()}:${process.pid}`, run, leaseMs, processId: session.processId }),
  )
  if (row !== null) return row.epoch
  const holder = await session.maybe(leaseHolderSql(name))
  throw new MothballError('already_running', { policy: policy.name, run: holder?.run ?? '' })
}

/** Starts the heartbeat, three to a lease's time, so that one may be late. */
export function keepLease({ database }: Engine, policy: Policy, epoch: string): Lease {
  const name = leaseName(policy)
  const lost = new AbortController()
  const beat = () => {
    const beaten = database.transaction(leaseTimeouts(policy), (session) => session.execute(heartbeatSql(name, epoch)))
    beaten.then(
      (touched) => {
        if (touched === 0) lost.abort(new MothballError('lease_lost', { policy: policy.name }))
      },
      // A beat that fails says nothing about the lease: the fence of the next batch decides.
      () => undefined,
    )
  }
  const timer = setInterval(beat, policy.timeouts.leaseMs / 3)
  return { name, epoch, lost: lost.signal, [Symbol.dispose]: () => clearInterval(timer) }
}

export const releaseLease = (session: Session, { name, epoch }: Pick<Lease, 'name' | 'epoch'>): Promise<number> =>
  session.execute(releaseLeaseSql(name, epoch))
