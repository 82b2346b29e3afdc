/** The stage of a policy: read by whoever starts runs, changed by people, with a reason and an audit entry. */
import { auditEntry } from '../core/chain.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Stage, StageOfPolicy } from '../core/schedule.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { readStage, writeStage } from '../db/journal/stage.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

export type SetStage = Readonly<{ stage: Stage; reason: string; actor: string; role?: string | undefined }>

export const stageOf = ({ database }: Engine, policy: Policy): Promise<StageOfPolicy> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return readStage(session, policy)
  })

/** Holds from the next run on; one that goes on is not touched. Throws `option_invalid` for an empty reason. */
export async function setStage(
  { database, emit }: Engine,
  policy: Policy,
  { stage, reason, actor, role }: SetStage,
): Promise<StageOfPolicy> {
  if (reason.trim() === '') throw new MothballError('option_invalid', { option: 'reason', problem: 'is empty' })
  const { before, after } = await database.transaction({}, async (session) => {
    await requireJournal(session)
    const old = await readStage(session, policy)
    const set = await writeStage(session, policy, { stage, reason, actor })
    const what = { action: 'policy.stage', policy: policy.name, object: `policy ${policy.name}` }
    await appendAudit(session, auditEntry({ actor, role, ...what, reason, before: old.stage, after: stage }))
    return { before: old, after: set }
  })
  emit({ kind: 'stage-changed', policy: policy.name, from: before.stage, to: stage, actor, reason })
  return after
}
