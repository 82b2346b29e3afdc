// A process that restores a run and stops for ever at the third batch's copy; restore-faults.test.ts kills it there.
// Arguments: the database's URL, the policy as JSON, the run.
import { openDatabase } from '../../src/db/open-database.ts'
import { restore } from '../../src/engine/restore/restore.ts'

const [url = '', policy = '', run = ''] = process.argv.slice(2)
let batches = 0
const signals = {
  reached: async (point: string) => {
    if (point !== 'restore-copied') return
    batches += 1
    if (batches < 3) return
    process.stdout.write('stuck\n')
    await new Promise(() => setInterval(() => undefined, 60_000))
  },
}
const engine = {
  database: openDatabase({ url }),
  signals,
  pause: { sleep: async () => undefined },
  emit: () => undefined,
}
await restore(engine, JSON.parse(policy), { selection: { by: 'run', run: Number(run) }, reason: 'to be killed' })
