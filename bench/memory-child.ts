/**
 * A process of its own that does nothing but a run; its last line says how many rows moved and the most memory that it
 * ever held, as the kernel counted it. Arguments: the database's address.
 */
import { readFileSync } from 'node:fs'
import { run } from '../src/engine/run.ts'
import { withEngine } from './engine-side.ts'
import { familyPolicy } from './family-data.ts'

const [url = ''] = process.argv.slice(2)
await withEngine(url, async (engine) => {
  const { archived } = await run(engine, { ...familyPolicy(), guard: 1 })
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  console.log(JSON.stringify({ archived, peakMb: Number(peak) / 1024 }))
})
