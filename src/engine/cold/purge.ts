/**
 * Destroys what is past its retention: on a recorded legal basis, by a list that one person made and another carries
 * out with its number, after the cold files were read and proven, and never a row that differs from them. What was done
 * stands in a certificate with counts and hashes, written once.
 */
import { createHash } from 'node:crypto'
import { type Author, auditEntry } from '../../core/chain.ts'
import {
  isSamePerson,
  type LegalBasis,
  type PlannedPurge,
  type PlanPurge,
  type PurgePlan,
  type PurgeResult,
  type RunPurge,
  retentionText,
  type Stayed,
} from '../../core/cold/purge.ts'
import { MothballError } from '../../core/errors/index.ts'
import { reasonProblem } from '../../core/hold.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Page } from '../../core/page.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { basisOf, readBasis, readPurge, readPurges } from '../../db/journal/purge.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import {
  beginPurgeSql,
  endPurgeSql,
  nextPurgeKeysSql,
  planPurgeSql,
  purgeFilesSql,
  purgeRunsSql,
  purgeStandsSql,
  purgeSumsSql,
  recordBasisSql,
  withdrawBasisSql,
} from '../../sql/journal/purge.sql.ts'
import { underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { openScope } from '../restore/restore-scope.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { contactKeyOf } from './contacts.ts'
import { openSet } from './open-set.ts'
import { type PurgeContext, purgeBatch } from './purge-batch.ts'
import type { ColdVault } from './vault.ts'

export type RecordBasis = Author & Readonly<{ basis: string }>

export type WithdrawBasis = Author & Readonly<{ reason?: string | undefined }>

/** Turns purging on. The basis that was open before ends with it. */
export const recordBasis = (
  { database }: Engine,
  policy: Policy,
  { basis, actor, role }: RecordBasis,
): Promise<LegalBasis> =>
  database.transaction({}, async (session) => {
    requireLine('basis', basis)
    await requireJournal(session)
    const [before] = await session.rows(withdrawBasisSql(policy.name, actor))
    const recorded = basisOf(await session.one(recordBasisSql(policy.name, basis, actor)))
    const object = `basis ${recorded.id}`
    const change = { before: before === undefined ? 'none' : `basis ${before.id}`, after: object }
    await appendAudit(
      session,
      auditEntry({ actor, role, action: 'purge.basis', policy: policy.name, object, reason: basis, ...change }),
    )
    return recorded
  })

/** Turns purging off. Throws `purge_no_basis` where it was. */
export const withdrawBasis = (
  { database }: Engine,
  policy: Policy,
  { actor, role, reason }: WithdrawBasis,
): Promise<LegalBasis> =>
  database.transaction({}, async (session) => {
    if (reason !== undefined) requireLine('reason', reason)
    await requireJournal(session)
    const row = await session.maybe(withdrawBasisSql(policy.name, actor))
    if (row === null) throw new MothballError('purge_no_basis', { policy: policy.name })
    const change = { before: `basis ${row.id}`, after: 'none' }
    await appendAudit(
      session,
      auditEntry({
        actor,
        role,
        action: 'purge.off',
        policy: policy.name,
        object: `basis ${row.id}`,
        reason,
        ...change,
      }),
    )
    return basisOf(row)
  })

/** Lists who is due. Destroys nothing. Throws `purge_no_basis`. */
export const planPurge = (
  { database, contactKeys = [] }: Engine,
  policy: Policy,
  { actor, role, reason }: PlanPurge,
): Promise<PlannedPurge> =>
  database.transaction({}, async (session) => {
    requireLine('reason', reason)
    await requireJournal(session)
    const basis = await readBasis(session, policy.name)
    if (basis === null) throw new MothballError('purge_no_basis', { policy: policy.name })
    const { keep } = policy.cold
    const subject = qualifiedText(policy.subject)
    const retention = retentionText(keep)
    const { id } = await session.one(
      planPurgeSql({ policy: policy.name, subject, basis: String(basis.id), retention, keep, actor, reason }),
    )
    const plan = await readPurge(session, policy.name, Number(id))
    if (plan === null) throw new RangeError('a plan that was written can be read')
    const entry = { action: 'purge.plan', object: `purge ${id}`, after: `${plan.families} families` }
    await appendAudit(session, auditEntry({ actor, role, policy: policy.name, reason, ...entry }))
    return { ...plan, contactKey: contactKeyOf(contactKeys, policy) }
  })

const MAX_LISTED = 1000

/** Newest first. */
export const listPurges = (
  { database }: Engine,
  policy: Policy,
  { before = null, limit = MAX_LISTED }: Page = {},
): Promise<readonly PurgePlan[]> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    return readPurges(session, policy.name, { before, limit })
  })

/** Throws `not_found`. */
export const getPurge = ({ database }: Engine, policy: Policy, id: number): Promise<PurgePlan> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    return requireFound(await readPurge(session, policy.name, id), id)
  })

function requireFound(plan: PurgePlan | null, id: number): PurgePlan {
  if (plan === null) throw new MothballError('not_found', { what: 'purge', keys: id })
  return plan
}

/**
 * Carries a plan out; one that broke off goes on where it was. Throws `not_found`, `purge_no_basis`, `purge_outdated`,
 * `purge_same_person`, `purge_count_differs`, `purge_closed` before anything is touched, and what is wrong with a cold file
 * before its rows are. A basis that is withdrawn meanwhile ends it between two batches.
 */
export async function runPurge(engine: Engine, vault: ColdVault, policy: Policy, run: RunPurge): Promise<PurgeResult> {
  const plan = await requirePlan(engine, policy, run)
  const scope = await openScope(engine.database, policy)
  const start = { operation: 'purge', actor: run.actor, reason: plan.reason } as const
  return underLease(engine, policy, start, async (leased) => {
    const context: PurgeContext = { engine, scope, leased, plan: plan.id }
    await engine.database.transaction({}, async (session) => {
      await requireStanding(session, policy, plan.id)
      if ((await session.execute(beginPurgeSql(plan.id, leased.run, run.actor))) === 0)
        throw closed({ ...plan, state: 'done' })
      const entry = { action: 'purge.run', object: `purge ${plan.id}`, after: `run ${leased.run}` }
      await appendAudit(
        session,
        auditEntry({ actor: run.actor, role: run.role, policy: policy.name, reason: plan.reason, ...entry }),
      )
    })
    run.started?.(leased.run)
    await purgeAll(context, vault, run.signal)
    const result = await certify(context, plan, run)
    return { result, ending: { status: 'success', stopReason: 'purged', details: null } }
  })
}

async function requirePlan({ database }: Engine, policy: Policy, run: RunPurge): Promise<PurgePlan> {
  const plan = await database.transaction({}, async (session) => {
    await requireJournal(session)
    const found = requireFound(await readPurge(session, policy.name, run.plan), run.plan)
    if (found.state === 'done') throw closed(found)
    await requireStanding(session, policy, found.id)
    return found
  })
  const retention = retentionText(policy.cold.keep)
  if (plan.retention !== retention)
    throw outdated(plan.id, `it lists what was past ${plan.retention}, and the policy keeps for ${retention} now`)
  if (isSamePerson(plan.plannedBy, run.actor))
    throw new MothballError('purge_same_person', { actor: run.actor, plan: plan.id })
  if (plan.families !== run.confirm)
    throw new MothballError('purge_count_differs', { plan: plan.id, planned: plan.families, confirmed: run.confirm })
  return plan
}

/** What is destroyed is destroyed by the right that the certificate names, and past its time by a clock that is right. */
async function requireStanding(session: Pick<Session, 'rows' | 'one' | 'maybe'>, policy: Policy, plan: number) {
  const { founded, ahead } = await session.one(purgeStandsSql(plan))
  if (ahead === 'true') throw outdated(plan, 'it was made under a clock that was ahead')
  if (founded === 'true') return
  if ((await readBasis(session, policy.name)) === null)
    throw new MothballError('purge_no_basis', { policy: policy.name })
  throw outdated(plan, 'its legal basis was withdrawn')
}

const outdated = (plan: number, problem: string): MothballError =>
  new MothballError('purge_outdated', { plan, problem })

const closed = ({ id, state }: PurgePlan): MothballError => new MothballError('purge_closed', { plan: id, state })

/** A family that others hold is written down as `locked`; a later plan has it again. */
async function purgeAll(context: PurgeContext, vault: ColdVault, signal: AbortSignal | undefined): Promise<void> {
  const { engine, scope, plan, leased } = context
  for (const file of await engine.database.rows(purgeFilesSql(plan))) {
    await using desk = await vault.open()
    const set = await openSet(desk, file)
    for (;;) {
      if (signal?.aborted) throw new MothballError('stopping')
      if (leased.lease.lost.aborted) throw new MothballError('lease_lost', { policy: scope.policy.name })
      await requireStanding(engine.database, scope.policy, plan)
      const { keys } = await engine.database.one(nextPurgeKeysSql(plan, file.file, scope.policy.batchSize))
      if (keys === null) break
      await purgeBatch(context, { file: file.file, set, keys: keysOf(keys) })
    }
  }
}

const STAYED: readonly Stayed[] = ['held', 'changed', 'locked', 'gone']

/** Everything in it is read from the journal: it says what committed, also where the purge took several runs. */
async function certify(
  { engine, plan, leased }: PurgeContext,
  { basis, moment, retention, plannedBy, reason }: PurgePlan,
  { actor }: RunPurge,
): Promise<PurgeResult> {
  return engine.database.transaction({}, async (session) => {
    const sums = await session.rows(purgeSumsSql(plan))
    const runs = await session.rows(purgeRunsSql(plan))
    const outcomes = Object.fromEntries(
      sums.map(({ outcome, families, hash }) => [outcome, { families: Number(families), hash }]),
    )
    const rows = summed(runs.map((each) => each.rows))
    const certificate = JSON.stringify({
      version: 1,
      purge: plan,
      runs: runs.map(({ run }) => Number(run)),
      basis,
      reason,
      moment,
      retention,
      plannedBy,
      carriedOutBy: actor,
      rows,
      outcomes,
    })
    const certificateSha256 = createHash('sha256').update(certificate).digest('hex')
    if ((await session.execute(endPurgeSql(plan, certificate, certificateSha256))) === 0)
      throw new MothballError('purge_closed', { plan, state: 'done' })
    const entry = { action: 'purge.done', object: `purge ${plan}`, after: certificateSha256 }
    await appendAudit(session, auditEntry({ actor, policy: null, reason, ...entry }))
    const stayed = (why: Stayed) => [why, outcomes[why]?.families ?? 0] as const
    const [held, changed, locked, gone] = STAYED.map((why) => stayed(why)[1])
    return {
      plan,
      run: leased.run,
      purged: outcomes['purged']?.families ?? 0,
      rows,
      stayed: { held: held ?? 0, changed: changed ?? 0, locked: locked ?? 0, gone: gone ?? 0 },
      certificate,
      certificateSha256,
    }
  })
}

function summed(jsons: readonly (string | null)[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const json of jsons) {
    const rows: unknown = json === null ? null : JSON.parse(json)
    if (rows !== null && typeof rows === 'object')
      for (const [name, count] of Object.entries(rows)) sums[name] = (sums[name] ?? 0) + Number(count)
  }
  return sums
}

function requireLine(option: string, text: string): void {
  const problem = reasonProblem(text)
  if (problem !== null) throw new MothballError('option_invalid', { option, problem })
}
