// Each safety is taken out, one at a time, in a process of its own; every test that is named for it must then fail. A
// mutant that survives is a test that is missing; one whose patch no longer fits, or that nobody loads, fails as well.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './index.ts'
import { MUTANT_VARIABLE, type Mutant, patched } from './mutant.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A test that only hangs without its safety is one that fails by this. */
const TEST_TIMEOUT_MS = 30_000
/** A mutant must be dead by then. */
const DEADLINE_MS = 50_000

type Ended = Readonly<{ output: string; errors: string }>

const pattern = (title: string) => `^${title.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')}$`

/** Runs the tests that must fail, and no other. */
function runTests(number: number, { killedBy }: Mutant): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _ours, ...inherited } = process.env
  const { file, tests, boundaries } = killedBy
  const env = {
    ...inherited,
    [MUTANT_VARIABLE]: String(number),
    ...(boundaries === undefined ? {} : { MOTHBALL_TEST_BOUNDARIES: boundaries.join() }),
  }
  const options = ['--import', './test/mutants/preload.ts', '--test-reporter=tap', '--test-force-exit']
  const named = tests.map((title) => `--test-name-pattern=${pattern(title)}`)
  const child = spawn(process.execPath, [...options, `--test-timeout=${TEST_TIMEOUT_MS}`, ...named, file], {
    cwd: ROOT,
    env,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve({ output, errors }))
  })
}

/** Titles of top-level tests, by whether they passed. */
const titles = (output: string, outcome: 'ok' | 'not ok'): readonly string[] =>
  [...output.matchAll(new RegExp(`^${outcome} \\d+ - (.*)$`, 'gm'))].map(([, title = '']) => title)

test('a patch that no longer fits exactly once is told', () => {
  const source = 'const a = () => check(1)\n\nfunction b() {\n  check(1)\n}\n'
  const patch = { file: 'f.ts', find: 'check(1)', put: '' }
  assert.equal(patched(source, { ...patch, within: 'b' }), 'const a = () => check(1)\n\nfunction b() {\n  \n}\n')
  assert.throws(() => patched(source, patch), /f\.ts holds 2 times, and not once: check\(1\)/)
  assert.throws(() => patched(source, { ...patch, within: 'b', find: 'check(2)' }), /b in f\.ts holds 0 times/)
  assert.throws(() => patched(source, { ...patch, within: 'c' }), /c in f\.ts is not there exactly once/)
  assert.throws(() => patched(source, { ...patch, within: 'a', put: 'check(1)' }), /changes nothing/)
})

test('every patch fits the source of today', () => {
  for (const patch of MUTANTS.flatMap(({ patches }) => patches))
    assert.doesNotThrow(() => patched(readFileSync(`${ROOT}${patch.file}`, 'utf8'), patch))
  assert.equal(new Set(MUTANTS.map(({ without }) => without)).size, MUTANTS.length)
})

describe('the tests fail', { concurrency: 3 }, () => {
  for (const [number, mutant] of MUTANTS.entries())
    test(`without ${mutant.without}`, async () => {
      const { output, errors } = await runTests(number, mutant)
      for (const { file } of mutant.patches)
        assert.ok(errors.includes(`loaded without its safety: ${file}\n`), `${file} was not loaded\n${errors}`)
      assert.deepEqual(titles(output, 'ok'), [], 'tests that pass without it')
      assert.deepEqual(titles(output, 'not ok').toSorted(), mutant.killedBy.tests.toSorted(), `${errors}\n${output}`)
    })
})
