// The demo as a reader without a terminal meets it: it ends by itself, its counts are those of plain SQL, and nothing
// of it is left, neither a process nor a folder, however it ends.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseDemoOptions } from '../../src/demo/demo-options.ts'
import { eventually } from '../support/eventually.ts'

const BIN = fileURLToPath(new URL('../../bin/mothball.js', import.meta.url))

/** A folder that stands in for /tmp, so that what is left behind can be counted. */
function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-test-'))
  chmodSync(folder, 0o755)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function start(folder: string, ...words: readonly string[]): ChildProcess {
  const env = { PATH: process.env['PATH'], TMPDIR: folder }
  return spawn(process.execPath, [BIN, 'demo', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function ended(demo: ChildProcess): Promise<Readonly<{ code: unknown; said: string; complained: string }>> {
  assert.ok(demo.stdout && demo.stderr)
  const [said, complained, [code]] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'close')])
  return { code, said, complained }
}

/** Running processes with `folder` among their words, where the system lists them. */
function processesIn(folder: string): number {
  const pids = existsSync('/proc/self') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  const words = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  }
  return pids.filter((pid) => words(pid).includes(folder)).length
}

const leavesNothingIn = async (folder: string) => {
  assert.deepEqual(readdirSync(folder), [])
  await eventually('no process is left', () => processesIn(folder) === 0)
}

/** `customers, archived   290   290  agree` */
function counts(said: string): ReadonlyMap<string, readonly [number, number]> {
  const lines = said.matchAll(/^ +([a-z, ]+?) +([\d,]+) +([\d,]+) +(agree|DIFFER)$/gm)
  const number = (digits = '') => Number(digits.replaceAll(',', ''))
  return new Map([...lines].map(([, what = '', told, counted]) => [what, [number(told), number(counted)]]))
}

// Most of the time each waits for a server, so they wait together.
suite('the demo', { concurrency: true }, () => {
  for (const [keys, words, optionB] of [
    ['without foreign keys', [], /^ +B +related: keep +stay behind +320 +\d+$/m],
    ['with foreign keys', ['--foreign-keys'], /^ +B +related: keep +stay behind +refused +refused$/m],
  ] as const)
    test(`${keys} ends by itself with counts that plain SQL agrees to, and leaves nothing`, async (t) => {
      const folder = emptyFolder(t)
      const { code, said, complained } = await ended(start(folder, '--customers', '400', ...words))
      assert.deepEqual({ code, complained }, { code: 0, complained: '' }, said)
      const found = counts(said)
      assert.equal(found.size, 6, said)
      for (const [what, [told, counted]] of found) assert.equal(told, counted, what)
      const [active, archived] = [found.get('customers, active'), found.get('customers, archived')]
      assert.equal((active?.[1] ?? 0) + (archived?.[1] ?? 0), 400)
      assert.ok((archived?.[1] ?? 0) > 200)
      assert.deepEqual(found.get('runs in the log'), [5, 5])
      assert.match(said, optionB)
      assert.match(said, /\$ mothball show \+27825550142\n +\d+ ARCHIVED/)
      assert.match(said, /restored 1/)
      for (const line of said.split('\n')) assert.ok(line.length <= 80, line)
      await leavesNothingIn(folder)
    })

  test('interrupted on its way says so and leaves nothing, even if it was to keep its folder', async (t) => {
    const folder = emptyFolder(t)
    const demo = start(folder, '--customers', '50000', '--keep')
    const all = ended(demo)
    assert.ok(demo.stdout)
    // The server runs, and the tables are being filled.
    await once(demo.stdout, 'data')
    demo.kill('SIGINT')
    const { code, said, complained } = await all
    assert.deepEqual({ code, complained }, { code: 130, complained: '' })
    assert.match(said, /Interrupted\. The server has ended, its folder is gone\.\n$/)
    await leavesNothingIn(folder)
  })
})

for (const [words, problem] of [
  [['--customers', '99'], /--customers: 99 are too few/],
  [['--customers', '1e3'], /--customers: "1e3" is not a whole number/],
  [['--port', '65536'], /--port: "65536" is more than 65535/],
  [['--seed', ''], /--seed: is empty/],
  [['--again', tmpdir()], /--again: is not a folder that a demo kept/],
  [['--costumers', '400'], /unknown option '--costumers'/],
  [['400'], /too many arguments/],
] as const)
  test(`demo ${words.join(' ')} is refused before anything is started`, () => {
    assert.throws(() => parseDemoOptions(words), problem)
  })
