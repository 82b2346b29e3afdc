/**
 * 45 nights for the dashboard to tell of, in a database of their own: the engine really ran each of them, under a clock
 * that was set back. Three dry nights, a first batch of ten, the backlog, then night after night; one was missed, in one
 * somebody could not move, and one customer phoned again.
 */
import { openArchiver } from '../compose.ts'
import type { Policy } from '../core/policy.ts'
import { isProblems, parsePolicy } from '../core/policy-schema.ts'
import { nextSlot } from '../core/schedule.ts'
import type { Archiver } from '../engine/archiver.ts'
import { nicCallCenter } from '../presets/nic-call-center.ts'
import { letTimePass, makeClock, urlAgo } from './clock.ts'
import { connectPlainly, type PlainSql } from './plain-sql.ts'
import { fillSampleTables } from './sample-data.ts'
import { createSampleTables } from './sample-tables.ts'

export const HISTORY_DATABASE = 'call_center_45_nights'

/** Whose the reader's key is. */
export const READER_KEY = { name: 'you', as: 'admin', actor: 'demo' } as const

const NIGHTS = 45
const CUSTOMERS = 3_000
const DRY_NIGHTS = 3
const MISSED_NIGHT = 27
const POISONED_NIGHT = 33
const HEALED_NIGHT = 35
const DAY_MS = 86_400_000
/** Into the night: what is planned for two o'clock is due. */
const AFTER_MS = 60_000

/** The policy that those nights ran under, and that the dashboard shows. */
export function historyPolicy(): Policy {
  const probes = [
    { name: 'newest_customers', sql: 'select * from nic_cc_customer order by updated_at desc limit 50', repeat: 1 },
    {
      name: 'owed_by_line',
      sql: 'select line_of_business, count(*), sum(amount_due) from nic_cc_customer group by line_of_business',
      repeat: 1,
    },
  ]
  const policy = parsePolicy(nicCallCenter({ probes }), 'policies[0]')
  if (isProblems(policy)) throw new RangeError('the preset is sound')
  return policy
}

type Nights = Readonly<{ url: string; sql: PlainSql; policy: Policy; begun: number }>

export type BegunHistory = Readonly<{
  /** An admin's, made on the first day, so that the audit log has its entries in their order. */
  key: string
  /** Night after night, until today or until `signal` is given. */
  live(signal: AbortSignal): Promise<void>
}>

/** `url`: of an empty database; afterwards it has customers and a journal, and the first night is to come. */
export async function beginHistory(url: string): Promise<BegunHistory> {
  const policy = historyPolicy()
  const sql = await connectPlainly(url)
  try {
    await furnish(sql)
    const nights: Nights = { url, sql, policy, begun: firstNight(policy) }
    const { key } = await at(nights, nights.begun - DAY_MS / 2, async (archiver) => {
      await archiver.migrate([...(await archiver.planMigration([policy])), ...(await archiver.planIndexes([policy]))])
      await archiver.lookAtSchedule(policy)
      return archiver.createKey(READER_KEY)
    })
    return { key, live: (signal) => liveAll(nights, signal) }
  } catch (error) {
    await sql.end()
    throw error
  }
}

async function liveAll(nights: Nights, signal: AbortSignal): Promise<void> {
  try {
    for (let night = 0; night < NIGHTS && !signal.aborted; night += 1) await live(nights, night)
    await letTimePass(nights.sql)
  } finally {
    await nights.sql.end()
  }
}

async function furnish(sql: PlainSql): Promise<void> {
  const options = { customers: CUSTOMERS, seed: 45, foreignKeys: false }
  await makeClock(sql)
  await createSampleTables(sql.execute, options)
  await fillSampleTables(sql.execute, options)
  // Half of them become old enough night after night.
  await sql.execute(`update nic_cc_customer set created_at = now() - make_interval(secs =>
    86400 * (60.5 + ${NIGHTS} * abs(hashint8(id) % 1000) / 1000.0)) where id % 2 = 0 and created_at < now() - interval '60 days'`)
  // A few came of age since the last night: whoever looks around has a run to start.
  await sql.execute(`update nic_cc_customer set created_at = now() - interval '60 days' - make_interval(mins => (id % 9)::int)
    where id % 50 = 1 and created_at < now() - interval '60 days'`)
}

/** The planned time of the first night, so many before the next one. */
function firstNight({ schedule }: Policy): number {
  const next = schedule === null ? null : nextSlot(schedule, Date.now())
  if (next === null) throw new RangeError('the preset has a schedule')
  return next - NIGHTS * DAY_MS
}

/** Opens the engine at that time, and lets it pass by itself from there. */
async function at<T>({ url }: Nights, time: number, act: (archiver: Archiver) => Promise<T>): Promise<T> {
  await using archiver = openArchiver({ database: { url: urlAgo(url, (Date.now() - time) / 1000) } })
  return await act(archiver)
}

async function live(nights: Nights, night: number): Promise<void> {
  const { policy, sql, begun } = nights
  const planned = begun + night * DAY_MS
  if (night === POISONED_NIGHT) await poison(sql, planned)
  if (night !== MISSED_NIGHT)
    await at(nights, planned + AFTER_MS, async (archiver) => {
      for (const { slot } of await archiver.lookAtSchedule(policy)) await archiver.runSlot(policy, slot)
    })
  if (night === DRY_NIGHTS) await at(nights, planned + DAY_MS / 4, (archiver) => goLive(archiver, policy))
  if (night === HEALED_NIGHT) await at(nights, planned + DAY_MS / 3, (archiver) => heal(archiver, policy, sql))
  if (night === DRY_NIGHTS + 5) await at(nights, planned + DAY_MS / 3, (archiver) => phoneAgain(archiver, policy, sql))
}

/** As the specification wants it: ten first, looked at, then all that had gathered. */
async function goLive(archiver: Archiver, policy: Policy): Promise<void> {
  const actor = 'thandi'
  await archiver.run(policy, { maxRows: 10, actor })
  await archiver.verify(policy)
  const { eligible } = await archiver.plan(policy)
  await archiver.run(policy, { confirm: eligible, actor })
  await archiver.setStage(policy, { stage: 'live', reason: 'three dry nights and the first batch were right', actor })
}

async function phoneAgain(archiver: Archiver, policy: Policy, sql: PlainSql): Promise<void> {
  const [gone] = await sql.rows(
    'select id from nic_cc_customer_backup where mobile is not null order by id desc limit 1',
  )
  if (gone?.['id'] == null) return
  const selection = { by: 'keys', keys: [gone['id']] } as const
  await archiver.restore(policy, { selection, reason: 'phoned again', actor: 'thandi' })
}

const BY_HAND = 'by hand'

/** Somebody put rows with their keys into the archive by hand: they cannot move. */
const poison = ({ execute }: PlainSql, planned: number) =>
  execute(
    `insert into nic_cc_customer_backup select c.*, to_timestamp($1), '${BY_HAND}', '${BY_HAND}', null from nic_cc_customer c
      where created_at < to_timestamp($1) - interval '60 days' and created_at > to_timestamp($1) - interval '61 days'
      order by id limit 3`,
    [planned / 1000],
  )

/** The rows go, and the next night takes those who could not move. */
async function heal(archiver: Archiver, policy: Policy, { execute }: PlainSql): Promise<void> {
  await execute(`delete from nic_cc_customer_backup where archived_by = '${BY_HAND}'`)
  await archiver.retryFailures(policy, 'all', { actor: 'thandi' })
}
