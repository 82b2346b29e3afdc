/**
 * Erases one person: all of it or nothing, in one transaction under the subject's lease. Fence, table locks and shapes
 * as in a batch; every row of his locked on both sides; then holds and rules are asked, the rows destroyed, and what
 * went compared with what was locked. Archived rows leave their hashes, so that what is proven of others stays proven.
 * Cold files that have him are written again without him before it begins, and exchanged by it.
 */
import { archivedFamily } from '../../core/archived-family.ts'
import { auditEntry } from '../../core/chain.ts'
import { type EraseOptions, type Erasure, type ErasurePlan, letterFor, NOT_REACHED } from '../../core/erase.ts'
import { MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import { caseProblem, reasonProblem } from '../../core/hold.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Page } from '../../core/page.ts'
import type { Policy } from '../../core/policy.ts'
import { isTransient } from '../../core/sqlstate.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { readErasures, recordErasure } from '../../db/journal/erasure.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { erasureOutcomeSql } from '../../sql/journal/erasure.sql.ts'
import { type RewrittenSet, removeReplaced, rewriteSets, rowsInSets } from '../cold/rewrite.ts'
import { commitKnowingly } from '../commit.ts'
import { type LeasedRun, underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { requireNothingLost } from '../restore/lost-relations.ts'
import { begin } from '../run/move-batch.ts'
import { FailureShare } from '../run/outcome.ts'
import { prepareFamily } from '../run/prepare-run.ts'
import { vacuumTables } from '../run/vacuum.ts'
import type { JudgedTables } from '../run/work.ts'
import { readSubject, subjectKey } from '../subject.ts'
import { obstaclesTo, requireNone } from './obstacles.ts'
import { gatherPerson, type PersonScope } from './person.ts'
import { destroyEverywhere, lookEverywhere } from './reach.ts'

const MAX_LISTED = 10_000

/**
 * What an erasure would destroy, and what keeps it from it. Writes nothing. Throws `not_found` where there is nothing
 * of him, `plan_refused` where a run would be.
 */
export async function planErasure(engine: Engine, policy: Policy, typed: string): Promise<ErasurePlan> {
  const tables = await prepareFamily(engine, policy)
  const scope = await scopeOf(engine, policy, tables, typed)
  return lookAt(engine, policy, { ...scope, inFiles: await rowsInSets(engine, coldPersonOf(scope)) })
}

const lookAt = ({ database }: Engine, policy: Policy, scope: PersonScope): Promise<ErasurePlan> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const person = await gatherPerson(session, scope, false)
    const rows = await lookEverywhere(session, person)
    const obstacles = await obstaclesTo(session, policy, person)
    const { key } = scope
    if (rows.length === 0 && obstacles.length === 0) throw new MothballError('not_found', { what: 'person', keys: key })
    return { key, rows, obstacles, letter: letterFor(obstacles), notReached: NOT_REACHED }
  })

/**
 * Throws `erasure_unconfirmed`, `erasure_held`, `erasure_active`, `erasure_kept`, `erasure_shared`, `erasure_busy`,
 * `already_running`, what is wrong with a cold file that has him, or what `planErasure` throws: nothing is destroyed then.
 */
export async function erase(engine: Engine, policy: Policy, options: EraseOptions): Promise<Erasure> {
  requireWords(options)
  const tables = await prepareFamily(engine, policy)
  const scope = await scopeOf(engine, policy, tables, options.key)
  // A key of several columns may be typed in another form than the journal's.
  if (![options.key, scope.key].includes(options.confirm)) throw new MothballError('erasure_unconfirmed')
  // What can be known before is no run that failed; the same is asked again with his rows locked.
  requireNone((await lookAt(engine, policy, scope)).obstacles)
  const start = { operation: 'erase', actor: options.actor, reason: options.reason } as const
  const erasure = await underLease(engine, policy, start, async (leased) => ({
    result: await eraseOnce(engine, policy, { options, tables, scope, leased }),
    ending: { status: 'success', stopReason: 'erased', details: null },
  }))
  // Until then the values lie on the disk, where nobody can read them by SQL.
  const touched = tables.family.tables.map(({ shape }) => shape.name)
  await vacuumTables(engine, [...touched, ...(scope.archive?.tables ?? []).map(({ twin }) => twin.name)], erasure.run)
  return erasure
}

const coldPersonOf = ({ subject, family, key }: PersonScope) => ({ subject, key, shape: subjectOf(family).shape })

type Work = Readonly<{ options: EraseOptions; tables: JudgedTables; scope: PersonScope; leased: LeasedRun }>

async function eraseOnce(engine: Engine, policy: Policy, work: Work): Promise<Erasure> {
  const { tables, leased } = work
  const judgement = { policy, family: tables.family, moment: leased.moment, journal: true }
  const context = { engine, judgement, ...leased, ...tables, share: new FailureShare() }
  const rewritten = await rewriteSets(engine, coldPersonOf(work.scope), leased)
  const inFiles = new Map(rewritten.map(({ next, taken }) => [next.file, taken]))
  const scope = { ...work.scope, inFiles }
  try {
    const erasure = await commitKnowingly(engine, policy, async (session) => {
      const { transaction } = await begin(session, context)
      const result = await eraseLocked(engine, session, policy, { ...work, scope, rewritten })
      return { question: erasureOutcomeSql(leased.run, transaction), result }
    })
    await engine.signals.reached('erasure-committed')
    // He is erased whatever becomes of that: what it does not come to, the next one removes.
    const unremoved = await removeReplaced(engine, scope.subject).catch(() => erasure.unremoved)
    return { ...erasure, unremoved }
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    throw isTransient(sqlstate) ? new MothballError('erasure_busy', { sqlstate }, { cause: error }) : error
  }
}

async function eraseLocked(
  { signals }: Engine,
  session: Session,
  policy: Policy,
  { options, scope, leased: { run }, rewritten }: Work & Readonly<{ rewritten: readonly RewrittenSet[] }>,
): Promise<Erasure> {
  const person = await gatherPerson(session, scope, true)
  await signals.reached('person-locked')
  requireNone(await obstaclesTo(session, policy, person))
  const reached = await lookEverywhere(session, person)
  if (reached.length === 0) throw new MothballError('not_found', { what: 'person', keys: options.key })
  await destroyEverywhere(session, person, { policy, run, rewritten }, reached)
  await signals.reached('person-destroyed')
  const { reason, caseNumber, actor } = options
  const receipt = { policy: policy.name, run, caseNumber, reason, actor, reached }
  const erasure = await recordErasure(session, scope.subject, scope.key, receipt)
  await signals.reached('erasure-recorded')
  await appendAudit(session, doneEntry(policy, options, erasure))
  return erasure
}

const doneEntry = (policy: Policy, { actor, role, reason }: EraseOptions, { erasure, caseNumber, reached }: Erasure) =>
  auditEntry({
    actor,
    role,
    action: 'erase',
    policy: policy.name,
    object: `erasure ${erasure}`,
    reason,
    before: `${reached.reduce((sum, { rows }) => sum + rows, 0)} rows`,
    after: `nothing, case ${caseNumber}`,
  })

async function scopeOf(
  { database }: Engine,
  policy: Policy,
  { family, catalog }: JudgedTables,
  typed: string,
): Promise<PersonScope> {
  const key = await subjectKey(database, subjectOf(family).shape, typed)
  if (key === null) throw new MothballError('not_found', { what: 'person', keys: typed })
  const archive = archivedFamily(family, catalog)
  if (archive !== null)
    await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
      requireNothingLost(session, policy, archive),
    )
  return { key, subject: qualifiedText(policy.subject), family, archive, inFiles: new Map() }
}

function requireWords({ reason, caseNumber }: EraseOptions): void {
  const problems = [
    ['reason', reasonProblem(reason)],
    ['case', caseProblem(caseNumber)],
  ] as const
  for (const [option, problem] of problems)
    if (problem !== null) throw new MothballError('option_invalid', { option, problem })
}

/** Receipts, newest first; with `key` those of one person, who is not named in them. */
export async function listErasures(
  { database }: Engine,
  policy: Policy,
  { key = null, before = null, limit = MAX_LISTED }: Readonly<{ key?: string | null } & Page> = {},
): Promise<readonly Erasure[]> {
  const subject = key === null ? null : (await readSubject(database, policy)).subject
  const known = key === null || subject === null ? null : ((await subjectKey(database, subject.shape, key)) ?? key)
  return database.transaction({}, async (session) => {
    await requireJournal(session)
    return readErasures(session, qualifiedText(policy.subject), { key: known, before, limit })
  })
}
