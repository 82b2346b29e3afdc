/** The stage of a policy, as somebody last set it. */
import { type Sql, sql } from '../tag.ts'

export type StageRow = Readonly<{ stage: string; reason: string; actor: string; since: string }>

export const stageSql = (policy: string): Sql<StageRow> =>
  sql`select stage, reason, actor, since::text as since from mothball.stage where policy = ${policy}`

/** Locks the policy's row, or the place where it will be, against another who sets it. */
export const setStageSql = (
  policy: string,
  { stage, reason, actor }: Readonly<{ stage: string; reason: string; actor: string }>,
): Sql<StageRow> =>
  sql`insert into mothball.stage (policy, stage, reason, actor) values (${policy}, ${stage}, ${reason}, ${actor})
    on conflict (policy) do update set stage = excluded.stage, reason = excluded.reason, actor = excluded.actor,
      since = pg_catalog.clock_timestamp()
    returning stage, reason, actor, since::text as since`
