/** Which of the views that a policy wishes for are there, and made for the tables as they are. */
import type { TierView, TierViewState } from '../core/tier-view.ts'
import { installedViewSql, tierViewBody } from '../sql/tier-view.sql.ts'
import type { Session } from './database.ts'

export async function tierViewState(session: Session, view: TierView): Promise<TierViewState> {
  const found = await session.maybe(installedViewSql(view.name, view.functionName))
  if (found === null) return 'missing'
  if (found.is_ours !== 'true') return 'strange'
  return found.source === tierViewBody(view) ? 'sound' : 'outdated'
}
