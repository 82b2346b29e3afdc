/**
 * The command line, loaded once, for one call after the other: most of what a short command costs is the start of its
 * process. Driven over the IPC channel by program-pool.ts. Everything behind bin/mothball.js is what a user's call
 * goes through; the start itself, signals and the terminal have tests with processes of their own.
 */
import { start } from '../../src/cli/start.ts'
import type { Order, Report } from './program-pool.ts'

const words = { stdout: '', stderr: '' }

for (const name of ['stdout', 'stderr'] as const)
  process[name].write = (text: string | Uint8Array) => {
    words[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
    return true
  }

function become({ folder, env }: Order): void {
  process.chdir(folder)
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name]
  Object.assign(process.env, env)
}

process.on('message', async (order: Order) => {
  become(order)
  Object.assign(words, { stdout: '', stderr: '' })
  const code = await start(order.words)
  const report: Report = { code, ...words }
  process.send?.(report)
})
process.on('disconnect', () => process.exit())
