/**
 * Erases one person: all of it or nothing, in one transaction under the subject's lease. Fence, table locks and shapes
 * as in a batch; every row of his locked on both sides; then holds and rules are asked, the rows destroyed, and what
 * went compared with what was locked. Archived rows leave their hashes, so that what is proven of others stays proven.
 * Cold files that have him are written again without him before it begins, and exchanged by it. De-identified, his rows
 * stay and what identifies him is replaced in them; all else is the same.
 */
import { archivedFamily } from '../../core/archived-family.ts'
import { auditEntry } from '../../core/chain.ts'
import {
  type EraseMethod,
  type EraseOptions,
  type Erasure,
  type ErasurePlan,
  letterFor,
  notReachedBy,
} from '../../core/erase.ts'
import { hasCode, MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import { caseProblem, reasonProblem } from '../../core/hold.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Page } from '../../core/page.ts'
import type { Policy } from '../../core/policy.ts'
import { isRefusal, isTransient } from '../../core/sqlstate.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { readErasures, recordErasure } from '../../db/journal/erasure.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { erasureOutcomeSql } from '../../sql/journal/erasure.sql.ts'
import { removeReplaced, rewriteSets, rowsInSets } from '../cold/rewrite.ts'
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
import { gatherPerson, type Person, type PersonScope } from './person.ts'
import type { Erasing } from './place.ts'
import { destroyEverywhere, lookEverywhere } from './reach.ts'
import { judgeRedacting, toBeErased } from './redacting.ts'

const MAX_LISTED = 10_000

/**
 * What an erasure would destroy, and what keeps it from it. Writes nothing. Throws `not_found` where there is nothing
 * of him, `plan_refused` where a run would be; to de-identify also `identifying_invalid`, and `nothing_identifying` where
 * all is replaced.
 */
export async function planErasure(
  engine: Engine,
  policy: Policy,
  typed: string,
  method: EraseMethod = 'delete',
): Promise<ErasurePlan> {
  const tables = await prepareFamily(engine, policy)
  const scope = await scopeOf(engine, policy, tables, { key: typed, method })
  return lookAt(engine, policy, { ...scope, inFiles: await rowsInSets(engine, coldPersonOf(scope)) })
}

const lookAt = ({ database }: Engine, policy: Policy, scope: PersonScope): Promise<ErasurePlan> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const person = await gatherPerson(session, scope, false)
    const rows = await lookEverywhere(session, await toBeErased(session, person))
    const obstacles = await obstaclesTo(session, policy, person)
    const { key, redacting } = scope
    if (rows.length === 0 && obstacles.length === 0) throw nothingOf(person)
    const method = methodOf(scope)
    const said = { letter: letterFor(obstacles), passedOver: redacting?.passedOver ?? [] }
    return { key, method, rows, obstacles, ...said, notReached: notReachedBy(method) }
  })

const methodOf = ({ redacting }: PersonScope): EraseMethod => (redacting === null ? 'delete' : 'deidentify')

function nothingOf({ key, redacting, active, archived }: Person): MothballError {
  const isThere = [...active.values(), ...archived.values()].some(({ count }) => count > 0)
  return redacting !== null && isThere
    ? new MothballError('nothing_identifying')
    : new MothballError('not_found', { what: 'person', keys: key })
}

/**
 * Throws `erasure_unconfirmed`, `erasure_held`, `erasure_active`, `erasure_kept`, `erasure_shared`, `erasure_busy`,
 * `already_running`, to de-identify `erasure_cold` or `redaction_refused`, what is wrong with a cold file that has him, or what `planErasure` throws: nothing is destroyed then.
 */
export async function erase(engine: Engine, policy: Policy, options: EraseOptions): Promise<Erasure> {
  requireWords(options)
  const tables = await prepareFamily(engine, policy)
  const scope = await scopeOf(engine, policy, tables, options)
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
      const { batch, transaction } = await begin(session, context)
      const result = await eraseLocked(engine, session, policy, { ...work, scope, batch, rewritten })
      return { question: erasureOutcomeSql(leased.run, transaction), result }
    })
    await engine.signals.reached('erasure-committed')
    // He is erased whatever becomes of that: what it does not come to, the next one removes.
    const unremoved = await removeReplaced(engine, scope.subject).catch(() => erasure.unremoved)
    return { ...erasure, unremoved }
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (isTransient(sqlstate)) throw new MothballError('erasure_busy', { sqlstate }, { cause: error })
    if (scope.redacting === null || !hasCode(error, 'statement_failed') || !isRefusal(sqlstate)) throw error
    throw new MothballError('redaction_refused', error.facts, { cause: error })
  }
}

async function eraseLocked(
  { signals }: Engine,
  session: Session,
  policy: Policy,
  { options, scope, leased: { run }, ...own }: Work & Pick<Erasing, 'batch' | 'rewritten'>,
): Promise<Erasure> {
  const person = await gatherPerson(session, scope, true)
  await signals.reached('person-locked')
  requireNone(await obstaclesTo(session, policy, person))
  const going = await toBeErased(session, person)
  const reached = await lookEverywhere(session, going)
  if (reached.length === 0) throw nothingOf(person)
  const { batch, rewritten } = own
  await destroyEverywhere(session, going, { policy, run, batch, rewritten }, reached)
  await signals.reached('person-destroyed')
  const { reason, caseNumber, actor } = options
  const receipt = { method: methodOf(scope), policy: policy.name, run, caseNumber, reason, actor, reached }
  const erasure = await recordErasure(session, scope.subject, scope.key, receipt)
  await signals.reached('erasure-recorded')
  await appendAudit(session, doneEntry(policy, options, erasure))
  return erasure
}

const doneEntry = (
  policy: Policy,
  { actor, role, reason }: EraseOptions,
  { erasure, method, caseNumber, reached }: Erasure,
) =>
  auditEntry({
    actor,
    role,
    action: 'erase',
    policy: policy.name,
    object: `erasure ${erasure}`,
    reason,
    before: `${reached.reduce((sum, { rows }) => sum + rows, 0)} rows`,
    after: `${method === 'delete' ? 'nothing' : 'de-identified'}, case ${caseNumber}`,
  })

async function scopeOf(
  engine: Engine,
  policy: Policy,
  { family, catalog }: JudgedTables,
  { key: typed, method = 'delete' }: Pick<EraseOptions, 'key' | 'method'>,
): Promise<PersonScope> {
  const { database } = engine
  const key = await subjectKey(database, subjectOf(family).shape, typed)
  if (key === null) throw new MothballError('not_found', { what: 'person', keys: typed })
  const archive = archivedFamily(family, catalog)
  if (archive !== null)
    await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
      requireNothingLost(session, policy, archive),
    )
  const redacting = method === 'delete' ? null : await judgeRedacting(engine, { policy, family, archive })
  return { key, subject: qualifiedText(policy.subject), family, archive, redacting, inFiles: new Map() }
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
