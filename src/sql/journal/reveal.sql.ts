/** Who was shown a subject's values in clear: whose, by whom, why. Never what he saw. */
import { type Sql, sql } from '../tag.ts'

export type Reveal = Readonly<{ subject: string; key: string; actor: string; reason: string }>

export const insertRevealSql = ({ subject, key, actor, reason }: Reveal): Sql<{ id: string }> =>
  sql`insert into mothball.reveal (subject, subject_key, actor, reason)
    values (${subject}, ${key}, ${actor}, ${reason}) returning id::text as id`
