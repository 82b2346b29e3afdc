/** Typed reads of what the journal remembers of single subjects. */
import { z } from 'zod'
import type { JournalFacts } from '../../core/found.ts'
import { type SubjectFactsRow, subjectFactsSql } from '../../sql/journal/subject-facts.sql.ts'
import type { Session } from '../database.ts'

const holds = z.array(
  z.strictObject({
    id: z.number(),
    reason: z.string(),
    caseNumber: z.string().nullable(),
    setBy: z.string(),
    setAt: z.string(),
  }),
)

const keepUntil = z.strictObject({
  until: z.string(),
  reason: z.string(),
  actor: z.string(),
  run: z.number().nullable(),
  setAt: z.string(),
  holds: z.boolean(),
})

const failure = z.strictObject({
  run: z.number(),
  code: z.string(),
  sqlstate: z.string().nullable(),
  object: z.string().nullable(),
  failedAt: z.string(),
})

const visits = z.array(z.strictObject({ archivedBy: z.number(), leftBy: z.number() }))

/** By key; a key of which nothing is remembered has empty facts. */
export async function readSubjectFacts(
  session: Session,
  subject: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, JournalFacts>> {
  const rows = keys.length === 0 ? [] : await session.rows(subjectFactsSql(subject, keys))
  return new Map(rows.map((row) => [row.key, factsOf(row)]))
}

const factsOf = (row: SubjectFactsRow): JournalFacts => ({
  holds: row.holds === null ? [] : holds.parse(JSON.parse(row.holds)),
  keepUntil: row.keep_until === null ? null : keepUntil.parse(JSON.parse(row.keep_until)),
  failure: row.failure === null ? null : failure.parse(JSON.parse(row.failure)),
  visits: row.visits === null ? [] : visits.parse(JSON.parse(row.visits)),
})
