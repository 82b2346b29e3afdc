/**
 * Brings families home: batch after batch, each whole or not at all, nothing ever overwritten. Who cannot come home
 * stays in the archive and is reported with the reason; who came home stays active until the run's keep-until.
 */
import { archivedSubject } from '../../core/archived-family.ts'
import { auditEntry } from '../../core/chain.ts'
import { conflict } from '../../core/conflict.ts'
import { MothballError } from '../../core/errors/index.ts'
import { reasonProblem } from '../../core/hold.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { type RestoreOptions, type RestoreResult, selectionText } from '../../core/restore.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { keepUntilFrom } from '../../db/journal/keep-until.ts'
import { startRun } from '../../db/journal/run.ts'
import type { KeepUntil } from '../../sql/journal/keep-until.sql.ts'
import type { Engine } from '../ports.ts'
import { settleLog } from '../run/settle-log.ts'
import { vacuumTables } from '../run/vacuum.ts'
import type { RestoreContext, RestoredBatch } from './restore-batch.ts'
import { closeAbandonedRestores, closeRestore } from './restore-close.ts'
import { addRestored, NOTHING_RESTORED, restoreSet } from './restore-isolate.ts'
import { noRows } from './restore-preview.ts'
import { openScope, type RestoreScope } from './restore-scope.ts'
import { cut, type Selected, select } from './restore-selection.ts'

/** How often families that others hold are tried again before they are reported. */
const PASSES = 3
const PASS_PAUSE_MS = 500

/** So many subjects leave space and statistics behind that are worth a VACUUM; a caller on the phone waits for none. */
const LARGE_RESTORE = 1_000

/**
 * Throws before anything is written where the plan is refused or an option is wrong (`plan_refused`,
 * `option_invalid`, `not_found`). An error afterwards closes the run with what committed, and is thrown.
 */
export async function restore(engine: Engine, policy: Policy, options: RestoreOptions): Promise<RestoreResult> {
  requireReason(options.reason)
  const scope = await openScope(engine.database, policy)
  const selected = await select(engine.database, scope, options.selection)
  await closeAbandonedRestores(engine, scope)
  await settleLog(engine, policy)
  const keep = await open(engine, policy, options)
  const context: RestoreContext = { engine, scope, keep, signal: options.signal ?? null }
  let outcome: RestoredBatch = { ...NOTHING_RESTORED, related: noRows(scope) }
  const add = (batch: RestoredBatch) => {
    outcome = addRestored(outcome, batch)
  }
  try {
    await bringAllHome(context, selected, add)
  } catch (error) {
    await closeRestore(context, selected, outcome, error).catch(() => undefined)
    throw error
  }
  const { restored, durationMs } = await closeRestore(context, selected, outcome, null)
  if (restored >= LARGE_RESTORE) await vacuumTables(engine, touchedBy(scope), keep.run)
  return {
    run: keep.run,
    restored,
    related: outcome.related,
    conflicts: outcome.conflicts,
    alreadyHome: selected.alreadyHome + outcome.home,
    unknown: selected.unknown,
    keepUntil: keep.until,
    durationMs,
  }
}

function requireReason(reason: string): void {
  const problem = reasonProblem(reason)
  if (problem !== null) throw new MothballError('option_invalid', { option: 'reason', problem })
}

/** The run's row, and until when those who come home stay; neither is written where the other is wrong. */
const open = ({ database }: Engine, policy: Policy, options: RestoreOptions): Promise<KeepUntil> =>
  database.transaction({}, async (session) => {
    const { reason, actor = policy.archivedBy, keepUntil } = options
    const start = { operation: 'restore', actor, reason, dryRun: false, slot: null } as const
    const started = await startRun(session, policy, start)
    if (started === null) throw new RangeError('a restore has no slot that could be taken')
    const until = await keepUntilFrom(session, policy, { given: keepUntil ?? null, moment: started.moment })
    await appendAudit(session, startEntry(policy, options, { actor, run: started.run, until }))
    return { subject: qualifiedText(policy.subject), until, reason, actor, run: started.run }
  })

const startEntry = (
  policy: Policy,
  { role, reason, selection }: RestoreOptions,
  { actor, run, until }: Readonly<{ actor: string; run: number; until: string }>,
) =>
  auditEntry({
    actor,
    role,
    action: 'restore.start',
    policy: policy.name,
    object: `run ${run}`,
    reason,
    before: selectionText(selection),
    after: `stays until ${until}`,
  })

/** What is likely to meet conflicts again is asked for them first. */
async function bringAllHome(
  context: RestoreContext,
  selected: Selected,
  add: (batch: RestoredBatch) => void,
): Promise<void> {
  const { engine, scope } = context
  let waiting: string[] = []
  let isThorough = false
  const bring = async (keys: readonly string[]) => {
    const batch = await restoreSet(context, keys, isThorough)
    isThorough = batch.conflicts.length > 0
    waiting.push(...batch.waiting)
    add({ ...batch, waiting: [] })
  }
  const setSize = scope.policy.batchSize
  for await (const keys of selected.sets(engine.database, setSize)) {
    if (context.signal?.aborted) return
    await bring(keys)
  }
  for (let pass = 1; pass <= PASSES && waiting.length > 0; pass += 1) {
    engine.emit({ kind: 'pass-started', run: context.keep.run, pass: pass + 1, waiting: waiting.length })
    await engine.pause.sleep(PASS_PAUSE_MS)
    const asked = waiting
    waiting = []
    for (const keys of cut(asked, setSize)) {
      if (context.signal?.aborted) return
      await bring(keys)
    }
  }
  add({ ...NOTHING_RESTORED, conflicts: heldByOthers(scope, waiting) })
}

const touchedBy = ({ family }: RestoreScope) => family.tables.flatMap(({ home, twin }) => [home.name, twin.name])

const heldByOthers = ({ family }: RestoreScope, keys: readonly string[]) => {
  const facts = { table: tableText(archivedSubject(family).home.name), constraint: '', sqlstate: '55P03' }
  return keys.map((key) => conflict(key, 'refused_by_database', facts))
}
