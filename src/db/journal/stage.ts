/** The stage of a policy: what somebody last set, else what its configuration begins with. */
import { z } from 'zod'
import type { Policy } from '../../core/policy.ts'
import type { StageOfPolicy } from '../../core/schedule.ts'
import { type StageRow, setStageSql, stageSql } from '../../sql/journal/stage.sql.ts'
import type { Session } from '../database.ts'

const stage = z.enum(['shadow', 'live', 'paused'])

/** A policy without a schedule moves when it is told to: it is live. */
export async function readStage(session: Pick<Session, 'maybe'>, policy: Policy): Promise<StageOfPolicy> {
  const row = await session.maybe(stageSql(policy.name))
  if (row !== null) return stageOf(policy, row)
  return { policy: policy.name, stage: policy.schedule?.stage ?? 'live', reason: null, actor: null, since: null }
}

export const writeStage = async (
  session: Session,
  policy: Policy,
  set: Readonly<{ stage: StageOfPolicy['stage']; reason: string; actor: string }>,
): Promise<StageOfPolicy> => stageOf(policy, await session.one(setStageSql(policy.name, set)))

const stageOf = (policy: Policy, row: StageRow): StageOfPolicy => ({
  policy: policy.name,
  stage: stage.parse(row.stage),
  reason: row.reason,
  actor: row.actor,
  since: row.since,
})
