/**
 * Summaries that are due: daily, weekly, monthly. Each is written once for its day, whichever process looks first, and
 * goes to the channels that ask for it. The clock is the database's; the time of day is the zone's.
 */
import type { NoticeKind } from '../core/notice.ts'
import { DIGESTS, type Digest, type NotifyConfig, weekdayNumber } from '../core/notify-schema.ts'
import type { Policy } from '../core/policy.ts'
import type { Session } from '../db/database.ts'
import { tell } from '../db/journal/notice.ts'
import { type DigestBounds, digestBoundsSql } from '../sql/journal/digest.sql.ts'
import { isToldSql, lockNoticesSql } from '../sql/journal/notice.sql.ts'
import { dailyMessage } from './daily.ts'
import { type DigestFacts, readDigestFacts } from './digest-facts.ts'
import { monthlyMessage } from './monthly.ts'
import type { Teller } from './tell.ts'
import type { Voice } from './voice.ts'
import { weeklyMessage } from './weekly.ts'

const MESSAGE = { daily: dailyMessage, weekly: weeklyMessage, monthly: monthlyMessage } as const

/** A summary that is later than this is not written: who starts in mid-month is not told of the month before. */
const LATEST_HOURS: Readonly<Record<Digest, number>> = { daily: 24, weekly: 48, monthly: 72 }

/** Writes what is due for the policy; returns which. Sending is the fan-out's. */
export async function writeDueDigests({ database, config, voice }: Teller, policy: Policy): Promise<readonly Digest[]> {
  const its = await voice(policy)
  const written: Digest[] = []
  for (const digest of DIGESTS) {
    const channels = readersOf(config, digest)
    if (channels.length === 0) continue
    const isWritten = await database.transaction({}, async (session) => {
      const bounds = await session.one(digestBoundsSql(digest, timeOf(config, digest, its.zone)))
      if (Number(bounds.late_hours) >= LATEST_HOURS[digest] || (await isTold(session, policy, digest, bounds)))
        return false
      await session.execute(lockNoticesSql(policy.name))
      const facts = await readDigestFacts(session, policy, { digest, bounds, zone: its.zone })
      return (await tell(session, digestTelling(its, facts, channels))) !== null
    })
    if (isWritten) written.push(digest)
  }
  return written
}

const timeOf = (config: NotifyConfig, digest: Digest, zone: string) => ({
  zone,
  at: config[digest].at,
  weekday: weekdayNumber(config.weekly.day),
})

const readersOf = ({ channels }: NotifyConfig, digest: Digest): readonly string[] =>
  channels.filter(({ digests }) => digests.includes(digest)).map(({ name }) => name)

const keyOf = (policy: string, digest: Digest, { day }: DigestBounds): string => `${digest}:${policy}:${day}`

/** Asked first, because a digest reads far more than this. */
const isTold = async (session: Session, policy: Policy, digest: Digest, bounds: DigestBounds): Promise<boolean> =>
  (await session.maybe(isToldSql(keyOf(policy.name, digest, bounds)))) !== null

function digestTelling(voice: Voice, facts: DigestFacts, channels: readonly string[]) {
  const kind: NoticeKind = facts.digest
  const message = MESSAGE[facts.digest](voice, facts)
  const key = keyOf(facts.policy, facts.digest, facts.bounds)
  return { policy: facts.policy, kind, key, incident: null, partOf: null, message, channels }
}
