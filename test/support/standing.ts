/** For processes that stand still at a point until somebody kills them: the standing, and an engine that hears of it. */
import { openDatabase } from '../../src/db/open-database.ts'

/** Says that it is there, and goes on no more: a timer that never ends keeps the process as it is. */
export async function standStill(): Promise<void> {
  process.stdout.write('here\n')
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1))
}

/** Stands still at the `nth` time that `point` is reached. */
export function standAt(point: string, nth: number): (at: string) => Promise<void> {
  let times = 0
  return async (at) => {
    if (at !== point) return
    times += 1
    if (times === nth) await standStill()
  }
}

export const standingEngine = (url: string, reached: (at: string) => Promise<void>) => ({
  database: openDatabase({ url }),
  signals: { reached },
  pause: { sleep: () => Promise.resolve() },
  emit: () => undefined,
})
