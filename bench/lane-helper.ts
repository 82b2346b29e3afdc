/**
 * A worker of its own for the scenario `lanes`: takes lanes of whatever run goes on until it is killed.
 * Arguments: database URL. Prints `ready` when it looks for the first time.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { helpRun, runsToHelp } from '../src/engine/run/adopt-run.ts'
import { withEngine } from './engine-side.ts'
import { lanedPolicy } from './laned-policy.ts'

const [url = ''] = process.argv.slice(2)

await withEngine(url, async (engine) => {
  const policy = lanedPolicy(2)
  await runsToHelp(engine, policy)
  process.stdout.write('ready\n')
  for (;;) {
    for (const run of await runsToHelp(engine, policy)) await helpRun(engine, policy, run)
    await delay(20)
  }
})
