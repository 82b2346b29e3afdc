/**
 * (8) Notices to channels. A delivery is claimed in the journal before it is sent, so that of many processes one sends
 * it; a channel that fails is tried again, later each time, and each failure is kept and shown. It harms no run: nothing
 * here throws but what the journal itself does.
 */
import type { Database } from '../db/database.ts'
import { type ClaimedDelivery, claimDelivery } from '../db/journal/notice.ts'
import { deliveredSql, notDeliveredSql } from '../sql/journal/delivery.sql.ts'
import { type Channel, DeliveryProblem } from './channel.ts'

export type FanOut = Readonly<{
  database: Database
  channels: readonly Channel[]
  policies: readonly string[]
  /** How long one attempt may take; the claim lasts twice as long. */
  timeoutMs: number
}>

export type Delivered = Readonly<{ sent: number; failed: number }>

/** The first pause after a failure; doubled each time. */
const FIRST_RETRY_MS = 60_000
const MAX_RETRY_MS = 4 * 3_600_000
/** With the pauses between them about a day; then it is given up, and the daily summary of other channels says so. */
const MAX_ATTEMPTS = 12
/** In one call; the rest waits for the next. */
const MAX_DELIVERIES = 200

/** Sends what is due, one after the other. */
export async function deliverDue(fanOut: FanOut, signal?: AbortSignal): Promise<Delivered> {
  const { database, channels, policies, timeoutMs } = fanOut
  const names = channels.map(({ name }) => name)
  let result: Delivered = { sent: 0, failed: 0 }
  for (let n = 0; n < MAX_DELIVERIES && names.length > 0 && !signal?.aborted; n += 1) {
    const claimed = await database.transaction({}, (session) =>
      claimDelivery(session, policies, names, 2 * timeoutMs + CLAIM_MARGIN_MS),
    )
    if (claimed === null) break
    const isSent = await deliver(fanOut, claimed, signal)
    result = isSent ? { ...result, sent: result.sent + 1 } : { ...result, failed: result.failed + 1 }
  }
  return result
}

/** For the mail protocol's several steps, each with a time of its own. */
const CLAIM_MARGIN_MS = 60_000

async function deliver(
  { database, channels }: FanOut,
  claimed: ClaimedDelivery,
  signal?: AbortSignal,
): Promise<boolean> {
  const channel = channels.find(({ name }) => name === claimed.channel)
  if (channel === undefined) return false
  const problem = await attempt(channel, claimed, signal)
  if (problem === null) {
    await database.execute(deliveredSql(claimed))
    return true
  }
  const { attempts } = claimed
  const retryMs = attempts >= MAX_ATTEMPTS ? null : pauseMs(attempts, problem.retryAfterMs)
  await database.execute(notDeliveredSql(claimed, { problem: problem.code, retryMs }))
  return false
}

/** The same notice has the same id on every attempt and from every process. */
const noticeId = ({ notice, toldAt }: Pick<ClaimedDelivery, 'notice' | 'toldAt'>): string =>
  `mothball-${notice}-${toldAt.replaceAll(/\D/g, '')}`

async function attempt(
  channel: Channel,
  claimed: ClaimedDelivery,
  signal?: AbortSignal,
): Promise<DeliveryProblem | null> {
  try {
    await channel.send(claimed.message, noticeId(claimed), signal)
    return null
  } catch (error) {
    return error instanceof DeliveryProblem ? error : new DeliveryProblem('unexpected', { cause: error })
  }
}

/** As long as the receiver asks for, and never sooner than the pause of this attempt. */
const pauseMs = (attempts: number, retryAfterMs: number | null): number =>
  Math.max(Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), MAX_RETRY_MS), retryAfterMs ?? 0)
