// All checks in sequence, a line for each; the tests come last, and the test runner's closing lines end the output.
// What an earlier check found is printed at once, and test/checks.test.ts fails for it, so that the closing lines
// count it too. With `unit` or `db` as first argument: only those tests; further arguments go to node:test. With `crash`:
// the crash suite, as large as `--faults N` says, with the choices of `--seed S`. With `schedule`: the workers over twenty
// slots of a minute.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs, styleText } from 'node:util'

const COLORS = process.stdout.isTTY ? 'force' : 'off'

const CHECKS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  lint: ['biome', 'check', `--colors=${COLORS}`],
  types: ['tsc', '--noEmit'],
  'types of the dashboard': ['tsc', '-p', 'dashboard'],
  'dead code': ['knip', '--no-progress'],
}

/** `test/units.test.ts` goes through those of src/ that have no snapshots. */
const WITH_SNAPSHOTS = globSync('src/**/*.test.ts.snapshot').map((path) => path.replace(/\.snapshot$/, ''))
const UNIT = ['test/*.test.ts', ...WITH_SNAPSHOTS]
const DATABASE = ['test/*/**/*.test.ts']
const CRASH = ['test/crash/*.test.ts']

/** Each test file is a process: what one has compiled, types stripped, serves the others; it halves their start. */
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

const OPTIONS = [
  '--test-timeout=60000',
  // A file that leaves a server open would hang for ever.
  '--test-force-exit',
  // The default is one file less than there are cores: a single one on two cores, though tests wait for the database.
  '--test-concurrency=2',
]

function runCheck(name: string, [command, ...args]: readonly [string, ...string[]]): boolean {
  const started = performance.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const passed = status === 0
  console.log(`${passed ? styleText('green', '✔') : styleText('red', '✖')} ${name} (${command}, ${seconds} s)`)
  if (!passed) console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trimEnd())
  return passed
}

function runTests(globs: readonly string[], extra: readonly string[], failed: readonly string[] | null): number {
  const setup = globs.some((glob) => [...DATABASE, ...CRASH].includes(glob))
    ? ['--test-global-setup=test/setup.ts']
    : []
  const named = extra.some((argument) => !argument.startsWith('-'))
  const args = ['--test', ...OPTIONS, ...setup, ...extra, ...(named ? [] : globs)]
  const env = failed === null ? process.env : { ...process.env, MOTHBALL_FAILED_CHECKS: failed.join(', ') }
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1
}

/** Throws for an option that it does not know, or a number that is none. */
function runCrash(args: readonly string[]): number {
  const options = { faults: { type: 'string' }, seed: { type: 'string' } } as const
  const { faults, seed } = parseArgs({ args: [...args], options }).values
  if (faults !== undefined && !/^[1-9]\d{0,5}$/.test(faults)) throw new RangeError(`--faults ${faults} is no number`)
  if (faults !== undefined) process.env['MOTHBALL_CRASH_FAULTS'] = faults
  if (seed !== undefined) process.env['MOTHBALL_CRASH_SEED'] = seed
  return runTests(CRASH, [], null)
}

function runAll(extra: readonly string[]): number {
  const failed = Object.entries(CHECKS).filter(([name, command]) => !runCheck(name, command))
  const names = failed.map(([name]) => name)
  const status = runTests([...UNIT, ...DATABASE], extra, names)
  return names.length > 0 ? Math.max(status, 1) : status
}

const [kind, ...rest] = process.argv.slice(2)
if (kind === 'unit') process.exitCode = runTests(UNIT, rest, null)
else if (kind === 'db') process.exitCode = runTests(DATABASE, rest, null)
else if (kind === 'crash') process.exitCode = runCrash(rest)
else if (kind === 'schedule') {
  process.env['MOTHBALL_TEST_SLOTS'] = '20'
  process.exitCode = runTests(DATABASE, ['test/integration/workers.test.ts'], null)
} else process.exitCode = runAll(process.argv.slice(2))
