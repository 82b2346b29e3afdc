/** What a policy keeps and how much of it is past its time, and the sets of cold files. Reads the journal alone. */
import type { ColdSet } from '../../core/cold/export.ts'
import { retentionText } from '../../core/cold/purge.ts'
import type { Retention } from '../../core/cold/retention.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Page } from '../../core/page.ts'
import type { Policy } from '../../core/policy.ts'
import { readDueErasures } from '../../db/journal/erasure-request.ts'
import { readBasis, readColdCounts } from '../../db/journal/purge.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { type ColdSetRow, listColdSetsSql } from '../../sql/journal/cold.sql.ts'
import type { Engine } from '../ports.ts'

/** Writes nothing. */
export const retention = ({ database }: Engine, policy: Policy): Promise<Retention> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return {
      policy: policy.name,
      exportAfterDays: policy.cold.exportAfterDays,
      keep: retentionText(policy.cold.keep),
      basis: await readBasis(session, policy.name),
      erasures: await readDueErasures(session, qualifiedText(policy.subject)),
      ...(await readColdCounts(session, policy)),
    }
  })

const MAX_LISTED = 1000

/** Newest first. */
export const listColdSets = (
  { database }: Engine,
  policy: Policy,
  { before = null, limit = MAX_LISTED }: Page = {},
): Promise<readonly ColdSet[]> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return (await session.rows(listColdSetsSql(policy.name, { before, limit }))).map(setOf)
  })

const setOf = (row: ColdSetRow): ColdSet => ({
  file: Number(row.file),
  run: Number(row.run),
  month: row.month,
  store: row.store,
  manifest: row.manifest,
  manifestSha256: row.sha256,
  keyId: row.key_id,
  families: Number(row.families),
  rows: Number(row.rows),
  bytes: Number(row.bytes),
  recordedAt: row.recorded_at,
})
