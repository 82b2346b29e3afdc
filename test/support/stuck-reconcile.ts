/**
 * A reconciliation in a process of its own that stands still at the n-th time it reaches a point, until somebody kills
 * it. Arguments: database URL, point, how often. Prints `here` when it stands.
 */
import { openDatabase } from '../../src/db/open-database.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { policyOf } from './call-center.ts'

const [url = '', point = '', nth = '1'] = process.argv.slice(2)

let times = 0
const reached = async (at: SignalPoint): Promise<void> => {
  if (at !== point) return
  times += 1
  if (times !== Number(nth)) return
  process.stdout.write('here\n')
  // A timer that never ends keeps the process as it is.
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1))
}

const engine = {
  database: openDatabase({ url }),
  signals: { reached },
  pause: { sleep: () => Promise.resolve() },
  emit: () => undefined,
}
await reconcile(engine, policyOf({}))
