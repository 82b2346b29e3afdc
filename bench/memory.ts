/** Rows never come to Node, so its memory must not grow with the table. */
import { execFile } from 'node:child_process'
import { platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { familyTemplate } from './family-data.ts'
import { atMost, type Line, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BAR_MB = 150

export const memory: Scenario = {
  name: 'memory',
  about: 'the most memory that a whole run holds, in a process of its own',
  run,
}

async function run({ arena, options, say }: Stage): Promise<Report> {
  if (platform() !== 'linux') {
    say('memory: only Linux tells the peak of a process')
    return { lines: [], facts: {} }
  }
  const sizes = options.quick ? [2000] : options.full ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]
  const lines: Line[] = []
  for (const customers of sizes) {
    const peakMb = await arena.fresh(familyTemplate(customers, false), peakOfRun)
    const measure = `${customers.toLocaleString('en')} customers`
    lines.push({ measure, spread: single(peakMb), unit: 'MB', bar: atMost(BAR_MB) })
  }
  return { lines, facts: {} }
}

async function peakOfRun(url: string): Promise<number> {
  const child = fileURLToPath(new URL('memory-child.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child, url])
  const { archived, peakMb } = JSON.parse(stdout) as { archived: number; peakMb: number }
  if (!(archived > 0 && peakMb > 0)) throw new Error('the run in a process of its own moved nothing')
  return peakMb
}
