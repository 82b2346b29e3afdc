/**
 * Delivery of due slots to one of any number of workers, over the same PostgreSQL (pg-boss). It may deliver twice, late
 * or never: the journal decides what a delivery means. A job whose worker dies is delivered again after its heartbeat.
 */
import { createHash } from 'node:crypto'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { databaseError } from '../db/database-error.ts'

export type SlotJob = Readonly<{ policy: string; slot: string }>

export type Queue = Readonly<{
  /** Offers a slot; offered again, it stays the same job. `late`: it was missed, and is to be caught up. */
  offer(job: SlotJob, late: boolean): Promise<void>
  /** Hands slots to `work`, so many at once; what it throws is tried again, here or elsewhere. */
  take(work: (job: SlotJob, signal: AbortSignal) => Promise<void>, atOnce: number): Promise<void>
  /** Waits for what is being worked on. */
  close(): Promise<void>
}>

const SCHEMA = 'mothball_queue'
const SLOTS = 'slot'

/** The library's least. A run whose worker was killed is taken over by another after this and two looks. */
const HEARTBEAT_S = 10
/** How often one of the workers looks for jobs whose heartbeat stopped. */
const SUPERVISE_S = 5
const POLL_S = 0.5

const JOB_OPTIONS = {
  // The library's most is a day. A run that goes on for longer is delivered again, and found to be alive.
  expireInSeconds: 23 * 3600,
  heartbeatSeconds: HEARTBEAT_S,
  // Whoever takes a slot over waits in the work itself; these are for servers that come and go.
  retryLimit: 1000,
  retryDelay: 2,
  deleteAfterSeconds: 7 * 24 * 3600,
}

const slotJob = z.object({ policy: z.string(), slot: z.string() })

export type QueueOptions = Readonly<{
  url: string
  /** Hears of trouble that passes by itself: a server that restarts. */
  onTrouble: (error: unknown) => void
}>

/** Connects at its first use, and again at the next where that failed. Makes its own schema where it is missing. */
export function openQueue({ url, onTrouble }: QueueOptions): Queue {
  let opening: Promise<PgBoss> | null = null
  const boss = (): Promise<PgBoss> => {
    opening ??= start(url, onTrouble).catch((error: unknown) => {
      opening = null
      throw databaseError(error)
    })
    return opening
  }
  return {
    offer: async (job, late) => {
      await (await boss()).send(SLOTS, job, { ...JOB_OPTIONS, id: idOf(job, late) })
    },
    take: async (work, atOnce) => {
      const options = { pollingIntervalSeconds: POLL_S, localConcurrency: atOnce, batchSize: 1 }
      await (await boss()).work(SLOTS, options, async (jobs) => {
        for (const { data, signal } of jobs) await work(slotJob.parse(data), signal)
      })
    },
    close: async () => {
      const open = await opening?.catch(() => null)
      await open?.stop({ graceful: true, timeout: 3_600_000 })
    },
  }
}

async function start(url: string, onTrouble: (error: unknown) => void): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    schema: SCHEMA,
    application_name: 'mothball queue',
    max: 3,
    // Slots are ours: the library's own cron knows no planned time that a job stands for.
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_S,
    monitorIntervalSeconds: SUPERVISE_S,
  })
  boss.on('error', onTrouble)
  await boss.start()
  await boss.createQueue(SLOTS)
  return boss
}

/** The same slot has the same id, so that offering it twice makes one job. */
function idOf({ policy, slot }: SlotJob, late: boolean): string {
  const hash = createHash('sha256')
    .update(`${policy} ${slot} ${late ? 'late' : ''}`)
    .digest('hex')
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}
