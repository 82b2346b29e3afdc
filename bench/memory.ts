/** Rows never come to Node, so its memory must not grow with the table: the peak of `mothball run` as people start it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { familyTemplate } from './family-data.ts'
import { atMost, type Line, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BAR_MB = 150
const LOOK_EVERY_MS = 20

export const memory: Scenario = {
  name: 'memory',
  about: 'the most memory that `mothball run` holds, from its start to its end',
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
  const folder = mkdtempSync(join(tmpdir(), 'mothball-bench-'))
  try {
    const config = { policies: [{ preset: 'nic-call-center', guard: 1 }] }
    return await peakOf({ url, folder, config, command: ['run'], isDone: ({ archived }) => Number(archived) > 0 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type Peaking = Readonly<{
  url: string
  /** A place for the configuration. */
  folder: string
  config: object
  command: readonly string[]
  /** What its last line says; a command that did nothing has no peak. */
  isDone: (result: Readonly<Record<string, unknown>>) => boolean
}>

/** Megabytes, of a command as people start it. Throws where it fails or does nothing. */
export async function peakOf({ url, folder, config, command, isDone }: Peaking): Promise<number> {
  const bin = fileURLToPath(new URL('../bin/mothball.js', import.meta.url))
  const file = join(folder, 'mothball.config.json')
  writeFileSync(file, JSON.stringify(config))
  const env = { ...process.env, MOTHBALL_DATABASE_URL: url }
  const words = [bin, ...command, '--config', file, '--json', '--yes']
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  let peakKb = 0
  const timer = setInterval(() => {
    peakKb = Math.max(peakKb, highWaterKb(child.pid ?? 0))
  }, LOOK_EVERY_MS)
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  clearInterval(timer)
  const result = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '{}') as Readonly<Record<string, unknown>>
  if (code !== 0 || !isDone(result) || peakKb === 0) throw new Error(`mothball ${command[0]} ended with ${code}`)
  return peakKb / 1024
}

/** The kernel's own mark of the most that a process ever held; 0 when it has ended. */
function highWaterKb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
