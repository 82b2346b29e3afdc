/**
 * A run as it goes on, as server-sent events. Each event is the whole record as the journal has it, so that a reader
 * who missed some has missed nothing; it is the same for a run of another process. Batches of this process are told at
 * once, those of others within a second.
 */
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { MothballError } from '../core/errors/index.ts'
import type { RunRecord } from '../core/history.ts'
import type { Policy } from '../core/policy.ts'
import type { Env, Service } from './environment.ts'

const LOOK_MS = 1_000
/** Proxies cut a connection on which nothing is said. */
const SILENCE_MS = 15_000
/** Each looks into the journal once a second. */
const MAX_STREAMS = 100

const open = new WeakMap<Service, number>()

export function followRun(c: Context<Env>, service: Service, policy: Policy, first: RunRecord): Response {
  const streams = open.get(service) ?? 0
  if (streams >= MAX_STREAMS) throw new MothballError('too_many_requests')
  open.set(service, streams + 1)
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(
    c,
    async (stream) => {
      try {
        await tell(stream, service, policy, first)
      } finally {
        open.set(service, (open.get(service) ?? 1) - 1)
      }
    },
    async (error) => service.onUnexpected(error),
  )
}

async function tell(stream: SSEStreamingApi, service: Service, policy: Policy, first: RunRecord): Promise<void> {
  const { archiver, running } = service
  let record = first
  let told = ''
  let spokenAt = performance.now()
  while (!stream.aborted && !stream.closed) {
    const data = JSON.stringify(record)
    const isOver = record.endedAt !== null
    if (data !== told) {
      await stream.writeSSE({ event: isOver ? 'end' : 'run', data })
      told = data
      spokenAt = performance.now()
    }
    if (isOver || running.closing.aborted) return
    if (performance.now() - spokenAt > SILENCE_MS) {
      await stream.write(': still there\n\n')
      spokenAt = performance.now()
    }
    await somethingHappens(service, stream, record.run)
    record = await archiver.runRecord(policy, record.run)
  }
}

/** Resolves at an event of the run in this process, after a second, or when nobody listens any more. */
function somethingHappens({ running }: Service, stream: SSEStreamingApi, run: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      forget()
      running.closing.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, LOOK_MS)
    const forget = running.listen((event) => {
      if ('run' in event ? event.run === run : event.kind === 'run-ended' && event.result.run === run) done()
    })
    running.closing.addEventListener('abort', done)
    stream.onAbort(done)
  })
}
