/** What people were told, newest first, with how it went on each channel. */
import type { Notice } from '../core/notice.ts'
import type { Policy } from '../core/policy.ts'
import { readNotices } from '../db/journal/notice.ts'
import { requireJournal } from '../db/journal-schema.ts'
import type { Engine } from './ports.ts'

const DEFAULT_LIMIT = 20

export const listNotices = (
  { database }: Engine,
  policies: readonly Policy[],
  limit: number = DEFAULT_LIMIT,
): Promise<readonly Notice[]> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    return readNotices(
      session,
      policies.map(({ name }) => name),
      limit,
    )
  })
