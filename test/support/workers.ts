/** `mothball worker` in processes of their own, on a small call center whose schedule is due each minute. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { CallCenter } from './call-center.ts'
import { type Json, program, type Started } from './program.ts'

export type Worker = Started['child']

const SCHEDULE = { cron: '* * * * *', zone: 'Africa/Johannesburg', stage: 'live' }

/** Starts so many workers with these fields of the policy; returns when all are ready. */
export async function startWorkers(
  t: TestContext,
  { db }: CallCenter,
  many: number,
  policy: Readonly<Record<string, unknown>> = {},
): Promise<readonly Worker[]> {
  const config = { policies: [{ preset: 'nic-call-center', schedule: SCHEDULE, guard: 1, ...policy }] }
  const mothball = program(t, db, config)
  return Promise.all(
    Array.from({ length: many }, async () => {
      const { child } = mothball.start('worker')
      await said(child, ({ type }) => type === 'ready')
      return child
    }),
  )
}

/** Resolves with the first line of a worker for which `wanted` holds. */
async function said(child: Worker, wanted: (line: Json) => boolean): Promise<Json> {
  for await (const text of createInterface(child.stdout)) {
    const line: Json = JSON.parse(text)
    if (wanted(line)) return line
  }
  throw new Error('a worker ended without a word')
}

/** Ends them as a service manager does. Returns their exit codes. */
export const endWorkers = (workers: readonly Worker[]): Promise<readonly (number | null)[]> =>
  Promise.all(
    workers.map(async (child) => {
      child.stdout.resume()
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    }),
  )

/** Due in this minute and then not for an hour: no other slot's run comes between, and closes the one of this slot. */
export const dueThisHour = (): typeof SCHEDULE => ({ ...SCHEDULE, cron: `${new Date().getUTCMinutes()} * * * *` })

/** One slot is due at once, without waiting for the next minute: as if somebody had looked until just before it. */
export async function dueAtOnce({ db, policy }: CallCenter, { cron, zone } = SCHEDULE): Promise<void> {
  await db.query(
    `insert into mothball.schedule (policy, cron, zone, seen_until)
      values ($1, $2, $3, now() - case when $2 = '* * * * *' then interval '1 minute' else interval '2 minutes' end)
      on conflict (policy) do update set seen_until = excluded.seen_until`,
    [policy.name, cron, zone],
  )
}
