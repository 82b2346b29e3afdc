/** Typed reads and writes of notices and their deliveries. */
import { z } from 'zod'
import { type Message, messageSchema } from '../../core/message.ts'
import type { Notice, NoticeKind, OpenIncident } from '../../core/notice.ts'
import { ALERTS, DIGESTS } from '../../core/notify-schema.ts'
import { addDeliverySql, claimDeliverySql } from '../../sql/journal/delivery.sql.ts'
import {
  channelsOfSql,
  listNoticesSql,
  type NewNotice,
  openNoticesSql,
  takeUntoldRunsSql,
  tellSql,
} from '../../sql/journal/notice.sql.ts'
import type { Session } from '../database.ts'

const kind = z.enum([...ALERTS, ...DIGESTS, 'recovered'])
const incident = z.enum(['run', 'refused', 'missed'])
const deliveries = z.array(
  z.object({
    channel: z.string(),
    state: z.enum(['waiting', 'sent', 'given_up']),
    attempts: z.number(),
    sentAt: z.string().nullable(),
    nextAt: z.string().nullable(),
    problem: z.string().nullable(),
  }),
)

export type Telling = Omit<NewNotice, 'content' | 'kind'> &
  Readonly<{ kind: NoticeKind; message: Message; channels: readonly string[] }>

/** Null where somebody has told it before. */
export async function tell(session: Session, { message, channels, ...notice }: Telling): Promise<number | null> {
  const row = await session.maybe(tellSql({ ...notice, content: JSON.stringify(message) }))
  if (row === null) return null
  const id = Number(row.id)
  await session.together(channels.map((channel) => addDeliverySql(id, channel)))
  return id
}

export async function readOpenIncidents(session: Session, policy: string): Promise<readonly OpenIncident[]> {
  return (await session.rows(openNoticesSql(policy))).map((row) => ({
    id: Number(row.id),
    kind: kind.parse(row.kind),
    incident: incident.parse(row.incident),
    toldAt: row.told_at,
    repeats: Number(row.repeats),
  }))
}

export const readChannelsOf = async (session: Session, notice: number): Promise<readonly string[]> =>
  (await session.rows(channelsOfSql(notice))).map(({ channel }) => channel)

export async function readNotices(
  session: Session,
  policies: readonly string[],
  limit: number,
): Promise<readonly Notice[]> {
  return (await session.rows(listNoticesSql(policies, limit))).map((row) => ({
    id: Number(row.id),
    policy: row.policy,
    kind: row.kind,
    toldAt: row.told_at,
    closedAt: row.closed_at,
    repeats: Number(row.repeats),
    message: messageSchema.parse(JSON.parse(row.content)),
    deliveries: deliveries.parse(JSON.parse(row.deliveries)),
  }))
}

export type UntoldRun = Readonly<{ run: number; hash: string | null; previousHash: string | null }>

export const takeUntoldRuns = async (session: Session, policy: string): Promise<readonly UntoldRun[]> =>
  (await session.rows(takeUntoldRunsSql(policy))).map((row) => ({
    run: Number(row.run),
    hash: row.policy_hash,
    previousHash: row.previous_hash,
  }))

export type ClaimedDelivery = Readonly<{
  notice: number
  channel: string
  /** This attempt's number, from 1 on. */
  attempts: number
  toldAt: string
  message: Message
}>

export async function claimDelivery(
  session: Session,
  policies: readonly string[],
  channels: readonly string[],
  claimMs: number,
): Promise<ClaimedDelivery | null> {
  const row = await session.maybe(claimDeliverySql(policies, channels, claimMs))
  if (row === null) return null
  return {
    notice: Number(row.notice_id),
    channel: row.channel,
    attempts: Number(row.attempts),
    toldAt: row.told_at,
    message: messageSchema.parse(JSON.parse(row.content)),
  }
}
