/**
 * A run in a process of its own that stands still at a point of its n-th batch until somebody kills it.
 * Arguments: database URL, point, number of the batch. Prints `here` when it stands.
 */
import { isProblems, parsePolicy } from '../../src/core/policy-schema.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { nicCallCenter } from '../../src/presets/nic-call-center.ts'

const [url = '', point = '', nth = '1'] = process.argv.slice(2)
const policy = parsePolicy(nicCallCenter({}), 'policy')
if (isProblems(policy)) throw new Error('the preset is a policy')

let batch = 0
const reached = async (at: SignalPoint): Promise<void> => {
  if (at === 'batch-begun') batch += 1
  if (at !== point || batch !== Number(nth)) return
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
await run(engine, policy, { batchSize: 2, confirm: 7 })
