/** What somebody asks of a run, in its row. */
import { z } from 'zod'
import type { Asked, RunState } from '../../core/run.ts'
import { askSql } from '../../sql/journal/control.sql.ts'
import type { Session } from '../database.ts'

const state = z.enum(['running', 'paused', 'success', 'partial', 'failed'])

/** The run's state at that moment; null where the policy has no such run that goes on. `asked` null takes it back. */
export async function askRun(
  session: Session,
  policy: string,
  run: number,
  ask: Readonly<{ asked: Asked | null; actor: string; reason: string | null }>,
): Promise<RunState | null> {
  const row = await session.maybe(askSql(policy, run, ask))
  return row === null ? null : state.parse(row.state)
}
