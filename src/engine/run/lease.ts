/**
 * One run at a time for a subject. Whoever holds the lease beats its heart beside the batches; whoever finds a dead
 * one takes it over, and the epoch fences whatever the old owner still tries. Each lane of a run that is cut has a
 * lease of its own, which a run that takes the subject's lease fences along with it.
 */
import { hostname } from 'node:os'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Database, Session } from '../../db/database.ts'
import {
  acquireLeaseSql,
  ensureLeaseSql,
  fenceLanesSql,
  heartbeatSql,
  laneLeaseOf,
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

export const laneLeaseName = (policy: Policy, lane: number): string => laneLeaseOf(leaseName(policy), lane)

/** This process, as leases and lanes name their owner. */
export const ownerName = (): string => `${hostname()}:${process.pid}`

/**
 * For whatever writes a lease's row: it may wait for an open batch to its end, but a process that stands still with the
 * row locked lets go of it after the idle time, or nobody could ever take the lease over.
 */
export const leaseTransaction = <T>(
  database: Database,
  { timeouts: { statementMs, idleMs } }: Policy,
  work: (session: Session) => Promise<T>,
): Promise<T> =>
  database.transaction({ timeouts: { lockMs: statementMs + idleMs, statementMs: statementMs + idleMs, idleMs } }, work)

/**
 * Takes the lease in the `leaseTransaction` that starts the run, or goes on with it; throws `already_running` where its owner
 * lives. Lanes of other runs are fenced with it, and their open batches waited for.
 */
export async function acquireLease(session: Session, policy: Policy, run: number): Promise<string> {
  const name = leaseName(policy)
  const epoch = await takeLease(session, policy, { name, run })
  if (epoch !== null) {
    await session.execute(fenceLanesSql(name, run))
    return epoch
  }
  const holder = await session.maybe(leaseHolderSql(name))
  throw new MothballError('already_running', { policy: policy.name, run: holder?.run ?? '' })
}

/** The new epoch of the lease, or null where its owner lives. */
export async function takeLease(
  session: Session,
  { timeouts: { leaseMs } }: Policy,
  { name, run }: Readonly<{ name: string; run: number }>,
): Promise<string | null> {
  await session.execute(ensureLeaseSql(name))
  await session.rows(terminateExpiredSql(name, leaseMs))
  const lease = { name, owner: ownerName(), run, leaseMs, processId: session.processId }
  return (await session.maybe(acquireLeaseSql(lease)))?.epoch ?? null
}

/** Starts the heartbeat, three to a lease's time, so that one may be late. */
export function keepLease({ database }: Engine, policy: Policy, epoch: string, name = leaseName(policy)): Lease {
  const lost = new AbortController()
  const beat = () => {
    const beaten = leaseTransaction(database, policy, (session) => session.execute(heartbeatSql(name, epoch)))
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
