/**
 * A run in a process of its own that stands still at a point of its n-th batch until somebody kills it.
 * Arguments: database URL, point, number of the batch. Prints `here` when it stands.
 */
import { isProblems, parsePolicy } from '../../src/core/policy-schema.ts'
import { run } from '../../src/engine/run/run.ts'
import { nicCallCenter } from '../../src/presets/nic-call-center.ts'
import { standingEngine, standStill } from './standing.ts'

const [url = '', point = '', nth = '1'] = process.argv.slice(2)
const policy = parsePolicy(nicCallCenter({}), 'policy')
if (isProblems(policy)) throw new Error('the preset is a policy')

let batch = 0
const reached = async (at: string): Promise<void> => {
  if (at === 'batch-begun') batch += 1
  if (at !== point || batch !== Number(nth)) return
  await standStill()
}

const engine = standingEngine(url, reached)
await run(engine, policy, { batchSize: 2, confirm: 7 })
