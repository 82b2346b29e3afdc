/**
 * An erasure in a process of its own that stands still when it reaches a point, until somebody kills it. Arguments:
 * database URL, key, point. Prints `here` when it stands.
 */
import { openDatabase } from '../../src/db/open-database.ts'
import { policyOf } from './call-center.ts'
import { eraseHim } from './person.ts'

const [url = '', key = '', point = ''] = process.argv.slice(2)

const reached = async (at: string): Promise<void> => {
  if (at !== point) return
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
await eraseHim({ engine, policy: policyOf({}) }, key)
