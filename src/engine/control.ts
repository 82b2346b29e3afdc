/** Pause, resume and stop of a run that goes on, wherever its process is: asked in the journal, obeyed at a batch's end. */
import { auditEntry } from '../core/chain.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Asked, ControlResult } from '../core/run.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { askRun } from '../db/journal/control.ts'
import { readRun } from '../db/journal/history.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { livingRunSql } from '../sql/journal/lease.sql.ts'
import type { Engine } from './ports.ts'
import { leaseName } from './run/lease.ts'

export type AskRun = Readonly<{ run: number; reason?: string | undefined; actor: string; role?: string | undefined }>

/** Throws `not_found` for a run that is none of this policy's archive runs, `run_over` for one that has ended. */
export const pauseRun = (engine: Engine, policy: Policy, ask: AskRun): Promise<ControlResult> =>
  control(engine, policy, 'pause', ask)

/** Takes back a pause, or a stop that has not landed yet. */
export const resumeRun = (engine: Engine, policy: Policy, ask: AskRun): Promise<ControlResult> =>
  control(engine, policy, 'resume', ask)

/** The run ends with what it has moved by then; nothing is rolled back. */
export const stopRun = (engine: Engine, policy: Policy, ask: AskRun): Promise<ControlResult> =>
  control(engine, policy, 'stop', ask)

const control = (
  { database }: Engine,
  policy: Policy,
  asked: Asked | 'resume',
  { run, reason, actor, role }: AskRun,
): Promise<ControlResult> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    const wish = { asked: asked === 'resume' ? null : asked, actor, reason: reason ?? null }
    const state = await askRun(session, policy.name, run, wish)
    if (state === null) {
      const record = await readRun(session, policy.name, run)
      if (record?.operation !== 'archive') throw new MothballError('not_found', { what: 'run', keys: run })
      throw new MothballError('run_over', { run })
    }
    const living = await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs))
    const what = { action: `run.${asked}`, policy: policy.name, object: `run ${run}` }
    await appendAudit(session, auditEntry({ actor, role, ...what, reason, before: state }))
    return { run, asked, state, alive: living?.run === String(run) }
  })
