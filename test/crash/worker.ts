/**
 * An archiver or a restorer in a process of its own, driven over its IPC channel: works on a database until it is told
 * to rest, stands still at a point of a batch when it is asked to. Arguments: role, name.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from '../../src/core/errors/index.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { type Engine, INERT_SIGNALS, type SignalPoint } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { connect } from '../support/server.ts'
import type { Order, Report, Task } from './worker-handle.ts'

const [role = '', name = ''] = process.argv.slice(2)

/** Shorter than the engine asks for: a run that waits is no target. */
const LONGEST_PAUSE_MS = 25
const BETWEEN_RUNS_MS = 50
/** After one that could not be: another archiver is at work, or the server is not there. */
const AFTER_REFUSAL_MS = 150
const BATCH_SIZE = 8
/** How many families a restore brings home at a time. */
const MOST_RESTORED = 6

const report = (message: Report) => process.send?.(message)

let order: Extract<Order, { kind: 'stand' }> | null = null
let released = Promise.withResolvers<void>()
let resting = new AbortController()
let working: Promise<void> = Promise.resolve()

async function reached(point: SignalPoint): Promise<void> {
  if (order === null || !order.points.includes(point)) return
  order.skip -= 1
  if (order.skip >= 0) return
  const { stand } = order
  order = null
  released = Promise.withResolvers()
  report({ kind: 'standing', stand, point })
  await released.promise
}

async function archive(engine: Engine, { policy }: Task): Promise<void> {
  const { status, error } = await run(engine, policy, { batchSize: BATCH_SIZE, actor: name, signal: resting.signal })
  report({ kind: 'ran', said: `${status}${error === null ? '' : `: ${error.message}`}` })
}

/** Nobody, where the server cannot be asked now: no word of the engine's, so no error of a restore. */
async function someArchived(url: string): Promise<readonly string[]> {
  const some = `select id from nic_cc_customer_backup order by random() limit 1 + (random() * ${MOST_RESTORED})::int`
  const reader = await connect(url).catch(() => null)
  const rows = (await reader?.query(some).catch(() => [])) ?? []
  await reader?.end().catch(() => undefined)
  return rows.map(({ id }) => id ?? '')
}

async function bringHome(engine: Engine, { policy, url }: Task): Promise<void> {
  const keys = await someArchived(url)
  if (keys.length === 0) return
  const { restored, conflicts } = await restore(engine, policy, {
    selection: { by: 'keys', keys },
    reason: 'they are asked for',
    actor: name,
    signal: resting.signal,
  })
  report({ kind: 'ran', said: `${restored} restored${conflicts.map(({ kind }) => ` ${kind}`).join('')}` })
}

/** The engine's own words; anything else it throws ends the process, and the episode says so. */
function told(error: unknown): string {
  if (error instanceof MothballError) return `${error.code} ${String(error.facts['sqlstate'] ?? '')}`.trim()
  throw error
}

async function work(task: Task): Promise<void> {
  const database = openDatabase({ url: task.url, applicationName: name })
  const sleep = (milliseconds: number) => delay(Math.min(milliseconds, LONGEST_PAUSE_MS))
  const engine: Engine = {
    database,
    // Where nobody is to stand, statements go together, as they do in the field.
    get signals() {
      return order === null ? INERT_SIGNALS : { reached }
    },
    pause: { sleep },
    emit: () => undefined,
  }
  const once = role === 'archiver' ? archive : bringHome
  while (!resting.signal.aborted) {
    const pause = await once(engine, task).then(
      () => BETWEEN_RUNS_MS,
      (error: unknown) => {
        report({ kind: 'threw', code: told(error) })
        return AFTER_REFUSAL_MS
      },
    )
    await delay(pause)
  }
  await database.close()
  report({ kind: 'resting' })
}

process.on('message', (message: Order) => {
  switch (message.kind) {
    case 'work':
      resting = new AbortController()
      working = working.then(() => work(message.task))
      break
    case 'rest':
      resting.abort()
      break
    case 'stand':
      order = message
      break
    case 'go':
      order = null
      released.resolve()
      break
  }
})
process.on('disconnect', () => process.exit())
report({ kind: 'ready' })
