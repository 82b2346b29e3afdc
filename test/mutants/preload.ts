/**
 * Loaded before a test file (`--import`): the mutant of that number is what the process then loads. Every patched
 * module is told on standard error when it is loaded, so that a mutant that nobody loads does not pass for one.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { MUTANTS } from './index.ts'
import { MUTANT_VARIABLE, patched } from './mutant.ts'

const mutant = MUTANTS[Number(process.env[MUTANT_VARIABLE])]
if (mutant === undefined) throw new Error(`${MUTANT_VARIABLE} names no mutant`)

const root = new URL('../../', import.meta.url)

registerHooks({
  load(url, context, nextLoad) {
    const patches = mutant.patches.filter(({ file }) => url === new URL(file, root).href)
    if (patches.length === 0) return nextLoad(url, context)
    const source = patches.reduce(patched, readFileSync(new URL(url), 'utf8'))
    for (const { file } of patches) process.stderr.write(`loaded without its safety: ${file}\n`)
    return { format: 'module-typescript', source, shortCircuit: true }
  },
})
