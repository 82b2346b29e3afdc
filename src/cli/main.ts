/**
 * Starts the command line, with what Node has compiled of it kept for the next call: that halves the time to the first
 * word. The cache stands beside the installed packages, where only those can write who could change these anyway.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Where it cannot be written, everything works as before.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/mothball', import.meta.url)))

const { surviveClosedPipes } = await import('./output.ts')
const { start } = await import('./start.ts')
surviveClosedPipes()
process.exitCode = await start(process.argv.slice(2))
